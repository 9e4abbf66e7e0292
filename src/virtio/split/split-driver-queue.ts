import { addressHigh, DESC, DESC_BYTES, DESC_F, DESC_WORDS } from '../chain/descriptor.ts';
import type { DmaAllocator } from '../memory/dma-allocator.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { capacityOf, type IndirectTables } from '../queue/indirect-tables.ts';
import { fence, KEEPS_ORDER } from '../queue/memory-order.ts';
import {
  type DmaBuffer,
  type DriverQueue,
  needEvent,
  type QueueConfig,
  queueFeatures,
} from '../queue/queue.ts';
import type { DriverQueueState } from '../queue/queue-state.ts';
import { RequestSlots } from '../queue/request-slots.ts';
import {
  AVAIL,
  AVAIL_F_NO_INTERRUPT,
  availEventIndex,
  splitViews,
  USED,
  USED_ELEM,
  USED_ELEM_WORDS,
  USED_F_NO_NOTIFY,
  usedEventIndex,
} from './split-layout.ts';

const NONE = -1;
const KEPT = KEEPS_ORDER;
// Copies of what is imported: the engine folds a module's own constants into the code, imported ones it fetches.
const { ADDR_LOW, ADDR_HIGH, LEN, LAST } = DESC;
const WORDS = DESC_WORDS;
const { NEXT, WRITE } = DESC_F;
const AVAIL_IDX = AVAIL.IDX;
const AVAIL_RING = AVAIL.RING;
const USED_IDX = USED.IDX;
const USED_FLAGS = USED.FLAGS;
const ELEM_WORDS = USED_ELEM_WORDS;
const { ID: ELEM_ID, LEN: ELEM_LEN } = USED_ELEM;

/**
 * The driver's end of a split virtqueue (virtio 1.3, 2.7). It believes nothing that it reads back: free
 * descriptors, lengths and tokens are in memory of its own.
 */
export class SplitDriverQueue<T extends {}> implements DriverQueue<T> {
  readonly size: number;
  broken: string | undefined = undefined;
  usedLength = 0;
  readonly #eventIdx: boolean;
  readonly #inOrder: boolean;
  readonly #mask: number;
  // The rings, by `SplitViews`.
  readonly #desc: Int32Array;
  readonly #avail: Uint16Array;
  readonly #used: Uint16Array;
  readonly #usedElements: Uint32Array;
  readonly #usedEventAt: number;
  readonly #availEventAt: number;
  readonly #slots: RequestSlots<T>;
  /** Index that the next `kickPrepare` publishes, and the one that the last published. */
  #nextAvail = 0;
  #publishedAvail = 0;
  #lastUsed = 0;
  /** The device's index when it was last looked at. */
  #seenUsed = 0;
  /** First free descriptor; `links` leads from it to the next one, and from each of a chain's to the next. */
  #freeHead = 0;
  readonly #links: Uint16Array;
  /** With IN_ORDER: the oldest head, and the one that the present used element stands up to. */
  #oldest = 0;
  #batchHead = NONE;
  #batchLength = 0;

  /**
   * Clears the three areas. INDIRECT_DESC is used when it was negotiated and `dma` is given.
   * @param state goes on where another queue was saved, with areas as they are
   * @throws {RangeError} for a size or an area that cannot be.
   */
  constructor(memory: GuestMemory, config: QueueConfig, dma?: DmaAllocator, state?: DriverQueueState<T>) {
    const features = queueFeatures(config.features);
    const { size } = config;
    const views = splitViews(memory, config);
    this.#desc = views.desc;
    this.#avail = views.avail;
    this.#used = views.used;
    this.#usedElements = views.usedElements;
    this.#slots = new RequestSlots<T>(memory, config, features, dma);
    this.#eventIdx = features.eventIdx;
    this.#inOrder = features.inOrder;
    this.size = size;
    this.#mask = size - 1;
    this.#usedEventAt = usedEventIndex(size);
    this.#availEventAt = availEventIndex(size);
    // In a ring: with IN_ORDER descriptors must be taken in their order (2.7.5.2), and so they come back.
    this.#links = Uint16Array.from({ length: size }, (_, i) => (i + 1) & (size - 1));
    if (state === undefined) this.#clearAreas();
    else this.#restore(state);
  }

  get free(): number {
    return this.#slots.free;
  }

  get inFlight(): number {
    return this.#slots.inFlight;
  }

  descriptorsFor(buffers: number): number {
    return this.#slots.descriptorsFor(buffers);
  }

