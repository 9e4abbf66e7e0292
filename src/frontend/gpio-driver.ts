import { BusFault } from '../bus/index.ts';
import {
  featureSet,
  GPIO_CONFIG_BYTES,
  GPIO_EVENTQ,
  GPIO_IRQ_REQUEST_BYTES,
  GPIO_IRQ_RESPONSE_BYTES,
  GPIO_REQUEST_BYTES,
  GPIO_REQUESTQ,
  GPIO_RESPONSE,
  GPIO_RESPONSE_BYTES,
  gpioNamesOf,
  readGpioConfig,
  VIRTIO_GPIO_DIRECTION,
  VIRTIO_GPIO_F_IRQ,
  VIRTIO_GPIO_IRQ_STATUS,
  VIRTIO_GPIO_IRQ_TYPE,
  VIRTIO_GPIO_MSG,
  VIRTIO_GPIO_STATUS,
  VIRTIO_ID_GPIO,
  writeGpioRequest,
} from '../virtio/index.ts';
import { DEVICE_KINDS } from './device-nodes.ts';
import { noMemory, RequestQueue } from './request-queue.ts';
import type { BoundDriver, VirtioDriver } from './virtio-bus.ts';
import type { VirtioDeviceHandle } from './virtio-device.ts';

/** What `waitEdge` waits for. */
export type Edge = 'rising' | 'falling' | 'both';

const IRQ_TYPE_OF: Record<Edge, number> = {
  rising: VIRTIO_GPIO_IRQ_TYPE.EDGE_RISING,
  falling: VIRTIO_GPIO_IRQ_TYPE.EDGE_FALLING,
  both: VIRTIO_GPIO_IRQ_TYPE.EDGE_BOTH,
};

const DIRECTION_OF: Record<'in' | 'out' | 'none', number> = {
  in: VIRTIO_GPIO_DIRECTION.IN,
  out: VIRTIO_GPIO_DIRECTION.OUT,
  none: VIRTIO_GPIO_DIRECTION.NONE,
};

/** A request is answered at once, by memory. */
const TIMEOUT_MS = 2000;
/** An event may never come; the longest time that a timer takes. */
const FOREVER_MS = 2 ** 31 - 1;

/** The FE driver of a virtio GPIO controller: device 41 (virtio 1.4, 5.18). */
export class VirtioGpioDriver implements BoundDriver {
  /** N of `/dev/gpiochipN`. */
  readonly number: number;
  #lineCount = 0;
  #names: readonly string[] | undefined;
  readonly #device: VirtioDeviceHandle;
  #requests: RequestQueue;
  #events: RequestQueue;
  /** Interrupts that are enabled: line -> type. */
  readonly #enabled = new Map<number, number>();
  /** Who waits for which line. */
  readonly #waiting = new Map<number, symbol>();

