import {
  BusFault,
  type Errno,
  errnoName,
  OPEN_LIMIT_MS,
  STARTUP_LIMIT_MS,
  wellFormed,
} from '../bus/index.ts';
import { DTBUS_F_ERRNO, featureSet, hasFeature, type MappedRegion } from '../virtio/index.ts';
import { noMemory, type RequestChain, RequestQueue } from './request-queue.ts';
import type { VirtioDeviceHandle } from './virtio-device.ts';

/**
 * How long a front-end waits beyond what the back-end allows a transfer when the caller does not say. The back-end knows
 * when the adapter is open, and begins to count then.
 */
const MARGIN_MS = 1000;
/** What the back-end allows where the bus does not say (`dtbus,timeout-ms`). */
const ALLOWED_MS = 1000;
const TIMEOUT_MS_PER_BYTE = 0.5;
/** What a bus on an adapter may take besides: any transfer may be the one that has to open it. */
const ADAPTER_READY_MS = OPEN_LIMIT_MS + STARTUP_LIMIT_MS;

/** Everyday answers of a bus: their names say it all. */
const PLAIN: readonly Errno[] = ['ENXIO', 'EREMOTEIO', 'EAGAIN'];

/** Below this, a loop is faster than `TypedArray.set` and the view it needs. */
const SHORT_COPY_BYTES = 32;

/**
 * What the drivers of both buses share: requests over queue 0 of their device, each in one block of guest
 * memory, through suspend and removal.
 */
export class BusRequests {
  /** Whether the back-end tells the errno of a failure, and not only that there was one. */
  errnoNegotiated = false;
  readonly #device: VirtioDeviceHandle;
  readonly #required: number;
  readonly #known: number;
  /** For a transfer without a byte, in ms. */
  readonly #baseTimeoutMs: number;
  #queue: RequestQueue;

  /**
   * @param required features that the driver cannot do without, @param known those it uses where they are
   * @throws {NegotiationError} when the device lacks a feature of `required`.
   */
  constructor(device: VirtioDeviceHandle, required = featureSet(), known = featureSet()) {
    this.#device = device;
    this.#required = required;
    const { node } = device;
    const allowedMs = wellFormed(() => node.u32('dtbus,timeout-ms')) ?? ALLOWED_MS;
    this.#baseTimeoutMs = MARGIN_MS + allowedMs + (node.has('dtbus,host') ? ADAPTER_READY_MS : 0);
    this.#known = featureSet(DTBUS_F_ERRNO) + known;
    this.#queue = this.#open();
  }

  /** A block of guest memory for one request; `run` and `runSync` give it back. @throws {BusFault} `ENOMEM` */
  alloc(size: number): number {
    try {
      return this.#device.dma.alloc(size);
    } catch (thrown) {
      throw noMemory(thrown);
    }
  }

  /** The memory around a block. */
  regionOf(block: number, size: number): MappedRegion {
    return this.#device.transport.memory.region(block, size);
  }

  /** How long a transfer of `bytes` may take where the caller does not say, in ms. */
  timeoutFor(bytes: number): number {
    return this.#baseTimeoutMs + bytes * TIMEOUT_MS_PER_BYTE;
  }

  /** See `RequestQueue.pending`. */
  get pending(): number {
    return this.#queue.pending;
  }

  /** See `RequestQueue.runSync`. */
  runSync(chains: readonly RequestChain[], block: number, timeoutMs: number, read: () => void): void {
    this.#queue.runSync({ chains, block }, timeoutMs, read);
  }

  /** See `RequestQueue.run`. */
  run(chains: readonly RequestChain[], block: number, timeoutMs: number, read: () => void): Promise<void> {
    return this.#queue.run({ chains, block }, timeoutMs, read);
  }

  /** What the device answered, as a fault: with the reason that does not fit the answer, where the back-end tells it. */
  fault(errno: number): BusFault {
    const code = errnoName(errno);
    return new BusFault(code, PLAIN.includes(code) ? undefined : this.#device.reasonOf?.(code));
  }

  remove(reason: string): void {
    this.#queue.close(new BusFault('ENODEV', `${this.#device.node.path}: ${reason}`));
  }

  freeze(): void {
    this.#queue.close(new BusFault('ESHUTDOWN', `${this.#device.node.path} is suspended`));
  }

  restore(): void {
    this.#queue = this.#open();
  }

  #open(): RequestQueue {
    const features = this.#device.negotiate(this.#known, this.#required);
    this.errnoNegotiated = hasFeature(features, DTBUS_F_ERRNO);
    const { transport, dma } = this.#device;
    const queue = new RequestQueue(transport, 0, this.#device.createQueue(0), dma);
    queue.lateReason = () => this.#device.reasonOf?.('ETIMEDOUT');
    return queue;
  }
}

/** Room for `length` bytes, so that what follows begins at a multiple of 16. */
export function aligned(length: number): number {
  return (length + 15) & ~15;
}

/** Puts all of `source` into `target`, from `at` on. */
export function copyIn(source: Uint8Array, target: Uint8Array, at: number): void {
  if (source.length > SHORT_COPY_BYTES) target.set(source, at);
  else for (let i = 0; i < source.length; i++) target[at + i] = source[i] as number;
}

/** Fills all of `target` from `source`, from `at` on. */
export function copyOut(source: Uint8Array, at: number, target: Uint8Array): void {
  if (target.length > SHORT_COPY_BYTES) target.set(source.subarray(at, at + target.length));
  else for (let i = 0; i < target.length; i++) target[i] = source[at + i] as number;
}
