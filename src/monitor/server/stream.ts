import type { ServerResponse } from 'node:http';
import type { RowTimes, StreamLine } from '../row.ts';
import type { History, KeptRows } from './history.ts';

/** Rows that are written at once. */
const ROWS_AT_ONCE = 1000;
/** Happenings that a page is told of once, before all are told anew. */
const TOLD_MAX = 4096;
/** A page is told what is new this often, in ms. */
const PACE_MS = 30;

/** Tells one page what happens, as fast as it reads. What it does not read in time is lost to it, and counted. */
export class Stream {
  readonly #response: ServerResponse;
  readonly #history: History;
  /** The number of the next row to be told. */
  #next: number;
  #lanes = 0;
  /** Places of the happenings that were told, by their JSON. */
  readonly #told = new Map<string, number>();
  /** Of what the board lost, so many were told. */
  #lostTold = 0;
  #timer: NodeJS.Timeout | undefined;
  #forget: (() => void) | undefined;
  #isOver = false;
  #isEnding = false;

  constructor(
    response: ServerResponse,
    history: History,
    hello: { began: string; board: string; control: boolean },
    from: number,
  ) {
    this.#response = response;
    this.#history = history;
    this.#next = Math.max(1, Math.min(from, history.next));
    this.#lanes = history.lanes.length;
    response.on('close', () => this.end());
    this.tell({ hello: { ...hello, lanes: history.lanes } });
    this.#pump();
  }

  tell(line: StreamLine): void {
    if (!this.#isOver) this.#response.write(`${JSON.stringify(line)}\n`);
  }

  /** Tells what is left to be told, and ends. */
  finish(): Promise<void> {
    return new Promise((resolve) => {
      this.#response.once('close', resolve);
      this.#isEnding = true;
      this.#later(0);
    });
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#forget?.();
    this.#response.end();
  }

  #pump(): void {
    if (this.#isOver) return;
    const { first, next, lanes } = this.#history;
    if (this.#lanes < lanes.length) {
      this.tell({ lanes: lanes.slice(this.#lanes) });
      this.#lanes = lanes.length;
    }
    const from = this.#next;
    const until = Math.min(next, Math.max(from, first) + ROWS_AT_ONCE);
    const lostThere = this.#history.lostBefore(until);
    const lost = Math.max(0, first - from) + lostThere - this.#lostTold;
    this.#lostTold = lostThere;
    if (lost > 0) this.tell({ lost });
    const rows = this.#history.read(Math.max(from, first), ROWS_AT_ONCE);
    this.#next = until;
    const isRead = rows.what.length === 0 || this.#response.write(this.#lineOf(rows));
    if (!isRead) this.#response.once('drain', () => this.#pump());
    else if (until < this.#history.next) this.#later(0);
    else if (this.#isEnding) this.end();
    else this.#forget = this.#history.whenChanged(() => this.#later(PACE_MS));
  }

  /** A line with `Rows`: each happening stands in it as a place, and the first time as the JSON that it is already. */
  #lineOf({ first, what, times }: KeptRows): string {
    const isFull = this.#told.size >= TOLD_MAX;
    if (isFull) this.#told.clear();
    const told: string[] = [];
    const of = what.map((text) => {
      const known = this.#told.get(text);
      if (known !== undefined) return known;
      this.#told.set(text, this.#told.size);
      told.push(text);
      return this.#told.size - 1;
    });
    const column = (name: keyof RowTimes) => `"${name}":${JSON.stringify(times.map((each) => each[name]))}`;
    const columns = [column('at'), column('queued'), column('wire')].join(',');
    return `{"rows":{"first":${first},${isFull ? '"anew":true,' : ''}"told":[${told.join(',')}],"of":[${of.join(',')}],${columns}}}\n`;
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pump(), ms);
  }
}
