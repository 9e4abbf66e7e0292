import { DescriptorChain } from './descriptor-chain.ts';
import type { GuestMemory } from './guest-memory.ts';
import { type DeviceQueue, needEvent, type QueueConfig, queueFeatures } from './queue.ts';
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

/**
 * Longest indirect chain. Linux builds indirect chains longer than the queue, against 2.7.5.3.1; QEMU takes
 * up to 1024, and so do we.
 */
const MAX_INDIRECT = 1024;

/** The device's end of a split virtqueue (virtio 1.3, 2.7). */
export class SplitDeviceQueue implements DeviceQueue {
  readonly size: number;
  inFlight = 0;
  broken: string | undefined = undefined;
  malformed = 0;
  malformedReason: string | undefined = undefined;
  private readonly memory: GuestMemory;
  private readonly eventIdx: boolean;
  private readonly mask: number;
  private readonly desc: Uint32Array;
  private readonly avail: Uint16Array;
  private readonly used: Uint16Array;
  private readonly usedElements: Uint32Array;
  private readonly usedEventAt: number;
  private readonly availEventAt: number;
  /** Next entry of the available ring to look at; free running, 16 bits. */
  private nextAvail = 0;
  /** The driver's index when it was last looked at. */
  private seenAvail = 0;
  private nextUsed = 0;
  /** `nextUsed` when the driver was last considered for a notification. */
  private signalledUsed = 0;
  private signalledValid = false;
  private notify = true;
  /** Heads that are out. */
  private readonly isOut: Uint8Array;
  private readonly pool: DescriptorChain[] = [];

  /** @throws {RangeError} for a size or an area that cannot be. */
  constructor(memory: GuestMemory, config: QueueConfig) {
    const views = splitViews(memory, config);
    this.memory = memory;
    this.size = config.size;
    this.mask = config.size - 1;
    this.eventIdx = queueFeatures(config.features).eventIdx;
    this.desc = views.desc;
    this.avail = views.avail;
    this.used = views.used;
    this.usedElements = views.usedElements;
    this.usedEventAt = AVAIL.RING + this.size;
    this.availEventAt = USED.RING_BYTE / 2 + 4 * this.size;
    this.isOut = new Uint8Array(this.size);
  }

  pop(): DescriptorChain | undefined {
    // One round of the ring at most: a driver that refills it with rubbish does not hold the device.
    for (let tries = this.size; tries > 0; tries--) {
      if (this.nextAvail === this.seenAvail && !this.look()) return undefined;
      const head = this.avail[AVAIL.RING + (this.nextAvail & this.mask)] as number;
      this.nextAvail = (this.nextAvail + 1) & 0xffff;
      const chain = this.pool.pop() ?? new DescriptorChain(this.memory);
      const fault = this.parse(chain, head);
      if (fault === undefined) {
        this.isOut[head] = 1;
        this.inFlight++;
        chain.ready();
        return chain;
      }
      this.malformed++;
      this.malformedReason = fault;
      this.pool.push(chain);
      this.putUsed(head, 0);
    }
    return undefined;
  }

  poll(): boolean {
    return this.broken === undefined && Atomics.load(this.avail, AVAIL.IDX) !== this.nextAvail;
  }

  pushUsed(chain: DescriptorChain, written: number): void {
    if (!chain.out) throw new Error('the descriptor chain was given back already');
    chain.out = false;
    chain.writable.flush();
    this.isOut[chain.head] = 0;
    this.inFlight--;
    this.pool.push(chain);
    this.putUsed(chain.head, Math.min(written, chain.writable.length));
  }

  needsNotification(): boolean {
    const old = this.signalledUsed;
    const now = this.nextUsed;
    if (this.signalledValid && old === now) return false;
    this.signalledUsed = now;
    if (!this.eventIdx) return (Atomics.load(this.avail, AVAIL.FLAGS) & AVAIL_F_NO_INTERRUPT) === 0;
    const known = this.signalledValid;
    this.signalledValid = true;
    return !known || needEvent(Atomics.load(this.avail, this.usedEventAt), now, old);
  }

  enableNotification(): boolean {
    this.notify = true;
    if (this.eventIdx) Atomics.store(this.used, this.availEventAt, this.nextAvail);
    else Atomics.store(this.used, USED.FLAGS, 0);
    return this.poll();
  }

  disableNotification(): void {
    this.notify = false;
    // An event index just passed: the driver would have to go all the way round to meet it.
    if (this.eventIdx) Atomics.store(this.used, this.availEventAt, (this.nextAvail - 1) & 0xffff);
    else Atomics.store(this.used, USED.FLAGS, USED_F_NO_NOTIFY);
  }

