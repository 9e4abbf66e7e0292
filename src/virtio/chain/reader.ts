import { ChainCursor, ChainTooShort, type CursorSource } from './chain-cursor.ts';
import type { SegmentList } from './segment-list.ts';

/**
 * Reads the device-readable half of a chain as one run of bytes.
 * The driver can change the bytes at any time: read each one once.
 */
export class Reader {
  /** What the place that `head` gave last is a place in. */
  view: DataView;
  readonly #cursor: ChainCursor;

  constructor(source: CursorSource, list: SegmentList) {
    this.#cursor = new ChainCursor(source, list);
    this.view = this.#cursor.view;
  }

  /** Bytes from the cursor to the end. */
  get remaining(): number {
    return this.#cursor.remaining;
  }

  /** Puts the cursor back to the first byte. */
  rewind(): void {
    this.#cursor.rewind();
  }

  /** @throws {ChainTooShort} */
  readU8(): number {
    const cursor = this.#cursor;
    if (cursor.run() === 0) throw new ChainTooShort(1, 0);
    return cursor.bytes[cursor.at++] as number;
  }

  /** Little-endian. @throws {ChainTooShort} and reads nothing. */
  readU16(): number {
    const cursor = this.#cursor;
    if (cursor.run() >= 2) {
      const { bytes, at } = cursor;
      cursor.at = at + 2;
      return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    }
    cursor.need(2);
    return this.readU8() | (this.readU8() << 8);
  }

  /** Little-endian, unsigned. @throws {ChainTooShort} and reads nothing. */
  readU32(): number {
    this.#cursor.need(4);
    return (this.readU16() | (this.readU16() << 16)) >>> 0;
  }

  /**
   * Goes behind the next `n` bytes, a head of several fields, and gives their place in `view`: one look-up for all of them.
   * @throws {ChainTooShort} and reads nothing.
   */
  head(n: number): number {
    const cursor = this.#cursor;
    if (cursor.run() < n) {
      const copy = new Uint8Array(n);
      this.readInto(copy);
      this.view = new DataView(copy.buffer);
      return 0;
    }
    const { at } = cursor;
    cursor.at = at + n;
    this.view = cursor.view;
    return at;
  }

  /** Fills `target`. @throws {ChainTooShort} and reads nothing. */
  readInto(target: Uint8Array): void {
    const cursor = this.#cursor;
    cursor.need(target.length);
    for (let done = 0; done < target.length; ) {
      const step = Math.min(target.length - done, cursor.run());
      target.set(cursor.take(step), done);
      cursor.at += step;
      done += step;
    }
  }

  /**
   * The next `n` bytes: a view of guest memory when they lie in one piece, else a copy.
   * @throws {ChainTooShort}
   */
  take(n: number): Uint8Array {
    const cursor = this.#cursor;
    cursor.need(n);
    if (n > cursor.run()) {
      const copy = new Uint8Array(n);
      this.readInto(copy);
      return copy;
    }
    const view = cursor.take(n);
    cursor.at += n;
    return view;
  }

  /** @throws {ChainTooShort} */
  skip(n: number): void {
    this.#cursor.skip(n);
  }

  /** Views of what remains, piece by piece; the cursor stays. */
  segments(): Uint8Array[] {
    return this.#cursor.views();
  }
}
