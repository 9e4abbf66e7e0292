import type { EventFd } from '../../os/index.ts';
import {
  createDeviceQueue,
  type DescriptorChain,
  type DeviceQueue,
  type DeviceQueueState,
  fromVringBase,
  type GuestMemory,
  hasFeature,
  MAX_QUEUE_SIZE,
  type QueueConfig,
  queueAreaSizes,
  USED,
  VIRTIO_F,
  vringBase,
} from '../../virtio/index.ts';
import type { DirtyLog } from './dirty-log.ts';
import type { InflightBuffer, InflightRing } from './inflight.ts';
import { Interruptions } from './interrupted.ts';
import type { MemoryTable } from './memory-table.ts';
import { VhostUserError, type VringAddresses } from './message.ts';
import { VRING_ADDR_F_LOG } from './protocol.ts';
import { packedStart, splitStart } from './vring-start.ts';

/** What a ring needs to start: what the session knows at that time. */
export interface RingSurroundings {
  readonly table: MemoryTable;
  readonly deviceId: number;
  /** Negotiated, without vhost-user's own bits. */
  readonly features: number;
  readonly inflight: InflightBuffer | undefined;
}

/**
 * One ring of a device: what the front-end's messages say of it, and the queue that the device works on.
 *
 * The device keeps this object from activation to reset. Whether there is a queue behind it changes with
 * the messages: before the ring is started and enabled, and after it was stopped, it is an empty queue.
 */
export class Ring implements DeviceQueue {
  readonly index: number;
  /** SET_VRING_NUM. */
  size = 0;
  kick: EventFd | undefined;
  call: EventFd | undefined;
  error: EventFd | undefined;
  /** From SET_VRING_KICK to GET_VRING_BASE. */
  started = false;
  /** SET_VRING_ENABLE. */
  enabled = false;
  /** When the device wants to see the ring again though nobody kicked. */
  due = Number.POSITIVE_INFINITY;
  /** Where writes are noted while the front-end migrates. */
  log: DirtyLog | undefined;
  /** Size, addresses or base came since the queue was made: the next start makes another. */
  #changed = false;
  #addresses: VringAddresses | undefined;
  #base = 0;
  #packed = false;
  #queue: DeviceQueue | undefined;
  #inflight: InflightRing | undefined;
  #used: UsedIndex | undefined;
  #usedBytes = 0;
  #ringArea: { readonly addr: number; readonly len: number } | undefined;
  /** Finished, and held back by IN_ORDER. */
  #held: { readonly chain: DescriptorChain; readonly head: number }[] = [];
  #malformedSeen = 0;
  /** Requests of before a crash, still to be given out; and what becomes of them. */
  #resumed = 0;
  #interruptions: Interruptions | undefined;
  /** False while the ring is being stopped: what is out may come back, nothing new goes out. */
  #open = false;
  #drained: (() => void) | undefined;

  constructor(index: number) {
    this.index = index;
  }

  /** True when there are rings in memory behind this object, and they are not being stopped. */
  get isLive(): boolean {
    return this.#queue !== undefined && this.#open;
  }

  /** True while the device may have requests of this ring, stopping or not. */
  get isAttached(): boolean {
    return this.#queue !== undefined;
  }

  get isChanged(): boolean {
    return this.#changed;
  }

  setSize(num: number): void {
    if (num < 1 || num > MAX_QUEUE_SIZE) {
      throw new VhostUserError(`ring ${this.index} is to have ${num} entries; 1 to ${MAX_QUEUE_SIZE} can be`);
    }
    this.size = num;
    this.#changed = true;
  }

  setAddresses(addresses: VringAddresses): void {
    this.#addresses = addresses;
    this.#changed = true;
  }

  setBase(base: number): void {
    this.#base = base;
    this.#changed = true;
  }

