const FIRST_CAPACITY = 4;

/**
 * The pieces of guest memory that make up one half of a descriptor chain, in order. None is empty, and each
 * lay inside one memory region when the chain was popped. The arrays grow to the longest chain seen and are
 * used again for the next.
 */
export class SegmentList {
  /** Number of pieces. */
  count = 0;
  /** Sum of their lengths in bytes. */
  length = 0;
  /** Guest-physical address of each piece, */
  addresses = new Float64Array(FIRST_CAPACITY);
  /** and its length. */
  sizes = new Uint32Array(FIRST_CAPACITY);

  clear(): void {
    this.count = 0;
    this.length = 0;
  }

  add(address: number, size: number): void {
    const i = this.count;
    if (i === this.sizes.length) this.#grow();
    this.addresses[i] = address;
    this.sizes[i] = size;
    this.count = i + 1;
    this.length += size;
  }

  /**
   * Becomes one piece. What it is already is not stored: stores wait behind those to the ring, which wait for the other
   * processor.
   */
  holdOne(address: number, size: number): void {
    if (this.addresses[0] !== address) this.addresses[0] = address;
    if (this.length !== size || this.count !== 1) {
      this.sizes[0] = size;
      this.count = 1;
      this.length = size;
    }
  }

  /** The pieces as plain data. */
  buffers(): { addr: number; len: number }[] {
    return Array.from({ length: this.count }, (_, i) => ({
      addr: this.addresses[i] as number,
      len: this.sizes[i] as number,
    }));
  }

  #grow(): void {
    const capacity = this.sizes.length * 2;
    const addresses = new Float64Array(capacity);
    const sizes = new Uint32Array(capacity);
    addresses.set(this.addresses);
    sizes.set(this.sizes);
    this.addresses = addresses;
    this.sizes = sizes;
  }
}
