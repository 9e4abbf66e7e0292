import type { MappedRegion, WindowedRegion } from './memory-region.ts';

/**
 * How much of memory one view shows. The engine counts each view of memory that is not its own as if it had
 * allocated the bytes, and collects garbage after some 64 MB of them: one view of a whole guest costs a
 * collection, and one for each 4 GiB of a vast guest costs minutes. So views are small, and made where
 * somebody looks.
 */
export const WINDOW_BYTES = 1 << 16;
/** Views that are kept: of 256 MiB. */
const MOST_WINDOWS = 4096;

/** A region of any size, of which only what is looked at has views. */
export class MemoryWindows {
  readonly guestAddress: number;
  readonly size: number;
  readonly guestEnd: number;
  readonly #viewOf: WindowedRegion['viewOf'];
  readonly #windows = new Map<number, MappedRegion>();

  constructor({ guestAddress, size, viewOf }: WindowedRegion) {
    this.guestAddress = guestAddress;
    this.size = size;
    this.guestEnd = guestAddress + size;
    this.#viewOf = viewOf;
  }

  /** A part of the region that holds all of `[address, address + length)`, which lies inside the region. */
  find(address: number, length: number): MappedRegion {
    const offset = address - this.guestAddress;
    const index = Math.floor(offset / WINDOW_BYTES);
    const start = index * WINDOW_BYTES;
    const reach = offset - start + length;
    // What is longer than a window has a view of its own, which is not kept.
    if (reach > WINDOW_BYTES) return this.#map(start, reach);
    let window = this.#windows.get(index);
    if (window === undefined) {
      if (this.#windows.size >= MOST_WINDOWS) this.#windows.clear();
      window = this.#map(start, Math.min(WINDOW_BYTES, this.size - start));
      this.#windows.set(index, window);
    }
    return window;
  }

  #map(start: number, size: number): MappedRegion {
    const guestAddress = this.guestAddress + start;
    const buffer = this.#viewOf(start, size);
    return {
      guestAddress,
      size,
      buffer,
      byteOffset: 0,
      guestEnd: guestAddress + size,
      bytes: new Uint8Array(buffer, 0, size),
      view: new DataView(buffer, 0, size),
    };
  }
}
