/**
 * Consistent overhead byte stuffing: frames without a 0 inside, each ended by a 0. A code is the distance to the next 0 of the data, which it
 * stands for; 255 says 254 bytes and no 0. Source: Cheshire and Baker, IEEE/ACM Transactions on Networking 7 (1999).
 */

const LONGEST_RUN = 254;

/** @returns the frame of `data`, with the 0 at its end */
export function frameOf(data: Uint8Array): Uint8Array {
  const frame = [];
  for (let at = 0; ; ) {
    const zero = data.indexOf(0, at);
    const end = Math.min(zero < 0 ? data.length : zero, at + LONGEST_RUN);
    frame.push(end - at + 1, ...data.subarray(at, end));
    if (end === data.length) break;
    at = end - at === LONGEST_RUN ? end : end + 1;
  }
  return Uint8Array.of(...frame, 0);
}

/** @param frame without the 0 at its end. @throws {RangeError} it is none */
export function dataOf(frame: Uint8Array): Uint8Array {
  const data: number[] = [];
  for (let at = 0; at < frame.length; ) {
    const code = frame[at] as number;
    const run = frame.subarray(at + 1, at + code);
    if (run.length !== code - 1) throw new RangeError('a frame ends too early');
    data.push(...run);
    at += code;
    if (code <= LONGEST_RUN && at < frame.length) data.push(0);
  }
  return Uint8Array.from(data);
}

/** Cuts what comes in into frames. */
export class FrameReader {
  #begun: number[] = [];
  #isTooLong = false;
  readonly #longest: number;
  readonly #take: (data: Uint8Array | undefined) => void;

  /** @param take is given what is in a frame, or undefined for one that is none, or longer than `longest` */
  constructor(longest: number, take: (data: Uint8Array | undefined) => void) {
    this.#longest = longest;
    this.#take = take;
  }

  read(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === 0) this.#end();
      else if (this.#begun.length < this.#longest) this.#begun.push(byte);
      else this.#isTooLong = true;
    }
  }

  #end(): void {
    const frame = this.#isTooLong ? undefined : Uint8Array.from(this.#begun);
    this.#begun = [];
    this.#isTooLong = false;
    let data: Uint8Array | undefined;
    try {
      data = frame && dataOf(frame);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    this.#take(data);
  }
}
