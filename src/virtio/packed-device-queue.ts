import { ChainLedger } from './chain-ledger.ts';
import {
  addPackedTable,
  addSegment,
  CHAIN_FAULT,
  type ChainFault,
  DESC,
  DESC_F,
  DESC_WORDS,
  descriptorAddress,
} from './descriptor.ts';
import type { DescriptorChain } from './descriptor-chain.ts';
import type { GuestMemory } from './guest-memory.ts';
import {
  availableMark,
  eventWord,
  FLAGS_SHIFT,
  ID_MASK,
  OWNER_MASK,
  type PackedViews,
  packedViews,
  RING_EVENT_FLAGS,
  usedMark,
  wantsEvent,
} from './packed-layout.ts';
import { type DeviceQueue, type QueueConfig, queueFeatures } from './queue.ts';
import type { DeviceQueueState } from './queue-state.ts';

const NOTHING = -1;

/** The device's end of a packed virtqueue (virtio 1.3, 2.8). */
export class PackedDeviceQueue implements DeviceQueue {
  readonly size: number;
  broken: string | undefined = undefined;
  malformed = 0;
  malformedReason: ChainFault | undefined = undefined;
  private readonly memory: GuestMemory;
  private readonly config: QueueConfig;
  private readonly ledger: ChainLedger;
  private readonly eventIdx: boolean;
  private views: PackedViews;
  /** Generation of the memory that the views are of. */
  private generation: number;
  /** Descriptor to look at next, and the wrap counter of that lap (2.8.1). */
  private nextAvail = 0;
  private availWrap = 1;
  /** Descriptor that the next used one overwrites. */
  private nextUsed = 0;
  private usedWrap = 1;
  /** Ring descriptors that were popped and not yet used. */
  private taken = 0;
  /**
   * The first used descriptor since the last `flush` is complete but for its last word: the driver stops
   * there, so it sees none of those behind either.
   */
  private stagedAt = NOTHING;
  private stagedWord = 0;
  /** Ring descriptors used since the driver was last considered for a notification; not known after a restore. */
  private usedSince = 0;
  private usedSinceKnown = true;
  /** The driver is to notify, and what the event suppression structure says of it. */
  private notify = true;
  private event = 0;
  /** Chains of before a restore that `pop` gives first. */
  private resumed: DescriptorChain[] = [];

  /**
   * @param state goes on where another queue was saved
   * @throws {RangeError} for a size or an area that cannot be, or a state that does not fit.
   */
  constructor(memory: GuestMemory, config: QueueConfig, state?: DeviceQueueState) {
    const features = queueFeatures(config.features);
    this.views = packedViews(memory, config);
    this.generation = memory.generation;
    this.memory = memory;
    this.config = config;
    this.size = config.size;
    this.eventIdx = features.eventIdx;
    this.ledger = new ChainLedger(memory, features.inOrder);
    if (state !== undefined) this.restore(state);
  }

  get inFlight(): number {
    return this.ledger.inFlight;
  }

  pop(): DescriptorChain | undefined {
    const resumed = this.resumed.shift();
    if (resumed !== undefined) return resumed;
    // One round of the ring at most: a driver that refills it with rubbish does not hold the device.
    for (let tries = this.size; tries > 0; tries--) {
      if (!this.available() && !this.lookAgain()) return undefined;
      const chain = this.ledger.blank();
      const fault = this.collect(chain);
      if (this.broken !== undefined) {
        this.ledger.drop(chain);
        return undefined;
      }
      if (fault === undefined) {
        this.ledger.give(chain);
        return chain;
      }
      this.malformed++;
      this.malformedReason = fault;
      this.ledger.reject(chain, this.put);
      this.flush();
    }
    return undefined;
  }

  poll(): boolean {
    return this.resumed.length > 0 || this.available();
  }

  stageUsed(chain: DescriptorChain, written: number): void {
    this.ledger.takeBack(chain, written, this.put);
  }

  pushUsed(chain: DescriptorChain, written: number): void {
    this.ledger.takeBack(chain, written, this.put);
    this.flush();
  }

  flush(): void {
    if (this.stagedAt === NOTHING) return;
    if (this.generation !== this.memory.generation) this.remap();
    Atomics.store(this.views.words, this.stagedAt, this.stagedWord);
    this.stagedAt = NOTHING;
  }

  needsNotification(): boolean {
    this.flush();
    const { usedSince, usedSinceKnown } = this;
    if (usedSinceKnown && usedSince === 0) return false;
    this.usedSince = 0;
    this.usedSinceKnown = true;
    const event = Atomics.load(this.views.driverEvent, 0);
    // After a restore nobody knows how far the driver was told: as far as can be, then.
    const moved = usedSinceKnown ? usedSince : this.size;
    return wantsEvent(event, this.eventIdx, this.size, this.nextUsed, this.usedWrap, moved);
  }

  enableNotification(): boolean {
    this.notify = true;
    if (this.generation !== this.memory.generation) this.remap();
    this.ask();
    return this.poll();
  }

  disableNotification(): void {
    this.notify = false;
    if (this.generation !== this.memory.generation) this.remap();
    this.event = eventWord(RING_EVENT_FLAGS.DISABLE, 0, 0);
    Atomics.store(this.views.deviceEvent, 0, this.event);
  }

