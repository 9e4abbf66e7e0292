import { BusFault, type MaybePromise } from '../../bus/index.ts';
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
import { ANSWERED, COLLECTED, RequestTurns } from './request-turns.ts';
import { REQUESTS_PER_TURN } from './reschedule.ts';

const { NONE, EDGE_RISING, EDGE_FALLING, LEVEL_HIGH, LEVEL_LOW } = VIRTIO_GPIO_IRQ_TYPE;
const IRQ_TYPES: readonly number[] = Object.values(VIRTIO_GPIO_IRQ_TYPE);

/** A request that is refused: the response says ERR. */
const REFUSED = -1;

/** Requests are short: nobody has to rest for others. */
const NOBODY_ELSE = { clientChanges: 0 };

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
  readonly #lines: GpioLines;
  readonly #isPatient: boolean;
  readonly #turns = new RequestTurns(() => this.processQueue(GPIO_REQUESTQ), NOBODY_ELSE);
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

  /**
   * @param isPatient a request is answered when the adapter of the lines has carried it out, and refused where that fails.
   * Otherwise at once, a level as it was seen last: a driver that blocks the thread which hears of the adapter needs that.
   */
  constructor(lines: GpioLines, client: Client, isPatient = false) {
    this.#lines = lines;
    this.#isPatient = isPatient;
    this.#client = client;
    this.#names = gpioNamesBlock(lines.names);
    this.#values = new Uint8Array(lines.count);
    writeGpioConfig(new DataView(this.config.buffer), 0, lines.count, this.#names.length);
  }

  /** Of the front-end, as a driver of lines. */
  get name(): string {
    return this.#client.name;
  }

  get busy(): boolean {
    return this.#turns.running;
  }

  /** Buffers on the eventq come back when their lines want it, so in no order. */
  acceptFeatures(features: number): boolean {
    this.#withInterrupts = hasFeature(features, VIRTIO_GPIO_F_IRQ);
    return !(this.#withInterrupts && hasFeature(features, VIRTIO_F.IN_ORDER));
  }

  activate(queues: readonly DeviceQueue[], notify: (queue: number) => void): void {
    this.#queues = queues;
    this.#notify = notify;
    this.#turns.activate(queues, notify);
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
    this.#turns.reset();
    for (const line of this.#interrupts.keys()) this.#lines.watch(line, this, false);
    this.#interrupts.clear();
    for (let line = 0; line < this.#lines.count; line++) this.#release(line);
    this.#values.fill(0);
  }

  processQueue(index: number): number {
    if (index === GPIO_REQUESTQ) return this.#turns.take(this.#nextRequest);
    const queue = this.#queues[index];
    if (queue === undefined || !this.#withInterrupts) return Number.POSITIVE_INFINITY;
    let used = false;
    for (let taken = 0; ; taken++) {
      if (taken === REQUESTS_PER_TURN) {
        if (used) this.#notify(index);
        return performance.now();
      }
      const chain = queue.pop();
      if (chain === undefined) break;
      this.#unmask(chain);
      used = true;
    }
    if (used) this.#notify(index);
    return Number.POSITIVE_INFINITY;
  }

  // requestq

  /** Takes the next request. @returns see `RequestTurns` */
  readonly #nextRequest = (queue: DeviceQueue): number => {
    const chain = queue.pop();
    if (chain === undefined) return Number.POSITIVE_INFINITY;
    const { readable, writable } = chain;
    if (writable.length < GPIO_RESPONSE_BYTES) {
      if (writable.length > 0) writable.writeU8(VIRTIO_GPIO_STATUS.ERR);
      queue.pushUsed(chain, writable.length);
      return ANSWERED;
    }
    const request = this.#request;
    let value: MaybePromise<number> = REFUSED;
    if (readable.remaining === GPIO_REQUEST_BYTES) {
      readGpioRequest(readable, request);
      if (request.type === VIRTIO_GPIO_MSG.GET_LINE_NAMES) {
        const { length } = this.#names;
        if (length > 0 && writable.length > length) {
          writable.writeU8(VIRTIO_GPIO_STATUS.OK);
          writable.write(this.#names);
          queue.pushUsed(chain, 1 + length);
          return ANSWERED;
        }
      } else value = this.#carriedOut(request);
    }
    if (typeof value === 'number') {
      answer(queue, chain, value);
      return ANSWERED;
    }
    let later = REFUSED;
    const done = value.then((known) => {
      later = known;
    });
    this.#turns.waitFor(done, () => lateAnswer(queue, chain, later));
    return COLLECTED;
  };

  /** What its adapter cannot do is refused; the lines have told why. */
  #carriedOut(request: GpioRequest): MaybePromise<number> {
    try {
      return this.#carryOut(request);
    } catch (error) {
      if (error instanceof BusFault) return REFUSED;
      throw error;
    }
  }

  /** @returns the value of the response, or `REFUSED`. @throws {BusFault} of the lines' adapter */
  #carryOut({ type, gpio, value }: GpioRequest): MaybePromise<number> {
    if (gpio >= this.#lines.count || !this.#client.mayTouch(this.#lines.path, gpio)) return REFUSED;
    switch (type) {
      case VIRTIO_GPIO_MSG.GET_DIRECTION:
        return this.#isOutput(gpio) ? VIRTIO_GPIO_DIRECTION.OUT : VIRTIO_GPIO_DIRECTION.IN;
      case VIRTIO_GPIO_MSG.SET_DIRECTION:
        return this.#setDirection(gpio, value);
      case VIRTIO_GPIO_MSG.GET_VALUE:
        return this.#level(gpio);
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

  #level(line: number): MaybePromise<number> {
    const level = this.#isPatient ? this.#lines.read(line) : this.#lines.level(line);
    return typeof level === 'boolean' ? Number(level) : level.then(Number);
  }

  /** The answer to what an adapter has to do first. @param failed called where it could not */
  #after(done: MaybePromise<void>, failed: () => void = () => {}): MaybePromise<number> {
    if (done === undefined || !this.#isPatient) return 0;
    const { epoch } = this.#turns;
    return done.then(
      () => 0,
      (error: unknown) => {
        if (epoch === this.#turns.epoch) failed();
        throw error;
      },
    );
  }

  #setDirection(line: number, direction: number): MaybePromise<number> {
    if (this.#isAnothers(line)) return REFUSED;
    switch (direction) {
      case VIRTIO_GPIO_DIRECTION.OUT:
        this.#setIrqType(line, NONE);
        this.#lines.ownership.claim(this.#client, line);
        try {
          const driven = this.#lines.drive(line, this, this.#values[line] === 1);
          return this.#after(driven, () => this.#release(line));
        } catch (error) {
          this.#release(line);
          throw error;
        }
      case VIRTIO_GPIO_DIRECTION.IN:
        this.#release(line);
        return this.#after(this.#lines.input(line));
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

  #setValue(line: number, value: number): MaybePromise<number> {
    if (value > 1 || this.#isAnothers(line)) return REFUSED;
    this.#values[line] = value;
    return this.#isOutput(line) ? this.#after(this.#lines.drive(line, this, value === 1)) : 0;
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

/** @param value of the response, or `REFUSED` */
function answer(queue: DeviceQueue, chain: DescriptorChain, value: number): void {
  // All fields are set whatever the status (5.18.6.9).
  chain.writable.writeU8(value === REFUSED ? VIRTIO_GPIO_STATUS.ERR : VIRTIO_GPIO_STATUS.OK);
  chain.writable.writeU8(value === REFUSED ? 0 : value);
  queue.pushUsed(chain, GPIO_RESPONSE_BYTES);
}

/** The same where its driver may have taken the memory away meanwhile: nobody is left to tell then. */
function lateAnswer(queue: DeviceQueue, chain: DescriptorChain, value: number): void {
  try {
    answer(queue, chain, value);
  } catch (thrown) {
    if (!(thrown instanceof GuestMemoryError)) throw thrown;
    queue.pushUsed(chain, 0);
  }
}
