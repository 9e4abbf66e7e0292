import type { DmaAllocator } from './dma-allocator.ts';
import type { GuestMemory } from './guest-memory.ts';
import { type DmaBuffer, type DriverQueue, needEvent, type QueueConfig, queueFeatures } from './queue.ts';
import {
  AVAIL,
  AVAIL_F_NO_INTERRUPT,
  DESC,
  DESC_BYTES,
  DESC_F,
  DESC_WORDS,
  splitViews,
  USED,
  USED_F_NO_NOTIFY,
} from './split-layout.ts';

/** Indirect tables are made for at least this many descriptors, so that they rarely have to grow. */
const MIN_TABLE = 8;

/**
 * The driver's end of a split virtqueue (virtio 1.3, 2.7). It believes nothing that it reads back: free
 * descriptors, lengths and tokens are in memory of its own.
 */
export class SplitDriverQueue<T extends {}> implements DriverQueue<T> {
  readonly size: number;
  free: number;
  inFlight = 0;
  broken: string | undefined = undefined;
  usedLength = 0;
  private readonly memory: GuestMemory;
  /** Where indirect tables come from; without it every request is chained in the ring. */
  private readonly dma: DmaAllocator | undefined;
  private readonly eventIdx: boolean;
  private readonly mask: number;
  private readonly desc: Uint32Array;
  private readonly avail: Uint16Array;
  private readonly used: Uint16Array;
  private readonly usedElements: Uint32Array;
  private readonly usedEventAt: number;
  private readonly availEventAt: number;
  /** Index that the next `kickPrepare` publishes; and the one that the last published. */
  private nextAvail = 0;
  private publishedAvail = 0;
  private lastUsed = 0;
  /** The device's index when it was last looked at. */
  private seenUsed = 0;
  /** Free descriptors as a list, linked by `links`; chains use the same links. */
  private freeHead = 0;
  private readonly links: Uint16Array;
  /** Per head: ring descriptors taken (0: not in use), writable bytes, token, indirect table. */
  private readonly taken: Uint16Array;
  private readonly capacity: Float64Array;
  private readonly tokens: (T | undefined)[];
  private readonly tables: (IndirectTable | undefined)[];

  /**
   * Clears the three areas. INDIRECT_DESC is used when it was negotiated and `dma` is given.
   * @throws {RangeError} for a size or an area that cannot be.
   */
  constructor(memory: GuestMemory, config: QueueConfig, dma?: DmaAllocator) {
    const views = splitViews(memory, config);
    const features = queueFeatures(config.features);
    const { size } = config;
    this.memory = memory;
    this.dma = features.indirect ? dma : undefined;
    this.eventIdx = features.eventIdx;
    this.size = size;
    this.mask = size - 1;
    this.free = size;
    this.desc = views.desc.fill(0);
    this.avail = views.avail.fill(0);
    this.used = views.used.fill(0);
    this.usedElements = views.usedElements;
    this.usedEventAt = AVAIL.RING + size;
    this.availEventAt = USED.RING_BYTE / 2 + 4 * size;
    this.links = Uint16Array.from({ length: size }, (_, i) => i + 1);
    this.taken = new Uint16Array(size);
    this.capacity = new Float64Array(size);
    this.tokens = new Array<T | undefined>(size).fill(undefined);
    this.tables = new Array<IndirectTable | undefined>(size).fill(undefined);
  }

  descriptorsFor(buffers: number): number {
    return this.dma !== undefined && buffers > 1 ? 1 : buffers;
  }

  addBuf(readable: readonly DmaBuffer[], writable: readonly DmaBuffer[], token: T): boolean {
    const count = readable.length + writable.length;
    if (this.broken !== undefined) return false;
    const indirect = this.dma !== undefined && count > 1;
    const needed = indirect ? 1 : count;
    if (needed > this.free || count === 0) {
      if (count === 0) throw new RangeError('a request needs at least one buffer');
      if (needed > this.size) {
        throw new RangeError(
          `${count} buffers never fit a queue of ${this.size} without indirect descriptors`,
        );
      }
      return false;
    }
    const head = this.freeHead;
    this.freeHead = indirect
      ? this.fillIndirect(head, readable, writable)
      : this.fill(head, readable, writable);
    let room = 0;
    for (let i = 0; i < writable.length; i++) room += (writable[i] as DmaBuffer).len;
    this.free -= needed;
    this.inFlight++;
    this.taken[head] = needed;
    this.capacity[head] = room;
    this.tokens[head] = token;
    this.avail[AVAIL.RING + (this.nextAvail & this.mask)] = head;
    this.nextAvail = (this.nextAvail + 1) & 0xffff;
    return true;
  }

  kickPrepare(): boolean {
    const old = this.publishedAvail;
    const now = this.nextAvail;
    if (old === now) return false;
    this.publishedAvail = now;
    Atomics.store(this.avail, AVAIL.IDX, now);
    if (this.eventIdx) return needEvent(Atomics.load(this.used, this.availEventAt), now, old);
    return (Atomics.load(this.used, USED.FLAGS) & USED_F_NO_NOTIFY) === 0;
  }

  kick(notify: () => void): void {
    if (this.kickPrepare()) notify();
  }

  getBuf(): T | undefined {
    if (this.lastUsed === this.seenUsed && !this.look()) return undefined;
    const at = (this.lastUsed & this.mask) * 2;
    const head = this.usedElements[at] as number;
    const written = this.usedElements[at + 1] as number;
    const token = this.tokens[head];
    if (token === undefined) {
      this.broken =
        head < this.size
          ? `the device used descriptor ${head} that it did not have`
          : `the device used descriptor ${head} of ${this.size}`;
      return undefined;
    }
    if (written > (this.capacity[head] as number)) {
      this.broken = `the device wrote ${written} bytes to a buffer of ${this.capacity[head]}`;
      return undefined;
    }
    this.lastUsed = (this.lastUsed + 1) & 0xffff;
    this.usedLength = written;
    this.release(head);
    return token;
  }

