import { addressHigh, DESC, DESC_BYTES, DESC_F, DESC_WORDS } from '../chain/descriptor.ts';
import type { DmaAllocator } from '../memory/dma-allocator.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { FLAGS_SHIFT } from '../packed/packed-layout.ts';
import type { DmaBuffer } from './queue.ts';

/** Tables are made for at least this many descriptors, so that they rarely have to grow. */
const MIN_CAPACITY = 8;

interface Table {
  readonly addr: number;
  /** Descriptors that there is room for. */
  readonly capacity: number;
  readonly words: Uint32Array;
}

/**
 * The indirect tables of a driver's queue: one for each head or buffer id that ever needed one, kept for the
 * next request and exchanged for a longer one when it is too short.
 */
export class IndirectTables {
  readonly #memory: GuestMemory;
  readonly #dma: DmaAllocator;
  readonly #packed: boolean;
  readonly #tables: (Table | undefined)[];

  constructor(memory: GuestMemory, dma: DmaAllocator, packed: boolean, slots: number) {
    this.#memory = memory;
    this.#dma = dma;
    this.#packed = packed;
    this.#tables = new Array<Table | undefined>(slots).fill(undefined);
  }

  /**
   * Writes a request's table; returns its address. The entries of a split queue's table are linked by `next`
   * in their order (virtio 1.3, 2.7.5.3), those of a packed one just follow each other (2.8.7).
   * @throws {DmaError}
   */
  fill(slot: number, readable: readonly DmaBuffer[], writable: readonly DmaBuffer[]): number {
    const reads = readable.length;
    const count = reads + writable.length;
    const table = this.#tableOf(slot, count);
    const { words } = table;
    for (let i = 0; i < count; i++) {
      const { addr, len } = (i < reads ? readable[i] : writable[i - reads]) as DmaBuffer;
      const write = i < reads ? 0 : DESC_F.WRITE;
      const at = i * DESC_WORDS;
      words[at + DESC.ADDR_LOW] = addr;
      words[at + DESC.ADDR_HIGH] = addressHigh(addr);
      words[at + DESC.LEN] = len;
      if (this.#packed) words[at + DESC.LAST] = write << FLAGS_SHIFT;
      else words[at + DESC.LAST] = i < count - 1 ? write | DESC_F.NEXT | ((i + 1) << 16) : write;
    }
    return table.addr;
  }

  /** Where a slot's table lies, for saving. */
  of(slot: number): { addr: number; capacity: number } | undefined {
    const table = this.#tables[slot];
    return table === undefined ? undefined : { addr: table.addr, capacity: table.capacity };
  }

  /** Takes over a table of a saved queue. */
  adopt(slot: number, addr: number, capacity: number): void {
    this.#tables[slot] = this.#map(addr, capacity);
  }

  close(): void {
    for (const table of this.#tables) if (table !== undefined) this.#dma.free(table.addr);
    this.#tables.fill(undefined);
  }

  #tableOf(slot: number, count: number): Table {
    const known = this.#tables[slot];
    if (known !== undefined && known.capacity >= count) return known;
    const capacity = Math.max(MIN_CAPACITY, 2 ** Math.ceil(Math.log2(count)));
    const table = this.#map(this.#dma.alloc(capacity * DESC_BYTES, DESC_BYTES), capacity);
    if (known !== undefined) this.#dma.free(known.addr);
    this.#tables[slot] = table;
    return table;
  }

  #map(addr: number, capacity: number): Table {
    const bytes = this.#memory.slice(addr, capacity * DESC_BYTES);
    return { addr, capacity, words: new Uint32Array(bytes.buffer, bytes.byteOffset, capacity * DESC_WORDS) };
  }
}

/** Bytes that the device may write of a request. */
export function capacityOf(writable: readonly DmaBuffer[]): number {
  let bytes = 0;
  for (let i = 0; i < writable.length; i++) bytes += (writable[i] as DmaBuffer).len;
  return bytes;
}
