import { BusFault } from '../../bus/index.ts';
import {
  type DescriptorChain,
  type DeviceQueue,
  featureSet,
  GPIO_CONFIG_BYTES,
  GPIO_EVENTQ,
  GPIO_IRQ_REQUEST_BYTES,
  GPIO_REQUEST_BYTES,
  GPIO_REQUESTQ,
  GPIO_RESPONSE_BYTES,
  type GpioRequest,
  GuestMemoryError,
  gpioNamesBlock,
  hasFeature,
  readGpioRequest,
  VIRTIO_F,
  VIRTIO_GPIO_DIRECTION,
  VIRTIO_GPIO_F_IRQ,
  VIRTIO_GPIO_IRQ_STATUS,
  VIRTIO_GPIO_IRQ_TYPE,
  VIRTIO_GPIO_MSG,
  VIRTIO_GPIO_STATUS,
  VIRTIO_ID_GPIO,
  type VirtioDevice,
  writeGpioConfig,
} from '../../virtio/index.ts';
import type { Client } from '../clients/client.ts';
import type { GpioLines } from './gpio-lines.ts';
import { REQUESTS_PER_TURN } from './reschedule.ts';

const { NONE, EDGE_RISING, EDGE_FALLING, LEVEL_HIGH, LEVEL_LOW } = VIRTIO_GPIO_IRQ_TYPE;
const IRQ_TYPES: readonly number[] = Object.values(VIRTIO_GPIO_IRQ_TYPE);

/** A request that is refused: the response says ERR. */
const REFUSED = -1;

/** The interrupt of one line, as this front-end has set it up. */
interface Interrupt {
  /** One of `VIRTIO_GPIO_IRQ_TYPE`. */
  type: number;
  /** An edge that came while the interrupt was masked. */
  latched: boolean;
  /** The pair of buffers that unmasks it. */
  buffer: DescriptorChain | undefined;
}

/**
 * The BE driver of a virtio GPIO controller: device 41 (virtio 1.4, 5.18). Interrupts are a front-end's own; a
 * line belongs to the front-end that made it an output, until it lets it go.
 *
 * A line that is no output is an input, also after a reset and after direction NONE: Linux denies interrupts on
 * a line whose direction is NONE.
 */
export class VirtioGpioDevice implements VirtioDevice {
  readonly deviceId = VIRTIO_ID_GPIO;
  readonly features = featureSet(VIRTIO_GPIO_F_IRQ);
  readonly queueCount = 2;
  readonly config = new Uint8Array(GPIO_CONFIG_BYTES);
  /** Everything is answered at once. */
  readonly busy = false;
  readonly #lines: GpioLines;
  readonly #client: Client;
  readonly #names: Uint8Array;
  readonly #request: GpioRequest = { type: 0, gpio: 0, value: 0 };
  /** SET_VALUE of lines, whether they are outputs yet or not. */
  readonly #values: Uint8Array;
  readonly #interrupts = new Map<number, Interrupt>();
  #queues: readonly DeviceQueue[] = [];
  #notify: (queue: number) => void = () => {};
  #unlisten: () => void = () => {};
  #withInterrupts = false;

