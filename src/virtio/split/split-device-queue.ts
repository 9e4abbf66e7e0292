import { ChainLedger, NO_ENTRY, type UsedRing } from '../chain/chain-ledger.ts';
import { CHAIN_FAULT, type ChainFault, DESC, DESC_F, DESC_WORDS } from '../chain/descriptor.ts';
import type { DescriptorChain } from '../chain/descriptor-chain.ts';
import { addTable, linkedEntries } from '../chain/indirect-chain.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { fence, KEEPS_ORDER } from '../queue/memory-order.ts';
import { type DeviceQueue, needEvent, type QueueConfig, queueFeatures } from '../queue/queue.ts';
import type { ChainState, DeviceQueueState } from '../queue/queue-state.ts';
import { rest, restSteps, STEPS_PER_REQUEST } from '../queue/rest.ts';
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

const UNKNOWN = -1;
const NONE = NO_ENTRY;
const KEPT = KEEPS_ORDER;
// Copies of what is imported: the engine folds a module's own constants into the code, imported ones it fetches.
const { ADDR_LOW, ADDR_HIGH, LEN, LAST } = DESC;
const WORDS = DESC_WORDS;
const { NEXT, INDIRECT } = DESC_F;
const AVAIL_IDX = AVAIL.IDX;
const AVAIL_FLAGS = AVAIL.FLAGS;
const AVAIL_RING = AVAIL.RING;
const USED_IDX = USED.IDX;
const ELEM_WORDS = USED_ELEM_WORDS;
const { ID: ELEM_ID, LEN: ELEM_LEN } = USED_ELEM;

/** The device's end of a split virtqueue (virtio 1.3, 2.7). */
export class SplitDeviceQueue implements DeviceQueue, UsedRing {
  readonly size: number;
  broken: string | undefined = undefined;
  malformed = 0;
  malformedReason: ChainFault | undefined = undefined;
  readonly #memory: GuestMemory;
  readonly #config: QueueConfig;
  readonly #ledger: ChainLedger;
  readonly #eventIdx: boolean;
  readonly #mask: number;
  readonly #usedEventAt: number;
  readonly #availEventAt: number;
  // The rings, by `SplitViews`.
  #desc: Int32Array;
  #avail: Uint16Array;
  #used: Uint16Array;
  #usedElements: Uint32Array;
  /** Generation of the memory that they lie in. */
  #generation: number;
  /** Next entry of the available ring to look at; free running, 16 bits. */
  #nextAvail = 0;
  /** The driver's index when it was last looked at. */
  #seenAvail = 0;
  /** `nextAvail` when nothing was found last. */
  #emptyAt = 0;
  #nextUsed = 0;
  #publishedUsed = 0;
  /** `nextUsed` when the driver was last considered for a notification; not known after a restore. */
  #signalledUsed = 0;
  #signalledKnown = true;
  /** The driver is to notify, and what avail_event says of it, once that is known. */
  #notify = true;
  #availEvent = UNKNOWN;
  /** Heads that are out: a driver that makes one available again is lying. */
  readonly #isOut: Uint8Array;
  /** Chains of before a restore that `pop` gives first. */
  #resumed: DescriptorChain[] = [];

  /**
   * @param state goes on where another queue was saved; a chain of it that is malformed goes back
   * @throws {RangeError} for a size or an area that cannot be.
   */
  constructor(memory: GuestMemory, config: QueueConfig, state?: DeviceQueueState) {
    const features = queueFeatures(config.features);
    const views = splitViews(memory, config);
    this.#desc = views.desc;
    this.#avail = views.avail;
    this.#used = views.used;
    this.#usedElements = views.usedElements;
    this.#generation = memory.generation;
    this.#memory = memory;
    this.#config = config;
    this.size = config.size;
    this.#mask = config.size - 1;
    this.#eventIdx = features.eventIdx;
    this.#ledger = new ChainLedger(memory, features.inOrder, config.chainBytes);
    this.#usedEventAt = usedEventIndex(this.size);
    this.#availEventAt = availEventIndex(this.size);
    this.#isOut = new Uint8Array(this.size);
    if (state !== undefined) this.#restore(state);
  }

  get inFlight(): number {
    return this.#ledger.inFlight;
  }

