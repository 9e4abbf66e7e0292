import { type GuestMemory, GuestMemoryError } from './guest-memory.ts';

const NO_BYTES = new Uint8Array(0);

/**
 * The pieces of guest memory that make up one half of a descriptor chain, in order. Only pieces that were
 * found inside one memory region get in, and none is empty, so the cursors over it need no bounds of their
 * own but the list's length. The arrays grow to the longest chain seen and are reused.
 */
export class SegmentList {
  /** Number of pieces. */
  count = 0;
  /** Sum of their lengths in bytes. */
  length = 0;
  /** Per piece: all bytes of its region, */
  readonly bytes: Uint8Array[] = [NO_BYTES, NO_BYTES, NO_BYTES, NO_BYTES];
  /** its first byte's index in there, */
  starts = new Float64Array(4);
  /** its length, */
  sizes = new Float64Array(4);
  /** and its guest-physical address. */
  addresses = new Float64Array(4);
  private readonly memory: GuestMemory;
  private generation = 0;

  constructor(memory: GuestMemory) {
    this.memory = memory;
  }

  clear(): void {
    this.count = 0;
    this.length = 0;
    this.generation = this.memory.generation;
  }

  /** Appends a piece; false when it is not inside one region. Nothing is looked up for an empty one. */
  add(address: number, size: number): boolean {
    if (size === 0) return true;
    const region = this.memory.find(address, size);
    if (region === undefined) return false;
    const i = this.count;
    if (i === this.starts.length) this.grow();
    this.bytes[i] = region.bytes;
    this.starts[i] = address - region.guestAddress;
    this.sizes[i] = size;
    this.addresses[i] = address;
    this.count = i + 1;
    this.length += size;
    return true;
  }

  /**
   * Looks the pieces up again when the memory table has changed since.
   * @throws {GuestMemoryError} when one of them is no longer mapped.
   */
  sync(): void {
    if (this.generation !== this.memory.generation && !this.remap()) {
      throw new GuestMemoryError('guest memory of a request was taken away while it ran');
    }
  }

  /** The pieces as plain data. */
  buffers(): { addr: number; len: number }[] {
    return Array.from({ length: this.count }, (_, i) => ({
      addr: this.addresses[i] as number,
      len: this.sizes[i] as number,
    }));
  }

  /** As `sync`, as a question. */
  isMapped(): boolean {
    return this.generation === this.memory.generation || this.remap();
  }

  private remap(): boolean {
    for (let i = 0; i < this.count; i++) {
      const address = this.addresses[i] as number;
      const region = this.memory.find(address, this.sizes[i] as number);
      if (region === undefined) return false;
      this.bytes[i] = region.bytes;
      this.starts[i] = address - region.guestAddress;
    }
    this.generation = this.memory.generation;
    return true;
  }

  private grow(): void {
    const capacity = this.starts.length * 2;
    const wider = (old: Float64Array<ArrayBuffer>) => {
      const array = new Float64Array(capacity);
      array.set(old);
      return array;
    };
    this.starts = wider(this.starts);
    this.sizes = wider(this.sizes);
    this.addresses = wider(this.addresses);
    while (this.bytes.length < capacity) this.bytes.push(NO_BYTES);
  }
}
