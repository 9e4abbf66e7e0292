import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  BackEndGone,
  backEndDied,
  backEndEnded,
  LocalDevices,
  LocalFrontEnd,
  registerBytes,
  ringDoorbell,
} from '../../../src/transport/core.ts';
import { SHARED } from '../../../src/transport/local/registers.ts';
import {
  allocateQueueAreas,
  createDriverQueue,
  DEVICE_STATUS,
  DmaAllocator,
  type DriverQueue,
  driverOk,
  featureSet,
  GuestMemory,
  negotiate,
  VIRTIO_F,
  type VirtioDevice,
} from '../../../src/virtio/index.ts';
import { EchoDevice } from './echo-device.mjs';

const MEMORY_BYTES = 1 << 16;
const FEATURES = featureSet(0, VIRTIO_F.VERSION_1, VIRTIO_F.EVENT_IDX);

/** Memory and registers of a board whose second device is of interest: each has registers of its own. */
function board() {
  const buffer = new SharedArrayBuffer(MEMORY_BYTES);
  const registers = new SharedArrayBuffer(registerBytes(2));
  return { buffer, registers, memory: GuestMemory.over(buffer), words: new Int32Array(registers) };
}
type Board = ReturnType<typeof board>;

/** Both ends in this thread, with nothing done before `devices.serve()`. */
function pair(device: VirtioDevice = new EchoDevice()) {
  const made = board();
  const devices = new LocalDevices(made.memory, made.registers, [undefined, device]);
  // A doorbell is a call where both ends share a thread.
  const frontEnd = new LocalFrontEnd(made.memory, made.registers, 1, () => devices.serve());
  return { ...made, devices, frontEnd };
}

/** A driver that asks for echoes. */
class Driver {
  readonly queue: DriverQueue<number>;
  readonly #dma = new DmaAllocator(4096, MEMORY_BYTES - 4096);
  readonly #memory: GuestMemory;
  readonly #frontEnd: LocalFrontEnd;
  readonly #answers = new Map<number, { addr: number; len: number }>();

