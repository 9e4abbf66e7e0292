import type { Lane, RowTimes } from '../row.ts';
import type { KeptEvent } from './kept-event.ts';

/** Rows that are kept for pages that come later, or read slowly. */
const KEPT = 100_000;

/** Losses that are told apart; older ones are told as one, at the place of the newest of them. */
const LOSSES_KEPT = 1000;

/** Rows that follow each other: their times, and the JSON of what happened, which is one string where it is the same. */
export interface KeptRows {
  readonly first: number;
  readonly what: readonly string[];
  readonly times: readonly RowTimes[];
}

/** What has happened so far: the last rows. Whoever reads them asks by number, and nobody waits for anybody. */
export class History {
  /** JSON of a `Happening`. */
  readonly #rows: string[] = [];
  /** Of each row. */
  readonly #times: RowTimes[] = [];
  /** Of each row. */
  readonly #events: KeptEvent[] = [];
  /** The number of the oldest row that is kept. */
  #first = 1;
  /** The number of the next one. */
  #next = 1;
  /** The ring's oldest place. */
  #at = 0;
  readonly #kept: number;
  readonly lanes: Lane[] = [];
  /** Losses of the board, and the number of the row behind each. */
  readonly #lost: { readonly before: number; count: number }[] = [];
  #onChange = new Set<() => void>();

  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#next;
  }

  /** @param row JSON of the happening of the row `next` @param event what it tells, whole */
  add(row: string, times: RowTimes, event: KeptEvent): void {
    if (this.#rows.length < this.#kept) {
      this.#rows.push(row);
      this.#times.push(times);
      this.#events.push(event);
    } else {
      this.#rows[this.#at] = row;
      this.#times[this.#at] = times;
      this.#events[this.#at] = event;
      this.#at = (this.#at + 1) % this.#kept;
      this.#first++;
    }
    this.#next++;
    this.#changed();
  }

  addLanes(lanes: readonly Lane[]): void {
    for (const lane of lanes) if (!this.lanes.some(({ name }) => name === lane.name)) this.lanes.push(lane);
    this.#changed();
  }

  /** The board could not tell of so many. */
  lose(count: number): void {
    const last = this.#lost.at(-1);
    if (last?.before === this.#next) last.count += count;
    else this.#lost.push({ before: this.#next, count });
    if (this.#lost.length > LOSSES_KEPT) {
      const oldest = this.#lost.shift();
      const [next] = this.#lost;
      if (oldest !== undefined && next !== undefined) next.count += oldest.count;
    }
    this.#changed();
  }

  /** Places of losses that are kept apart. */
  get losses(): number {
    return this.#lost.length;
  }

  /** The event of a row that is kept. */
  event(number: number): KeptEvent | undefined {
    return this.#events[(this.#at + number - this.#first) % this.#events.length];
  }

  /** How many the board lost, by the number of the row behind them. */
  lossesByPlace(): ReadonlyMap<number, number> {
    return new Map(this.#lost.map(({ before, count }) => [before, count]));
  }

  /** How many the board lost, of all that it lost so far; `before` a row of that number. */
  lostBefore(number: number): number {
    return this.#lost.reduce((sum, { before, count }) => (before <= number ? sum + count : sum), 0);
  }

  /** At most `count` rows from number `first` on. */
  read(first: number, count: number): KeptRows {
    const [what, times]: [string[], RowTimes[]] = [[], []];
    const end = Math.min(this.#next, first + count);
    for (let n = first; n < end; n++) {
      const place = (this.#at + n - this.#first) % this.#rows.length;
      what.push(this.#rows[place] as string);
      times.push(this.#times[place] as RowTimes);
    }
    return { first, what, times };
  }

  /** Calls `changed` once when there is something new. */
  whenChanged(changed: () => void): () => void {
    this.#onChange.add(changed);
    return () => this.#onChange.delete(changed);
  }

  #changed(): void {
    const told = this.#onChange;
    if (told.size === 0) return;
    this.#onChange = new Set();
    for (const tell of told) tell();
  }
}
