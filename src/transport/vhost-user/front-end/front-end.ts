import { createMemfd, type FileDescriptor, Mapping, OsError } from '../../../os/index.ts';
import {
  AVAIL,
  DEVICE_STATUS,
  DTBUS_F_ERRNO,
  featureSet,
  featuresBeyond,
  GuestMemory,
  hasFeature,
  type QueueConfig,
  queueAreaSizes,
  VIRTIO_F,
  type VirtioTransport,
} from '../../../virtio/index.ts';
import { type Inflight, NO_PAYLOAD, u64, VhostUserError } from '../messages/message.ts';
import { PROTOCOL_F, REQUEST } from '../messages/protocol.ts';
import { FIRST_LAP } from '../vring/vring-start.ts';
import { Doorbells, type QueueBells } from './doorbells.ts';
import { FrontEndLink, Refused } from './front-end-link.ts';

export interface FrontEndOptions {
  /** A connection to the back-end; called again after it was lost. @throws {OsError} */
  readonly connect: () => FileDescriptor;
  /** vhost-user does not say which device a back-end is. */
  readonly deviceId: number;
  /** Memory for rings and requests, in bytes; a multiple of 4096. */
  readonly memoryBytes?: number;
  /** Queues of the device, where the back-end does not say. */
  readonly queueCount?: number;
  /** How long the back-end may take for an answer, in ms. */
  readonly timeoutMs?: number;
  /** Least time between two attempts to get a lost back-end back, in ms. `Infinity`: no attempt. */
  readonly reconnectMs?: number;
  /** Where both ends share a thread: lets the back-end have a look. */
  readonly serve?: () => void;
  /** Told what happens, a sentence each. */
  readonly trace?: (sentence: string) => void;
}

/**
 * Where the memory lies for the device, and where the messages say that it lies here. The two differ so that
 * neither can be taken for the other.
 */
const GUEST_ADDRESS = 0x4000_0000;
const USER_ADDRESS = 0x7000_0000_0000;
const MAX_QUEUE_SIZE = 1024;
/** A sleeping waiter looks up this often: a call that another waiter took is not heard twice. */
const LOOK_UP_MS = 50;
const PACKED = featureSet(VIRTIO_F.RING_PACKED);

/**
 * The driver's end of a device behind a vhost-user socket: memory of its own that it shares with the
 * back-end, and eventfds for doorbells.
 *
 * When the back-end dies the front-end connects again, where it may, and hands over its rings and the record
 * of what was in flight: what the dead one had begun ends in an error, what it had not is carried out.
 */
export class VhostUserFrontEnd implements VirtioTransport {
  readonly memory: GuestMemory;
  readonly deviceId: number;
  readonly #options: FrontEndOptions;
  readonly #memoryBytes: number;
  readonly #memoryFile: FileDescriptor;
  readonly #mapping: Mapping;
  readonly #doorbells = new Doorbells();
  #link: FrontEndLink | undefined;
  #lastAttempt = Number.NEGATIVE_INFINITY;
  #offered = 0;
  #features = 0;
  #status = 0;
  #inflight: { readonly file: FileDescriptor; readonly description: Inflight } | undefined;
  #closed = false;