  addBuf(readable: readonly DmaBuffer[], writable: readonly DmaBuffer[], token: T): boolean {
    const reads = readable.length;
    const count = reads + writable.length;
    const slots = this.#slots;
    const needed = slots.descriptorsFor(count);
    if (!slots.takes(count, needed) || this.broken !== undefined) return false;
    const head = this.#freeHead;
    let next = this.#links[head] as number;
    let capacity = 0;
    if (needed < count) {
      capacity = this.#addTable(head, readable, writable);
    } else {
      let index = head;
      for (let i = 0; i < count; i++) {
        next = this.#links[index] as number;
        const last = i === count - 1 ? 0 : NEXT | (next << 16);
        if (i < reads) {
          const { addr, len } = readable[i] as DmaBuffer;
          this.#setDescriptor(index, addr, len, last);
        } else {
          const { addr, len } = writable[i - reads] as DmaBuffer;
          this.#setDescriptor(index, addr, len, last | WRITE);
          capacity += len;
        }
        index = next;
      }
    }
    this.#freeHead = next;
    slots.occupy(head, needed, capacity, token);
    this.#avail[AVAIL_RING + (this.#nextAvail & this.#mask)] = head;
    this.#nextAvail = (this.#nextAvail + 1) & 0xffff;
    return true;
  }

  kickPrepare(): boolean {
    const old = this.#publishedAvail;
    const now = this.#nextAvail;
    if (old === now || this.broken !== undefined) return false;
    const used = this.#used;
    this.#publish();
    if (KEPT) fence();
    const at = this.#eventIdx ? this.#availEventAt : USED_FLAGS;
    const event = KEPT ? (used[at] as number) : Atomics.load(used, at);
    return this.#eventIdx ? needEvent(event, now, old) : (event & USED_F_NO_NOTIFY) === 0;
  }

  kick(notify: () => void): void {
    if (this.kickPrepare()) notify();
  }

