/** No block of the size that was asked for is free, or a block is freed that was not given out. */
export class DmaError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'DmaError';
  }
}

/** Blocks are a power of two of at least this many bytes: one cache line, so no two requests share one. */
const MIN_SHIFT = 6;
const NONE = -1;
const FREE = 0x80;

/**
 * Hands out pieces of a range of guest memory: a buddy allocator over typed arrays. `alloc` and `free` take
 * a bounded number of steps (one per power of two) and allocate nothing.
 */
export class DmaAllocator {
  /** Bytes that are not given out. */
  available = 0;
  readonly #base: number;
  readonly #blocks: number;
  readonly #orders: number;
  /** Per minimal block, valid at the first of a larger one: its order, with `FREE` set while it is free. */
  readonly #state: Uint8Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** Head of the free list of each order. */
  readonly #heads: Int32Array;

  /** Manages `[address, address + size)`; what is not a multiple of 64 bytes at its ends is left out. */
  constructor(address: number, size: number) {
    const unit = 2 ** MIN_SHIFT;
    this.#base = Math.ceil(address / unit) * unit;
    this.#blocks = Math.max(0, Math.floor((address + size - this.#base) / unit));
    this.#orders = 32 - Math.clz32(this.#blocks);
    this.#state = new Uint8Array(this.#blocks);
    this.#next = new Int32Array(this.#blocks);
    this.#previous = new Int32Array(this.#blocks);
    this.#heads = new Int32Array(Math.max(1, this.#orders)).fill(NONE);
    // Block numbers count from address 0, so that a block of 2^n bytes is aligned to 2^n as an address.
    const origin = this.#base / unit;
    for (let at = 0; at < this.#blocks; ) {
      let order = this.#orders - 1;
      while (order > 0 && ((origin + at) % 2 ** order !== 0 || at + 2 ** order > this.#blocks)) order--;
      this.#link(at, order);
      at += 2 ** order;
    }
    this.available = this.#blocks * unit;
  }

  /**
   * Address of a free block of at least `size` bytes whose address is a multiple of `align` (a power of
   * two). Not cleared. @throws {DmaError} when there is none.
   */
  alloc(size: number, align = 16): number {
    const wanted = Math.max(size, align, 1);
    const order = wanted <= 2 ** MIN_SHIFT ? 0 : Math.ceil(Math.log2(wanted)) - MIN_SHIFT;
    let from = order;
    while (from < this.#orders && this.#heads[from] === NONE) from++;
    if (from >= this.#orders) {
      throw new DmaError(
        `out of DMA memory: ${size} bytes asked for, ${this.available} free in pieces; give the bus more memory`,
      );
    }
    const block = this.#heads[from] as number;
    this.#unlink(block, from);
    while (from > order) {
      from--;
      this.#link(block + 2 ** from, from);
    }
    this.#state[block] = order;
    // A block that is given out is told from the inside of another one by its link to itself.
    this.#next[block] = block;
    this.available -= 2 ** (order + MIN_SHIFT);
    return this.#base + block * 2 ** MIN_SHIFT;
  }

  /** Gives back what `alloc` handed out. @throws {DmaError} when `address` is none of its addresses. */
  free(address: number): void {
    let block = (address - this.#base) / 2 ** MIN_SHIFT;
    if (this.#next[block] !== block) {
      throw new DmaError(`0x${address.toString(16)} is freed but was not allocated`);
    }
    let order = this.#state[block] as number;
    this.#next[block] = NONE;
    this.available += 2 ** (order + MIN_SHIFT);
    const origin = this.#base / 2 ** MIN_SHIFT;
    for (; ; order++) {
      const odd: boolean = Math.floor((origin + block) / 2 ** order) % 2 === 1;
      const buddy = odd ? block - 2 ** order : block + 2 ** order;
      if (this.#state[buddy] !== (FREE | order)) break;
      this.#unlink(buddy, order);
      if (odd) block = buddy;
    }
    this.#link(block, order);
  }

  #link(block: number, order: number): void {
    const head = this.#heads[order] as number;
    this.#state[block] = FREE | order;
    this.#next[block] = head;
    this.#previous[block] = NONE;
    if (head !== NONE) this.#previous[head] = block;
    this.#heads[order] = block;
  }

  #unlink(block: number, order: number): void {
    const before = this.#previous[block] as number;
    const after = this.#next[block] as number;
    if (before === NONE) this.#heads[order] = after;
    else this.#next[before] = after;
    if (after !== NONE) this.#previous[after] = before;
    this.#state[block] = 0;
    this.#next[block] = NONE;
  }
}
