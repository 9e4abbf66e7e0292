/** No block of the size that was asked for is free, or a block is freed that was not given out. */
export class DmaError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'DmaError';
  }
}

/** Blocks are a power of two of at least this many bytes: one cache line, so no two requests share one. */
const MIN_SHIFT = 6;
/** Looked up: a power whose exponent is no constant is a call of the C library's `pow`. */
const POWERS_OF_2 = Float64Array.from({ length: 54 }, (_, exponent) => 2 ** exponent);
const NONE = -1;
const FREE = 0x80;
/** Minimal blocks that are kept account of from the start: 256 KiB, more than the rings of a small board take. */
const FIRST_BLOCKS = 4096;

/**
 * Hands out pieces of a range of guest memory: a buddy allocator over typed arrays. `alloc` and `free` take
 * a bounded number of steps (one per power of two) and allocate nothing, but for the account of the range: it begins
 * with a part of it, and is doubled when that is given out, as most boards never need the rest.
 */
export class DmaAllocator {
  /** Bytes that are not given out. */
  available = 0;
  readonly #base: number;
  readonly #blocks: number;
  /** The first of them, which the account is kept of. */
  #managed = 0;
  readonly #orders: number;
  /** Per minimal block, valid at the first of a larger one: its order, with `FREE` set while it is free. */
  #state = new Uint8Array(0);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  /** Head of the free list of each order. */
  readonly #heads: Int32Array;

  /** Manages `[address, address + size)`; what is not a multiple of 64 bytes at its ends is left out. */
  constructor(address: number, size: number) {
    const unit = 2 ** MIN_SHIFT;
    this.#base = Math.ceil(address / unit) * unit;
    this.#blocks = Math.max(0, Math.floor((address + size - this.#base) / unit));
    this.#orders = 32 - Math.clz32(this.#blocks);
    this.#heads = new Int32Array(Math.max(1, this.#orders)).fill(NONE);
    this.#manage(FIRST_BLOCKS);
    this.available = this.#blocks * unit;
  }

  /**
   * Address of a free block of at least `size` bytes whose address is a multiple of `align` (a power of
   * two). Not cleared. @throws {DmaError} when there is none.
   */
  alloc(size: number, align = 16): number {
    const wanted = Math.max(size, align, 1);
    const order = wanted <= 2 ** MIN_SHIFT ? 0 : Math.ceil(Math.log2(wanted)) - MIN_SHIFT;
    let from = this.#freeOrder(order);
    while (from >= this.#orders && this.#managed < this.#blocks) {
      this.#manage(2 * this.#managed);
      from = this.#freeOrder(order);
    }
    if (from >= this.#orders) {
      throw new DmaError(
        `out of DMA memory: ${size} bytes asked for, ${this.available} free in pieces; give the bus more memory`,
      );
    }
    const block = this.#heads[from] as number;
    this.#unlink(block, from);
    while (from > order) {
      from--;
      this.#link(block + powerOf2(from), from);
    }
    this.#state[block] = order;
    // A block that is given out is told from the inside of another one by its link to itself.
    this.#next[block] = block;
    this.available -= powerOf2(order + MIN_SHIFT);
    return this.#base + block * 2 ** MIN_SHIFT;
  }

  /** Gives back what `alloc` handed out. @throws {DmaError} when `address` is none of its addresses. */
  free(address: number): void {
    const block = (address - this.#base) / 2 ** MIN_SHIFT;
    if (this.#next[block] !== block) {
      throw new DmaError(`0x${address.toString(16)} is freed but was not allocated`);
    }
    const order = this.#state[block] as number;
    this.#next[block] = NONE;
    this.available += powerOf2(order + MIN_SHIFT);
    this.#release(block, order);
  }

  /** The lowest order from `order` on that has a free block. */
  #freeOrder(order: number): number {
    let from = order;
    while (from < this.#orders && this.#heads[from] === NONE) from++;
    return from;
  }

  /** Keeps account of so many blocks, of all at most: those that are new are free. */
  #manage(wanted: number): void {
    const before = this.#managed;
    this.#managed = Math.min(wanted, this.#blocks);
    this.#state = grown(this.#state, new Uint8Array(this.#managed));
    this.#next = grown(this.#next, new Int32Array(this.#managed));
    this.#previous = grown(this.#previous, new Int32Array(this.#managed));
    // Block numbers count from address 0, so that a block of 2^n bytes is aligned to 2^n as an address.
    const origin = this.#base / 2 ** MIN_SHIFT;
    for (let at = before; at < this.#managed; ) {
      let order = this.#orders - 1;
      while (order > 0 && ((origin + at) % 2 ** order !== 0 || at + 2 ** order > this.#managed)) order--;
      this.#release(at, order);
      at += 2 ** order;
    }
  }

  /** Makes a block free, joined with those beside it that are. */
  #release(first: number, least: number): void {
    let block = first;
    let order = least;
    const origin = this.#base / 2 ** MIN_SHIFT;
    for (; ; order++) {
      const length = powerOf2(order);
      const odd: boolean = Math.floor((origin + block) / length) % 2 === 1;
      const buddy = odd ? block - length : block + length;
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

function powerOf2(exponent: number): number {
  return POWERS_OF_2[exponent] as number;
}

function grown<Column extends Uint8Array | Int32Array>(column: Column, larger: Column): Column {
  larger.set(column);
  return larger;
}
