import { BusFault, ERRNO, I2C_M, type I2cMessage } from '../bus/index.ts';
import {
  type DescriptorChain,
  type DeviceQueue,
  DTBUS_F_ERRNO,
  featureSet,
  hasFeature,
  I2C_IN_HDR_BYTES,
  I2C_OUT_HDR_BYTES,
  type I2cOutHdr,
  i2cStatus,
  readI2cOutHdr,
  VIRTIO_I2C_F_ZERO_LENGTH_REQUEST,
  VIRTIO_I2C_FLAGS,
  VIRTIO_ID_I2C_ADAPTER,
  type VirtioDevice,
} from '../virtio/index.ts';
import { completeChain, copyOfMessages, deliverMessages } from './bounce-buffers.ts';
import type { Client } from './client.ts';
import type { ManagedI2cBus } from './managed-bus.ts';
import { REQUESTS_PER_TURN, reschedule } from './reschedule.ts';
import type { ResourceManager } from './resource-manager.ts';

/**
 * A group whose end has not come yet is carried out without it after this time: a driver whose queue is too
 * short for the whole group offers the rest only when it got the first part back.
 */
const GROUP_GRACE_MS = 2;

const KNOWN_FLAGS = VIRTIO_I2C_FLAGS.FAIL_NEXT | VIRTIO_I2C_FLAGS.M_RD;
const NO_BYTES = new Uint8Array(0);

/** One request of a group. */
interface Item {
  readonly chain: DescriptorChain;
  readonly message: I2cMessage;
  readonly failNext: boolean;
  /** What is wrong with the request itself; 0 = nothing. */
  readonly invalid: number;
}

/**
 * The BE driver of a virtio I2C adapter: device 34 (virtio 1.4, 5.16). Requests joined by FAIL_NEXT are one
 * transaction with repeated STARTs; when one of them fails, so does what follows it in the group.
 */
export class VirtioI2cDevice implements VirtioDevice {
  readonly deviceId = VIRTIO_ID_I2C_ADAPTER;
  readonly features = featureSet(VIRTIO_I2C_F_ZERO_LENGTH_REQUEST, DTBUS_F_ERRNO);
  readonly queueCount = 1;
  readonly config = new Uint8Array(0);
  readonly #manager: ResourceManager;
  readonly #bus: ManagedI2cBus;
  readonly #client: Client;
  readonly #header: I2cOutHdr = { addr: 0, tenBit: false, flags: 0 };
  #queue: DeviceQueue | undefined;
  #notify: (queue: number) => void = () => {};
  #errnoNegotiated = false;
  /** The group that is being collected. */
  #group: Item[] = [];
  /** Since when it waits for its end. */
  #groupSince: number | undefined;
  /** The last request of a group that was cut short has failed: what follows in it fails too. */
  #failing = false;
  /** Raised by a reset: what was under way before it must not touch the queues of after. */
  #epoch = 0;
  #running = false;

  constructor(manager: ResourceManager, bus: ManagedI2cBus, client: Client) {
    this.#manager = manager;
    this.#bus = bus;
    this.#client = client;
  }

  get busy(): boolean {
    return this.#running;
  }

  acceptFeatures(features: number): boolean {
    const accepted = hasFeature(features, VIRTIO_I2C_F_ZERO_LENGTH_REQUEST);
    this.#errnoNegotiated = accepted && hasFeature(features, DTBUS_F_ERRNO);
    return accepted;
  }

  activate(queues: readonly DeviceQueue[], notify: (queue: number) => void): void {
    this.#queue = queues[0];
    this.#notify = notify;
  }

  reset(): void {
    this.#epoch++;
    this.#queue = undefined;
    this.#notify = () => {};
    this.#group = [];
    this.#groupSince = undefined;
    this.#failing = false;
    this.#running = false;
  }