  constructor(device: VirtioDeviceHandle) {
    this.#device = device;
    this.number = device.number;
    [this.#requests, this.#events] = this.#setUp();
  }

  get lineCount(): number {
    return this.#lineCount;
  }

  /** A name a line; empty for one without. */
  get names(): readonly string[] {
    this.#names ??= this.#readNames();
    return this.#names;
  }

  /** True while the line is high. @throws {BusFault} `EINVAL` no such line. */
  get(line: number): boolean {
    return this.#ask(VIRTIO_GPIO_MSG.GET_VALUE, line) === 1;
  }

  /** What an output drives, at once or from when the line becomes one. @throws {BusFault} `EINVAL` no such line, or another's. */
  set(line: number, high: boolean): void {
    this.#ask(VIRTIO_GPIO_MSG.SET_VALUE, line, high ? 1 : 0);
  }

  /** @throws {BusFault} `EINVAL` no such line. */
  direction(line: number): 'in' | 'out' | 'none' {
    const direction = this.#ask(VIRTIO_GPIO_MSG.GET_DIRECTION, line);
    if (direction === VIRTIO_GPIO_DIRECTION.OUT) return 'out';
    return direction === VIRTIO_GPIO_DIRECTION.IN ? 'in' : 'none';
  }

  /**
   * Makes the line an output that drives what `set` said, or an input; `none` gives it up, its interrupt too.
   * @throws {BusFault} `EINVAL` no such line or direction, or another's output.
   */
  setDirection(line: number, direction: 'in' | 'out' | 'none'): void {
    const value = DIRECTION_OF[direction];
    if (value === undefined) throw invalid('direction', '"in", "out" or "none"', direction);
    // 5.18.6.8: a line that becomes an output has no interrupt any more.
    if (direction !== 'in') this.#disable(line);
    this.#ask(VIRTIO_GPIO_MSG.SET_DIRECTION, line, value);
  }

  /**
   * Waits for the next edge. One that came since the last wait for the same kind of edge counts, so none is
   * missed in a loop. @returns false when none came within `timeoutMs`.
   * @throws {BusFault} `EBUSY` somebody waits for the line already, `EINVAL` no such line, or it is an output, or no such edge.
   */
  async waitEdge(line: number, edge: Edge = 'both', timeoutMs = FOREVER_MS): Promise<boolean> {
    if (this.#waiting.has(line)) {
      throw new BusFault('EBUSY', `${this.#device.node.path}: line ${line} is being waited for already`);
    }
    const type = IRQ_TYPE_OF[edge];
    if (type === undefined) throw invalid('edge', '"rising", "falling" or "both"', edge);
    if (!(typeof timeoutMs === 'number' && timeoutMs >= 0))
      throw invalid('timeoutMs', 'a number of ms, 0 or more', timeoutMs);
    this.#enable(line, type);
    const waiter = Symbol(line);
    this.#waiting.set(line, waiter);
    // To give up, the device is asked for its buffers back: it returns them as invalid.
    const timer = setTimeout(() => this.#giveUp(line), Math.min(timeoutMs, FOREVER_MS));
    try {
      return await this.#event(line);
    } finally {
      clearTimeout(timer);
      if (this.#waiting.get(line) === waiter) this.#waiting.delete(line);
    }
  }

  /** Ends a wait for an edge of the line, which then gives false; nothing where nobody waits. */
  endWait(line: number): void {
    this.#giveUp(line);
    // The next may wait before this one has heard of it.
    this.#waiting.delete(line);
  }

  remove(reason: string): void {
    this.#close(new BusFault('ENODEV', `${this.#device.node.path}: ${reason}`));
  }

  freeze(): void {
    this.#close(new BusFault('ESHUTDOWN', `${this.#device.node.path} is suspended`));
  }

  restore(): void {
    [this.#requests, this.#events] = this.#setUp();
  }

  /** @returns the value of the response @throws {BusFault} `EINVAL` the device refuses. */
  #ask(type: number, line: number, value = 0): number {
    const response = this.#request(type, line, value, GPIO_RESPONSE_BYTES);
    if (response !== undefined) return response[GPIO_RESPONSE.VALUE] as number;
    const { path } = this.#device.node;
    throw new BusFault(
      'EINVAL',
      `${path}: line ${line} of ${this.#lineCount} does not exist or is not available to this client`,
    );
  }

  #readNames(): readonly string[] {
    const { namesSize } = this.#readConfig();
    const block =
      namesSize === 0
        ? undefined
        : this.#request(VIRTIO_GPIO_MSG.GET_LINE_NAMES, 0, 0, GPIO_RESPONSE.VALUE + namesSize);
    return gpioNamesOf(block?.subarray(GPIO_RESPONSE.VALUE) ?? new Uint8Array(0), this.#lineCount);
  }

  /** One message. @returns a copy of the response; undefined where its status is ERR */
  #request(type: number, line: number, value: number, length: number): Uint8Array | undefined {
    if (!Number.isInteger(line) || line < 0 || line > 0xffff) {
      throw invalid('line', `a number from 0 to ${this.#lineCount - 1}`, line);
    }
    const [block, bytes] = this.#alloc(GPIO_REQUEST_BYTES + length);
    writeGpioRequest(new DataView(bytes.buffer, bytes.byteOffset), 0, type, line, value);
    const response = bytes.subarray(GPIO_REQUEST_BYTES);
    // A request that the device never looks at has failed.
    response[GPIO_RESPONSE.STATUS] = VIRTIO_GPIO_STATUS.ERR;
    const readable = [{ addr: block, len: GPIO_REQUEST_BYTES }];
    const writable = [{ addr: block + GPIO_REQUEST_BYTES, len: length }];
    let answer: Uint8Array | undefined;
    const request = { chains: [{ readable, writable }], block };
    this.#requests.runSync(request, TIMEOUT_MS, () => {
      if (response[GPIO_RESPONSE.STATUS] === VIRTIO_GPIO_STATUS.OK) answer = response.slice();
    });
    return answer;
  }

