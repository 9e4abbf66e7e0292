import type { SegmentList } from './segment-list.ts';

/** A request is shorter than what was to be read from it or written to it. */
export class ChainTooShort extends RangeError {
  constructor(wanted: number, left: number) {
    super(`${wanted} bytes wanted of a descriptor chain that has ${left} left`);
    this.name = 'ChainTooShort';
  }
}

/**
 * Reads the device-readable half of a chain as one run of bytes, however the driver cut it
 * (virtio 1.3, 2.7.4.1: the device makes no assumptions on the arrangement of descriptors).
 * The driver can change the bytes at any time: read each one once.
 */
export class Reader {
  /** Bytes from the cursor to the end. */
  remaining = 0;
  private readonly list: SegmentList;
  private segment = 0;
  private offset = 0;

  constructor(list: SegmentList) {
    this.list = list;
  }

  /** Puts the cursor back to the first byte. */
  rewind(): void {
    this.segment = 0;
    this.offset = 0;
    this.remaining = this.list.length;
  }

  /** @throws {ChainTooShort} */
  readU8(): number {
    const list = this.list;
    if (this.remaining < 1) throw new ChainTooShort(1, this.remaining);
    list.sync();
    const segment = this.segment;
    const value = list.bytes[segment]?.[(list.starts[segment] as number) + this.offset] as number;
    this.advance(1);
    return value;
  }

  /** Little-endian. @throws {ChainTooShort} */
  readU16(): number {
    return this.readU8() | (this.readU8() << 8);
  }

  /** Little-endian, unsigned. @throws {ChainTooShort} */
  readU32(): number {
    return (this.readU16() | (this.readU16() << 16)) >>> 0;
  }

  /** Fills `target`. @throws {ChainTooShort} */
  readInto(target: Uint8Array): void {
    if (target.length > this.remaining) throw new ChainTooShort(target.length, this.remaining);
    this.list.sync();
    for (let done = 0; done < target.length; ) {
      const piece = this.piece(target.length - done);
      target.set(piece, done);
      done += piece.length;
      this.advance(piece.length);
    }
  }

  /**
   * The next `n` bytes: a view of guest memory when they lie in one piece, else a copy.
   * @throws {ChainTooShort}
   */
  take(n: number): Uint8Array {
    if (n > this.remaining) throw new ChainTooShort(n, this.remaining);
    this.list.sync();
    if (n === 0 || n <= (this.list.sizes[this.segment] as number) - this.offset) {
      const view = this.piece(n);
      this.advance(n);
      return view;
    }
    const copy = new Uint8Array(n);
    this.readInto(copy);
    return copy;
  }

  /** @throws {ChainTooShort} */
  skip(n: number): void {
    if (n > this.remaining) throw new ChainTooShort(n, this.remaining);
    for (let left = n; left > 0; ) {
      const step = Math.min(left, (this.list.sizes[this.segment] as number) - this.offset);
      this.advance(step);
      left -= step;
    }
  }

  /** Views of what remains, piece by piece; the cursor stays. */
  segments(): Uint8Array[] {
    this.list.sync();
    return views(this.list, this.segment, this.offset);
  }

  /** View of at most `n` bytes of the present piece. */
  private piece(n: number): Uint8Array {
    return pieceOf(this.list, this.segment, this.offset, n);
  }

  /** Moves on within the present piece, and into the next at its end. */
  private advance(n: number): void {
    this.remaining -= n;
    this.offset += n;
    if (this.offset === this.list.sizes[this.segment]) {
      this.segment++;
      this.offset = 0;
    }
  }
}

/**
 * Fills the device-writable half of a chain as one run of bytes, however the driver cut it. What `written`
 * counts is what `pushUsed` should report, unless the device knows better.
 */
export class Writer {
  /** Bytes from the cursor to the end. */
  remaining = 0;
  private readonly list: SegmentList;
  private segment = 0;
  private offset = 0;
  /** Taken places that stand for several pieces: what was put there is spread out by `flush`. */
  private readonly bounced: { at: number; bytes: Uint8Array }[] = [];

  constructor(list: SegmentList) {
    this.list = list;
  }

  /** Length of the whole writable half in bytes. */
  get length(): number {
    return this.list.length;
  }

  /** Bytes from the first to the cursor. */
  get written(): number {
    return this.list.length - this.remaining;
  }

  /** Puts the cursor back to the first byte. */
  rewind(): void {
    this.segment = 0;
    this.offset = 0;
    this.remaining = this.list.length;
    if (this.bounced.length > 0) this.bounced.length = 0;
  }

