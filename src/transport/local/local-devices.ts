import {
  createDeviceQueue,
  type DeviceQueue,
  DeviceStatus,
  featureSet,
  fromWords,
  type GuestMemory,
  high,
  low,
  VIRTIO_F,
  type VirtioDevice,
} from '../../virtio/index.ts';
import {
  BACK_END,
  configBytes,
  deviceWord,
  MAX_QUEUES,
  QUEUE_REG,
  queueWord,
  REG,
  SHARED,
} from './registers.ts';

/** What the ring itself can do here; each device adds its own bits. */
const RING_FEATURES = featureSet(
  VIRTIO_F.VERSION_1,
  VIRTIO_F.INDIRECT_DESC,
  VIRTIO_F.EVENT_IDX,
  VIRTIO_F.IN_ORDER,
);

const MAX_QUEUE_SIZE = 1024;

/** One device and what the back-end keeps of it. */
interface Attached {
  readonly index: number;
  readonly device: VirtioDevice;
  readonly status: DeviceStatus;
  queues: DeviceQueue[];
  answered: number;
  /** When `processQueue` wants to be called without a kick. */
  due: number;
}

/**
 * The device's end: carries out what drivers write to the registers and has the devices work off their
 * queues. It knows no thread: whoever owns it calls `serve` when the doorbell moved, and goes to sleep only
 * after `prepareSleep` agreed.
 */
export class LocalDevices {
  readonly #words: Int32Array;
  readonly #memory: GuestMemory;
  readonly #attached: Attached[];

  constructor(
    memory: GuestMemory,
    registers: SharedArrayBuffer,
    devices: readonly (VirtioDevice | undefined)[],
  ) {
    this.#memory = memory;
    this.#words = new Int32Array(registers);
    this.#attached = devices.flatMap((device, index) => (device === undefined ? [] : attach(device, index)));
    for (const { index, device } of this.#attached) this.#publish(index, device);
    Atomics.store(this.#words, SHARED.STATE, BACK_END.SERVES);
    Atomics.notify(this.#words, SHARED.STATE);
  }

  /** True while a device waits for a promise: the event loop has to run. */
  get busy(): boolean {
    for (let i = 0; i < this.#attached.length; i++) if (this.#attached[i]?.device.busy) return true;
    return false;
  }

  /**
   * One pass over all devices. @returns true when there was anything to do.
   * @param rung the doorbell moved since the last pass: status writes may have come with it
   */
  serve(rung = true): boolean {
    let worked = false;
    for (let i = 0; i < this.#attached.length; i++) {
      const attached = this.#attached[i] as Attached;
      if (rung && Atomics.load(this.#words, deviceWord(attached.index, REG.COMMAND)) !== attached.answered) {
        this.#command(attached);
        worked = true;
      }
      // A device that waits for a promise goes on by itself when it has it.
      if (attached.device.busy) continue;
      for (let q = 0; q < attached.queues.length; q++) {
        const queue = attached.queues[q] as DeviceQueue;
        if (!queue.poll() && attached.due === Number.POSITIVE_INFINITY) continue;
        if (queue.poll()) worked = true;
        else if (performance.now() < attached.due) continue;
        attached.due = attached.device.processQueue(q);
      }
    }
    return worked;
  }

  /** When `serve` must be called again although nobody rang, in ms of `performance.now()`. */
  get due(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const attached of this.#attached) due = Math.min(due, attached.due);
    return due;
  }

  /** Asks all drivers to ring. False when one of them has offered something meanwhile. */
  prepareSleep(): boolean {
    for (let i = 0; i < this.#attached.length; i++) {
      const { device, queues } = this.#attached[i] as Attached;
      for (let q = 0; q < queues.length; q++) {
        if (queues[q]?.enableNotification() && !device.busy) return false;
      }
    }
    return true;
  }

  /** Says that rings are polled again, so that drivers need not ring. */
  awake(): void {
    for (const { queues } of this.#attached) for (const queue of queues) queue.disableNotification();
  }

  /**
   * For a back-end in its driver's own thread: works until nothing is left to do and the drivers will ring
   * again. What is answered later, by promise, is answered from the event loop.
   */
  serveInline(): void {
    do this.serve();
    while (!this.prepareSleep());
  }

  /** Resets all devices and lets the drivers know that nobody answers any more. */
  close(): void {
    for (const { device } of this.#attached) device.reset();
    Atomics.store(this.#words, SHARED.STATE, BACK_END.ENDED);
    for (const { index } of this.#attached) {
      Atomics.notify(this.#words, deviceWord(index, REG.ANSWER));
      for (let q = 0; q < MAX_QUEUES; q++) this.#call(index, q);
    }
  }

  #publish(index: number, device: VirtioDevice): void {
    const set = (reg: number, value: number) => Atomics.store(this.#words, deviceWord(index, reg), value);
    const features = RING_FEATURES + device.features;
    set(REG.DEVICE_ID, device.deviceId);
    set(REG.DEVICE_FEATURES_LO, low(features));
    set(REG.DEVICE_FEATURES_HI, high(features));
    set(REG.QUEUE_COUNT, device.queueCount);
    set(REG.CONFIG_LENGTH, device.config.length);
    configBytes(this.#words, index).set(device.config);
    for (let q = 0; q < device.queueCount; q++) {
      Atomics.store(this.#words, queueWord(index, q, QUEUE_REG.MAX_SIZE), MAX_QUEUE_SIZE);
    }
  }

  /** A driver wrote the status register. */
  #command(attached: Attached): void {
    const { index, device, status } = attached;
    const load = (reg: number) => Atomics.load(this.#words, deviceWord(index, reg));
    attached.answered = load(REG.COMMAND);
    const features = fromWords(load(REG.DRIVER_FEATURES_LO), load(REG.DRIVER_FEATURES_HI));
    const event = status.write(load(REG.STATUS_WANTED), features);
    if (event === 'reset') {
      device.reset();
      attached.queues = [];
      attached.due = Number.POSITIVE_INFINITY;
    } else if (event === 'start') {
      this.#activate(attached, features);
    }
    Atomics.store(this.#words, deviceWord(index, REG.STATUS), status.value);
    Atomics.store(this.#words, deviceWord(index, REG.ANSWER), attached.answered);
    Atomics.notify(this.#words, deviceWord(index, REG.ANSWER));
  }

  #activate(attached: Attached, features: number): void {
    const { index, device } = attached;
    const queues: DeviceQueue[] = [];
    for (let q = 0; q < device.queueCount; q++) {
      const reg = (offset: number) => Atomics.load(this.#words, queueWord(index, q, offset)) >>> 0;
      queues.push(
        createDeviceQueue(this.#memory, {
          size: reg(QUEUE_REG.SIZE),
          descriptor: reg(QUEUE_REG.DESCRIPTOR),
          driver: reg(QUEUE_REG.DRIVER),
          device: reg(QUEUE_REG.DEVICE),
          features,
        }),
      );
    }
    attached.queues = queues;
    device.activate(queues, (queue) => {
      if (queues[queue]?.needsNotification()) this.#call(index, queue);
    });
  }

  #call(index: number, queue: number): void {
    const word = queueWord(index, queue, QUEUE_REG.CALLS);
    Atomics.add(this.#words, word, 1);
    Atomics.notify(this.#words, word);
  }
}

function attach(device: VirtioDevice, index: number): Attached {
  const status = new DeviceStatus(RING_FEATURES + device.features, (features) =>
    device.acceptFeatures(features),
  );
  return { index, device, status, queues: [], answered: 0, due: Number.POSITIVE_INFINITY };
}
