import type { FileDescriptor, Mapping } from '../../../os/index.ts';
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
    const first = Math.floor(address / PAGE);
    const last = Math.min(Math.floor((address + length - 1) / PAGE), 8 * this.#bits.length - 1);
    if (first > last) return;
    const [from, to] = [Math.floor(first / 8), Math.floor(last / 8)];
    const head = 0xff << (first % 8);
    const tail = 0xff >> (7 - (last % 8));
    if (from === to) {
      Atomics.or(this.#bits, from, head & tail);
      return;
    }
    Atomics.or(this.#bits, from, head & 0xff);
    // Bytes that are all ones cannot lose a bit that the front-end reads meanwhile.
    this.#bits.fill(0xff, from + 1, to);
    Atomics.or(this.#bits, to, tail);
  }

  /** True once the front-end has taken the log's memory away. */
  get lost(): boolean {
    return this.#mapping.lost;
  }

  unmap(): void {
    this.#mapping.unmap();
  }
}
