import { GuestMemoryError } from '../memory/guest-memory.ts';
import { ChainCursor, ChainTooShort, type CursorSource, UNMAPPED } from './chain-cursor.ts';
import type { SegmentList } from './segment-list.ts';

/**
 * Fills the device-writable half of a chain as one run of bytes. What `written` counts is what `pushUsed`
 * should report, unless the device knows better.
 */
export class Writer {
  readonly #source: CursorSource;
  readonly #cursor: ChainCursor;
  readonly #list: SegmentList;
  /** Taken places that stand for several pieces: what was put there is spread out by `flush`. */
  readonly #bounced: { at: number; bytes: Uint8Array }[] = [];

  constructor(source: CursorSource, list: SegmentList) {
    this.#source = source;
    this.#cursor = new ChainCursor(source, list);
    this.#list = list;
  }

  /** Length of the whole writable half in bytes. */
  get length(): number {
    return this.#list.length;
  }

  /** Bytes from the cursor to the end. */
  get remaining(): number {
    return this.#cursor.remaining;
  }

  /** Bytes from the first to the cursor. */
  get written(): number {
    return this.#list.length - this.#cursor.remaining;
  }

  /** Puts the cursor back to the first byte. What was put into taken buffers goes to its place first. */
  rewind(): void {
    this.flush();
    this.#cursor.rewind();
  }

  /** @throws {ChainTooShort} */
  writeU8(value: number): void {
    const cursor = this.#cursor;
    if (cursor.run() === 0) throw new ChainTooShort(1, 0);
    cursor.bytes[cursor.at++] = value;
  }

  /** Little-endian. @throws {ChainTooShort} and writes nothing. */
  writeU16(value: number): void {
    this.#cursor.need(2);
    this.writeU8(value);
    this.writeU8(value >>> 8);
  }

  /** Little-endian. @throws {ChainTooShort} and writes nothing. */
  writeU32(value: number): void {
    this.#cursor.need(4);
    this.writeU16(value);
    this.writeU16(value >>> 16);
  }

  /** Copies all of `source`. @throws {ChainTooShort} and writes nothing. */
  write(source: Uint8Array): void {
    const cursor = this.#cursor;
    cursor.need(source.length);
    for (let done = 0; done < source.length; ) {
      const step = Math.min(source.length - done, cursor.run());
      cursor.take(step).set(step === source.length ? source : source.subarray(done, done + step));
      cursor.at += step;
      done += step;
    }
  }

  /**
   * The next `n` bytes as a place to put data: a view of guest memory when they lie in one piece, else a
   * zeroed buffer whose contents go there when the chain is given back (or on `flush`).
   * @throws {ChainTooShort}
   */
  take(n: number): Uint8Array {
    const cursor = this.#cursor;
    cursor.need(n);
    if (n > cursor.run()) {
      const bytes = new Uint8Array(n);
      this.#bounced.push({ at: this.written, bytes });
      cursor.skip(n);
      return bytes;
    }
    const view = cursor.take(n);
    cursor.at += n;
    return view;
  }

  /** Leaves `n` bytes as they are. @throws {ChainTooShort} */
  skip(n: number): void {
    this.#cursor.skip(n);
  }

  /**
   * Writes the very last byte of the chain, where the request formats keep their status, and leaves the
   * cursor where it is. @throws {ChainTooShort} when there is no writable byte, {GuestMemoryError} when its memory was
   * taken away.
   */
  writeLastU8(value: number): void {
    const { count, addresses, sizes } = this.#list;
    if (count === 0) throw new ChainTooShort(1, 0);
    const address = (addresses[count - 1] as number) + (sizes[count - 1] as number) - 1;
    const region = this.#source.memory.find(address, 1);
    if (region === undefined) throw new GuestMemoryError(UNMAPPED);
    region.bytes[address - region.guestAddress] = value;
    if (this.#bounced.length > 0) this.#bounceLast(value);
  }

  /**
   * Spreads what was put into taken buffers over the pieces that they stand for. `pushUsed` does it.
   * False when the memory has been taken away meanwhile.
   */
  flush(): boolean {
    return this.#bounced.length === 0 || this.#spread();
  }

  /** Forgets what was put into taken buffers. For queues. */
  drop(): void {
    this.#bounced.length = 0;
  }

  /** Views of what remains, piece by piece; the cursor stays. */
  segments(): Uint8Array[] {
    return this.#cursor.views();
  }

  /** What is put into the place of the last byte goes there after it. */
  #bounceLast(value: number): void {
    for (const { at, bytes } of this.#bounced)
      if (at + bytes.length === this.length) bytes[bytes.length - 1] = value;
  }

  #spread(): boolean {
    const here = this.written;
    try {
      for (const { at, bytes } of this.#bounced) {
        this.#cursor.rewind();
        this.#cursor.skip(at);
        this.write(bytes);
      }
      this.#cursor.rewind();
      this.#cursor.skip(here);
    } catch (error) {
      if (!(error instanceof GuestMemoryError)) throw error;
      return false;
    } finally {
      this.#bounced.length = 0;
    }
    return true;
  }
}