  /** Waits for the line's next interrupt; false when it was disabled instead. */
  async #event(line: number): Promise<boolean> {
    const [block, bytes] = this.#alloc(GPIO_IRQ_REQUEST_BYTES + GPIO_IRQ_RESPONSE_BYTES);
    bytes.set([line & 0xff, line >> 8, VIRTIO_GPIO_IRQ_STATUS.INVALID]);
    const readable = [{ addr: block, len: GPIO_IRQ_REQUEST_BYTES }];
    const writable = [{ addr: block + GPIO_IRQ_REQUEST_BYTES, len: GPIO_IRQ_RESPONSE_BYTES }];
    let status: number | undefined;
    const request = { chains: [{ readable, writable }], block };
    await this.#events.run(request, FOREVER_MS, () => {
      status = bytes[GPIO_IRQ_REQUEST_BYTES];
    });
    return status === VIRTIO_GPIO_IRQ_STATUS.VALID;
  }

  /** A block of guest memory for one request, which gives it back. @throws {BusFault} `ENOMEM` */
  #alloc(size: number): [block: number, bytes: Uint8Array] {
    const { dma, transport } = this.#device;
    try {
      const block = dma.alloc(size);
      return [block, transport.memory.slice(block, size)];
    } catch (thrown) {
      throw noMemory(thrown);
    }
  }

  #enable(line: number, type: number): void {
    if (this.#enabled.get(line) === type) return;
    // 5.18.6.8: another type only after none.
    this.#disable(line);
    this.#ask(VIRTIO_GPIO_MSG.SET_IRQ_TYPE, line, type);
    this.#enabled.set(line, type);
  }

  #disable(line: number): void {
    if (this.#enabled.delete(line)) this.#ask(VIRTIO_GPIO_MSG.SET_IRQ_TYPE, line, VIRTIO_GPIO_IRQ_TYPE.NONE);
  }

  #giveUp(line: number): void {
    try {
      this.#disable(line);
    } catch (thrown) {
      // The device is gone, and whoever waits for its event is told so.
      if (!(thrown instanceof BusFault)) throw thrown;
    }
  }

  #close(fault: BusFault): void {
    this.#enabled.clear();
    this.#requests.close(fault);
    this.#events.close(fault);
  }

  #setUp(): [RequestQueue, RequestQueue] {
    const device = this.#device;
    const interrupts = featureSet(VIRTIO_GPIO_F_IRQ);
    device.negotiate(interrupts, interrupts);
    this.#lineCount = this.#readConfig().ngpio;
    return [GPIO_REQUESTQ, GPIO_EVENTQ].map(
      (index) => new RequestQueue(device.transport, index, device.createQueue(index), device.dma),
    ) as [RequestQueue, RequestQueue];
  }

  #readConfig(): { ngpio: number; namesSize: number } {
    const bytes = this.#device.transport.readConfig(0, GPIO_CONFIG_BYTES);
    return readGpioConfig(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}

function invalid(what: string, expected: string, got: unknown): BusFault {
  return new BusFault('EINVAL', `invalid ${what}: expected ${expected}, got ${String(got)}`);
}

export const gpioDriver: VirtioDriver<VirtioGpioDriver> = {
  name: 'gpio_virtio',
  compatible: [DEVICE_KINDS.gpio.platform, DEVICE_KINDS.gpio.device],
  deviceId: VIRTIO_ID_GPIO,
  probe: (device) => new VirtioGpioDriver(device),
};