  /**
   * Makes the queue that the messages described. @throws {VhostUserError} when there can be none: no size,
   * no addresses, or addresses outside of the front-end's memory.
   */
  start({ table, deviceId, features, inflight }: RingSurroundings): void {
    const { size } = this;
    const addresses = this.#addresses;
    if (size === 0) throw new VhostUserError(`ring ${this.index} is started without SET_VRING_NUM`);
    if (addresses === undefined) {
      throw new VhostUserError(`ring ${this.index} is started without SET_VRING_ADDR`);
    }
    const bytes = queueAreaSizes(size, features);
    const config = {
      size,
      features,
      descriptor: table.toGuest(addresses.descriptor, bytes.descriptor, 'descriptor table'),
      driver: table.toGuest(addresses.available, bytes.driver, 'available ring'),
      device: table.toGuest(addresses.used, bytes.device, 'used ring'),
    };
    const notes = inflight?.ring(this.index, size);
    this.#packed = hasFeature(features, VIRTIO_F.RING_PACKED);
    if (this.#packed && notes !== undefined) {
      throw new VhostUserError(
        `ring ${this.index} is packed: only split rings have notes on what is in flight`,
      );
    }
    this.#used = this.#packed ? undefined : new UsedIndex(table.memory, config.device);
    // What the device writes beside the requests: a packed ring's descriptors are used where they lie.
    this.#usedBytes = bytes.device;
    this.#ringArea = this.#packed ? { addr: config.descriptor, len: bytes.descriptor } : undefined;
    const state = this.#startState(table.memory, config, notes);
    const heads = state.outstanding.map(({ head }) => head);
    try {
      this.#queue = createDeviceQueue(table.memory, config, state);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new VhostUserError(`ring ${this.index}: ${error.message}`, { cause: error });
    }
    this.#inflight = notes;
    this.#strikeOut(heads, this.#queue);
    this.#resumed = this.#queue.inFlight;
    this.#interruptions = this.#resumed > 0 ? new Interruptions(deviceId, features) : undefined;
    this.#malformedSeen = 0;
    this.#changed = false;
    this.#open = true;
  }

