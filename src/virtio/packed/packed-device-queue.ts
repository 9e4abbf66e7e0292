import { ChainLedger, NO_ENTRY, type UsedRing } from '../chain/chain-ledger.ts';
import { CHAIN_FAULT, type ChainFault, DESC, DESC_F, DESC_SHIFT } from '../chain/descriptor.ts';
import type { DescriptorChain } from '../chain/descriptor-chain.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { fence, KEEPS_ORDER } from '../queue/memory-order.ts';
import { PollingRest } from '../queue/polling-rest.ts';
import { type DeviceQueue, type QueueConfig, queueFeatures } from '../queue/queue.ts';
import type { DeviceQueueState } from '../queue/queue-state.ts';
import { DriverDistance } from './driver-distance.ts';
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
import { collectList } from './packed-list.ts';
import { markedRun, readAhead } from './packed-run.ts';

const NOTHING = -1;
/** No event suppression word: it has reserved bits set. */
const UNKNOWN = -1;
// Copies of what is imported: the engine folds a module's own constants into the code, imported ones it fetches.
const { ADDR_LOW, ADDR_HIGH, LEN, LAST } = DESC;
const SHIFT = DESC_SHIFT;
const ID = ID_MASK;
const OWNER = OWNER_MASK;
const KEPT = KEEPS_ORDER;
const TO_FLAGS = FLAGS_SHIFT;
const NONE = NO_ENTRY;
/** Flags in the last word of a descriptor. */
const NEXT = DESC_F.NEXT << FLAGS_SHIFT;
const INDIRECT = DESC_F.INDIRECT << FLAGS_SHIFT;
const WRITE = DESC_F.WRITE << FLAGS_SHIFT;
/** Reads so many ahead, when so many were there since the ring was empty: the driver does not write there now. */
const AHEAD = 16;
const FAR = 32;
/** A descriptor that has none of the last two is a request by itself. */
const OWNER_OR_MORE = OWNER | NEXT | INDIRECT;

/** The device's end of a packed virtqueue (virtio 1.3, 2.8). */
export class PackedDeviceQueue implements DeviceQueue, UsedRing {
  declare readonly size: number;
  broken: string | undefined = undefined;
  malformed = 0;
  malformedReason: ChainFault | undefined = undefined;
  declare private readonly memory: GuestMemory;
  declare private readonly config: QueueConfig;
  declare private readonly ledger: ChainLedger;
  declare private readonly eventIdx: boolean;
  // The ring and the event suppression structures, by `PackedViews`.
  declare private words: Int32Array;
  declare private driverEvent: Int32Array;
  declare private deviceEvent: Int32Array;
  /** Generation of the memory that they lie in. */
  declare private generation: number;
  /** Descriptor to look at next, and the wrap counter of that lap (2.8.1). */
  private nextAvail = 0;
  private availWrap = 1;
  private availMark = availableMark(1);
  /** So many descriptors from there on were seen to be available: where loads do not keep their order. */
  private seen = 0;
  /** Descriptor that the next used one overwrites. */
  private nextUsed = 0;
  private usedWrap = 1;
  private usedMark = usedMark(1);
  /** Ring descriptors popped, used, and used when the driver was last considered for a notification; they wrap at 2^32. */
  private popped = 0;
  private used = 0;
  private told = 0;
  /** False after a restore. */
  private toldKnown = true;
  /**
   * The first used descriptor since the last `flush` is complete but for its last word: the driver stops
   * there, so it sees none of those behind either.
   */
  private stagedAt = NOTHING;
  private stagedWord = 0;
  /** The driver is to notify, and what the event suppression structure says of it, once that is known. */
  private notify = true;
  private event = UNKNOWN;
  /** Chains of before a restore that `pop` gives first. */
  private resumed: DescriptorChain[] | undefined = undefined;
  private readonly rest = new PollingRest();
  private readonly distance = new DriverDistance();

  /**
   * @param state goes on where another queue was saved
   * @throws {RangeError} for a size or an area that cannot be, or a state that does not fit.
   */
  constructor(memory: GuestMemory, config: QueueConfig, state?: DeviceQueueState) {
    const features = queueFeatures(config.features);
    const views = packedViews(memory, config);
    this.words = views.words;
    this.driverEvent = views.driverEvent;
    this.deviceEvent = views.deviceEvent;
    this.generation = memory.generation;
    this.memory = memory;
    this.config = config;
    this.size = config.size;
    this.eventIdx = features.eventIdx;
    this.ledger = new ChainLedger(memory, features.inOrder, config.chainBytes);
    if (state !== undefined) this.restore(state);
  }

  get inFlight(): number {
    return this.ledger.inFlight;
  }

