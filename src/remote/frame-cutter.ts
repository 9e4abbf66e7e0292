import { malformed } from './fields.ts';

/** Bytes of the length in front of a frame. */
const LENGTH_BYTES = 4;
const FIRST_BYTES = 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Cuts a stream into frames. It keeps what came of a frame that has not ended, and never more than the longest frame: a
 * length that is only announced costs nothing, nor do pieces of one byte.
 */
export class FrameCutter {
  /** Longest frame from now on. */
  max: number;
  /** What came of the frame that has not ended is at its beginning. */
  #begun: Buffer = NOTHING;
  #length = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Whether a frame has begun and not ended. */
  get isInFrame(): boolean {
    return this.#length > 0;
  }

  /**
   * Takes what came in, and gives the frames that have ended, each without its length.
   * @throws {BusFault} `EPROTO` a frame that is empty or too long
   */
  *feed(chunk: Buffer): Generator<Buffer, void> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#length === 0 && rest.length >= LENGTH_BYTES) {
        const end = LENGTH_BYTES + this.#checked(rest.readUInt32LE(0));
        if (rest.length >= end) {
          const frame = rest.subarray(LENGTH_BYTES, end);
          rest = rest.subarray(end);
          yield frame;
          continue;
        }
      }
      const wanted = this.#wanted() - this.#length;
      this.#keep(rest.subarray(0, wanted));
      rest = rest.subarray(wanted);
      if (this.#length < LENGTH_BYTES || this.#length < this.#wanted()) continue;
      const frame = this.#begun.subarray(LENGTH_BYTES, this.#length);
      this.#begun = NOTHING;
      this.#length = 0;
      yield frame;
    }
  }

  /** Bytes of the frame that has begun, as far as is known: with its length in front. */
  #wanted(): number {
    if (this.#length < LENGTH_BYTES) return LENGTH_BYTES;
    return LENGTH_BYTES + this.#checked(this.#begun.readUInt32LE(0));
  }

  #checked(length: number): number {
    if (length === 0 || length > this.max) throw malformed(`${length} bytes: expected 1 to ${this.max}`);
    return length;
  }

  #keep(bytes: Buffer): void {
    const length = this.#length + bytes.length;
    if (length > this.#begun.length) {
      const larger = Buffer.alloc(Math.max(FIRST_BYTES, length, this.#begun.length * 2));
      this.#begun.copy(larger, 0, 0, this.#length);
      this.#begun = larger;
    }
    bytes.copy(this.#begun, this.#length);
    this.#length = length;
  }
}
