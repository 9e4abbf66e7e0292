import { GuestMemoryError } from './guest-memory.ts';
import { ChainTooShort, type CursorSource, Place } from './place.ts';
import type { SegmentList } from './segment-list.ts';

/**
 * Reads the device-readable half of a chain as one run of bytes.
 * The driver can change the bytes at any time: read each one once.
 */
export class Reader {
  private readonly place: Place;

  constructor(source: CursorSource, list: SegmentList) {
    this.place = new Place(source, list);
  }

  /** Bytes from the cursor to the end. */
  get remaining(): number {
    return this.place.remaining;
  }

  /** Puts the cursor back to the first byte. */
  rewind(): void {
    this.place.rewind();
  }

  /** @throws {ChainTooShort} */
  readU8(): number {
    const { place } = this;
    if (place.run() === 0) throw new ChainTooShort(1, 0);
    return place.bytes[place.at++] as number;
  }

  /** Little-endian. @throws {ChainTooShort} and reads nothing. */
  readU16(): number {
    const { place } = this;
    if (place.run() >= 2) {
      const { bytes, at } = place;
      place.at = at + 2;
      return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
    }
    place.need(2);
    return this.readU8() | (this.readU8() << 8);
  }

  /** Little-endian, unsigned. @throws {ChainTooShort} and reads nothing. */
  readU32(): number {
    this.place.need(4);
    return (this.readU16() | (this.readU16() << 16)) >>> 0;
  }

  /** Fills `target`. @throws {ChainTooShort} and reads nothing. */
  readInto(target: Uint8Array): void {
    const { place } = this;
    place.need(target.length);
    for (let done = 0; done < target.length; ) {
      const step = Math.min(target.length - done, place.run());
      target.set(place.view(step), done);
      place.at += step;
      done += step;
    }
  }

  /**
   * The next `n` bytes: a view of guest memory when they lie in one piece, else a copy.
   * @throws {ChainTooShort}
   */
  take(n: number): Uint8Array {
    const { place } = this;
    place.need(n);
    if (n > place.run()) {
      const copy = new Uint8Array(n);
      this.readInto(copy);
      return copy;
    }
    const view = place.view(n);
    place.at += n;
    return view;
  }

  /** @throws {ChainTooShort} */
  skip(n: number): void {
    this.place.skip(n);
  }

  /** Views of what remains, piece by piece; the cursor stays. */
  segments(): Uint8Array[] {
    return this.place.views();
  }
}

/**
 * Fills the device-writable half of a chain as one run of bytes. What `written` counts is what `pushUsed`
 * should report, unless the device knows better.
 */
export class Writer {
  private readonly place: Place;
  private readonly list: SegmentList;
  /** Taken places that stand for several pieces: what was put there is spread out by `flush`. */
  private readonly bounced: { at: number; bytes: Uint8Array }[] = [];

  constructor(source: CursorSource, list: SegmentList) {
    this.place = new Place(source, list);
    this.list = list;
  }

  /** Length of the whole writable half in bytes. */
  get length(): number {
    return this.list.length;
  }

  /** Bytes from the cursor to the end. */
  get remaining(): number {
    return this.place.remaining;
  }

  /** Bytes from the first to the cursor. */
  get written(): number {
    return this.list.length - this.place.remaining;
  }

  /** Puts the cursor back to the first byte. What was put into taken buffers goes to its place first. */
  rewind(): void {
    this.flush();
    this.place.rewind();
  }

  /** @throws {ChainTooShort} */
  writeU8(value: number): void {
    const { place } = this;
    if (place.run() === 0) throw new ChainTooShort(1, 0);
    place.bytes[place.at++] = value;
  }

  /** Little-endian. @throws {ChainTooShort} and writes nothing. */
  writeU16(value: number): void {
    this.place.need(2);
    this.writeU8(value);
    this.writeU8(value >>> 8);
  }

  /** Little-endian. @throws {ChainTooShort} and writes nothing. */
  writeU32(value: number): void {
    this.place.need(4);
    this.writeU16(value);
    this.writeU16(value >>> 16);
  }

  /** Copies all of `source`. @throws {ChainTooShort} and writes nothing. */
  write(source: Uint8Array): void {
    const { place } = this;
    place.need(source.length);
    for (let done = 0; done < source.length; ) {
      const step = Math.min(source.length - done, place.run());
      place.view(step).set(step === source.length ? source : source.subarray(done, done + step));
      place.at += step;
      done += step;
    }
  }

  /**
   * The next `n` bytes as a place to put data: a view of guest memory when they lie in one piece, else a
   * zeroed buffer whose contents go there when the chain is given back (or on `flush`).
   * @throws {ChainTooShort}
   */
  take(n: number): Uint8Array {
    const { place } = this;
    place.need(n);
    if (n > place.run()) {
      const bytes = new Uint8Array(n);
      this.bounced.push({ at: this.written, bytes });
      place.skip(n);
      return bytes;
    }
    const view = place.view(n);
    place.at += n;
    return view;
  }

  /** Leaves `n` bytes as they are. @throws {ChainTooShort} */
  skip(n: number): void {
    this.place.skip(n);
  }

  /**
   * Writes the very last byte of the chain, where the request formats keep their status, and leaves the
   * cursor where it is. @throws {ChainTooShort} when there is no writable byte.
   */
  writeLastU8(value: number): void {
    if (this.list.length === 0) throw new ChainTooShort(1, 0);
    const { place } = this;
    const here = this.written;
    place.last();
    place.bytes[place.at] = value;
    place.rewind();
    place.skip(here);
    for (const { at, bytes } of this.bounced)
      if (at + bytes.length === this.length) bytes[bytes.length - 1] = value;
  }

  /**
   * Spreads what was put into taken buffers over the pieces that they stand for. `pushUsed` does it.
   * False when the memory has been taken away meanwhile.
   */
  flush(): boolean {
    return this.bounced.length === 0 || this.spread();
  }

  /** Forgets what was put into taken buffers. For queues. */
  drop(): void {
    this.bounced.length = 0;
  }

  /** Views of what remains, piece by piece; the cursor stays. */
  segments(): Uint8Array[] {
    return this.place.views();
  }

  private spread(): boolean {
    const here = this.written;
    try {
      for (const { at, bytes } of this.bounced) {
        this.place.rewind();
        this.place.skip(at);
        this.write(bytes);
      }
      this.place.rewind();
      this.place.skip(here);
    } catch (error) {
      if (!(error instanceof GuestMemoryError)) throw error;
      return false;
    } finally {
      this.bounced.length = 0;
    }
    return true;
  }
}