  /** Takes what most requests are, one descriptor that is there at the first look, by itself. */
  pop(): DescriptorChain | undefined {
    if (this.resumed !== undefined) return this.resume();
    if (this.generation !== this.memory.generation) this.remap();
    const words = this.words;
    const at = this.nextAvail << SHIFT;
    const word = words[at | LAST] as number;
    const isSingle = KEPT && (word & OWNER_OR_MORE) === this.availMark;
    if (!isSingle || this.broken !== undefined || this.isFull()) return this.popAny();
    const low = words[at | ADDR_LOW] as number;
    const high = words[at | ADDR_HIGH] as number;
    const length = words[at | LEN] as number;
    const ledger = this.ledger;
    const chain = ledger.blank();
    if (!chain.one(low, high, length, word >>> TO_FLAGS)) {
      ledger.drop(chain);
      return this.popAny();
    }
    chain.head = word & ID;
    ledger.give(chain);
    this.popped = (this.popped + 1) | 0;
    this.nextAvail++;
    if ((this.nextAvail & (AHEAD - 1)) === 0 || this.nextAvail === this.size) this.passBlock();
    return chain;
  }

  /** `pop` came to the end of a lap, or to where marks may be read ahead and a device that polls may fall back. */
  private passBlock(): void {
    if (this.nextAvail === this.size) this.turnAvail();
    if (!this.notify && this.stagedAt === NOTHING)
      this.distance.keep(this.words, this.nextAvail, this.size, this.availMark);
    if (this.rest.taken(this.nextAvail) >= FAR) readAhead(this.words, this.nextAvail, AHEAD, this.availMark);
  }

  /** One round of the ring at most: a driver that refills it with rubbish does not hold the device. */
  private popAny(): DescriptorChain | undefined {
    for (let tries = this.size; tries > 0; tries--) {
      if (!this.available() && !this.lookAgain()) return this.foundNothing();
      const chain = this.ledger.blank();
      const fault = this.collect(chain);
      if (fault === undefined) return this.ledger.give(chain);
      this.refuse(chain, fault);
    }
    return undefined;
  }

  poll(): boolean {
    if (this.resumed !== undefined || this.available()) return true;
    this.foundNothing();
    return false;
  }

  stageUsed(chain: DescriptorChain, written: number): void {
    if (this.generation !== this.memory.generation) this.remap();
    const length = this.ledger.takeBack(chain, written, this);
    if (length !== NONE) this.putUsed(chain.head, length, 1, chain.descriptors);
  }

  /** With nothing staged before it, and where the processor keeps the order of stores, a used descriptor is just written. */
  pushUsed(chain: DescriptorChain, written: number): void {
    if (this.generation !== this.memory.generation) this.remap();
    const length = this.ledger.takeBack(chain, written, this);
    if (KEPT && length !== NONE && this.stagedAt === NOTHING) {
      const words = this.words;
      const at = this.nextUsed << SHIFT;
      words[at | LEN] = length;
      words[at | LAST] = chain.head | this.usedMark | (length > 0 ? WRITE : 0);
      this.goOn(chain.descriptors);
      return;
    }
    if (length !== NONE) this.putUsed(chain.head, length, 1, chain.descriptors);
    this.flush();
  }

  flush(): void {
    if (this.stagedAt === NOTHING) return;
    if (this.generation !== this.memory.generation) this.remap();
    if (KEPT) this.words[this.stagedAt] = this.stagedWord;
    else Atomics.store(this.words, this.stagedAt, this.stagedWord);
    this.stagedAt = NOTHING;
  }

  needsNotification(): boolean {
    this.flush();
    const usedSince = (this.used - this.told) >>> 0;
    const usedSinceKnown = this.toldKnown;
    if (usedSinceKnown && usedSince === 0) return false;
    this.told = this.used;
    this.toldKnown = true;
    if (KEPT) fence();
    const event = KEPT ? (this.driverEvent[0] as number) : Atomics.load(this.driverEvent, 0);
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
    Atomics.store(this.deviceEvent, 0, this.event);
  }

  reset(): void {
    this.ledger.revoke();
    this.resumed = undefined;
    this.broken = undefined;
    this.nextAvail = 0;
    this.availWrap = 1;
    this.availMark = availableMark(1);
    this.seen = 0;
    this.rest.begin(0);
    this.nextUsed = 0;
    this.usedWrap = 1;
    this.usedMark = usedMark(1);
    this.popped = this.used;
    this.stagedAt = NOTHING;
    this.told = this.used;
    this.toldKnown = true;
    this.notify = true;
    this.event = UNKNOWN;
  }

  snapshot(): DeviceQueueState {
    this.flush();
    const { nextAvail, nextUsed, availWrap, usedWrap } = this;
    return { nextAvail, nextUsed, availWrap, usedWrap, outstanding: this.ledger.save() };
  }

  private resume(): DescriptorChain | undefined {
    const chain = this.resumed?.shift();
    if (this.resumed?.length === 0) this.resumed = undefined;
    return chain;
  }

