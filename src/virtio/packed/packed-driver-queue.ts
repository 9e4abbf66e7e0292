import { addressHigh, DESC, DESC_BYTES, DESC_F, DESC_SHIFT } from '../chain/descriptor.ts';
import type { DmaAllocator } from '../memory/dma-allocator.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { capacityOf, type IndirectTables } from '../queue/indirect-tables.ts';
import { fence, KEEPS_ORDER } from '../queue/memory-order.ts';
import { PollingRest } from '../queue/polling-rest.ts';
import { type DmaBuffer, type DriverQueue, type QueueConfig, queueFeatures } from '../queue/queue.ts';
import type { DriverQueueState } from '../queue/queue-state.ts';
import { RequestSlots } from '../queue/request-slots.ts';
import {
  availableMark,
  eventWord,
  FLAGS_SHIFT,
  ID_MASK,
  OWNER_MASK,
  packedViews,
  RING_EVENT_FLAGS,
  usedMark,
  wantsEvent,
} from './packed-layout.ts';
import { markedRun, readAhead } from './packed-run.ts';

const NONE = -1;
// Copies of what is imported: the engine folds a module's own constants into the code, imported ones it fetches.
const { ADDR_LOW, ADDR_HIGH, LEN, LAST } = DESC;
const SHIFT = DESC_SHIFT;
const ID = ID_MASK;
const OWNER = OWNER_MASK;
const KEPT = KEEPS_ORDER;
/** Reads so many ahead in each lap: the device does not write what it has used. */
const AHEAD = 256;
/** The event suppression word of a device that polls. */
const DISABLED = eventWord(RING_EVENT_FLAGS.DISABLE, 0, 0);
/** Flags in the last word of a descriptor. */
const NEXT = DESC_F.NEXT << FLAGS_SHIFT;
const WRITE = DESC_F.WRITE << FLAGS_SHIFT;
const INDIRECT = DESC_F.INDIRECT << FLAGS_SHIFT;

/**
 * The driver's end of a packed virtqueue (virtio 1.3, 2.8). It believes nothing that it reads back: lengths,
 * sizes and tokens are in memory of its own.
 */
export class PackedDriverQueue<T extends {}> implements DriverQueue<T> {
  declare readonly size: number;
  broken: string | undefined = undefined;
  usedLength = 0;
  declare private readonly eventIdx: boolean;
  declare private readonly inOrder: boolean;
  // The ring and the event suppression structures, by `PackedViews`.
  declare private readonly words: Int32Array;
  declare private readonly driverEvent: Int32Array;
  declare private readonly deviceEvent: Int32Array;
  declare private readonly slots: RequestSlots<T>;
  /** Descriptor that the next request starts at, and the wrap counter of that lap (2.8.1). */
  private nextAvail = 0;
  private availWrap = 1;
  private availMark = availableMark(1);
  /** Descriptor that the device uses next. */
  private lastUsed = 0;
  /** So many descriptors from there on were seen to be used: where loads do not keep their order. */
  private seen = 0;
  private usedWrap = 1;
  private usedMark = usedMark(1);
  /**
   * The first descriptor since the last `kickPrepare` is complete but for its last word: the device stops
   * there, so it sees none of those behind either.
   */
  private stagedAt = NONE;
  private stagedWord = 0;
  /** Ring descriptors that the device was shown and has not used. */
  private published = 0;
  /**
   * The free buffer ids, from the number of those that are in flight on: what lies before is left there. With IN_ORDER the
   * id is the first descriptor's index.
   */
  declare private readonly ids: Uint16Array;
  /** With IN_ORDER: the buffer id that the present used descriptor stands up to. */
  private batchId = NONE;
  private batchLength = 0;
  /** The device was asked not to notify. */
  private isPolling = false;
  private readonly rest = new PollingRest();

  /**
   * Clears the three areas. INDIRECT_DESC is used when it was negotiated and `dma` is given.
   * @param state goes on where another queue was saved, with areas as they are
   * @throws {RangeError} for a size or an area that cannot be.
   */
  constructor(memory: GuestMemory, config: QueueConfig, dma?: DmaAllocator, state?: DriverQueueState<T>) {
    const features = queueFeatures(config.features);
    const { size } = config;
    const views = packedViews(memory, config);
    this.words = views.words;
    this.driverEvent = views.driverEvent;
    this.deviceEvent = views.deviceEvent;
    this.slots = new RequestSlots<T>(memory, config, features, dma);
    this.eventIdx = features.eventIdx;
    this.inOrder = features.inOrder;
    this.size = size;
    this.ids = new Uint16Array(size);
    if (state === undefined) this.clearAreas();
    else this.restore(state);
    this.listFree();
  }

  get free(): number {
    return this.slots.free;
  }

  get inFlight(): number {
    return this.slots.inFlight;
  }

  descriptorsFor(buffers: number): number {
    return this.slots.descriptorsFor(buffers);
  }

