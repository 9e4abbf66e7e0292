import type { History } from '../server/history.ts';
import type { KeptEvent } from '../server/kept-event.ts';

/** Rows by their numbers, the first and the last of each range. */
export type Ranges = readonly (readonly [number, number])[];

/** Rows that are to be saved. */
export interface Chosen {
  readonly rows: readonly KeptEvent[];
  /** How many of them are kept no more. */
  readonly missing: number;
  /** How many events were lost, by the place of the row behind them; at the end, the count of the rows. */
  readonly losses: ReadonlyMap<number, number>;
}

/** What is kept of the rows of these ranges. */
export function chosenOf(history: History, ranges: Ranges): Chosen {
  const lost = history.lossesByPlace();
  const losses = new Map<number, number>();
  const rows: KeptEvent[] = [];
  const lose = (n: number) => {
    const count = lost.get(n);
    if (count !== undefined) losses.set(rows.length, count);
  };
  let [missing, before] = [0, 0];
  for (const [first, last] of ranges) {
    const from = Math.max(first, history.first, before + 1);
    const to = Math.min(last, history.next - 1);
    missing += Math.max(0, Math.min(last + 1, history.first) - Math.max(first, before + 1));
    for (let n = from; n <= to; n++) {
      lose(n);
      rows.push(history.event(n) as KeptEvent);
    }
    before = Math.max(before, to);
  }
  // Behind the last one there is.
  if (before === history.next - 1) lose(history.next);
  return { rows, missing, losses };
}
