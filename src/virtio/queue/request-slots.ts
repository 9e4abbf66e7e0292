import type { DmaAllocator } from '../memory/dma-allocator.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { IndirectTables } from './indirect-tables.ts';
import type { QueueConfig, QueueFeatures } from './queue.ts';
import type { RequestState } from './queue-state.ts';

/**
 * What a driver's queue of either layout knows of its requests, in memory of its own: a slot for each head
 * descriptor (split) or buffer id (packed).
 */
export class RequestSlots<T extends {}> {
  readonly size: number;
  /** Ring descriptors that are free. */
  free: number;
  /** Requests that are with the device. */
  inFlight = 0;
  /** Per slot: what the driver wants back, undefined in a free one; */
  readonly tokens: (T | undefined)[];
  /** ring descriptors taken (what it says of a free slot is the queue's own affair), and bytes that may be written. */
  readonly taken: Uint16Array;
  readonly capacity: number[];
  /** Without them every request is a list in the ring. */
  readonly tables: IndirectTables | undefined;
  #detachAt = 0;

  /** INDIRECT_DESC is used when it was negotiated and `dma` is given. */
  constructor(
    memory: GuestMemory,
    { size }: QueueConfig,
    { indirect, packed }: QueueFeatures,
    dma: DmaAllocator | undefined,
  ) {
    this.size = size;
    this.free = size;
    // Arrays without holes, and of small integers as long as that will do.
    this.tokens = Array.from({ length: size }, () => undefined);
    this.taken = new Uint16Array(size);
    this.capacity = Array.from({ length: size }, () => 0);
    this.tables = indirect && dma ? new IndirectTables(memory, dma, packed, size) : undefined;
  }

  descriptorsFor(buffers: number): number {
    return this.tables !== undefined && buffers > 1 ? 1 : buffers;
  }

  /**
   * Whether there is room for a request of `count` buffers, which takes up `needed` ring descriptors.
   * @throws {RangeError} when no empty queue could hold it.
   */
  takes(count: number, needed: number): boolean {
    if (needed <= this.free && count > 0 && count <= this.size) return true;
    if (count === 0) throw new RangeError('a request needs at least one buffer');
    // 2.7.5.3.1, 2.8.17: no chain is longer than the queue, in an indirect table neither.
    if (count > this.size) throw new RangeError(`${count} buffers do not fit in a queue of ${this.size}`);
    return false;
  }

  occupy(slot: number, taken: number, capacity: number, token: T): void {
    this.free -= taken;
    this.inFlight++;
    // Mostly as of the request before: a store waits behind those to the ring, which wait for the other processor.
    if (this.taken[slot] !== taken) this.taken[slot] = taken;
    if (this.capacity[slot] !== capacity) this.capacity[slot] = capacity;
    this.tokens[slot] = token;
  }

  vacate(slot: number): void {
    this.free += this.taken[slot] as number;
    this.inFlight--;
    this.tokens[slot] = undefined;
  }

  /** The next slot that is occupied, one round through all of them; undefined at its end. */
  nextOccupied(): number | undefined {
    for (; this.inFlight > 0 && this.#detachAt < this.size; this.#detachAt++) {
      if (this.tokens[this.#detachAt] !== undefined) return this.#detachAt;
    }
    this.#detachAt = 0;
    return undefined;
  }

  /** All requests as plain data, from slot `first` round to it again. */
  save(first: number, descriptorsOf: (slot: number) => readonly number[] | number): RequestState<T>[] {
    const requests: RequestState<T>[] = [];
    for (let i = 0; i < this.size; i++) {
      const head = (first + i) % this.size;
      const token = this.tokens[head];
      if (token === undefined) continue;
      const table = this.tables?.of(head);
      const descriptors = descriptorsOf(head);
      const capacity = this.capacity[head] as number;
      requests.push({ head, token, descriptors, capacity, ...(table === undefined ? {} : { table }) });
    }
    return requests;
  }

  /** Takes over a request of another queue, which takes up `taken` ring descriptors. */
  load({ head, token, capacity, table }: RequestState<T>, taken: number): void {
    this.occupy(head, taken, capacity, token);
    if (table !== undefined) this.tables?.adopt(head, table.addr, table.capacity);
  }

  /** What is wrong with a device that gives back what it does not have. */
  notHeld(what: string, slot: number): string {
    return slot < this.size
      ? `the device used ${what} ${slot}, which was not in flight`
      : `the device used ${what} ${slot}, beyond a queue of ${this.size}`;
  }
}