  /** Gives a malformed chain back, or stops where nobody knows where the next one starts. */
  private refuse(chain: DescriptorChain, fault: ChainFault): void {
    if (fault === CHAIN_FAULT.ENDLESS) {
      this.ledger.drop(chain);
      this.seen = 0;
      this.broken = `${fault}, at ${this.nextAvail} of ${this.size}`;
      return;
    }
    this.malformed++;
    this.malformedReason = fault;
    this.ledger.reject(chain, this);
    this.flush();
  }

  /** True when the driver has made the next descriptor available in this lap. */
  private available(): boolean {
    if (this.generation !== this.memory.generation) this.remap();
    if (!KEPT && this.seen > 0) return true;
    if (this.broken !== undefined) return false;
    const at = this.nextAvail << SHIFT;
    if (KEPT && ((this.words[at | LAST] as number) & OWNER) === this.availMark) return true;
    const seen = markedRun(this.words, this.nextAvail, this.size, this.availMark);
    if (!KEPT) this.seen = seen;
    return seen > 0;
  }

  /** A device that polls leaves the driver alone for a while; not before the driver sees what is staged. */
  private foundNothing(): undefined {
    if (!this.notify && this.stagedAt === NOTHING) this.rest.foundNothing(this.nextAvail);
    return undefined;
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
    Atomics.store(this.deviceEvent, 0, this.event);
  }

  /** Writes a used descriptor; `flush` shows it to the driver. For the ledger. */
  putUsed(head: number, written: number, _buffers: number, descriptors: number): void {
    const words = this.words;
    const at = this.nextUsed << SHIFT;
    // 2.8.4: the length means something only beside the WRITE flag.
    const word = head | this.usedMark | (written > 0 ? WRITE : 0);
    words[at | LEN] = written;
    if (this.stagedAt === NOTHING) {
      this.stagedAt = at | LAST;
      this.stagedWord = word;
    } else {
      words[at | LAST] = word;
    }
    this.goOn(descriptors);
  }

  /** So many descriptors were used. */
  private goOn(descriptors: number): void {
    this.used = (this.used + descriptors) | 0;
    this.nextUsed += descriptors;
    if (this.nextUsed >= this.size) this.turnUsed();
  }

  /** All descriptors were popped and not yet used. */
  private isFull(): boolean {
    return ((this.popped - this.used) | 0) === this.size;
  }

  /** The next used descriptor is one of the next lap. */
  private turnUsed(): void {
    this.nextUsed -= this.size;
    this.usedWrap ^= 1;
    this.usedMark = usedMark(this.usedWrap);
  }

  /** Collects the list that starts at the next descriptor and moves behind it; gives the reason when it is malformed. */
  private collect(chain: DescriptorChain): ChainFault | undefined {
    const room = this.size - ((this.popped - this.used) | 0);
    const fault = collectList(chain, this.words, this.size, this.nextAvail, room);
    if (fault === CHAIN_FAULT.ENDLESS) return fault;
    const count = chain.descriptors;
    this.popped = (this.popped + count) | 0;
    if (!KEPT) this.seen = Math.max(0, this.seen - count);
    const index = this.nextAvail + count;
    if (index >= this.size) this.turnAvail();
    this.nextAvail = index >= this.size ? index - this.size : index;
    return fault;
  }

  /** The next available descriptor is one of the next lap. */
  private turnAvail(): void {
    this.rest.turn(this.size);
    this.nextAvail = 0;
    this.availWrap ^= 1;
    this.availMark = availableMark(this.availWrap);
  }

  /** Makes the views again after the memory table changed. A ring that went away breaks the queue. */
  private remap(): void {
    this.generation = this.memory.generation;
    this.seen = 0;
    try {
      const views = packedViews(this.memory, this.config);
      this.words = views.words;
      this.driverEvent = views.driverEvent;
      this.deviceEvent = views.deviceEvent;
    } catch (error) {
      this.broken ??= error instanceof Error ? error.message : String(error);
    }
  }

  private restore(state: DeviceQueueState): void {
    if (state.nextAvail >= this.size || state.nextUsed >= this.size) {
      throw new RangeError(
        `invalid ring position: expected 0 to ${this.size - 1}, got ${state.nextAvail} and ${state.nextUsed}`,
      );
    }
    this.nextAvail = state.nextAvail;
    this.rest.begin(state.nextAvail);
    this.availWrap = state.availWrap;
    this.availMark = availableMark(state.availWrap);
    this.nextUsed = state.nextUsed;
    this.usedWrap = state.usedWrap;
    this.usedMark = usedMark(state.usedWrap);
    this.toldKnown = false;
    const resumed: DescriptorChain[] = [];
    for (const saved of state.outstanding) {
      const chain = this.ledger.blank();
      const fault = this.ledger.load(chain, saved);
      if (fault !== undefined) throw new RangeError(`cannot restore chain ${saved.head}: ${fault}`);
      this.popped = (this.popped + chain.descriptors) | 0;
      this.ledger.give(chain);
      if (saved.finished === undefined) resumed.push(chain);
      else this.stageUsed(chain, saved.finished);
    }
    if (resumed.length > 0) this.resumed = resumed;
  }
}
