import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders, replaceFile, writeFault } from '../input/index.ts';

/** So many fences are written down ahead: a lease costs no write, and a crash no fence that was given out. */
const AHEAD = 10_000;

/**
 * Numbers of leases, which only grow, also from one start of the host to the next. They begin at the time in ms, so that a
 * file that was lost does not set them back; the file holds where a clock that was set back does.
 */
export class FenceCounter {
  readonly #file: string | undefined;
  readonly #warn: (sentence: string) => void;
  #last: number;
  #reserved = 0;
  #warned = false;

  /** @param file where they are kept; undefined: nowhere @param nowMs since 1970 */
  constructor(file: string | undefined, warn: (sentence: string) => void, nowMs = Date.now()) {
    this.#file = file;
    this.#warn = warn;
    this.#last = Math.max(nowMs, kept(file));
  }

  /** The next one. Where the file cannot be written (a full disk), it is given all the same, and that is told once. */
  next(): number {
    this.#last++;
    if (this.#last > this.#reserved) {
      this.#reserved = this.#last + AHEAD;
      this.#keep();
    }
    return this.#last;
  }

  #keep(): void {
    const file = this.#file;
    if (file === undefined) return;
    try {
      makeFolders(dirname(file), 0o700);
      replaceFile(file, Buffer.from(`${this.#reserved}\n`), { mode: 0o600 });
    } catch (error) {
      if (this.#warned) return;
      this.#warned = true;
      this.#warn(`${writeFault(file, error)}; leases go on, but do not set the clock of this machine back`);
    }
  }
}

/** The highest that may have been given out; 0 where nothing is kept. */
function kept(file: string | undefined): number {
  if (file === undefined) return 0;
  try {
    const last = Number(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(last) && last > 0 ? last : 0;
  } catch {
    return 0;
  }
}