  reset(): void {
    this.ledger.revoke();
    this.resumed = [];
    this.broken = undefined;
    this.nextAvail = 0;
    this.availWrap = 1;
    this.nextUsed = 0;
    this.usedWrap = 1;
    this.taken = 0;
    this.stagedAt = NOTHING;
    this.usedSince = 0;
    this.usedSinceKnown = true;
    this.notify = true;
    this.event = 0;
  }

  snapshot(): DeviceQueueState {
    this.flush();
    const { nextAvail, nextUsed, availWrap, usedWrap } = this;
    return { nextAvail, nextUsed, availWrap, usedWrap, outstanding: this.ledger.save() };
  }

  /** True when the driver has made the next descriptor available in this lap. */
  private available(): boolean {
    if (this.generation !== this.memory.generation) this.remap();
    if (this.broken !== undefined) return false;
    const word = Atomics.load(this.views.words, this.nextAvail * DESC_WORDS + DESC.LAST);
    return (word & OWNER_MASK) === availableMark(this.availWrap);
  }

  /** Before the device takes the ring for empty: sees to it that the driver will notify. */
  private lookAgain(): boolean {
    if (this.broken !== undefined || !this.eventIdx || !this.notify) return false;
    if (this.event === eventWord(RING_EVENT_FLAGS.DESC, this.nextAvail, this.availWrap)) return false;
    this.ask();
    return this.available();
  }

  private ask(): void {
    this.event = this.eventIdx
      ? eventWord(RING_EVENT_FLAGS.DESC, this.nextAvail, this.availWrap)
      : eventWord(RING_EVENT_FLAGS.ENABLE, 0, 0);
    Atomics.store(this.views.deviceEvent, 0, this.event);
  }

  /** Writes a used descriptor; `flush` shows it to the driver. */
  private readonly put = (head: number, written: number, _buffers: number, descriptors: number): void => {
    const at = this.nextUsed * DESC_WORDS;
    // 2.8.4: the length means something only beside the WRITE flag.
    const flags = written > 0 ? DESC_F.WRITE << FLAGS_SHIFT : 0;
    const word = head | flags | usedMark(this.usedWrap);
    this.views.desc[at + DESC.LEN] = written;
    if (this.stagedAt === NOTHING) {
      this.stagedAt = at + DESC.LAST;
      this.stagedWord = word;
    } else {
      this.views.words[at + DESC.LAST] = word;
    }
    this.taken -= descriptors;
    this.usedSince += descriptors;
    this.nextUsed += descriptors;
    if (this.nextUsed >= this.size) {
      this.nextUsed -= this.size;
      this.usedWrap ^= 1;
    }
  };

  /**
   * Collects the list that starts at the next descriptor and moves behind it; gives the reason when it is
   * malformed. One whose end cannot be found breaks the queue: nobody knows where the next one starts.
   */
  private collect(chain: DescriptorChain): ChainFault | undefined {
    const { size } = this;
    const { desc } = this.views;
    chain.begin(0);
    let fault: ChainFault | undefined;
    let index = this.nextAvail;
    for (let left = size - this.taken; left > 0; left--) {
      const at = index * DESC_WORDS;
      const last = desc[at + DESC.LAST] as number;
      const flags = last >>> FLAGS_SHIFT;
      const more = (flags & DESC_F.NEXT) !== 0;
      const low = desc[at + DESC.ADDR_LOW] as number;
      const high = desc[at + DESC.ADDR_HIGH] as number;
      const length = desc[at + DESC.LEN] as number;
      const address = descriptorAddress(low, high);
      chain.descriptors++;
      if ((flags & DESC_F.INDIRECT) !== 0) {
        // 2.8.19: a table stands alone, never in a list.
        if (more || chain.descriptors > 1) fault ??= CHAIN_FAULT.INDIRECT_AND_NEXT;
        else fault = addPackedTable(chain, this.memory, address, length);
      } else if (fault === undefined) {
        fault = addSegment(chain, address, length, flags);
      }
      index = index + 1 === size ? 0 : index + 1;
      if (!more) {
        chain.head = last & ID_MASK;
        this.taken += chain.descriptors;
        if (index <= this.nextAvail) this.availWrap ^= 1;
        this.nextAvail = index;
        return fault;
      }
    }
    this.broken = `a descriptor list at ${this.nextAvail} goes on beyond the free part of a queue of ${size}`;
    return undefined;
  }

  /** Makes the views again after the memory table changed. A ring that went away breaks the queue. */
  private remap(): void {
    this.generation = this.memory.generation;
    try {
      this.views = packedViews(this.memory, this.config);
    } catch (error) {
      this.broken ??= error instanceof Error ? error.message : String(error);
    }
  }

  private restore(state: DeviceQueueState): void {
    if (state.nextAvail >= this.size || state.nextUsed >= this.size) {
      throw new RangeError(
        `position ${state.nextAvail} or ${state.nextUsed} is not in a queue of ${this.size}`,
      );
    }
    this.nextAvail = state.nextAvail;
    this.availWrap = state.availWrap;
    this.nextUsed = state.nextUsed;
    this.usedWrap = state.usedWrap;
    this.usedSinceKnown = false;
    for (const saved of state.outstanding) {
      const chain = this.ledger.blank();
      const fault = this.ledger.load(chain, saved);
      if (fault !== undefined) throw new RangeError(`chain ${saved.head} cannot be taken up again: ${fault}`);
      this.taken += chain.descriptors;
      this.ledger.give(chain);
      if (saved.finished === undefined) this.resumed.push(chain);
      else this.stageUsed(chain, saved.finished);
    }
  }
}