  /** @throws {ChainTooShort} */
  writeU8(value: number): void {
    const list = this.list;
    if (this.remaining < 1) throw new ChainTooShort(1, this.remaining);
    list.sync();
    const segment = this.segment;
    const bytes = list.bytes[segment] as Uint8Array;
    bytes[(list.starts[segment] as number) + this.offset] = value;
    this.advance(1);
  }

  /** Little-endian. @throws {ChainTooShort} */
  writeU16(value: number): void {
    this.writeU8(value);
    this.writeU8(value >>> 8);
  }

  /** Little-endian. @throws {ChainTooShort} */
  writeU32(value: number): void {
    this.writeU16(value);
    this.writeU16(value >>> 16);
  }

  /** Copies all of `source`. @throws {ChainTooShort} and writes nothing. */
  write(source: Uint8Array): void {
    if (source.length > this.remaining) throw new ChainTooShort(source.length, this.remaining);
    this.list.sync();
    for (let done = 0; done < source.length; ) {
      const piece = pieceOf(this.list, this.segment, this.offset, source.length - done);
      piece.set(source.length === piece.length ? source : source.subarray(done, done + piece.length));
      done += piece.length;
      this.advance(piece.length);
    }
  }

  /**
   * The next `n` bytes as a place to put data: a view of guest memory when they lie in one piece, else a
   * zeroed buffer whose contents go there when the chain is given back (or on `flush`).
   * @throws {ChainTooShort}
   */
  take(n: number): Uint8Array {
    if (n > this.remaining) throw new ChainTooShort(n, this.remaining);
    this.list.sync();
    if (n === 0 || n <= (this.list.sizes[this.segment] as number) - this.offset) {
      const view = pieceOf(this.list, this.segment, this.offset, n);
      this.advance(n);
      return view;
    }
    const bytes = new Uint8Array(n);
    this.bounced.push({ at: this.written, bytes });
    this.skip(n);
    return bytes;
  }

  /** Leaves `n` bytes as they are. @throws {ChainTooShort} */
  skip(n: number): void {
    if (n > this.remaining) throw new ChainTooShort(n, this.remaining);
    for (let left = n; left > 0; ) {
      const step = Math.min(left, (this.list.sizes[this.segment] as number) - this.offset);
      this.advance(step);
      left -= step;
    }
  }

  /**
   * Writes the very last byte of the chain, where the request formats keep their status, and leaves the
   * cursor where it is. @throws {ChainTooShort} when there is no writable byte.
   */
  writeLastU8(value: number): void {
    const list = this.list;
    if (list.length === 0) throw new ChainTooShort(1, 0);
    list.sync();
    const last = list.count - 1;
    const bytes = list.bytes[last] as Uint8Array;
    bytes[(list.starts[last] as number) + (list.sizes[last] as number) - 1] = value;
  }

  /**
   * Spreads what was put into taken buffers over the pieces that they stand for. `pushUsed` does it.
   * False when the memory has been taken away meanwhile.
   */
  flush(): boolean {
    if (this.bounced.length === 0) return true;
    if (!this.list.isMapped()) return false;
    const { segment, offset, remaining } = this;
    for (const { at, bytes } of this.bounced) {
      this.segment = 0;
      this.offset = 0;
      this.remaining = this.list.length;
      this.skip(at);
      this.write(bytes);
    }
    this.bounced.length = 0;
    this.segment = segment;
    this.offset = offset;
    this.remaining = remaining;
    return true;
  }

  /** Views of what remains, piece by piece; the cursor stays. */
  segments(): Uint8Array[] {
    this.list.sync();
    return views(this.list, this.segment, this.offset);
  }

  private advance(n: number): void {
    this.remaining -= n;
    this.offset += n;
    if (this.offset === this.list.sizes[this.segment]) {
      this.segment++;
      this.offset = 0;
    }
  }
}

function pieceOf(list: SegmentList, segment: number, offset: number, n: number): Uint8Array {
  if (segment >= list.count) return new Uint8Array(0);
  const bytes = list.bytes[segment] as Uint8Array;
  const length = Math.min(n, (list.sizes[segment] as number) - offset);
  return new Uint8Array(bytes.buffer, bytes.byteOffset + (list.starts[segment] as number) + offset, length);
}

function views(list: SegmentList, first: number, offset: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let i = first; i < list.count; i++) {
    pieces.push(pieceOf(list, i, i === first ? offset : 0, Number.POSITIVE_INFINITY));
  }
  return pieces;
}