  #startState(memory: GuestMemory, config: QueueConfig, notes: InflightRing | undefined): DeviceQueueState {
    const { size, features } = config;
    const bytes = queueAreaSizes(size, features);
    if (this.#used === undefined) {
      return packedStart(memory.slice(config.descriptor, bytes.descriptor), this.#base);
    }
    const avail = memory.slice(config.driver, bytes.driver);
    return splitStart(avail, this.#used.value, this.#base, size, notes);
  }

  /** Of requests taken up again, those that were malformed went back at once: they are no longer in flight. */
  #strikeOut(heads: readonly number[], queue: DeviceQueue): void {
    if (this.#inflight === undefined || queue.inFlight === heads.length) return;
    const kept = new Set(queue.snapshot().outstanding.map(({ head }) => head));
    for (const head of heads) if (!kept.has(head)) this.#inflight.staged(head);
    this.flush();
  }

  /** What was wrong with requests that were given back unread since this was asked last. */
  newlyMalformed(): string | undefined {
    const { malformed } = this;
    if (malformed === this.#malformedSeen) return undefined;
    this.#malformedSeen = malformed;
    return this.malformedReason;
  }

  /** No new request goes to the device. Resolves when it has given back all that it has, or `timeoutMs` later. */
  async drain(timeoutMs: number): Promise<void> {
    this.#open = false;
    if (this.inFlight === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
    this.#drained = undefined;
  }

  /** Takes the queue away from the device. @returns where another could go on: the vring base. */
  stop(): number {
    const queue = this.#queue;
    if (queue !== undefined) {
      this.#base = vringBase(queue.snapshot(), this.#packed);
      queue.reset();
    }
    this.#open = false;
    this.#queue = undefined;
    this.#inflight = undefined;
    this.#held = [];
    this.#interruptions = undefined;
    this.due = Number.POSITIVE_INFINITY;
    this.#drained?.();
    return this.#base;
  }

  /** Takes the queue away without asking where it stands: what the messages said last holds. */
  abandon(): void {
    const base = this.#base;
    const changed = this.#changed;
    this.stop();
    this.#base = base;
    this.#changed = changed;
  }

  /** Closes the doorbells. */
  close(): void {
    this.stop();
    for (const bell of [this.kick, this.call, this.error]) bell?.close();
    this.kick = undefined;
    this.call = undefined;
    this.error = undefined;
  }

  get inFlight(): number {
    return this.#queue?.inFlight ?? 0;
  }

  get broken(): string | undefined {
    return this.#queue?.broken;
  }

  get malformed(): number {
    return this.#queue?.malformed ?? 0;
  }

  get malformedReason(): DeviceQueue['malformedReason'] {
    return this.#queue?.malformedReason;
  }

  pop(): DescriptorChain | undefined {
    const queue = this.#queue;
    if (queue === undefined || !this.#open || !this.enabled) return undefined;
    if (this.#interruptions !== undefined) return this.#popInterrupted(queue, this.#interruptions);
    const chain = queue.pop();
    if (chain !== undefined) this.#inflight?.taken(chain.head);
    return chain;
  }

  /** While there are requests of before a crash: ends those that must not be run again. */
  #popInterrupted(queue: DeviceQueue, interruptions: Interruptions): DescriptorChain | undefined {
    for (;;) {
      const chain = queue.pop();
      if (chain === undefined) return undefined;
      const resumed = this.#resumed > 0;
      if (resumed) this.#resumed--;
      else this.#inflight?.taken(chain.head);
      if (!resumed && !interruptions.failsNext) {
        this.#interruptions = undefined;
        return chain;
      }
      if (!interruptions.fail(chain)) return chain;
      this.pushUsed(chain, chain.writable.length);
    }
  }

  poll(): boolean {
    return this.#open && this.enabled && (this.#queue?.poll() ?? false);
  }

  pushUsed(chain: DescriptorChain, written: number): void {
    this.stageUsed(chain, written);
    this.flush();
  }

  stageUsed(chain: DescriptorChain, written: number): void {
    const queue = this.#queue;
    if (queue === undefined || chain.revoked) return;
    const log = this.log;
    const { head } = chain;
    queue.stageUsed(chain, written);
    if (this.#inflight !== undefined) this.#note(this.#inflight, chain, head);
    if (log !== undefined) {
      const { count, addresses, sizes } = chain.writableSegments;
      for (let i = 0; i < count; i++) log.mark(addresses[i] as number, sizes[i] as number);
    }
  }

  /** Notes what is on the used ring now: with IN_ORDER a request may have to wait for an older one. */
  #note(inflight: InflightRing, chain: DescriptorChain, head: number): void {
    if (!chain.held && this.#held.length === 0) {
      inflight.staged(head);
      return;
    }
    this.#held.push({ chain, head });
    for (const each of this.#held) if (!each.chain.held) inflight.staged(each.head);
    this.#held = this.#held.filter((each) => each.chain.held);
  }

  flush(): void {
    const queue = this.#queue;
    if (queue === undefined) return;
    queue.flush();
    if (this.#inflight !== undefined && this.#used !== undefined) this.#inflight.shown(this.#used.value);
    this.#markUsedRing();
    if (queue.inFlight === 0) this.#drained?.();
  }

  /** The device writes its ring too. It is small: marked whole. */
  #markUsedRing(): void {
    const addresses = this.#addresses;
    if (this.log === undefined || addresses === undefined) return;
    if (this.#ringArea !== undefined) this.log.mark(this.#ringArea.addr, this.#ringArea.len);
    if ((addresses.flags & VRING_ADDR_F_LOG) !== 0) this.log.mark(addresses.log, this.#usedBytes);
  }

  needsNotification(): boolean {
    this.flush();
    return this.#queue?.needsNotification() ?? false;
  }

  enableNotification(): boolean {
    this.#markUsedRing();
    return this.#queue?.enableNotification() ?? false;
  }

  disableNotification(): void {
    this.#markUsedRing();
    this.#queue?.disableNotification();
  }

  reset(): void {
    this.#queue?.reset();
  }

  snapshot(): DeviceQueueState {
    const queue = this.#queue;
    if (queue !== undefined) return queue.snapshot();
    return fromVringBase(this.#base, this.#packed);
  }
}

/** The driver-visible index of a used ring, wherever it lies. */
class UsedIndex {
  readonly #memory: GuestMemory;
  readonly #address: number;
  #last = 0;

  constructor(memory: GuestMemory, usedRing: number) {
    this.#memory = memory;
    this.#address = usedRing + 2 * USED.IDX;
  }

  /** Stays what it was when the ring goes away: the queue is broken then, and nothing counts any more. */
  get value(): number {
    const region = this.#memory.find(this.#address, 2);
    if (region !== undefined) this.#last = region.view.getUint16(this.#address - region.guestAddress, true);
    return this.#last;
  }
}