  constructor(lines: GpioLines, client: Client) {
    this.#lines = lines;
    this.#client = client;
    this.#names = gpioNamesBlock(lines.names);
    this.#values = new Uint8Array(lines.count);
    writeGpioConfig(new DataView(this.config.buffer), 0, lines.count, this.#names.length);
  }

  /** Of the front-end, as a driver of lines. */
  get name(): string {
    return this.#client.name;
  }

  /** Buffers on the eventq come back when their lines want it, so in no order. */
  acceptFeatures(features: number): boolean {
    this.#withInterrupts = hasFeature(features, VIRTIO_GPIO_F_IRQ);
    return !(this.#withInterrupts && hasFeature(features, VIRTIO_F.IN_ORDER));
  }

  activate(queues: readonly DeviceQueue[], notify: (queue: number) => void): void {
    this.#queues = queues;
    this.#notify = notify;
    if (!this.#withInterrupts) return;
    this.#unlisten = this.#lines.listen(
      (line, high) => this.#changed(line, high),
      // This driver hears of no interrupt any more: its ring or its bell is broken, and only a reset helps.
      () => {
        for (const line of this.#interrupts.keys()) this.#lines.watch(line, this, false);
        this.#interrupts.clear();
      },
    );
  }

  reset(): void {
    this.#unlisten();
    this.#unlisten = () => {};
    this.#queues = [];
    this.#notify = () => {};
    for (const line of this.#interrupts.keys()) this.#lines.watch(line, this, false);
    this.#interrupts.clear();
    for (let line = 0; line < this.#lines.count; line++) this.#release(line);
    this.#values.fill(0);
  }

  processQueue(index: number): number {
    const queue = this.#queues[index];
    if (queue === undefined || (index === GPIO_EVENTQ && !this.#withInterrupts))
      return Number.POSITIVE_INFINITY;
    let used = false;
    for (let taken = 0; ; taken++) {
      if (taken === REQUESTS_PER_TURN) {
        if (used) this.#notify(index);
        return performance.now();
      }
      const chain = queue.pop();
      if (chain === undefined) break;
      if (index === GPIO_REQUESTQ) this.#answer(queue, chain);
      else this.#unmask(chain);
      used = true;
    }
    if (used) this.#notify(index);
    return Number.POSITIVE_INFINITY;
  }

  // requestq

  #answer(queue: DeviceQueue, chain: DescriptorChain): void {
    const { readable, writable } = chain;
    if (writable.length < GPIO_RESPONSE_BYTES) {
      if (writable.length > 0) writable.writeU8(VIRTIO_GPIO_STATUS.ERR);
      queue.pushUsed(chain, writable.length);
      return;
    }
    const request = this.#request;
    let value = REFUSED;
    if (readable.remaining === GPIO_REQUEST_BYTES) {
      readGpioRequest(readable, request);
      if (request.type === VIRTIO_GPIO_MSG.GET_LINE_NAMES) {
        const { length } = this.#names;
        if (length > 0 && writable.length > length) {
          writable.writeU8(VIRTIO_GPIO_STATUS.OK);
          writable.write(this.#names);
          queue.pushUsed(chain, 1 + length);
          return;
        }
      } else value = this.#carriedOut(request);
    }
    // All fields are set whatever the status (5.18.6.9).
    writable.writeU8(value === REFUSED ? VIRTIO_GPIO_STATUS.ERR : VIRTIO_GPIO_STATUS.OK);
    writable.writeU8(value === REFUSED ? 0 : value);
    queue.pushUsed(chain, GPIO_RESPONSE_BYTES);
  }

  /** What its adapter cannot do is refused; the lines have told why. */
  #carriedOut(request: GpioRequest): number {
    try {
      return this.#carryOut(request);
    } catch (error) {
      if (error instanceof BusFault) return REFUSED;
      throw error;
    }
  }

  /** @returns the value of the response, or `REFUSED`. @throws {BusFault} of the lines' adapter */
  #carryOut({ type, gpio, value }: GpioRequest): number {
    if (gpio >= this.#lines.count || !this.#client.mayTouch(this.#lines.path, gpio)) return REFUSED;
    switch (type) {
      case VIRTIO_GPIO_MSG.GET_DIRECTION:
        return this.#isOutput(gpio) ? VIRTIO_GPIO_DIRECTION.OUT : VIRTIO_GPIO_DIRECTION.IN;
      case VIRTIO_GPIO_MSG.SET_DIRECTION:
        return this.#setDirection(gpio, value);
      case VIRTIO_GPIO_MSG.GET_VALUE:
        return this.#lines.level(gpio) ? 1 : 0;
      case VIRTIO_GPIO_MSG.SET_VALUE:
        return this.#setValue(gpio, value);
      case VIRTIO_GPIO_MSG.SET_IRQ_TYPE:
        return this.#setIrqType(gpio, value);
      default:
        return REFUSED;
    }
  }

  #isOutput(line: number): boolean {
    return this.#lines.ownership.ownerOf(line) !== undefined;
  }

  #isAnothers(line: number): boolean {
    const owner = this.#lines.ownership.ownerOf(line);
    return owner !== undefined && owner !== this.#client;
  }

  #setDirection(line: number, direction: number): number {
    if (this.#isAnothers(line)) return REFUSED;
    switch (direction) {
      case VIRTIO_GPIO_DIRECTION.OUT:
        this.#setIrqType(line, NONE);
        this.#lines.ownership.claim(this.#client, line);
        try {
          this.#lines.drive(line, this, this.#values[line] === 1);
        } catch (error) {
          this.#release(line);
          throw error;
        }
        return 0;
      case VIRTIO_GPIO_DIRECTION.IN:
        this.#release(line);
        this.#lines.input(line);
        return 0;
      case VIRTIO_GPIO_DIRECTION.NONE:
        this.#setIrqType(line, NONE);
        this.#release(line);
        this.#values[line] = 0;
        return 0;
      default:
        return REFUSED;
    }
  }

  /** The line is no output of this front-end any more. */
  #release(line: number): void {
    this.#lines.ownership.release(this.#client, line);
    this.#lines.drive(line, this, undefined);
  }

  #setValue(line: number, value: number): number {
    if (value > 1 || this.#isAnothers(line)) return REFUSED;
    this.#values[line] = value;
    if (this.#isOutput(line)) this.#lines.drive(line, this, value === 1);
    return 0;
  }

  #setIrqType(line: number, type: number): number {
    if (!this.#withInterrupts || !IRQ_TYPES.includes(type)) return REFUSED;
    const before = this.#interrupts.get(line);
    if (type === NONE) {
      this.#interrupts.delete(line);
      this.#lines.watch(line, this, false);
      if (before?.buffer !== undefined) this.#give(before.buffer, VIRTIO_GPIO_IRQ_STATUS.INVALID);
      return 0;
    }
    if (this.#isOutput(line)) return REFUSED;
    this.#lines.watch(line, this, true);
    // What it is now, where that has to be asked for.
    this.#lines.level(line);
    this.#interrupts.set(line, { type, latched: false, buffer: before?.buffer });
    this.#fire(line);
    return 0;
  }

  // eventq

  /** A pair of buffers: the driver wants to hear of a line's next interrupt. */
  #unmask(chain: DescriptorChain): void {
    const { readable } = chain;
    const line = readable.remaining === GPIO_IRQ_REQUEST_BYTES ? readable.readU16() : this.#lines.count;
    const interrupt = this.#interrupts.get(line);
    // Not enabled, or unmasked already (5.18.7.2: a driver does neither).
    if (interrupt === undefined || interrupt.buffer !== undefined || chain.writable.length === 0) {
      this.#give(chain, VIRTIO_GPIO_IRQ_STATUS.INVALID);
      return;
    }
    interrupt.buffer = chain;
    this.#fire(line);
  }

  #changed(line: number, high: boolean): void {
    const interrupt = this.#interrupts.get(line);
    if (interrupt === undefined) return;
    if ((interrupt.type & (high ? EDGE_RISING : EDGE_FALLING)) !== 0) interrupt.latched = true;
    this.#fire(line);
  }

  /** Tells the driver where there is something to tell. Edges that come before it can be told are latched, levels not. */
  #fire(line: number): void {
    const interrupt = this.#interrupts.get(line);
    if (interrupt?.buffer === undefined) return;
    const level = this.#lines.lastLevel(line) ? LEVEL_HIGH : LEVEL_LOW;
    if (!interrupt.latched && (interrupt.type & level) === 0) return;
    const { buffer } = interrupt;
    interrupt.latched = false;
    interrupt.buffer = undefined;
    this.#give(buffer, VIRTIO_GPIO_IRQ_STATUS.VALID);
  }

  /** Gives a pair of buffers of the eventq back. */
  #give(chain: DescriptorChain, status: number): void {
    const { writable } = chain;
    const written = Math.min(1, writable.length);
    try {
      if (written > 0) writable.writeU8(status);
    } catch (thrown) {
      // It was out for long, and its driver has taken the memory away meanwhile: nobody is left to tell.
      if (!(thrown instanceof GuestMemoryError)) throw thrown;
    }
    this.#queues[GPIO_EVENTQ]?.pushUsed(chain, written);
    this.#notify(GPIO_EVENTQ);
  }
}
