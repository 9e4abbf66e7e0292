import type { EventFd } from '../../../os/index.ts';
import {
  createDeviceQueue,
  type DescriptorChain,
  type DeviceQueue,
  type DeviceQueueState,
  type DmaBuffer,
  type GuestMemory,
  hasFeature,
  MAX_QUEUE_SIZE,
  type QueueConfig,
  queueAreaSizes,
  type RequestQueue,
  VIRTIO_F,
  vringBase,
} from '../../../virtio/index.ts';
import type { DirtyLog } from '../memory/dirty-log.ts';
import type { InflightBuffer, InflightRing } from '../memory/inflight.ts';
import type { MemoryTable } from '../memory/memory-table.ts';
import { VhostUserError, type VringAddresses } from '../messages/message.ts';
import { VRING_ADDR_F_LOG } from '../messages/protocol.ts';
import { Interruptions } from './interrupted.ts';
import { LoggedQueue, UsedIndex } from './logged-queue.ts';
import { packedStart, splitStart } from './vring-start.ts';

/** What a ring needs to start: what the session knows at that time. */
interface VringSurroundings {
  readonly table: MemoryTable;
  readonly deviceId: number;
  /** Negotiated, without vhost-user's own bits. */
  readonly features: number;
  readonly inflight: InflightBuffer | undefined;
  /** Most bytes of one request. */
  readonly requestBytes: number;
}

/**
 * One ring of a device, as the front-end's messages describe it, and whether the device may work on it.
 *
 * The device keeps this object from activation to reset. Whether there is a queue behind it changes with
 * the messages: before the ring is started and enabled, and after it was stopped, it is an empty queue.
 */
export class Vring implements RequestQueue {
  readonly index: number;
  kick: EventFd | undefined;
  call: EventFd | undefined;
  error: EventFd | undefined;
  /** From SET_VRING_KICK to GET_VRING_BASE. */
  started = false;
  /** SET_VRING_ENABLE. */
  enabled = false;
  /** When the device wants to see the ring again without a kick. */
  due = Number.POSITIVE_INFINITY;
  /** SET_VRING_NUM. */
  #size = 0;
  /** Size, addresses or base came since the queue was made: the next start makes another. */
  #changed = false;
  #addresses: VringAddresses | undefined;
  #base = 0;
  /** Of the queue that there is. */
  #config: QueueConfig | undefined;
  #packed = false;
  #log: DirtyLog | undefined;
  #queue: LoggedQueue | undefined;
  #malformedSeen = 0;
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

  /** Requests that the device has. */
  get inFlight(): number {
    return this.#queue?.queue.inFlight ?? 0;
  }

  /** Why the queue stopped, when the driver broke the ring. */
  get broken(): string | undefined {
    return this.#queue?.queue.broken;
  }

  /** @throws {VhostUserError} */
  setSize(num: number): void {
    if (num < 1 || num > MAX_QUEUE_SIZE) {
      throw new VhostUserError(
        `ring ${this.index}: invalid size: expected 1 to ${MAX_QUEUE_SIZE}, got ${num}`,
      );
    }
    this.#size = num;
    this.#changed = true;
  }

  setAddresses(addresses: VringAddresses): void {
    this.#addresses = addresses;
    this.#changed = true;
    // A front-end that begins to migrate says it of rings that run.
    this.#updateLog();
  }

  setBase(base: number): void {
    this.#base = base;
    this.#changed = true;
  }

  /** Where writes are noted while the front-end migrates. */
  setLog(log: DirtyLog | undefined): void {
    this.#log = log;
    this.#updateLog();
  }