  getBuf(): T | undefined {
    if (this.#lastUsed === this.#seenUsed && !this.#look()) return undefined;
    if (this.#inOrder) return this.#getInOrder();
    const at = (this.#lastUsed & this.#mask) * ELEM_WORDS;
    const usedElements = this.#usedElements;
    const head = usedElements[at + ELEM_ID] as number;
    const token = this.#slots.tokens[head];
    if (token === undefined) return this.#breakBy(head);
    return this.#take(head, token, usedElements[at + ELEM_LEN] as number);
  }

  poll(): boolean {
    if (this.broken !== undefined) return false;
    return this.#lastUsed !== this.#seenUsed || Atomics.load(this.#used, USED_IDX) !== this.#lastUsed;
  }

  disableCallback(): void {
    const avail = this.#avail;
    // An event index just passed: the device would have to go all the way round to meet it.
    if (this.#eventIdx) Atomics.store(avail, this.#usedEventAt, (this.#lastUsed - 1) & 0xffff);
    else Atomics.store(avail, AVAIL.FLAGS, AVAIL_F_NO_INTERRUPT);
  }

  enableCallback(): boolean {
    const avail = this.#avail;
    if (this.#eventIdx) Atomics.store(avail, this.#usedEventAt, this.#lastUsed);
    else Atomics.store(avail, AVAIL.FLAGS, 0);
    return !this.poll();
  }

  detachUnused(): T | undefined {
    const head = this.#slots.nextOccupied();
    if (head === undefined) return undefined;
    const token = this.#slots.tokens[head];
    this.#release(head);
    return token;
  }

  reset(): void {
    while (this.detachUnused() !== undefined);
    this.broken = undefined;
    this.#nextAvail = 0;
    this.#publishedAvail = 0;
    this.#lastUsed = 0;
    this.#seenUsed = 0;
    this.#freeHead = 0;
    for (let i = 0; i < this.size; i++) this.#links[i] = (i + 1) & this.#mask;
    this.#oldest = 0;
    this.#batchHead = NONE;
    this.#clearAreas();
  }

  close(): void {
    this.broken = 'the queue was closed';
    this.#slots.tables?.close();
  }

  snapshot(): DriverQueueState<T> {
    this.#publish();
    // With IN_ORDER heads lie in the ring in their order, the oldest first.
    const outstanding = this.#slots.save(this.#inOrder ? this.#oldest : 0, (head) =>
      this.#descriptorsOf(head),
    );
    const nextAvail = this.#nextAvail;
    const lastUsed = this.#lastUsed;
    const state = { nextAvail, lastUsed, availWrap: 0, usedWrap: 0, outstanding };
    return this.#batchHead === NONE
      ? state
      : { ...state, batch: { head: this.#batchHead, length: this.#batchLength } };
  }

  #publish(): void {
    this.#publishedAvail = this.#nextAvail;
    if (KEPT) this.#avail[AVAIL_IDX] = this.#nextAvail;
    else Atomics.store(this.#avail, AVAIL_IDX, this.#nextAvail);
  }

  /** Looks at the device's index again; true when there is something to get. */
  #look(): boolean {
    if (this.broken !== undefined) return false;
    let seen = KEPT ? (this.#used[USED_IDX] as number) : this.#lastUsed;
    if (seen === this.#lastUsed) seen = Atomics.load(this.#used, USED_IDX);
    if (seen === this.#lastUsed) return false;
    const published = this.inFlight - ((this.#nextAvail - this.#publishedAvail) & 0xffff);
    if (((seen - this.#lastUsed) & 0xffff) > published) {
      this.broken = `the used index went from ${this.#lastUsed} to ${seen} with ${published} requests in flight`;
      return false;
    }
    this.#seenUsed = seen;
    return true;
  }

  /**
   * With IN_ORDER a used element may stand for several requests: it names the last of them, and those before
   * it were used completely (2.7.9).
   */
  #getInOrder(): T | undefined {
    if (this.#batchHead === NONE) {
      const at = (this.#lastUsed & this.#mask) * ELEM_WORDS;
      const named = this.#usedElements[at + ELEM_ID] as number;
      if (this.#slots.tokens[named] === undefined) return this.#breakBy(named);
      this.#batchHead = named;
      this.#batchLength = this.#usedElements[at + ELEM_LEN] as number;
    }
    const head = this.#oldest;
    const last = head === this.#batchHead;
    if (!last && ((this.#seenUsed - this.#lastUsed) & 0xffff) === 1) {
      this.broken = `the device used descriptor ${this.#batchHead} out of order`;
      return undefined;
    }
    if (last) this.#batchHead = NONE;
    this.#oldest = (head + (this.#slots.taken[head] as number)) & this.#mask;
    const length = last ? this.#batchLength : (this.#slots.capacity[head] as number);
    return this.#take(head, this.#slots.tokens[head] as T, length);
  }

  #take(head: number, token: T, written: number): T {
    this.#lastUsed = (this.#lastUsed + 1) & 0xffff;
    this.usedLength = Math.min(written, this.#slots.capacity[head] as number);
    this.#release(head);
    return token;
  }

  #breakBy(head: number): undefined {
    this.broken = this.#slots.notHeld('descriptor', head);
  }

  /** Puts the request into a table of its own; returns how many bytes of it may be written. */
  #addTable(head: number, readable: readonly DmaBuffer[], writable: readonly DmaBuffer[]): number {
    const table = (this.#slots.tables as IndirectTables).fill(head, readable, writable);
    this.#setDescriptor(head, table, (readable.length + writable.length) * DESC_BYTES, DESC_F.INDIRECT);
    return capacityOf(writable);
  }

  #setDescriptor(index: number, addr: number, len: number, last: number): void {
    const desc = this.#desc;
    const at = index * WORDS;
    desc[at + ADDR_LOW] = addr;
    desc[at + ADDR_HIGH] = addressHigh(addr);
    desc[at + LEN] = len;
    desc[at + LAST] = last;
  }

  /** Takes a head's descriptors back among the free ones. */
  #release(head: number): void {
    const taken = this.#slots.taken[head] as number;
    if (!this.#inOrder) {
      let last = head;
      for (let i = 1; i < taken; i++) last = this.#links[last] as number;
      this.#links[last] = this.#freeHead;
      this.#freeHead = head;
    }
    this.#slots.vacate(head);
  }

  #descriptorsOf(head: number): number[] {
    const indices = [head];
    while (indices.length < (this.#slots.taken[head] as number))
      indices.push(this.#links[indices.at(-1) as number] as number);
    return indices;
  }

  #clearAreas(): void {
    this.#desc.fill(0);
    this.#avail.fill(0);
    this.#used.fill(0);
  }

  #restore(state: DriverQueueState<T>): void {
    this.#nextAvail = state.nextAvail;
    this.#publishedAvail = state.nextAvail;
    this.#lastUsed = state.lastUsed;
    this.#seenUsed = state.lastUsed;
    const isTaken = new Uint8Array(this.size);
    let next = 0;
    for (const request of state.outstanding) {
      const indices = request.descriptors as readonly number[];
      for (const [i, index] of indices.entries()) {
        isTaken[index] = 1;
        this.#links[index] = indices[i + 1] ?? (index + 1) & this.#mask;
        next = (index + 1) & this.#mask;
      }
      this.#slots.load(request, indices.length);
    }
    this.#oldest = state.outstanding[0]?.head ?? next;
    this.#batchHead = state.batch?.head ?? NONE;
    this.#batchLength = state.batch?.length ?? 0;
    if (this.#inOrder) this.#freeHead = next;
    else this.#linkFree(isTaken);
  }

  /** Links the free descriptors after a restore. */
  #linkFree(isTaken: Uint8Array): void {
    let following = 0;
    for (let index = this.size - 1; index >= 0; index--) {
      if (isTaken[index] === 1) continue;
      this.#links[index] = following;
      following = index;
    }
    this.#freeHead = following;
  }
}
