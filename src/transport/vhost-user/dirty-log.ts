import type { FileDescriptor, Mapping } from '../../os/index.ts';
import { mapPart } from './map-part.ts';

/** Guest pages are logged in this size, whatever the machine's own is (vhost-user, "Migration"). */
const PAGE = 4096;

/** A bitmap in the front-end's keeping: one bit for each guest page that was written since it last looked. */
export class DirtyLog {
  readonly #mapping: Mapping;
  readonly #bits: Uint8Array;

  /** The file may be closed afterwards. @throws {VhostUserError} when it cannot be mapped. */
  constructor(size: number, offset: number, file: FileDescriptor) {
    const { mapping, buffer } = mapPart(file, offset, size, 'dirty log');
    this.#mapping = mapping;
    this.#bits = new Uint8Array(buffer);
  }

  /** Notes that `length` bytes at a guest-physical address were written. What the log has no bit for is left out. */
  mark(address: number, length: number): void {
    if (length <= 0) return;
    const last = Math.floor((address + length - 1) / PAGE);
    for (let page = Math.floor(address / PAGE); page <= last; page++) {
      const byte = Math.floor(page / 8);
      if (byte >= this.#bits.length) return;
      Atomics.or(this.#bits, byte, 1 << (page % 8));
    }
  }

  unmap(): void {
    this.#mapping.unmap();
  }
}
