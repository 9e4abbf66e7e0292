import {
  fromWords,
  type GuestMemory,
  high,
  low,
  type QueueConfig,
  type VirtioTransport,
} from '../../virtio/index.ts';
import { BACK_END, configBytes, deviceWord, QUEUE_REG, queueWord, REG, SHARED } from './registers.ts';

/** How long the back-end may take to carry out a status write before it is taken for dead. */
const COMMAND_TIMEOUT_MS = 5000;

/** The back-end did not answer: its thread has ended or hangs. */
export class BackEndGone extends Error {
  constructor() {
    super('the back-end does not answer; its thread has ended or hangs');
    this.name = 'BackEndGone';
  }
}

/** The driver's end of a device that lives in another thread, or in this one. */
export class LocalFrontEnd implements VirtioTransport {
  readonly memory: GuestMemory;
  readonly deviceId: number;
  readonly #words: Int32Array;
  readonly #device: number;
  readonly #serve: (() => void) | undefined;

  /**
   * @param registers `registerBytes(n)` long, shared with the `LocalDevices`
   * @param device index of the device in it
   * @param serve where both ends share a thread: runs the back-end once; then a doorbell is a call
   */
  constructor(memory: GuestMemory, registers: SharedArrayBuffer, device: number, serve?: () => void) {
    this.memory = memory;
    this.#words = new Int32Array(registers);
    this.#device = device;
    this.#serve = serve;
    this.deviceId = this.#load(REG.DEVICE_ID);
  }

  get gone(): boolean {
    return Atomics.load(this.#words, SHARED.STATE) === BACK_END.ENDED;
  }

  maxQueueSize(queue: number): number {
    if (queue >= this.#load(REG.QUEUE_COUNT)) return 0;
    return Atomics.load(this.#words, queueWord(this.#device, queue, QUEUE_REG.MAX_SIZE));
  }

  deviceFeatures(): number {
    return fromWords(this.#load(REG.DEVICE_FEATURES_LO), this.#load(REG.DEVICE_FEATURES_HI));
  }

  setDriverFeatures(features: number): void {
    this.#store(REG.DRIVER_FEATURES_LO, low(features));
    this.#store(REG.DRIVER_FEATURES_HI, high(features));
  }

  status(): number {
    return this.#load(REG.STATUS);
  }

  /** @throws {BackEndGone} */
  setStatus(status: number): void {
    this.#store(REG.STATUS_WANTED, status);
    const command = Atomics.add(this.#words, deviceWord(this.#device, REG.COMMAND), 1) + 1;
    this.#ring();
    const answer = deviceWord(this.#device, REG.ANSWER);
    const giveUp = performance.now() + COMMAND_TIMEOUT_MS;
    for (;;) {
      const seen = Atomics.load(this.#words, answer);
      if (seen === command) return;
      const left = giveUp - performance.now();
      if (left <= 0 || this.gone) throw new BackEndGone();
      Atomics.wait(this.#words, answer, seen, Math.min(left, 100));
    }
  }

  readConfig(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.#load(REG.CONFIG_LENGTH));
    // Copied: the caller must not see half of a change later.
    return configBytes(this.#words, this.#device).slice(Math.min(offset, end), end);
  }

  setupQueue(queue: number, config: QueueConfig): void {
    const set = (reg: number, value: number) =>
      Atomics.store(this.#words, queueWord(this.#device, queue, reg), value);
    set(QUEUE_REG.SIZE, config.size);
    set(QUEUE_REG.DESCRIPTOR, config.descriptor);
    set(QUEUE_REG.DRIVER, config.driver);
    set(QUEUE_REG.DEVICE, config.device);
  }

  notify(queue: number): void {
    Atomics.add(this.#words, queueWord(this.#device, queue, QUEUE_REG.KICKS), 1);
    this.#ring();
  }

  calls(queue: number): number {
    return Atomics.load(this.#words, queueWord(this.#device, queue, QUEUE_REG.CALLS));
  }

  /** @throws {Error} where both ends share a thread: nobody could answer while this one waits. */
  waitSync(queue: number, seen: number, timeoutMs: number): void {
    if (this.#serve !== undefined) {
      this.#serve();
      if (this.calls(queue) !== seen) return;
      throw new Error(
        'this board runs in one thread and its adapter answers later: use the asynchronous call, or open the board with its back-end in a thread of its own',
      );
    }
    Atomics.wait(this.#words, queueWord(this.#device, queue, QUEUE_REG.CALLS), seen, timeoutMs);
  }

  async wait(queue: number, seen: number, timeoutMs: number): Promise<void> {
    const waiting = Atomics.waitAsync(
      this.#words,
      queueWord(this.#device, queue, QUEUE_REG.CALLS),
      seen,
      timeoutMs,
    );
    if (!waiting.async) return;
    // The wait alone does not keep the process alive; somebody is waiting, so it should live.
    const alive = setInterval(() => {}, 1 << 30);
    try {
      await waiting.value;
    } finally {
      clearInterval(alive);
    }
  }

  close(): void {
    this.setStatus(0);
  }

  #ring(): void {
    if (this.#serve !== undefined) {
      this.#serve();
      return;
    }
    Atomics.add(this.#words, SHARED.DOORBELL, 1);
    if (Atomics.load(this.#words, SHARED.SLEEPING) === 1) Atomics.notify(this.#words, SHARED.DOORBELL);
  }

  #load(reg: number): number {
    return Atomics.load(this.#words, deviceWord(this.#device, reg));
  }

  #store(reg: number, value: number): void {
    Atomics.store(this.#words, deviceWord(this.#device, reg), value);
  }
}