  poll(): boolean {
    return (
      this.broken === undefined &&
      (this.lastUsed !== this.seenUsed || Atomics.load(this.used, USED.IDX) !== this.lastUsed)
    );
  }

  disableCallback(): void {
    // An event index just passed: the device would have to go all the way round to meet it.
    if (this.eventIdx) Atomics.store(this.avail, this.usedEventAt, (this.lastUsed - 1) & 0xffff);
    else Atomics.store(this.avail, AVAIL.FLAGS, AVAIL_F_NO_INTERRUPT);
  }

  enableCallback(): boolean {
    if (this.eventIdx) Atomics.store(this.avail, this.usedEventAt, this.lastUsed);
    else Atomics.store(this.avail, AVAIL.FLAGS, 0);
    return !this.poll();
  }

  detachUnused(): T | undefined {
    for (let head = 0; head < this.size; head++) {
      const token = this.tokens[head];
      if (token === undefined) continue;
      this.release(head);
      return token;
    }
    return undefined;
  }

  close(): void {
    this.broken = 'the queue was closed';
    for (const [head, table] of this.tables.entries()) {
      if (table !== undefined) this.dma?.free(table.addr);
      this.tables[head] = undefined;
    }
  }

  /** Looks at the device's index again; true when there is something to get. */
  private look(): boolean {
    if (this.broken !== undefined) return false;
    const seen = Atomics.load(this.used, USED.IDX);
    if (seen === this.lastUsed) return false;
    const published = this.inFlight - ((this.nextAvail - this.publishedAvail) & 0xffff);
    if (((seen - this.lastUsed) & 0xffff) > published) {
      this.broken = `the used index went from ${this.lastUsed} to ${seen} with ${published} requests in flight`;
      return false;
    }
    this.seenUsed = seen;
    return true;
  }

  /** Chains `readable` and `writable` in the ring from free descriptor `head` on; returns the next free one. */
  private fill(head: number, readable: readonly DmaBuffer[], writable: readonly DmaBuffer[]): number {
    const { desc, links } = this;
    const reads = readable.length;
    const count = reads + writable.length;
    let index = head;
    for (let i = 0; i < count; i++) {
      const buffer = (i < reads ? readable[i] : writable[i - reads]) as DmaBuffer;
      const next = links[index] as number;
      const flags = (i < reads ? 0 : DESC_F.WRITE) | (i < count - 1 ? DESC_F.NEXT | (next << 16) : 0);
      const at = index * DESC_WORDS;
      desc[at + DESC.ADDR_LOW] = buffer.addr;
      desc[at + DESC.ADDR_HIGH] = buffer.addr / 2 ** 32;
      desc[at + DESC.LEN] = buffer.len;
      desc[at + DESC.FLAGS_NEXT] = flags;
      index = next;
    }
    return index;
  }

  /** Puts the request into the head's indirect table; returns the next free descriptor. */
  private fillIndirect(head: number, readable: readonly DmaBuffer[], writable: readonly DmaBuffer[]): number {
    const reads = readable.length;
    const count = reads + writable.length;
    const table = this.tableOf(head, count);
    for (let i = 0; i < count; i++) {
      const buffer = (i < reads ? readable[i] : writable[i - reads]) as DmaBuffer;
      const flags = (i < reads ? 0 : DESC_F.WRITE) | (i < count - 1 ? DESC_F.NEXT | ((i + 1) << 16) : 0);
      const at = i * DESC_WORDS;
      table.words[at + DESC.ADDR_LOW] = buffer.addr;
      table.words[at + DESC.ADDR_HIGH] = buffer.addr / 2 ** 32;
      table.words[at + DESC.LEN] = buffer.len;
      table.words[at + DESC.FLAGS_NEXT] = flags;
    }
    const at = head * DESC_WORDS;
    this.desc[at + DESC.ADDR_LOW] = table.addr;
    this.desc[at + DESC.ADDR_HIGH] = table.addr / 2 ** 32;
    this.desc[at + DESC.LEN] = count * DESC_BYTES;
    this.desc[at + DESC.FLAGS_NEXT] = DESC_F.INDIRECT;
    return this.links[head] as number;
  }

  private tableOf(head: number, count: number): IndirectTable {
    const known = this.tables[head];
    if (known !== undefined && known.words.length >= count * DESC_WORDS) return known;
    const dma = this.dma as DmaAllocator;
    const capacity = Math.max(MIN_TABLE, 2 ** Math.ceil(Math.log2(count)));
    const addr = dma.alloc(capacity * DESC_BYTES, DESC_BYTES);
    const bytes = this.memory.slice(addr, capacity * DESC_BYTES);
    const table = { addr, words: new Uint32Array(bytes.buffer, bytes.byteOffset, capacity * DESC_WORDS) };
    if (known !== undefined) dma.free(known.addr);
    this.tables[head] = table;
    return table;
  }

  /** Takes a head's descriptors back into the free list. */
  private release(head: number): void {
    const taken = this.taken[head] as number;
    let last = head;
    for (let i = 1; i < taken; i++) last = this.links[last] as number;
    this.links[last] = this.freeHead;
    this.freeHead = head;
    this.free += taken;
    this.inFlight--;
    this.taken[head] = 0;
    this.tokens[head] = undefined;
  }
}

interface IndirectTable {
  readonly addr: number;
  readonly words: Uint32Array;
}
