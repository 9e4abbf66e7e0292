import { computed, effect, signal } from '@preact/signals';
import { isTransfer, type Lane, type Row } from '../row.ts';
import type { BoardState } from '../state.ts';

/** Older rows are dropped from the page, a tenth at a time. */
const MAX_ROWS = 1_000_000;

export const boardName = signal('');
export const lanes = signal<readonly Lane[]>([]);
/** How the board is; undefined: nobody has said yet. */
export const board = signal<BoardState | undefined>(undefined);
/** Whether real hardware may be touched. */
export const mayControl = signal(false);
/** What cannot go on, or undefined. */
export const trouble = signal<string | undefined>(undefined);
export const lost = signal(0);
/** The table moves on with what comes. */
export const follows = signal(true);
export const filter = signal('');
/** The number of the row that is selected. */
export const selected = signal<number | undefined>(undefined);
/** The number of a row that the table scrolls to. */
export const revealed = signal<{ readonly n: number } | undefined>(undefined);
/** Counts changes of `rows` and `shown`: they are too long to be copied for each. */
export const version = signal(0);

/** All that happened, in its order. */
export let rows: Row[] = [];
/** Places in `rows` of those that the filter lets through. */
export let shown: number[] = [];

const words = computed(() => filter.value.toLowerCase().split(/\s+/).filter(Boolean));

/** Every word of the filter stands somewhere in the row; `!` are those that failed. */
function passes(row: Row): boolean {
  if (words.value.length === 0) return true;
  const text = textOf(row).toLowerCase();
  return words.value.every((word) =>
    word === '!' ? isTransfer(row) && row.fault !== undefined : text.includes(word),
  );
}

/** What filter and search look at. */
export function textOf(row: Row): string {
  if (!isTransfer(row)) return `gpio ${row.line} ${row.high ? 'rises' : 'falls'}`;
  return `${row.bus} ${row.target} ${row.fault ?? 'ok'} ${row.client} ${row.text}`;
}

let isDue = false;

/** What is drawn is drawn again: once a frame, however much comes in it. */
export function touch(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    version.value = version.peek() + 1;
  });
}

/** Takes rows that came. */
export function add(more: readonly Row[]): void {
  for (const row of more) {
    if (passes(row)) shown.push(rows.length);
    rows.push(row);
  }
  if (rows.length > MAX_ROWS) {
    rows = rows.slice(MAX_ROWS / 10);
    sift();
  }
  touch();
}

/** Begins anew: the rows are those of another run. */
export function clear(): void {
  board.value = undefined;
  rows = [];
  shown = [];
  lost.value = 0;
  selected.value = undefined;
  touch();
}

function sift(): void {
  shown = [];
  rows.forEach((row, place) => {
    if (passes(row)) shown.push(place);
  });
}

effect(() => {
  void words.value;
  sift();
  touch();
});

/** The row with a number: they have no gaps. */
export function rowOf(n: number): Row | undefined {
  const first = rows[0];
  if (first === undefined) return undefined;
  const guess = rows[n - first.n];
  return guess?.n === n ? guess : rows.find((row) => row.n === n);
}

/** Where among those that are shown the first is whose number is not less. */
export function shownPlace(n: number): number {
  let low = 0;
  let high = shown.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[shown[middle] as number] as Row).n < n) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Selects a row, and has it seen. */
export function reveal(n: number): void {
  follows.value = false;
  selected.value = n;
  revealed.value = { n };
}

/**
 * Selects the next row behind the selected one (`step` 1), or before it (-1), that has the text; behind the last comes the
 * first. @returns whether there is one
 */
export function find(text: string, step: 1 | -1): Row | undefined {
  const wanted = text.toLowerCase();
  const count = shown.length;
  if (wanted === '' || count === 0) return undefined;
  const { value: n } = selected;
  const place = n === undefined ? (step === 1 ? -1 : 0) : shownPlace(n);
  const isThere = n !== undefined && rows[shown[place] as number]?.n === n;
  // Where the selected one is filtered out, the one at its place is the next.
  const begin = step === 1 && !isThere && n !== undefined ? place - 1 : place;
  for (let i = 1; i <= count; i++) {
    const row = rows[shown[(begin + step * i + 2 * count) % count] as number] as Row;
    if (!textOf(row).toLowerCase().includes(wanted)) continue;
    reveal(row.n);
    return row;
  }
  return undefined;
}