  /** Looks at the driver's index again; true when there is something to pop. */
  private look(): boolean {
    if (this.broken !== undefined) return false;
    let seen = Atomics.load(this.avail, AVAIL.IDX);
    if (seen === this.nextAvail) {
      if (!this.eventIdx || !this.notify) return false;
      // 2.7.10: the driver notifies when it passes avail_event, so that must not be left behind.
      Atomics.store(this.used, this.availEventAt, this.nextAvail);
      seen = Atomics.load(this.avail, AVAIL.IDX);
      if (seen === this.nextAvail) return false;
    }
    if (((seen - this.nextAvail) & 0xffff) > this.size) {
      this.broken = `the available index went from ${this.nextAvail} to ${seen} in a queue of ${this.size}`;
      return false;
    }
    this.seenAvail = seen;
    return true;
  }

  private putUsed(head: number, written: number): void {
    const at = (this.nextUsed & this.mask) * 2;
    this.usedElements[at] = head;
    this.usedElements[at + 1] = written;
    this.nextUsed = (this.nextUsed + 1) & 0xffff;
    Atomics.store(this.used, USED.IDX, this.nextUsed);
  }

  /** Collects the chain that starts at `head`; gives the reason when it is malformed. */
  private parse(chain: DescriptorChain, head: number): string | undefined {
    chain.begin(head);
    if (head >= this.size) return 'head beyond the descriptor table';
    if (this.isOut[head] === 1) return 'head made available twice';
    const { desc, size } = this;
    let index = head;
    for (let left = size; left > 0; left--) {
      const at = index * DESC_WORDS;
      const address = (desc[at + DESC.ADDR_LOW] as number) + (desc[at + DESC.ADDR_HIGH] as number) * 2 ** 32;
      const length = desc[at + DESC.LEN] as number;
      const flagsNext = desc[at + DESC.FLAGS_NEXT] as number;
      chain.descriptors++;
      if ((flagsNext & DESC_F.INDIRECT) !== 0) {
        // 2.7.5.3.1: INDIRECT and NEXT exclude each other, so this one ends the chain.
        if ((flagsNext & DESC_F.NEXT) !== 0) return 'descriptor both indirect and chained';
        return this.parseIndirect(chain, address, length);
      }
      const fault = addSegment(chain, address, length, flagsNext);
      if (fault !== undefined) return fault;
      if ((flagsNext & DESC_F.NEXT) === 0) return undefined;
      index = flagsNext >>> 16;
      if (index >= size) return 'next beyond the descriptor table';
    }
    return 'descriptor chain loops';
  }

  private parseIndirect(chain: DescriptorChain, address: number, length: number): string | undefined {
    const count = length / DESC_BYTES;
    if (count < 1 || !Number.isInteger(count)) return 'indirect table of no whole number of descriptors';
    const region = this.memory.find(address, length);
    if (region === undefined) return 'indirect table outside guest memory';
    const { view } = region;
    const base = address - region.guestAddress;
    let index = 0;
    for (let left = Math.min(count, MAX_INDIRECT); left > 0; left--) {
      const at = base + index * DESC_BYTES;
      const flagsNext = view.getUint32(at + 12, true);
      if ((flagsNext & DESC_F.INDIRECT) !== 0) return 'indirect table inside an indirect table';
      const pieceAt = view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
      const fault = addSegment(chain, pieceAt, view.getUint32(at + 8, true), flagsNext);
      if (fault !== undefined) return fault;
      if ((flagsNext & DESC_F.NEXT) === 0) return undefined;
      index = flagsNext >>> 16;
      if (index >= count) return 'next beyond the indirect table';
    }
    return 'indirect descriptor chain loops or is too long';
  }
}

/** Adds what one descriptor points at to the half that its flags name; gives the reason when it cannot be. */
function addSegment(
  chain: DescriptorChain,
  address: number,
  length: number,
  flags: number,
): string | undefined {
  if ((flags & DESC_F.WRITE) !== 0) {
    if (!chain.writableSegments.add(address, length)) return 'descriptor outside guest memory';
  } else {
    // 2.7.4.2: everything the device reads comes before everything it writes.
    if (chain.writableSegments.count > 0) return 'readable descriptor after a writable one';
    if (!chain.readableSegments.add(address, length)) return 'descriptor outside guest memory';
  }
  // 2.7.5.2: no more than 2^32 bytes in total.
  if (chain.readableSegments.length + chain.writableSegments.length > 2 ** 32)
    return 'chain of more than 2^32 bytes';
  return undefined;
}