  addBuf(readable: readonly DmaBuffer[], writable: readonly DmaBuffer[], token: T): boolean {
    const reads = readable.length;
    const count = reads + writable.length;
    const slots = this.slots;
    const needed = slots.descriptorsFor(count);
    if (!slots.takes(count, needed) || this.broken !== undefined) return false;
    const id = this.inOrder === true ? this.nextAvail : (this.ids[slots.inFlight] as number);
    let capacity = 0;
    if (count === 1) {
      const { addr, len } = (reads === 1 ? readable[0] : writable[0]) as DmaBuffer;
      this.setDescriptor(addr, len, reads === 1 ? id : id | WRITE);
      if (reads === 0) capacity = len;
    } else if (needed === 1) {
      capacity = this.addTable(id, readable, writable);
    } else {
      capacity = this.addList(id, readable, writable);
    }
    slots.occupy(id, needed, capacity, token);
    return true;
  }

  kickPrepare(): boolean {
    const staged = this.size - this.slots.free - this.published;
    if (staged === 0 || this.broken !== undefined) return false;
    this.publish();
    if (KEPT) fence();
    const event = KEPT ? (this.deviceEvent[0] as number) : Atomics.load(this.deviceEvent, 0);
    // A function that is never called takes up none of what V8 puts into a caller's code, and that has a bound.
    if (event === DISABLED) return false;
    return wantsEvent(event, this.eventIdx, this.size, this.nextAvail, this.availWrap, staged);
  }

  kick(notify: () => void): void {
    if (this.kickPrepare()) notify();
  }

  getBuf(): T | undefined {
    if (this.batchId !== NONE) return this.getInOrder();
    const words = this.words;
    const at = this.lastUsed << SHIFT;
    let word = words[at | LAST] as number;
    const isUsed = KEPT ? (word & OWNER) === this.usedMark && this.broken === undefined : this.seen > 0;
    if (!isUsed) {
      if (!this.look()) return undefined;
      word = words[at | LAST] as number;
    }
    const id = word & ID;
    const token = this.slots.tokens[id];
    if (token === undefined) return this.breakBy(id);
    // 2.8.4: without the WRITE flag the length means nothing.
    const written = (word & WRITE) !== 0 ? (words[at | LEN] as number) >>> 0 : 0;
    if (this.inOrder === false) return this.take(id, token, written);
    this.batchId = id;
    this.batchLength = written;
    return this.getInOrder();
  }

  poll(): boolean {
    if (this.broken !== undefined) return false;
    return this.batchId !== NONE || this.seen > 0 || this.look();
  }

  disableCallback(): void {
    this.isPolling = true;
    Atomics.store(this.driverEvent, 0, eventWord(RING_EVENT_FLAGS.DISABLE, 0, 0));
  }

  enableCallback(): boolean {
    this.isPolling = false;
    const event = this.eventIdx
      ? eventWord(RING_EVENT_FLAGS.DESC, this.lastUsed, this.usedWrap)
      : eventWord(RING_EVENT_FLAGS.ENABLE, 0, 0);
    Atomics.store(this.driverEvent, 0, event);
    return !this.poll();
  }

  detachUnused(): T | undefined {
    const id = this.slots.nextOccupied();
    if (id === undefined) return undefined;
    const token = this.slots.tokens[id];
    this.release(id);
    return token;
  }

  reset(): void {
    while (this.detachUnused() !== undefined);
    this.broken = undefined;
    this.nextAvail = 0;
    this.availWrap = 1;
    this.availMark = availableMark(1);
    this.lastUsed = 0;
    this.seen = 0;
    this.usedWrap = 1;
    this.usedMark = usedMark(1);
    this.isPolling = false;
    this.rest.begin(0);
    this.stagedAt = NONE;
    this.published = 0;
    this.batchId = NONE;
    this.clearAreas();
    this.listFree();
  }

  close(): void {
    this.seen = 0;
    this.broken = 'the queue was closed';
    this.slots.tables?.close();
  }

  snapshot(): DriverQueueState<T> {
    this.publish();
    // With IN_ORDER ids lie in the ring in their order, the oldest where the device uses next.
    const { taken } = this.slots;
    const outstanding = this.slots.save(this.inOrder ? this.lastUsed : 0, (id) => taken[id] as number);
    const nextAvail = this.nextAvail;
    const lastUsed = this.lastUsed;
    const availWrap = this.availWrap;
    const usedWrap = this.usedWrap;
    const state = { nextAvail, lastUsed, availWrap, usedWrap, outstanding };
    return this.batchId === NONE
      ? state
      : { ...state, batch: { head: this.batchId, length: this.batchLength } };
  }

  /**
   * Looks at the ring again; true when there is something to get. Else a driver that polls leaves the device alone for a
   * while, when that has much to do.
   */
  private look(): boolean {
    if (this.broken !== undefined) return false;
    const seen = markedRun(this.words, this.lastUsed, this.size, this.usedMark);
    if (!KEPT) this.seen = seen;
    if (seen > 0) return true;
    if (this.isPolling && 2 * this.published >= this.size) this.rest.foundNothing(this.lastUsed);
    return false;
  }

