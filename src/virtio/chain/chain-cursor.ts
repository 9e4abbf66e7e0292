import { type GuestMemory, GuestMemoryError } from '../memory/guest-memory.ts';
import type { MappedRegion } from '../memory/memory-region.ts';
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
const NO_PLACE = { buffer: NO_BYTES.buffer, byteOffset: 0 };
const NO_VIEW = new DataView(NO_PLACE.buffer);

/** Why a request cannot go on. */
export const UNMAPPED = 'the guest unmapped memory of a request in progress';

/**
 * A place in one half of a chain, however the driver cut it (virtio 1.3, 2.7.4.1: the device makes no
 * assumptions on the arrangement of descriptors). The pieces are looked up in guest memory as the place
 * reaches them, and again when the memory table has changed.
 */
export class ChainCursor {
  /** Bytes of the present piece's region; the place is at index `at`, the piece ends at `end`. */
  bytes: Uint8Array = NO_BYTES;
  /** The same bytes, for reading numbers at any alignment; of no meaning where there is no piece. */
  view: DataView = NO_VIEW;
  at = 0;
  end = 0;
  /** Where `bytes` begin: to ask them for their buffer is a call out of compiled code, and takes longer than a view of it. */
  #place: Pick<MappedRegion, 'buffer' | 'byteOffset'> = NO_PLACE;
  readonly #source: CursorSource;
  readonly #list: SegmentList;
  #serial = -1;
  #generation = -1;
  #segment = 0;
  /** Bytes behind the present piece. */
  #beyond = 0;

  constructor(source: CursorSource, list: SegmentList) {
    this.#source = source;
    this.#list = list;
  }

  get remaining(): number {
    if (this.#serial !== this.#source.serial) this.rewind();
    return this.end - this.at + this.#beyond;
  }

  rewind(): void {
    this.#serial = this.#source.serial;
    this.#segment = -1;
    this.#beyond = this.#list.length;
    this.bytes = NO_BYTES;
    this.#place = NO_PLACE;
    this.at = 0;
    this.end = 0;
  }

  /**
   * Bytes of the present piece from the place on: 0 at the end of the chain only.
   * @throws {GuestMemoryError} when the memory was taken away.
   */
  run(): number {
    if (this.#serial !== this.#source.serial) this.rewind();
    if (this.at === this.end) this.#enter();
    else if (this.#generation !== this.#source.memory.generation) this.#map(this.end - this.at);
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
  take(n: number): Uint8Array {
    const { buffer, byteOffset } = this.#place;
    return new Uint8Array(buffer, byteOffset + this.at, n);
  }

  /** Views of what remains, piece by piece. */
  views(): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (const there = this.copy(); ; there.at = there.end) {
      const length = there.run();
      if (length === 0) return pieces;
      pieces.push(there.take(length));
    }
  }

  copy(): ChainCursor {
    const there = new ChainCursor(this.#source, this.#list);
    there.skip(this.#list.length - this.remaining);
    return there;
  }

  /** Goes on to the next piece, where there is one. */
  #enter(): void {
    if (this.#beyond === 0) return;
    this.#segment++;
    const size = this.#list.sizes[this.#segment] as number;
    this.#beyond -= size;
    this.#map(size);
  }

  /** Finds the last `left` bytes of the present piece in memory. */
  #map(left: number): void {
    const { memory } = this.#source;
    const end = (this.#list.addresses[this.#segment] as number) + (this.#list.sizes[this.#segment] as number);
    const region = memory.find(end - left, left);
    if (region === undefined) {
      throw new GuestMemoryError(UNMAPPED);
    }
    this.#generation = memory.generation;
    this.bytes = region.bytes;
    this.view = region.view;
    this.#place = region;
    this.end = end - region.guestAddress;
    this.at = this.end - left;
  }
}