  pop(): DescriptorChain | undefined {
    if (this.#resumed.length > 0) return this.#resumed.shift();
    // One round of the ring at most: a driver that refills it with rubbish does not hold the device.
    for (let tries = this.size; tries > 0; tries--) {
      if (this.#generation !== this.#memory.generation) this.#remap();
      if (this.#nextAvail === this.#seenAvail && !this.#look()) return undefined;
      const head = this.#avail[AVAIL_RING + (this.#nextAvail & this.#mask)] as number;
      this.#nextAvail = (this.#nextAvail + 1) & 0xffff;
      const chain = this.#ledger.blank();
      const fault = this.#collect(chain, head);
      if (fault === undefined) {
        this.#isOut[head] = 1;
        return this.#ledger.give(chain);
      }
      this.#refuse(chain, fault);
    }
    return undefined;
  }

  poll(): boolean {
    if (this.#resumed.length > 0) return true;
    if (this.#generation !== this.#memory.generation) this.#remap();
    if (this.broken !== undefined) return false;
    return Atomics.load(this.#avail, AVAIL_IDX) !== this.#nextAvail || this.#foundNothing();
  }

  stageUsed(chain: DescriptorChain, written: number): void {
    if (this.#generation !== this.#memory.generation) this.#remap();
    if (chain.out) this.#isOut[chain.head] = 0;
    const length = this.#ledger.takeBack(chain, written, this);
    if (length !== NONE) this.putUsed(chain.head, length, 1);
  }

  pushUsed(chain: DescriptorChain, written: number): void {
    this.stageUsed(chain, written);
    this.flush();
  }

  flush(): void {
    if (this.#publishedUsed === this.#nextUsed) return;
    this.#publishedUsed = this.#nextUsed;
    if (this.#generation !== this.#memory.generation) this.#remap();
    if (KEPT) this.#used[USED_IDX] = this.#nextUsed;
    else Atomics.store(this.#used, USED_IDX, this.#nextUsed);
  }

  needsNotification(): boolean {
    this.flush();
    const old = this.#signalledUsed;
    const now = this.#nextUsed;
    const known = this.#signalledKnown;
    if (known && old === now) return false;
    this.#signalledUsed = now;
    this.#signalledKnown = true;
    const avail = this.#avail;
    const at = this.#eventIdx ? this.#usedEventAt : AVAIL_FLAGS;
    if (KEPT) fence();
    const event = KEPT ? (avail[at] as number) : Atomics.load(avail, at);
    if (!this.#eventIdx) return (event & AVAIL_F_NO_INTERRUPT) === 0;
    return !known || needEvent(event, now, old);
  }

  enableNotification(): boolean {
    this.#notify = true;
    if (this.#generation !== this.#memory.generation) this.#remap();
    if (this.#eventIdx) this.#askAt(this.#nextAvail);
    else Atomics.store(this.#used, USED.FLAGS, 0);
    return this.poll();
  }

  disableNotification(): void {
    this.#notify = false;
    if (this.#generation !== this.#memory.generation) this.#remap();
    // An event index just passed: the driver would have to go all the way round to meet it.
    if (this.#eventIdx) this.#askAt((this.#nextAvail - 1) & 0xffff);
    else Atomics.store(this.#used, USED.FLAGS, USED_F_NO_NOTIFY);
  }

  reset(): void {
    this.#ledger.revoke();
    this.#resumed = [];
    this.#isOut.fill(0);
    this.broken = undefined;
    this.#nextAvail = 0;
    this.#seenAvail = 0;
    this.#emptyAt = 0;
    this.#nextUsed = 0;
    this.#publishedUsed = 0;
    this.#signalledUsed = 0;
    this.#signalledKnown = true;
    this.#notify = true;
    this.#availEvent = UNKNOWN;
  }

  snapshot(): DeviceQueueState {
    this.flush();
    const nextAvail = this.#nextAvail;
    const nextUsed = this.#nextUsed;
    return { nextAvail, nextUsed, availWrap: 0, usedWrap: 0, outstanding: this.#ledger.save() };
  }

  #refuse(chain: DescriptorChain, fault: ChainFault): void {
    this.malformed++;
    this.malformedReason = fault;
    this.#ledger.reject(chain, this);
    this.flush();
  }

  /** Looks at the driver's index again; true when there is something to pop. */
  #look(): boolean {
    if (this.broken !== undefined) return false;
    const avail = this.#avail;
    let seen = KEPT ? (avail[AVAIL_IDX] as number) : this.#nextAvail;
    if (seen === this.#nextAvail) seen = Atomics.load(avail, AVAIL_IDX);
    if (seen === this.#nextAvail) {
      if (!this.#eventIdx || !this.#notify || this.#availEvent === seen) return this.#foundNothing();
      // The driver notifies when it passes avail_event, so that must not be left behind (2.7.10.2).
      this.#askAt(seen);
      seen = Atomics.load(avail, AVAIL_IDX);
      if (seen === this.#nextAvail) return false;
    }
    if (((seen - this.#nextAvail) & 0xffff) > this.size) {
      this.broken = `the available index went from ${this.#nextAvail} to ${seen} in a queue of ${this.size}`;
      return false;
    }
    this.#seenAvail = seen;
    return true;
  }

  /** A device that polls rests, once until something is found; not before the driver sees what is staged. */
  #foundNothing(): false {
    if (this.#notify || this.#publishedUsed !== this.#nextUsed) return false;
    const taken = (this.#nextAvail - this.#emptyAt) & 0xffff;
    this.#emptyAt = this.#nextAvail;
    if (taken > 0) rest(restSteps(taken, STEPS_PER_REQUEST.split));
    return false;
  }

  #askAt(index: number): void {
    this.#availEvent = index;
    Atomics.store(this.#used, this.#availEventAt, index);
  }

  /** Writes a used element; `flush` shows it to the driver. For the ledger. */
  putUsed(head: number, written: number, buffers: number): void {
    const at = (this.#nextUsed & this.#mask) * ELEM_WORDS;
    const usedElements = this.#usedElements;
    usedElements[at + ELEM_ID] = head;
    usedElements[at + ELEM_LEN] = written;
    this.#nextUsed = (this.#nextUsed + buffers) & 0xffff;
  }

  /** Collects the chain that starts at `head`; gives the reason when it is malformed. */
  #collect(chain: DescriptorChain, head: number): ChainFault | undefined {
    const { size } = this;
    const desc = this.#desc;
    chain.begin();
    chain.head = head;
    if (head >= size) return CHAIN_FAULT.HEAD;
    if (this.#isOut[head] === 1) return CHAIN_FAULT.TWICE;
    let index = head;
    for (let left = size; left > 0; left--) {
      const at = index * WORDS;
      const last = desc[at + LAST] as number;
      const low = desc[at + ADDR_LOW] as number;
      const high = desc[at + ADDR_HIGH] as number;
      const length = desc[at + LEN] as number;
      chain.descriptors++;
      if ((last & INDIRECT) !== 0) {
        // 2.7.5.3.1: INDIRECT and NEXT exclude each other, so this one ends the chain.
        if ((last & NEXT) !== 0) return CHAIN_FAULT.INDIRECT_AND_NEXT;
        return addTable(chain, low, high, length, linkedEntries);
      }
      const fault = chain.add(low, high, length, last);
      if (fault !== undefined) return fault;
      if ((last & NEXT) === 0) return undefined;
      index = last >>> 16;
      if (index >= size) return CHAIN_FAULT.NEXT;
    }
    return CHAIN_FAULT.LOOP;
  }

  /** Makes the views again after the memory table changed. A ring that went away breaks the queue. */
  #remap(): void {
    this.#generation = this.#memory.generation;
    try {
      const views = splitViews(this.#memory, this.#config);
      this.#desc = views.desc;
      this.#avail = views.avail;
      this.#used = views.used;
      this.#usedElements = views.usedElements;
    } catch (error) {
      this.broken ??= error instanceof Error ? error.message : String(error);
    }
  }

  #restore(state: DeviceQueueState): void {
    this.#nextAvail = state.nextAvail;
    this.#seenAvail = state.nextAvail;
    this.#emptyAt = state.nextAvail;
    this.#nextUsed = state.nextUsed;
    this.#publishedUsed = state.nextUsed;
    this.#signalledKnown = false;
    for (const saved of state.outstanding) {
      const chain = this.#ledger.blank();
      const fault = this.#collectSaved(chain, saved);
      if (fault !== undefined) {
        this.#refuse(chain, fault);
        continue;
      }
      this.#isOut[saved.head] = 1;
      this.#ledger.give(chain);
      if (saved.finished === undefined) this.#resumed.push(chain);
      else this.stageUsed(chain, saved.finished);
    }
  }

  #collectSaved(chain: DescriptorChain, saved: ChainState): ChainFault | undefined {
    if (saved.readable === undefined || saved.writable === undefined) return this.#collect(chain, saved.head);
    // How many descriptors it takes up says nothing on a split ring.
    return this.#ledger.load(chain, { descriptors: 1, ...saved });
  }
}
