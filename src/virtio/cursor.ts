import { type GuestMemory, GuestMemoryError } from './guest-memory.ts';
import type { SegmentList } from './segment-list.ts';

/** A request is shorter than what was to be read from it or written to it. */
export class ChainTooShort extends RangeError {
  constructor(wanted: number, left: number) {
    super(`${wanted} bytes wanted of a descriptor chain that has ${left} left`);
    this.name = 'ChainTooShort';
  }
}

/** What a cursor runs over: one half of a chain. `serial` changes whenever the half is another one. */
export interface CursorSource {
  readonly memory: GuestMemory;
  readonly serial: number;
}

const NO_BYTES = new Uint8Array(0);

/**
 * A place in one half of a chain, however the driver cut it (virtio 1.3, 2.7.4.1: the device makes no
 * assumptions on the arrangement of descriptors). The pieces are looked up in guest memory as the place
 * reaches them, and again when the memory table has changed.
 */
class Place {
  /** Bytes of the present piece's region; the place is at index `at`, the piece ends at `end`. */
  bytes: Uint8Array = NO_BYTES;
  at = 0;
  end = 0;
  private readonly source: CursorSource;
  private readonly list: SegmentList;
  private serial = -1;
  private generation = -1;
  private segment = 0;
  /** Bytes behind the present piece. */
  private beyond = 0;

  constructor(source: CursorSource, list: SegmentList) {
    this.source = source;
    this.list = list;
  }

  get remaining(): number {
    if (this.serial !== this.source.serial) this.rewind();
    return this.end - this.at + this.beyond;
  }

  rewind(): void {
    this.serial = this.source.serial;
    this.segment = -1;
    this.beyond = this.list.length;
    this.bytes = NO_BYTES;
    this.at = 0;
    this.end = 0;
  }

  /**
   * Bytes of the present piece from the place on: 0 at the end of the chain only.
   * @throws {GuestMemoryError} when the memory was taken away.
   */
  run(): number {
    if (this.serial !== this.source.serial) this.rewind();
    if (this.at === this.end) this.enter();
    else if (this.generation !== this.source.memory.generation) this.map(this.end - this.at);
    return this.end - this.at;
  }

  /** Makes sure that there are `n` bytes more. @throws {ChainTooShort} */
  need(n: number): void {
    const left = this.remaining;
    if (n > left) throw new ChainTooShort(n, left);
  }

  skip(n: number): void {
    this.need(n);
    for (let left = n; left > 0; ) {
      const step = Math.min(left, this.run());
      this.at += step;
      left -= step;
    }
  }

  /** View of `n` bytes, which lie in the present piece. */
  view(n: number): Uint8Array {
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + this.at, n);
  }

  /** Views of what remains, piece by piece. */
  views(): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (const there = this.copy(); ; there.at = there.end) {
      const length = there.run();
      if (length === 0) return pieces;
      pieces.push(there.view(length));
    }
  }

  /** Moves to the last byte. */
  last(): void {
    this.rewind();
    this.skip(this.list.length - 1);
    this.run();
  }

  copy(): Place {
    const there = new Place(this.source, this.list);
    there.skip(this.list.length - this.remaining);
    return there;
  }

  /** Goes on to the next piece, where there is one. */
  private enter(): void {
    if (this.beyond === 0) return;
    this.segment++;
    const size = this.list.sizes[this.segment] as number;
    this.beyond -= size;
    this.map(size);
  }

  /** Finds the last `left` bytes of the present piece in memory. */
  private map(left: number): void {
    const { memory } = this.source;
    const end = (this.list.addresses[this.segment] as number) + (this.list.sizes[this.segment] as number);
    const region = memory.find(end - left, left);
    if (region === undefined) {
      throw new GuestMemoryError('guest memory of a request was taken away while it ran');
    }
    this.generation = memory.generation;
    this.bytes = region.bytes;
    this.end = end - region.guestAddress;
    this.at = this.end - left;
  }
}

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
