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

/** A part of long work: `reading`, `erasing`, `writing`, `verifying`, and its bytes. */
export type Phase = readonly [what: string, bytes: number];

interface Counted {
  readonly what: string;
  readonly total: number;
  done: number;
}

/**
 * How far long work is: on a terminal one line that is drawn again and again, with speed and time left; elsewhere
 * nothing. Phases may take turns, block by block: each counts its own bytes, and the time left is that of all. The clock
 * counts ms.
 */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  #phases: readonly Counted[] = [];
  #present: Counted | undefined;
  #began = 0;
  #drawn = Number.NEGATIVE_INFINITY;
  #visible = false;

  constructor(stream: ProgressStream, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
  }

  /** New work. The first phase that has something to do begins; others begin by `phase`. */
  begin(...phases: readonly Phase[]): void {
    this.#phases = phases.filter(([, total]) => total > 0).map(([what, total]) => ({ what, total, done: 0 }));
    this.#present = this.#phases[0];
    this.#began = this.#now();
    this.#drawn = Number.NEGATIVE_INFINITY;
    this.#draw();
  }

  /** What is done and counted from now on. */
  phase(what: string): void {
    this.#present = this.#phases.find((phase) => phase.what === what);
    this.#draw();
  }

  advance(bytes: number): void {
    if (this.#present !== undefined) this.#present.done += bytes;
    this.#draw();
  }

  /** Time has passed, and nothing can be counted. */
  tick(): void {
    this.#draw();
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    if (this.#visible) this.#stream.write(CLEAR_LINE);
    this.#visible = false;
  }

  #draw(): void {
    if (this.#stream.isTTY !== true || this.#present === undefined) return;
    const now = this.#now();
    const isDone = this.#phases.every(({ done, total }) => done >= total);
    if (now - this.#drawn < REDRAW_MS && !isDone) return;
    this.#drawn = now;
    this.#visible = true;
    this.#stream.write(`${CLEAR_LINE}${lineOf(this.#present, now - this.#began)}`);
  }
}

function lineOf({ what, total, done }: Counted, elapsed: number): string {
  const percent = Math.floor((done / total) * 100);
  const parts = [`${what} ${percent.toString().padStart(3)} %`, `${byteCount(done)} of ${byteCount(total)}`];
  if (elapsed > SETTLE_MS && done > 0) {
    parts.push(speed(done, elapsed));
    parts.push(`${duration((elapsed / done) * (total - done))} left`);
  } else if (elapsed > SETTLE_MS) parts.push(`for ${duration(elapsed)}`);
  return parts.join('  ');
}

/** `110 KiB/s` */
export function speed(bytes: number, ms: number): string {
  return `${byteCount((bytes * 1000) / Math.max(ms, 1))}/s`;
}