  constructor(frontEnd: LocalFrontEnd, { memory }: Pick<Board, 'memory'>) {
    this.#memory = memory;
    this.#frontEnd = frontEnd;
    negotiate(frontEnd, FEATURES);
    const config = { size: 8, features: FEATURES, ...allocateQueueAreas(this.#dma, 8, FEATURES) };
    this.queue = createDriverQueue<number>(memory, config);
    frontEnd.setupQueue(0, config);
    driverOk(frontEnd);
  }

  ask(token: number, ...bytes: number[]): void {
    const [from, to] = [0, 0].map(() => ({ addr: this.#dma.alloc(bytes.length), len: bytes.length }));
    if (from === undefined || to === undefined) throw new Error('no memory');
    this.#memory.slice(from.addr, from.len).set(bytes);
    this.#answers.set(token, to);
    this.queue.addBuf([from], [to], token);
    this.queue.kick(() => this.#frontEnd.notify(0));
  }

  /** Bytes of the answers that have come. */
  answers(): number[][] {
    const all: number[][] = [];
    for (let token = this.queue.getBuf(); token !== undefined; token = this.queue.getBuf()) {
      const { addr, len } = this.#answers.get(token) as { addr: number; len: number };
      all.push([...this.#memory.slice(addr, len)]);
    }
    return all;
  }

  /** The next answers, waiting for the call. */
  async next(): Promise<number[][]> {
    for (;;) {
      const seen = this.#frontEnd.calls(0);
      const all = this.answers();
      if (all.length > 0) return all;
      if (this.#frontEnd.gone) throw new Error('the back-end is gone');
      if (this.queue.enableCallback()) await this.#frontEnd.wait(0, seen, 1000);
    }
  }
}

describe('the registers of a device', () => {
  it('say what it is, each device its own', () => {
    const { frontEnd } = pair();
    expect(frontEnd.deviceId).toBe(34);
    expect(frontEnd.deviceFeatures() % 2).toBe(1);
    expect([frontEnd.maxQueueSize(0), frontEnd.maxQueueSize(1)]).toEqual([1024, 0]);
    expect([...frontEnd.readConfig(2, 3)]).toEqual([3, 4, 5]);
  });

  it('end where its configuration does', () => {
    const { frontEnd } = pair();
    expect([...frontEnd.readConfig(10, 8)]).toEqual([11, 12]);
    expect([...frontEnd.readConfig(12, 4)]).toEqual([]);
    expect([...frontEnd.readConfig(60, 4)]).toEqual([]);
  });

  it('give a copy of the configuration', () => {
    const { frontEnd } = pair();
    frontEnd.readConfig(0, 4).fill(0);
    expect([...frontEnd.readConfig(0, 4)]).toEqual([1, 2, 3, 4]);
  });
});

describe('a driver and a device', () => {
  it('negotiate: what the device refuses leaves FEATURES_OK clear', () => {
    const { frontEnd } = pair();
    frontEnd.setStatus(DEVICE_STATUS.ACKNOWLEDGE | DEVICE_STATUS.DRIVER);
    frontEnd.setDriverFeatures(featureSet(VIRTIO_F.VERSION_1)); // bit 0 is needed
    frontEnd.setStatus(frontEnd.status() | DEVICE_STATUS.FEATURES_OK);
    expect(frontEnd.status() & DEVICE_STATUS.FEATURES_OK).toBe(0);
    frontEnd.setStatus(0);
    frontEnd.setStatus(DEVICE_STATUS.ACKNOWLEDGE | DEVICE_STATUS.DRIVER);
    frontEnd.setDriverFeatures(FEATURES);
    frontEnd.setStatus(frontEnd.status() | DEVICE_STATUS.FEATURES_OK);
    expect(frontEnd.status() & DEVICE_STATUS.FEATURES_OK).toBe(DEVICE_STATUS.FEATURES_OK);
  });

  it('tell one another: a kick has the queue processed, a call is counted', () => {
    const made = pair();
    const driver = new Driver(made.frontEnd, made);
    const calls = made.frontEnd.calls(0);
    driver.queue.enableCallback();
    driver.ask(1, 7, 8, 9);
    expect(driver.answers()).toEqual([[7, 8, 9]]);
    expect(made.frontEnd.calls(0)).toBe(calls + 1);
  });

  it('do not tell who does not want to be told', () => {
    const made = pair();
    const driver = new Driver(made.frontEnd, made);
    const calls = made.frontEnd.calls(0);
    driver.queue.disableCallback();
    driver.ask(1, 7);
    expect(driver.answers()).toEqual([[7]]);
    expect(made.frontEnd.calls(0)).toBe(calls);
  });

  it('part by a reset: the device has no queue any more', () => {
    const device = new EchoDevice();
    const made = pair(device);
    new Driver(made.frontEnd, made);
    const { resets, processed } = device;
    made.frontEnd.close();
    expect(device.resets).toBe(resets + 1);
    made.frontEnd.notify(0);
    expect(device.processed).toBe(processed);
    expect(made.frontEnd.status()).toBe(0);
  });
});

describe('a device that does not answer at once', () => {
  it('is called again when it wants to be, without a kick', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const device = new EchoDevice();
    const made = pair(device);
    const driver = new Driver(made.frontEnd, made);
    device.due = performance.now() + 50;
    driver.ask(1, 5);
    expect(driver.answers()).toEqual([]);
    expect(made.devices.due).toBe(device.due);
    vi.advanceTimersByTime(50);
    made.devices.serve(false);
    expect(driver.answers()).toEqual([[5]]);
    expect(made.devices.due).toBe(Number.POSITIVE_INFINITY);
    vi.useRealTimers();
  });

  it('is left alone while it waits for a promise', () => {
    const device = new EchoDevice();
    const made = pair(device);
    const driver = new Driver(made.frontEnd, made);
    device.busy = true;
    expect(made.devices.busy).toBe(true);
    driver.ask(1, 5);
    expect(driver.answers()).toEqual([]);
    device.busy = false;
    made.devices.serve();
    expect(driver.answers()).toEqual([[5]]);
  });

  it('cannot be waited for in its own thread: that would be for ever', () => {
    const made = pair();
    new Driver(made.frontEnd, made);
    expect(() => made.frontEnd.waitSync(0, made.frontEnd.calls(0), 1000)).toThrow(
      /this board runs in one thread and its adapter answers later: use the asynchronous call/,
    );
  });
});

describe('before the back-end’s thread sleeps', () => {
  it('each driver is asked to ring; what was offered meanwhile keeps it awake', () => {
    const made = pair();
    const driver = new Driver(made.frontEnd, made);
    made.devices.awake();
    expect(made.devices.prepareSleep()).toBe(true);
    driver.ask(1, 5); // rings
    expect(driver.answers()).toEqual([[5]]);
    made.devices.awake();
    driver.queue.addBuf([{ addr: 4096, len: 1 }], [{ addr: 8192, len: 1 }], 1);
    expect(driver.queue.kickPrepare()).toBe(false); // polled: no need to ring
    expect(made.devices.prepareSleep()).toBe(false);
  });
});

describe('the end of a back-end', () => {
  it('resets its devices and lets everybody who waits go', async () => {
    const device = new EchoDevice();
    const made = pair(device);
    new Driver(made.frontEnd, made);
    const { resets } = device;
    const waiting = made.frontEnd.wait(0, made.frontEnd.calls(0), 60_000);
    made.devices.close();
    await waiting;
    expect([made.frontEnd.gone, backEndEnded(made.registers)]).toEqual([true, true]);
    expect(device.resets).toBe(resets + 1);
    expect(() => made.frontEnd.setStatus(0)).not.toThrow(); // a reset asks for nothing that is not there
  });
});

describe('a back-end in a thread of its own', () => {
  const workers: Worker[] = [];
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.terminate();
  });

  function thread(options: { spinUs?: number } = {}, crash = false) {
    const made = board();
    const control = new SharedArrayBuffer(4);
    const worker = new Worker(new URL('./echo-thread.mjs', import.meta.url), {
      workerData: { buffer: made.buffer, registers: made.registers, control, options, crash },
    });
    workers.push(worker);
    return { ...made, worker, control: new Int32Array(control) };
  }
  /** Waits until a word of the registers is `value`. */
  async function until(words: Int32Array, word: number, value: number): Promise<void> {
    while (Atomics.load(words, word) !== value) await new Promise((resolve) => setImmediate(resolve));
  }

  it('answers, asleep or awake', async () => {
    const made = thread();
    await until(made.words, SHARED.STATE, 1);
    const driver = new Driver(new LocalFrontEnd(made.memory, made.registers, 1), made);
    for (let round = 0; round < 5; round++) {
      driver.ask(round, round, 2);
      expect(await driver.next()).toEqual([[round, 2]]);
      await until(made.words, SHARED.SLEEPING, 1);
    }
  });

  it('never sleeps where it is to poll for ever, and needs no doorbell', async () => {
    const made = thread({ spinUs: Number.POSITIVE_INFINITY });
    await until(made.words, SHARED.STATE, 1);
    const frontEnd = new LocalFrontEnd(made.memory, made.registers, 1);
    const driver = new Driver(frontEnd, made);
    driver.ask(1, 1);
    expect(await driver.next()).toEqual([[1]]);
    expect(Atomics.load(made.words, SHARED.SLEEPING)).toBe(0);
  });

  it('can be waited for, blocking', async () => {
    const made = thread();
    await until(made.words, SHARED.STATE, 1);
    const frontEnd = new LocalFrontEnd(made.memory, made.registers, 1);
    const driver = new Driver(frontEnd, made);
    driver.queue.enableCallback();
    const seen = frontEnd.calls(0);
    driver.ask(1, 9);
    frontEnd.waitSync(0, seen, 30_000);
    expect(frontEnd.calls(0)).not.toBe(seen);
    expect(driver.answers()).toEqual([[9]]);
  });

  it('ends when it is told to by another way than a ring', async () => {
    const made = thread();
    await until(made.words, SHARED.STATE, 1);
    const frontEnd = new LocalFrontEnd(made.memory, made.registers, 1);
    await until(made.words, SHARED.SLEEPING, 1);
    Atomics.store(made.control, 0, 1);
    ringDoorbell(made.registers);
    await new Promise((resolve) => made.worker.once('exit', resolve));
    expect(frontEnd.gone).toBe(true);
  });

  it('that crashed lets go of who waits for it: now, and later', async () => {
    const made = thread({}, true);
    made.worker.once('error', () => backEndDied(made.registers));
    await until(made.words, SHARED.STATE, 2);
    const frontEnd = new LocalFrontEnd(made.memory, made.registers, 1);
    expect(frontEnd.gone).toBe(true);
    expect(() => frontEnd.setStatus(1)).toThrow(BackEndGone);
  });

  it('that never comes is given up', () => {
    const made = board();
    const frontEnd = new LocalFrontEnd(made.memory, made.registers, 1);
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 2500;
      return now;
    });
    expect(() => frontEnd.setStatus(1)).toThrow(
      /the back-end does not answer; its thread has ended or hangs/,
    );
    vi.restoreAllMocks();
    expect(frontEnd.gone).toBe(false);
    expect(frontEnd.deviceId).toBe(0);
  });
});