  #updateLog(): void {
    const queue = this.#queue;
    if (queue === undefined || this.#config === undefined || this.#addresses === undefined) return;
    queue.log = this.#log;
    queue.written = writtenAreas(this.#addresses, this.#config, this.#packed);
  }

  /**
   * Makes the queue that the messages described. @throws {VhostUserError} when there can be none: no size,
   * no addresses, or addresses outside of the front-end's memory.
   */
  start({ table, deviceId, features, inflight, requestBytes }: VringSurroundings): void {
    const { memory } = table;
    const addresses = this.#described();
    const config = { ...this.#configOf(addresses, table, features), chainBytes: requestBytes };
    const notes = inflight?.ring(this.index, config.size);
    this.#packed = hasFeature(features, VIRTIO_F.RING_PACKED);
    if (this.#packed && notes !== undefined) {
      throw new VhostUserError(
        `ring ${this.index}: inflight tracking needs a split ring, this one is packed`,
      );
    }
    const used = this.#packed ? undefined : new UsedIndex(memory, config.device);
    const state = this.#startState(memory, config, used, notes);
    const heads = state.outstanding.map(({ head }) => head);
    const records = {
      inflight: notes,
      used,
      interruptions: new Interruptions(deviceId, features),
    };
    this.#config = config;
    this.#queue = new LoggedQueue(this.#create(memory, config, state), records, heads);
    this.#updateLog();
    this.#malformedSeen = 0;
    this.#changed = false;
    this.#open = true;
  }

  #described(): VringAddresses {
    if (this.#size === 0) {
      throw new VhostUserError(`ring ${this.index} was started before SET_VRING_NUM`);
    }
    if (this.#addresses === undefined) {
      throw new VhostUserError(`ring ${this.index} was started before SET_VRING_ADDR`);
    }
    return this.#addresses;
  }

  #configOf(addresses: VringAddresses, table: MemoryTable, features: number): QueueConfig {
    const size = this.#size;
    const bytes = queueAreaSizes(size, features);
    return {
      size,
      features,
      descriptor: table.toGuest(addresses.descriptor, bytes.descriptor, 'descriptor table'),
      driver: table.toGuest(addresses.available, bytes.driver, 'available ring'),
      device: table.toGuest(addresses.used, bytes.device, 'used ring'),
    };
  }

  #startState(
    memory: GuestMemory,
    config: QueueConfig,
    used: UsedIndex | undefined,
    notes: InflightRing | undefined,
  ): DeviceQueueState {
    const { size, features } = config;
    const bytes = queueAreaSizes(size, features);
    if (used === undefined) return packedStart(memory.slice(config.descriptor, bytes.descriptor), this.#base);
    const avail = memory.slice(config.driver, bytes.driver);
    return splitStart(avail, used.value, this.#base, size, notes);
  }

  #create(memory: GuestMemory, config: QueueConfig, state: DeviceQueueState): DeviceQueue {
    try {
      return createDeviceQueue(memory, config, state);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new VhostUserError(`ring ${this.index}: ${error.message}`, { cause: error });
    }
  }

  /** What was wrong with requests that were given back unread since this was asked last. */
  newlyMalformed(): string | undefined {
    const queue = this.#queue?.queue;
    if (queue === undefined || queue.malformed === this.#malformedSeen) return undefined;
    this.#malformedSeen = queue.malformed;
    return queue.malformedReason;
  }

  /** The memory table has changed: the queue looks its rings up again. */
  remapped(): void {
    this.#queue?.queue.poll();
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
    const queue = this.#queue?.queue;
    if (queue !== undefined) {
      this.#base = vringBase(queue.snapshot(), this.#packed);
      queue.reset();
    }
    this.#open = false;
    this.#queue = undefined;
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

  /** Stops the ring and closes the doorbells. */
  close(): void {
    this.stop();
    for (const bell of [this.kick, this.call, this.error]) bell?.close();
    this.kick = undefined;
    this.call = undefined;
    this.error = undefined;
  }

  // What the device sees.

  pop(): DescriptorChain | undefined {
    return this.#open && this.enabled ? this.#queue?.pop() : undefined;
  }

  pushUsed(chain: DescriptorChain, written: number): void {
    this.#queue?.pushUsed(chain, written);
    if (this.#drained !== undefined && this.inFlight === 0) this.#drained();
  }

  /** Whether the driver wants to be told of what was given back since this was asked last. */
  needsNotification(): boolean {
    return this.#queue?.needsNotification() ?? false;
  }
}

/** What the device writes beside the requests: a packed ring's descriptors are used where they lie. */
function writtenAreas(
  addresses: VringAddresses,
  { size, features, descriptor }: QueueConfig,
  packed: boolean,
): DmaBuffer[] {
  const bytes = queueAreaSizes(size, features);
  const areas = packed ? [{ addr: descriptor, len: bytes.descriptor }] : [];
  if ((addresses.flags & VRING_ADDR_F_LOG) !== 0) areas.push({ addr: addresses.log, len: bytes.device });
  return areas;
}
