import { signal } from '@preact/signals';
import { type Happening, isTransfer, type Row } from '../row.ts';
import * as store from './store.ts';

/** What is seen: ms since 1970 at the left edge, and how many are seen. */
export const view = signal({ from: 0, span: 1000 });
/** Times of the markers A and B. */
export const markers = signal<readonly number[]>([]);
export const MARKER_NAMES = ['A', 'B'] as const;

/** Least and most that is seen, in ms. */
const LEAST_SPAN = 1e-3;
const MOST_SPAN = 864e5;

/** Zooms so that the time `anchor` stays where it is. */
export function zoomBy(by: number, anchor = view.peek().from + view.peek().span / 2): void {
  const { from, span } = view.peek();
  const next = Math.min(MOST_SPAN, Math.max(LEAST_SPAN, span * by));
  store.follows.value = false;
  view.value = { from: anchor - ((anchor - from) / span) * next, span: next };
}

/** Moves by this part of what is seen. */
export function moveBy(part: number): void {
  const { from, span } = view.peek();
  store.follows.value = false;
  view.value = { from: from + span * part, span };
}

/** Which of the markers was set or moved last. */
let active = 0;

/** Sets a marker; of three the oldest goes. */
export function mark(at = view.peek().from + view.peek().span / 2): void {
  active = markers.peek().length < 2 ? markers.peek().length : 1 - active;
  putMarker(active, at);
}

/** Puts a marker elsewhere. */
export function putMarker(index: number, at: number): void {
  active = index;
  const times = [...markers.peek()];
  times[index] = at;
  markers.value = times;
}

/** Moves the marker that was set or moved last by this part of what is seen. */
export function moveMarker(part: number): void {
  const at = markers.peek()[active];
  if (at !== undefined) putMarker(active, at + part * view.peek().span);
}

export const LANE = 46;
export const LABELS = 92;
export const RULER = 20;

export const xOf = (at: number, width: number): number =>
  LABELS + ((at - view.value.from) / view.value.span) * (width - LABELS);
export const timeOf = (x: number, width: number): number =>
  view.value.from + ((x - LABELS) / (width - LABELS)) * view.value.span;

export const startOf = (row: Row): number => (isTransfer(row) ? row.at + row.queued : row.at);

/** Places of rows that may be seen: transfers begin before they end, so some before the left edge too. */
export function* seen(): Generator<number> {
  const { from, span } = view.value;
  const { rows } = store;
  for (let place = Math.max(0, rows.placeAt(from) - 200); place < rows.length; place++) {
    if (rows.at(place) > from + span) return;
    yield place;
  }
}

export const laneOf = (what: Happening): string => (isTransfer(what) ? what.bus : what.line);

/** Where the row at a place is drawn: an edge is a line, a transfer a box that is at least a pixel wide. */
export function edgesOf(place: number, width: number): [left: number, right: number] {
  const left = xOf(store.rows.start(place), width);
  if (!isTransfer(store.rows.happening(place))) return [left, left];
  return [left, Math.max(left + 1, xOf(store.rows.end(place), width))];
}

/** A time in ms as people write it; `step`: what must still be told apart. */
export function timeText(ms: number, step = Math.abs(ms) / 1000): string {
  const [unit, name] = Math.abs(ms) < 1 ? [1e-3, 'µs'] : Math.abs(ms) < 1000 ? [1, 'ms'] : [1000, 's'];
  const digits = Math.min(9, Math.max(0, -Math.floor(Math.log10(Math.max(step, 1e-6) / unit))));
  return `${(ms / unit).toFixed(digits)} ${name}`;
}