  processQueue(): number {
    const queue = this.#queue;
    if (queue === undefined || this.#running) return Number.POSITIVE_INFINITY;
    let used = false;
    for (let taken = 0; !this.#running; taken++) {
      if (taken === REQUESTS_PER_TURN) {
        if (used) this.#notify(0);
        return performance.now();
      }
      const chain = queue.pop();
      if (chain === undefined) {
        if (this.#group.length === 0) break;
        // The clock is only looked at for the rare group whose end has not come yet.
        const now = performance.now();
        this.#groupSince ??= now;
        const due = this.#groupSince + GROUP_GRACE_MS;
        if (now < due) {
          if (used) this.#notify(0);
          return due;
        }
      } else {
        const item = this.#parse(chain);
        this.#group.push(item);
        if (item.failNext) continue;
      }
      used = true;
      this.#runGroup(queue);
    }
    if (used) this.#notify(0);
    return Number.POSITIVE_INFINITY;
  }

  /** A request with its buffer as a view of guest memory. A malformed one becomes an item that fails. */
  #parse(chain: DescriptorChain): Item {
    const { readable, writable } = chain;
    if (readable.remaining < I2C_OUT_HDR_BYTES || writable.remaining < I2C_IN_HDR_BYTES) {
      return invalid(chain, false);
    }
    const header = this.#header;
    const wellFormed = readI2cOutHdr(readable, header);
    const failNext = (header.flags & VIRTIO_I2C_FLAGS.FAIL_NEXT) !== 0;
    const reading = (header.flags & VIRTIO_I2C_FLAGS.M_RD) !== 0;
    const wrongWay = reading ? readable.remaining > 0 : writable.remaining > I2C_IN_HDR_BYTES;
    if (!wellFormed || (header.flags & ~KNOWN_FLAGS) !== 0 || wrongWay) return invalid(chain, failNext);
    const flags = (reading ? I2C_M.RD : 0) | (header.tenBit ? I2C_M.TEN : 0);
    const buf = reading
      ? writable.take(writable.remaining - I2C_IN_HDR_BYTES)
      : readable.take(readable.remaining);
    return { chain, message: { addr: header.addr, flags, buf }, failNext, invalid: 0 };
  }

  #runGroup(queue: DeviceQueue): void {
    const group = this.#group;
    this.#group = [];
    this.#groupSince = undefined;
    const cutShort = group.at(-1)?.failNext ?? false;
    const epoch = this.#epoch;
    const finish = (errno: number) => {
      if (epoch !== this.#epoch) return;
      this.#finish(queue, group, errno);
      this.#failing = cutShort && errno !== 0;
    };
    const refused = this.#failing ? ERRNO.ECANCELED : group.find((item) => item.invalid !== 0)?.invalid;
    if (refused !== undefined) {
      finish(refused);
      return;
    }
    try {
      const asked = group.map(({ message }) => message);
      const messages = this.#bus.runsAtOnce(this.#client) ? asked : copyOfMessages(asked);
      const result = this.#manager.transferI2c(this.#client, this.#bus, messages);
      if (result === undefined) {
        finish(0);
        return;
      }
      this.#running = true;
      result.then(
        () => this.#resume(epoch, () => finish(deliverMessages(messages, group) ? 0 : ERRNO.EIO)),
        (thrown) => this.#resume(epoch, () => finish(BusFault.from(thrown).errno)),
      );
    } catch (thrown) {
      finish(BusFault.from(thrown).errno);
    }
  }

  /** A transfer that was waited for has ended: answers it and goes on with what came meanwhile. */
  #resume(epoch: number, finish: () => void): void {
    if (epoch !== this.#epoch) return;
    finish();
    this.#running = false;
    this.#notify(0);
    reschedule(this.processQueue(), () => this.processQueue());
  }

  #finish(queue: DeviceQueue, group: readonly Item[], errno: number): void {
    const status = i2cStatus(errno, this.#errnoNegotiated);
    for (const { chain } of group) completeChain(queue, chain, status);
  }
}

function invalid(chain: DescriptorChain, failNext: boolean): Item {
  return { chain, message: { addr: 0, flags: 0, buf: NO_BYTES }, failNext, invalid: ERRNO.EINVAL };
}
