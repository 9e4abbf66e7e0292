import { type EventFd, type FileDescriptor, POLL } from '../../../os/index.ts';
import {
  commonFeatures,
  DeviceStatus,
  featureNames,
  featureSet,
  featuresBeyond,
  hasFeature,
  VIRTIO_F,
  type VirtioDevice,
} from '../../../virtio/index.ts';
import type { EventLoop, Service } from '../event-loop.ts';
import type { Limits } from '../limits.ts';
import { DirtyLog } from '../memory/dirty-log.ts';
import { InflightBuffer } from '../memory/inflight.ts';
import { MemoryTable } from '../memory/memory-table.ts';
import { type Inflight, VhostUserError } from '../messages/message.ts';
import { Vring } from '../vring/vring.ts';

/** What the ring can do, whatever the device. */
const RING_FEATURES = featureSet(
  VIRTIO_F.VERSION_1,
  VIRTIO_F.INDIRECT_DESC,
  VIRTIO_F.EVENT_IDX,
  VIRTIO_F.RING_PACKED,
  VIRTIO_F.RING_RESET,
);
/** What it can do for devices that answer in the order of the requests; others refuse it. */
const IN_ORDER = featureSet(VIRTIO_F.IN_ORDER);
/** What vhost-user adds for itself. */
const VHOST_FEATURES = featureSet(VIRTIO_F.PROTOCOL_FEATURES, VIRTIO_F.LOG_ALL);

/** How long a stopped ring waits for requests that are with an adapter. */
const DRAIN_MS = 2000;

/**
 * A kick is heard by its edge, so that what it wrote need not be read each time: that would be a third of all
 * system calls. A socket holds some 270 kicks; an eventfd any number, so that it is not read at all.
 */
const KICKS_PER_DRAIN = 8;

interface SessionOptions {
  readonly limits: Pick<Limits, 'memoryBytes' | 'requestBytes'>;
  readonly trace: (sentence: string) => void;
  /** Ends the connection: something went wrong while no message was being carried out. */
  readonly fail: (error: unknown) => void;
  /** Tells the driver of used buffers when there is no call descriptor; false when it cannot be told. */
  readonly callInBand: (ring: number) => void;
}

/**
 * The device behind one connection and its rings: which of them run, on which memory, and who is told.
 * The messages come in as method calls; a `VhostUserError` is the front-end's fault.
 */
export class DeviceSession implements Service {
  /** All that a driver may choose from. */
  readonly offered: number;
  readonly table: MemoryTable;
  readonly rings: readonly Vring[];
  readonly #device: VirtioDevice;
  readonly #loop: EventLoop;
  readonly #options: SessionOptions;
  readonly #unwatch: (() => void)[] = [];
  readonly #status: DeviceStatus;
  readonly #unguard: () => void;
  #features = 0;
  /** Features came since the device was activated: the next ring that starts belongs to another driver. */
  #renegotiated = false;
  #inflight: InflightBuffer | undefined;
  #log: DirtyLog | undefined;
  #active = false;
  /** The connection is about to end. */
  #failed = false;

  constructor(device: VirtioDevice, loop: EventLoop, options: SessionOptions) {
    this.#device = device;
    this.#loop = loop;
    this.#options = options;
    this.table = new MemoryTable(options.limits.memoryBytes);
    const features = RING_FEATURES + device.features;
    const inOrder = device.acceptFeatures(features + IN_ORDER) ? IN_ORDER : 0;
    this.offered = features + inOrder + VHOST_FEATURES;
    this.rings = Array.from({ length: device.queueCount }, (_, index) => new Vring(index));
    this.#status = new DeviceStatus(this.offered, () => device.acceptFeatures(this.#driverFeatures));
    loop.addService(this);
    this.#unguard = loop.guardCalls();
  }

  get busy(): boolean {
    return this.#device.busy;
  }

