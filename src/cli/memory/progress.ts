import { byteCount, duration } from './byte-count.ts';

/** A terminal, or what is none. */
interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Least time between two drawings. */
const REDRAW_MS = 100;
/** Before that, a speed says nothing. */
const SETTLE_MS = 300;
const CLEAR_LINE = '\r\x1b[K';

/**
 * How far long work is: on a terminal one line that is drawn again and again, with speed and time left; elsewhere
 * nothing. The clock counts ms.
 */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  #what = '';
  #total = 0;
  #done = 0;
  #began = 0;
  #drawn = Number.NEGATIVE_INFINITY;
  #visible = false;

  constructor(stream: ProgressStream, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
  }

  /** A new stretch of work: `reading`, `writing`. */
  begin(what: string, total: number): void {
    this.#what = what;
    this.#total = total;
    this.#done = 0;
    this.#began = this.#now();
    this.#drawn = Number.NEGATIVE_INFINITY;
    this.#draw();
  }

  advance(bytes: number): void {
    this.#done += bytes;
    this.#draw();
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    if (this.#visible) this.#stream.write(CLEAR_LINE);
    this.#visible = false;
  }

  #draw(): void {
    if (this.#stream.isTTY !== true) return;
    const now = this.#now();
    if (now - this.#drawn < REDRAW_MS && this.#done < this.#total) return;
    this.#drawn = now;
    this.#visible = true;
    this.#stream.write(`${CLEAR_LINE}${this.#line(now - this.#began)}`);
  }

  #line(elapsed: number): string {
    const share = this.#total === 0 ? 1 : this.#done / this.#total;
    const parts = [
      `${this.#what} ${Math.floor(share * 100)
        .toString()
        .padStart(3)} %`,
      `${byteCount(this.#done)} of ${byteCount(this.#total)}`,
    ];
    if (elapsed > SETTLE_MS && this.#done > 0) {
      parts.push(speed(this.#done, elapsed));
      parts.push(`${duration((elapsed / this.#done) * (this.#total - this.#done))} left`);
    }
    return parts.join('  ');
  }
}

/** `110 KiB/s` */
export function speed(bytes: number, ms: number): string {
  return `${byteCount((bytes * 1000) / Math.max(ms, 1))}/s`;
}