  /** Connects. @throws {OsError} nobody there; @throws {VhostUserError} no back-end of ours. */
  constructor(options: FrontEndOptions) {
    this.#options = options;
    this.deviceId = options.deviceId;
    this.#memoryBytes = options.memoryBytes ?? 1 << 20;
    this.#memoryFile = createMemfd('dtbus-guest', this.#memoryBytes);
    try {
      this.#mapping = new Mapping(this.#memoryFile.fd, this.#memoryBytes);
      this.memory = GuestMemory.over(this.#mapping.view(), GUEST_ADDRESS);
      this.#connect();
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  /** The device's addresses begin here: the range that a DMA allocator may use. */
  get dmaRange(): { readonly address: number; readonly size: number } {
    return { address: GUEST_ADDRESS, size: this.#memoryBytes };
  }

  get gone(): boolean {
    if (this.#closed) return true;
    return !this.#alive() && !this.#reconnects;
  }

  /** Whether there is a back-end now. */
  get connected(): boolean {
    return !this.#closed && this.#alive();
  }

  get #reconnects(): boolean {
    return (this.#options.reconnectMs ?? Number.POSITIVE_INFINITY) < Number.POSITIVE_INFINITY;
  }

  get #isPacked(): boolean {
    return hasFeature(this.#features, VIRTIO_F.RING_PACKED);
  }

  maxQueueSize(queue: number): number {
    return queue < (this.#link?.queueCount ?? 0) ? MAX_QUEUE_SIZE : 0;
  }

  /**
   * The offered set, but for the packed layout where a back-end may have to be replaced: a packed ring does not
   * show its successor how far it came.
   */
  deviceFeatures(): number {
    return this.#reconnects ? featuresBeyond(this.#offered, PACKED) : this.#offered;
  }

  setDriverFeatures(features: number): void {
    this.#features = features;
  }

  status(): number {
    return this.#status;
  }

  /** @throws {OsError} @throws {VhostUserError} when the back-end does not do what it must. */
  setStatus(status: number): void {
    if (status === 0) {
      this.#reset();
      return;
    }
    const rising = status & ~this.#status;
    const link = this.#needLink();
    if ((rising & DEVICE_STATUS.FEATURES_OK) !== 0 && !this.#sendFeatures(link)) return;
    if ((rising & DEVICE_STATUS.DRIVER_OK) !== 0) this.#startQueues(link);
    this.#status = status;
    if (link.can(PROTOCOL_F.STATUS)) link.tell(REQUEST.SET_STATUS, u64(status));
  }

  readConfig(offset: number, length: number): Uint8Array {
    const link = this.#needLink();
    if (!link.can(PROTOCOL_F.CONFIG)) return new Uint8Array(0);
    // From 0 on, as User-Mode Linux asks: there are back-ends that know no other.
    const size = offset + length;
    const answer = link.ask(REQUEST.GET_CONFIG, {
      kind: 'config',
      offset: 0,
      size,
      flags: 0,
      bytes: new Uint8Array(size),
    });
    return answer.kind === 'config' ? answer.bytes.slice(offset, size) : new Uint8Array(0);
  }

  /** Why the last request failed with `errno`, where the back-end tells it and is there; see `DTBUS_REASON`. */
  reasonOf(errno: number): string | undefined {
    if (!hasFeature(this.#features, DTBUS_F_ERRNO) || !this.connected) return undefined;
    return this.#link?.reasonOf(errno);
  }

  setupQueue(queue: number, config: QueueConfig): void {
    this.#doorbells.add(queue, config);
  }

  notify(queue: number): void {
    this.#doorbells.kick(queue);
    this.#options.serve?.();
  }

  calls(queue: number): number {
    return this.#doorbells.calls(queue);
  }

  waitSync(queue: number, seen: number, timeoutMs: number): void {
    const giveUp = performance.now() + timeoutMs;
    for (let ms = this.#patience(queue, seen, giveUp, 0); ms !== undefined; ) {
      this.#doorbells.wait(ms);
      ms = this.#patience(queue, seen, giveUp, 0);
    }
  }

  async wait(queue: number, seen: number, timeoutMs: number): Promise<void> {
    const giveUp = performance.now() + timeoutMs;
    for (let ms = this.#patience(queue, seen, giveUp, 1); ms !== undefined; ) {
      await this.#doorbells.waitAsync(ms);
      ms = this.#patience(queue, seen, giveUp, 1);
    }
  }

  /**
   * How many ms to wait until it looks again; undefined when there is something to see, or no more time.
   * @param serving what it is where this thread serves the back-end itself, which nobody else does meanwhile
   */
  #patience(queue: number, seen: number, giveUp: number, serving: number): number | undefined {
    this.#options.serve?.();
    if (!this.#alive()) this.#reconnect();
    const left = giveUp - performance.now();
    if (this.calls(queue) !== seen || left <= 0 || this.gone) return undefined;
    const patience = this.#options.serve === undefined ? LOOK_UP_MS : serving;
    return Math.ceil(Math.min(left, this.#alive() ? patience : 1));
  }

  close(): void {
    if (this.#closed) return;
    this.#reset();
    this.#free();
  }

  #free(): void {
    this.#closed = true;
    this.#doorbells.close();
    this.#link?.close();
    this.#link = undefined;
    this.#inflight?.file.close();
    this.#mapping?.unmap();
    this.#memoryFile.close();
  }

  // The back-end.

  #connect(): void {
    const { connect, queueCount = 1, timeoutMs = 5000, serve } = this.#options;
    this.#lastAttempt = performance.now();
    const link = new FrontEndLink(connect(), queueCount, { timeoutMs, serve });
    this.#link = link;
    const vhost = featureSet(VIRTIO_F.PROTOCOL_FEATURES, VIRTIO_F.LOG_ALL);
    this.#offered = featuresBeyond(link.features, vhost);
    this.#doorbells.watchSocket(link.fd);
  }

  #alive(): boolean {
    if (this.#link === undefined) return false;
    if (!this.#link.ended) return true;
    this.#lose('the back-end closed the connection');
    return false;
  }

  #lose(reason: string): void {
    const link = this.#link;
    if (link === undefined) return;
    this.#options.trace?.(`connection lost: ${reason}`);
    this.#link = undefined;
    this.#doorbells.unwatchSocket(link.fd);
    link.close();
  }

  #needLink(): FrontEndLink {
    if (this.#closed) throw OsError.of('vhost-user', 'EBADF', 'this front-end was closed');
    if (!this.#alive()) {
      if (this.gone) throw OsError.of('vhost-user', 'ECONNRESET', 'the back-end is gone');
      this.#connect();
    }
    return this.#link as FrontEndLink;
  }

  /** Tries once, if it is time to, and brings the new back-end to where the old one was. */
  #reconnect(): void {
    const { reconnectMs = Number.POSITIVE_INFINITY } = this.#options;
    if (this.#closed || performance.now() - this.#lastAttempt < reconnectMs) return;
    this.#losing(() => {
      this.#connect();
      const link = this.#needLink();
      const lacking = featuresBeyond(this.#features, link.features);
      if (lacking !== 0)
        throw new VhostUserError('the new back-end offers fewer features than the previous one');
      if (!this.#sendFeatures(link))
        throw new VhostUserError('the new back-end refuses the negotiated features');
      if ((this.#status & DEVICE_STATUS.DRIVER_OK) !== 0) this.#startQueues(link);
      if (link.can(PROTOCOL_F.STATUS)) link.tell(REQUEST.SET_STATUS, u64(this.#status));
      this.#doorbells.kickAll();
      this.#options.trace?.('connected again');
    });
  }

  /** Does what needs the back-end; where that fails, it is lost. */
  #losing(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof OsError) && !(error instanceof VhostUserError)) throw error;
      this.#lose(error.message);
    }
  }

  /** False when the back-end refuses: FEATURES_OK then stays clear. */
  #sendFeatures(link: FrontEndLink): boolean {
    const own = hasFeature(link.features, VIRTIO_F.PROTOCOL_FEATURES)
      ? featureSet(VIRTIO_F.PROTOCOL_FEATURES)
      : 0;
    try {
      link.tell(REQUEST.SET_FEATURES, u64(this.#features + own));
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
  }

  #startQueues(link: FrontEndLink): void {
    const region = {
      guestAddress: GUEST_ADDRESS,
      size: this.#memoryBytes,
      userAddress: USER_ADDRESS,
      mmapOffset: 0,
    };
    link.tell(REQUEST.SET_MEM_TABLE, { kind: 'memory-table', regions: [region] }, [this.#memoryFile.fd]);
    if (link.can(PROTOCOL_F.INFLIGHT_SHMFD) && !this.#isPacked) this.#shareInflight(link);
    for (const [index, queue] of this.#doorbells.queues) this.#startQueue(link, index, queue);
    if (!hasFeature(link.features, VIRTIO_F.PROTOCOL_FEATURES)) return;
    for (const index of this.#doorbells.queues.keys()) {
      link.tell(REQUEST.SET_VRING_ENABLE, { kind: 'vring-state', index, num: 1 });
    }
  }

  /** The record of what is in flight stays here, for the next back-end. */
  #shareInflight(link: FrontEndLink): void {
    if (this.#inflight === undefined) {
      const queueSize = Math.max(...[...this.#doorbells.queues.values()].map(({ config }) => config.size));
      const asked = {
        mmapSize: 0,
        mmapOffset: 0,
        queues: this.#doorbells.queues.size,
        queueSize,
        padded: true,
      };
      let file: FileDescriptor | undefined;
      const answer = link.ask(REQUEST.GET_INFLIGHT_FD, { kind: 'inflight', ...asked }, (files) => {
        file = files.shift();
      });
      if (file === undefined || answer.kind !== 'inflight') {
        throw new VhostUserError('the back-end answers GET_INFLIGHT_FD without a descriptor');
      }
      this.#inflight = { file, description: answer };
    }
    const { file, description } = this.#inflight;
    link.tell(REQUEST.SET_INFLIGHT_FD, { ...description, kind: 'inflight' }, [file.fd]);
  }

  #startQueue(link: FrontEndLink, index: number, { config, kick, call }: QueueBells): void {
    const user = (address: number): number => address - GUEST_ADDRESS + USER_ADDRESS;
    link.tell(REQUEST.SET_VRING_NUM, { kind: 'vring-state', index, num: config.size });
    link.tell(REQUEST.SET_VRING_BASE, { kind: 'vring-state', index, num: this.#base(config) });
    link.tell(REQUEST.SET_VRING_ADDR, {
      kind: 'vring-addr',
      index,
      flags: 0,
      descriptor: user(config.descriptor),
      used: user(config.device),
      available: user(config.driver),
      log: 0,
    });
    link.tell(REQUEST.SET_VRING_CALL, u64(index), [call.fd]);
    link.tell(REQUEST.SET_VRING_KICK, u64(index), [kick.fd]);
  }

  /**
   * Where a back-end begins. After a crash that nothing was recorded of: behind all that was offered. Nothing
   * is run twice; what was in flight ends at its deadline.
   */
  #base(config: QueueConfig): number {
    if (this.#isPacked) return FIRST_LAP;
    const bytes = this.memory.slice(config.driver, queueAreaSizes(config.size, this.#features).driver);
    const avail = (bytes[2 * AVAIL.IDX] as number) | ((bytes[2 * AVAIL.IDX + 1] as number) << 8);
    const recorded = this.#inflight !== undefined;
    return recorded ? 0 : avail;
  }

  #reset(): void {
    if (this.#link !== undefined && this.#alive()) {
      // One that dies meanwhile has forgotten all the same.
      this.#losing(() => this.#resetBackEnd(this.#link as FrontEndLink));
    }
    this.#doorbells.clear();
    this.#inflight?.file.close();
    this.#inflight = undefined;
    this.#status = 0;
    this.#features = 0;
  }

  #resetBackEnd(link: FrontEndLink): void {
    if ((this.#status & DEVICE_STATUS.DRIVER_OK) !== 0) {
      for (const index of this.#doorbells.queues.keys()) {
        if (hasFeature(link.features, VIRTIO_F.PROTOCOL_FEATURES)) {
          link.tell(REQUEST.SET_VRING_ENABLE, { kind: 'vring-state', index, num: 0 });
        }
        link.ask(REQUEST.GET_VRING_BASE, { kind: 'vring-state', index, num: 0 });
      }
    }
    if (link.can(PROTOCOL_F.STATUS)) link.tell(REQUEST.SET_STATUS, u64(0));
    else if (link.can(PROTOCOL_F.RESET_DEVICE)) link.tell(REQUEST.RESET_DEVICE, NO_PAYLOAD);
  }
}