  get due(): number {
    let due = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.rings.length; i++) due = Math.min(due, (this.rings[i] as Vring).due);
    return due;
  }

  serve(): boolean {
    const now = performance.now();
    let served = false;
    for (const ring of this.rings) {
      if (ring.due > now) continue;
      this.#processGuarded(ring);
      served = true;
    }
    return served;
  }

  /** Frees everything. */
  close(): void {
    this.#loop.removeService(this);
    this.#unguard();
    this.#stopDevice();
    for (const ring of this.rings) {
      this.#unwatchKick(ring);
      ring.close();
    }
    this.#inflight?.unmap();
    this.#log?.unmap();
    this.table.clear();
  }

  // Features and life.

  /** What the driver chose, without what vhost-user has added for itself. */
  get #driverFeatures(): number {
    return commonFeatures(this.#features, this.offered - VHOST_FEATURES);
  }

  setFeatures(features: number): void {
    // Bits that a front-end passes through unasked (QEMU 7.2 does with INDIRECT_DESC and EVENT_IDX) are all
    // offered here; any other was made up.
    const beyond = featuresBeyond(features, this.offered);
    if (beyond !== 0) throw new VhostUserError(`features not offered: ${featureNames(beyond).join(', ')}`);
    this.#features = features;
    this.#renegotiated = true;
    this.#updateLog();
  }

  get status(): number {
    return this.#status.value;
  }

  setStatus(status: number): void {
    const event = this.#status.write(status, this.#driverFeatures);
    if (event === 'reset') this.reset();
    if (event === 'refused') {
      const chosen = featureNames(this.#driverFeatures).join(', ');
      this.#options.trace(`the device refuses the features ${chosen}`);
    }
  }

  /** Back to the state before any ring was started. */
  reset(): void {
    this.#stopDevice();
    for (const ring of this.rings) {
      ring.stop();
      ring.setBase(0);
      ring.started = false;
      ring.enabled = false;
    }
  }

  #activate(): void {
    if (this.#active) return;
    const features = this.#driverFeatures;
    if (!this.#device.acceptFeatures(features)) {
      const chosen = featureNames(features).join(', ');
      throw new VhostUserError(`device ${this.#device.deviceId} refuses the features ${chosen}`);
    }
    this.#active = true;
    this.#renegotiated = false;
    this.#device.activate(this.rings, (queue) => this.#notify(queue));
  }

  #stopDevice(): void {
    if (!this.#active) return;
    this.#active = false;
    this.#device.reset();
  }

  // Memory.

  /** The memory table has changed: queues look their rings up again; one whose ring is gone is broken. */
  remapped(): void {
    for (const ring of this.rings) {
      // A device that is busy would not look.
      ring.remapped();
      this.#process(ring);
    }
  }

  setInflight(inflight: Inflight, file: FileDescriptor): void {
    if (this.rings.some(({ isLive }) => isLive)) {
      throw new VhostUserError('the inflight buffer cannot change while a ring runs');
    }
    const buffer = new InflightBuffer(inflight, file);
    this.#inflight?.unmap();
    this.#inflight = buffer;
  }

  setLog(size: number, offset: number, file: FileDescriptor): void {
    const log = new DirtyLog(size, offset, file);
    const old = this.#log;
    this.#log = log;
    this.#updateLog();
    old?.unmap();
  }

  #updateLog(): void {
    const logging = hasFeature(this.#features, VIRTIO_F.LOG_ALL);
    for (const ring of this.rings) ring.setLog(logging ? this.#log : undefined);
  }

  // Rings.

  /** @throws {VhostUserError} */
  ring(index: number): Vring {
    const ring = this.rings[index];
    if (ring === undefined) {
      throw new VhostUserError(`ring not found: ${index} (the device has ${this.rings.length})`);
    }
    return ring;
  }

  setKick(ring: Vring, bell: EventFd | undefined): void {
    this.#unwatchKick(ring);
    ring.kick?.close();
    ring.kick = bell;
    if (bell !== undefined) {
      try {
        let kicks = 0;
        const perDrain = bell.neverFills ? Number.POSITIVE_INFINITY : KICKS_PER_DRAIN;
        const watched = POLL.IN + POLL.EDGE;
        const kicked = (events: number): void =>
          this.#kicked(ring, events !== POLL.IN || ++kicks % perDrain === 0);
        this.#unwatch[ring.index] = this.#loop.watch(bell.fd, watched, kicked, this);
      } catch (error) {
        throw new VhostUserError(`cannot wait for the kick descriptor: ${error}`, { cause: error });
      }
    }
    this.#begin(ring);
    // Without protocol features there is no SET_VRING_ENABLE: a ring is enabled by its kick.
    if (!hasFeature(this.#features, VIRTIO_F.PROTOCOL_FEATURES)) ring.enabled = true;
    this.#startIfReady(ring);
  }

  #begin(ring: Vring): void {
    // A driver that was unbound and bound again sets its rings up anew, and UML never says that it stopped.
    if (ring.isLive && ring.isChanged) this.#restart(ring);
    ring.started = true;
  }

  #restart(ring: Vring): void {
    if (!this.#renegotiated) {
      ring.abandon();
      return;
    }
    this.#stopDevice();
    for (const other of this.rings) if (other.isLive) other.abandon();
  }

  setCall(ring: Vring, bell: EventFd | undefined): void {
    ring.call?.close();
    ring.call = bell;
    // What was used while no bell was there would otherwise go unnoticed; one call too many is allowed.
    if (ring.isLive) bell?.signal();
  }

  /** @param inBand kicks come as messages, so that there is no SET_VRING_KICK to start the ring with */
  enable(ring: Vring, enabled: boolean, inBand: boolean): void {
    ring.enabled = enabled;
    if (enabled && inBand) this.#begin(ring);
    this.#startIfReady(ring);
  }

  /** In-band kick. */
  kick(ring: Vring): void {
    this.#process(ring);
  }

  #startIfReady(ring: Vring): void {
    if (!ring.started || !ring.enabled) return;
    if (!ring.isLive) {
      this.#activate();
      ring.start({
        table: this.table,
        deviceId: this.#device.deviceId,
        features: this.#driverFeatures,
        inflight: this.#inflight,
        requestBytes: this.#options.limits.requestBytes,
      });
    }
    // The driver may have kicked before: nothing of that may be lost.
    this.#process(ring);
  }

  /** GET_VRING_BASE: waits for what is with an adapter. @returns the base, for whoever goes on. */
  stopRing(ring: Vring): number | Promise<number> {
    const finish = (): number => {
      const base = ring.stop();
      ring.started = false;
      if (this.rings.every(({ started }) => !started)) this.#stopDevice();
      return base;
    };
    this.#unwatchKick(ring);
    if (ring.inFlight === 0) return finish();
    return ring.drain(DRAIN_MS).then(finish);
  }

  #unwatchKick(ring: Vring): void {
    this.#unwatch[ring.index]?.();
    delete this.#unwatch[ring.index];
  }

  #kicked(ring: Vring, drain: boolean): void {
    try {
      if (drain && ring.kick?.drain() === 'ended') this.#unwatchKick(ring);
    } catch (error) {
      this.#options.fail(error);
      return;
    }
    this.#processGuarded(ring);
  }

  #processGuarded(ring: Vring): void {
    try {
      this.#process(ring);
    } catch (error) {
      this.#options.fail(error);
    }
  }

  #process(ring: Vring): void {
    // A ring that is being stopped gives nothing out, but its device may still have something to finish.
    if (!this.#active || !ring.isAttached) return;
    ring.due = this.#device.processQueue(ring.index);
    const malformed = ring.newlyMalformed();
    if (malformed !== undefined) {
      this.#options.trace(`ring ${ring.index}: malformed request: ${malformed}`);
      this.#notify(ring.index);
    }
    this.#checkMemory();
    if (ring.broken !== undefined) this.#broken(ring, ring.broken);
  }

  /** @throws {VhostUserError} when memory was used that the front-end has taken away. */
  #checkMemory(): void {
    if (this.table.lost || this.#inflight?.lost || this.#log?.lost) {
      throw new VhostUserError('the front-end truncated memory that it shares');
    }
  }

  /** The ring makes no sense any more: only a reset by the driver helps. */
  #broken(ring: Vring, reason: string): void {
    this.#options.trace(`ring ${ring.index} is broken: ${reason}`);
    ring.abandon();
    this.#ringBell(ring.error);
    this.#status.needsReset();
  }

  /**
   * Tells the driver of used buffers. The device calls it at any time, also on behalf of another guest: what
   * goes wrong is this front-end's affair and ends its connection, not the work of whoever is running now.
   */
  #notify(queue: number): void {
    const ring = this.rings[queue];
    try {
      if (ring === undefined || !ring.needsNotification()) return;
      this.#checkMemory();
      if (ring.call === undefined) this.#options.callInBand(queue);
      else this.#ringBell(ring.call);
    } catch (error) {
      this.#failLater(error);
    }
  }

  #ringBell(bell: EventFd | undefined): void {
    try {
      bell?.signal();
    } catch (error) {
      this.#failLater(error);
    }
  }

  /** The device may be in the middle of something: its connection ends when it has returned. */
  #failLater(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#loop.defer(() => this.#options.fail(error));
  }
}
