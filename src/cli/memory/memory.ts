import { BusFault } from '../../board/index.ts';
import { roomFor } from '../../bus/index.ts';
import { hexByte } from '../../bus/words.ts';
import type { Interruption } from './interruption.ts';
import type { Progress } from './progress.ts';
import { hexAddress, type Range } from './range.ts';

/** A part that keeps bytes, behind a node. */
export interface Memory {
  /** `24C32 at 0x51 on /dev/i2c-2` */
  readonly title: string;
  readonly size: number;
  /** Most bytes that one transfer may read. */
  readonly readMax: number;
  /** Fills `into` from `offset` on by one transfer. @throws {BusFault} */
  read(offset: number, into: Uint8Array): Promise<void>;
  /** Leaves the part as it was found and closes its node. */
  close(): void | Promise<void>;
}

/** What work on a memory needs besides it. */
export interface Work {
  readonly progress: Progress;
  readonly interruption: Interruption;
}

const FIRST_CHUNK = 4096;
const LEAST_CHUNK = 16;
/** Faults by which an adapter says that a transfer is too long, and those that a line has which it overran. */
export const TOO_LONG: readonly string[] = ['EMSGSIZE', 'ENOMEM'];
export const DOUBTFUL: readonly string[] = ['EPROTO', 'ETIMEDOUT', 'EIO'];
/** A transfer that takes longer is too long for a person who presses Ctrl-C; a shorter one costs more than it carries. */
const LONG_MS = 400;
const SHORT_MS = 50;
/** By so much transfers grow at most, while they stay short. */
const MOST_GROWTH = 16;

/** Reads large ranges by transfers that are as long as adapter and patience allow. */
export class ChunkedReader {
  readonly #memory: Memory;
  #chunk: number;
  #most: number;
  /** The longest that the adapter took. */
  #taken = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#most = memory.readMax;
    this.#chunk = Math.min(FIRST_CHUNK, this.#most);
  }

  /** @param pause is called between two transfers and may throw */
  async read({ from, to }: Range, work: Work, pause = () => work.interruption.pause()): Promise<Uint8Array> {
    const bytes = roomFor(to - from);
    for (let at = 0; at < bytes.length; ) {
      await pause();
      const part = bytes.subarray(at, at + this.#chunk);
      const began = performance.now();
      try {
        await this.#memory.read(from + at, part);
      } catch (thrown) {
        if (!this.#shorten(thrown)) throw thrown;
        continue;
      }
      at += part.length;
      this.#taken = Math.max(this.#taken, part.length);
      work.progress.advance(part.length);
      this.#adapt(performance.now() - began);
    }
    return bytes;
  }

  /**
   * The adapter does not take that much: half of it, then, as it says so before it sends anything. Or its line does not, which may
   * take a time to tell: as much as it took before. Reading twice does no harm.
   */
  #shorten(thrown: unknown): boolean {
    const { code } = BusFault.from(thrown);
    const half = this.#chunk >> 1;
    if (TOO_LONG.includes(code)) return this.#isShortened(half, 1);
    return DOUBTFUL.includes(code) && this.#isShortened(this.#taken || half, FIRST_CHUNK);
  }

  #isShortened(length: number, least: number): boolean {
    if (this.#chunk <= least || length >= this.#chunk) return false;
    this.#chunk = this.#most = Math.max(least, length);
    return true;
  }

  #adapt(ms: number): void {
    if (ms < SHORT_MS) {
      const growth = Math.min(MOST_GROWTH, Math.max(2, Math.floor(SHORT_MS / ms)));
      this.#chunk = Math.min(this.#most, this.#chunk * growth);
    } else if (ms > LONG_MS) this.#chunk = Math.max(Math.min(LEAST_CHUNK, this.#most), this.#chunk >> 1);
  }
}

/** Memory that does not hold what it should. */
export class Difference extends Error {
  override readonly name = 'Difference';
  readonly at: number;

  constructor(at: number, is: number, expected: number, count: number, size: number) {
    const more = count === 1 ? '' : `; ${count} bytes differ in total`;
    super(`${hexAddress(at, size)} reads ${hexByte(is)} instead of ${hexByte(expected)}${more}`);
    this.at = at;
  }
}

/** The first place where `is` differs from `expected`; both begin at `from` of a memory of `size` bytes. */
export function differenceOf(
  is: Uint8Array,
  expected: Uint8Array,
  from: number,
  size: number,
): Difference | undefined {
  let first = -1;
  let count = 0;
  for (let i = 0; i < expected.length; i++) {
    if (is[i] === expected[i]) continue;
    if (first < 0) first = i;
    count++;
  }
  if (first < 0) return undefined;
  return new Difference(from + first, is[first] as number, expected[first] as number, count, size);
}

/**
 * Does something with `bytes` in pieces that an adapter takes: halves them while it says that they are too long, which
 * it says before it sends anything.
 * @param most is a piece's length at first; give the one that came back for what follows
 * @returns the length that it takes
 * @throws {BusFault} also `EMSGSIZE` where not even one byte is taken
 */
export async function inPieces(
  bytes: Uint8Array,
  most: number,
  send: (at: number, piece: Uint8Array) => Promise<void>,
): Promise<number> {
  let length = Math.min(most, bytes.length);
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + length);
    try {
      await send(at, piece);
      at += piece.length;
    } catch (thrown) {
      if (!TOO_LONG.includes(BusFault.from(thrown).code) || length <= 1) throw thrown;
      length = length >> 1;
    }
  }
  // A short last piece tells nothing of the adapter.
  return bytes.length < most && length === bytes.length ? most : length;
}