  /** Shows the device what was staged. */
  private publish(): void {
    if (this.stagedAt !== NONE) {
      if (KEPT) this.words[this.stagedAt] = this.stagedWord;
      else Atomics.store(this.words, this.stagedAt, this.stagedWord);
    }
    this.stagedAt = NONE;
    this.published = this.size - this.slots.free;
  }

  /**
   * With IN_ORDER a used descriptor may stand for several requests: it names the last of them, and those
   * before it were used completely (2.8.8).
   */
  private getInOrder(): T | undefined {
    const id = this.lastUsed;
    const token = this.slots.tokens[id];
    if (token === undefined) {
      this.seen = 0;
      this.broken = `the device used buffer ${this.batchId} out of order`;
      return undefined;
    }
    const last = id === this.batchId;
    if (last) this.batchId = NONE;
    return this.take(id, token, last ? this.batchLength : (this.slots.capacity[id] as number));
  }

  private take(id: number, token: T, written: number): T | undefined {
    const slots = this.slots;
    const taken = slots.taken[id] as number;
    const capacity = slots.capacity[id] as number;
    if (taken > this.published) return this.breakBy(id);
    this.published -= taken;
    this.usedLength = written < capacity ? written : capacity;
    this.release(id);
    this.lastUsed += taken;
    // Behind the used descriptor of a list, or of a batch, lies what is left of it.
    if (!KEPT) this.seen = taken === 1 && !this.inOrder ? this.seen - 1 : 0;
    if (this.lastUsed >= this.size) this.turnUsed();
    return token;
  }

  /** The next used descriptor is one of the next lap. */
  private turnUsed(): void {
    this.lastUsed -= this.size;
    this.rest.turn(this.size);
    this.usedWrap ^= 1;
    this.usedMark = usedMark(this.usedWrap);
    if (KEPT) readAhead(this.words, this.lastUsed, AHEAD, this.usedMark);
  }

  private breakBy(id: number): undefined {
    this.seen = 0;
    this.broken = this.slots.notHeld('buffer', id);
  }

  /** Puts the request into the ring piece by piece; returns how many bytes of it may be written. */
  private addList(id: number, readable: readonly DmaBuffer[], writable: readonly DmaBuffer[]): number {
    const reads = readable.length;
    const count = reads + writable.length;
    for (let i = 0; i < count; i++) {
      const { addr, len } = (i < reads ? readable[i] : writable[i - reads]) as DmaBuffer;
      const more = i + 1 < count ? id | NEXT : id;
      this.setDescriptor(addr, len, i < reads ? more : more | WRITE);
    }
    return capacityOf(writable);
  }

  /** Puts the request into a table of its own; returns how many bytes of it may be written. */
  private addTable(id: number, readable: readonly DmaBuffer[], writable: readonly DmaBuffer[]): number {
    const table = (this.slots.tables as IndirectTables).fill(id, readable, writable);
    this.setDescriptor(table, (readable.length + writable.length) * DESC_BYTES, id | INDIRECT);
    return capacityOf(writable);
  }

  /**
   * Writes the next descriptor, with `last` as its last word but for the owner, and moves on; the first one of
   * a batch stays the driver's until `publish`.
   */
  private setDescriptor(addr: number, len: number, last: number): void {
    const words = this.words;
    const at = this.nextAvail << SHIFT;
    words[at | ADDR_LOW] = addr;
    words[at | ADDR_HIGH] = addressHigh(addr);
    words[at | LEN] = len;
    const word = last | this.availMark;
    if (this.stagedAt === NONE) {
      this.stagedAt = at | LAST;
      this.stagedWord = word;
    } else {
      words[at | LAST] = word;
    }
    this.nextAvail++;
    if (this.nextAvail === this.size) this.turnAvail();
  }

  /** The next available descriptor is one of the next lap. */
  private turnAvail(): void {
    this.nextAvail = 0;
    this.availWrap ^= 1;
    this.availMark = availableMark(this.availWrap);
  }

  /** Takes a buffer id and its descriptors back among the free ones. */
  private release(id: number): void {
    const slots = this.slots;
    slots.vacate(id);
    const at = slots.inFlight;
    if (this.ids[at] !== id) this.ids[at] = id;
  }

  private clearAreas(): void {
    this.words.fill(0);
    this.driverEvent.fill(0);
    this.deviceEvent.fill(0);
  }

  private restore(state: DriverQueueState<T>): void {
    this.nextAvail = state.nextAvail;
    this.availWrap = state.availWrap;
    this.availMark = availableMark(state.availWrap);
    this.lastUsed = state.lastUsed;
    this.rest.begin(state.lastUsed);
    this.usedWrap = state.usedWrap;
    this.usedMark = usedMark(state.usedWrap);
    for (const request of state.outstanding) this.slots.load(request, request.descriptors as number);
    this.published = this.size - this.slots.free;
    this.batchId = state.batch?.head ?? NONE;
    this.batchLength = state.batch?.length ?? 0;
  }

  /** Lists the free buffer ids. */
  private listFree(): void {
    let at = this.slots.inFlight;
    for (let id = 0; id < this.size; id++) if (this.slots.tokens[id] === undefined) this.ids[at++] = id;
  }
}
