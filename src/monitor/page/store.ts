import { computed, effect, signal } from '@preact/signals';
import { type Happening, isTransfer, type Lane, type Row, type Rows } from '../row.ts';
import { firstFrom, RowTable } from '../row-table.ts';
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
/** Counts changes of `rows` and of those that are shown: they are too long to be copied for each. */
export const version = signal(0);

/** All that happened, in its order. */
export const rows = new RowTable();
/** Places in `rows` of those that the filter lets through; undefined: it lets all through. */
let sifted: number[] | undefined;
/** Whether the filter lets a happening through, by its place: as far as it was looked at. */
let passing: (boolean | undefined)[] = [];

const words = computed(() => filter.value.toLowerCase().split(/\s+/).filter(Boolean));

/** How many the filter lets through. */
export const shownCount = (): number => sifted?.length ?? rows.length;

/** The place in `rows` of one of those. */
export const shownAt = (index: number): number => (sifted === undefined ? index : (sifted[index] as number));

/** Every word of the filter stands somewhere in what happened; `!` is what failed. */
function passes(happening: Happening): boolean {
  const text = textOf(happening).toLowerCase();
  return words.value.every((word) =>
    word === '!' ? isTransfer(happening) && happening.fault !== undefined : text.includes(word),
  );
}

/** What filter and search look at. */
function textOf(what: Happening): string {
  if (!isTransfer(what)) return `gpio ${what.line} ${what.high ? 'rises' : 'falls'}`;
  return `${what.bus} ${what.target} ${what.fault ?? 'ok'} ${what.client} ${what.text}`;
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
export function add(more: Rows): void {
  const before = rows.length;
  rows.add(more);
  if (rows.length > MAX_ROWS) {
    rows.drop(MAX_ROWS / 10);
    sift();
  } else sift(before);
  touch();
}

/** Begins anew: the rows are those of another run. */
export function clear(): void {
  board.value = undefined;
  rows.clear();
  sift();
  lost.value = 0;
  selected.value = undefined;
  touch();
}

/** Looks which rows the filter lets through, from a place on. */
function sift(from = 0): void {
  if (words.value.length === 0) {
    sifted = undefined;
    return;
  }
  if (from === 0 || sifted === undefined) [sifted, passing] = [[], []];
  for (let place = from; place < rows.length; place++) {
    const of = rows.of(place);
    passing[of] ??= passes(rows.happening(place));
    if (passing[of]) sifted.push(place);
  }
}

effect(() => {
  void words.value;
  sift();
  touch();
});

/** The row with a number. */
export function rowOf(n: number): Row | undefined {
  const row = rows.row(rows.placeOf(n));
  return row?.n === n ? row : undefined;
}

/** Where among those that are shown the first is whose number is not less. */
export function shownPlace(n: number): number {
  const wanted = rows.placeOf(n);
  return sifted === undefined ? wanted : firstFrom(sifted, sifted.length, wanted);
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
  const count = shownCount();
  if (wanted === '' || count === 0) return undefined;
  const { value: n } = selected;
  const place = n === undefined ? (step === 1 ? -1 : 0) : shownPlace(n);
  const isThere = n !== undefined && place < count && rows.n(shownAt(place)) === n;
  // Where the selected one is filtered out, the one at its place is the next.
  const begin = step === 1 && !isThere && n !== undefined ? place - 1 : place;
  const found: (boolean | undefined)[] = [];
  for (let i = 1; i <= count; i++) {
    const at = shownAt((begin + step * i + 2 * count) % count);
    const of = rows.of(at);
    found[of] ??= textOf(rows.happening(at)).toLowerCase().includes(wanted);
    if (!found[of]) continue;
    reveal(rows.n(at));
    return rows.row(at);
  }
  return undefined;
}
