import { BusFault, ERRNO, I2C_M, type I2cMessage, SMBUS_BLOCK_MAX } from '../../bus/index.ts';
import {
  type DescriptorChain,
  type DeviceQueue,
  DTBUS_F_ERRNO,
  DTBUS_F_I2C_FLAGS,
  DTBUS_I2C_CONFIG_BYTES,
  type Failure,
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
} from '../../virtio/index.ts';
import type { Client } from '../clients/client.ts';
import type { ManagedI2cBus } from '../manager/managed-bus.ts';
import type { ResourceManager } from '../manager/resource-manager.ts';
import { completeChain, copyOfMessages, deliverMessages } from './bounce-buffers.ts';
import { failureOf } from './failure-of.ts';
import { I2C_LIMITS, REQUEST_OVERHEAD_BYTES, type RequestLimits } from './request-limits.ts';
import { ANSWERED, COLLECTED, RequestTurns } from './request-turns.ts';

/**
 * A group whose end has not come yet is carried out without it after this time: a driver whose queue is too
 * short for the whole group offers the rest only when it got the first part back.
 */
const GROUP_GRACE_MS = 2;

const KNOWN_FLAGS = VIRTIO_I2C_FLAGS.FAIL_NEXT | VIRTIO_I2C_FLAGS.M_RD;
/** `I2C_M` flags that a request carries between our own two ends. */
const CARRIED_FLAGS =
  I2C_M.RECV_LEN | I2C_M.NO_RD_ACK | I2C_M.IGNORE_NAK | I2C_M.REV_DIR_ADDR | I2C_M.NOSTART | I2C_M.STOP;
/** How often lost arbitration is tried again for a driver that cannot do so. */
const BLIND_RETRIES = 3;
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
  readonly features = featureSet(VIRTIO_I2C_F_ZERO_LENGTH_REQUEST, DTBUS_F_ERRNO, DTBUS_F_I2C_FLAGS);
  readonly queueCount = 1;
  /** Of ours: the controller's `I2C_FUNC` bits, le32, for who has accepted `DTBUS_F_I2C_FLAGS`. */
  readonly config = new Uint8Array(DTBUS_I2C_CONFIG_BYTES);
  readonly #manager: ResourceManager;
  readonly #bus: ManagedI2cBus;
  readonly #client: Client;
  readonly #header: I2cOutHdr = { addr: 0, tenBit: false, flags: 0, messageFlags: 0 };
  readonly #limits: Required<RequestLimits>;
  readonly #turns: RequestTurns;
  #errnoNegotiated = false;
  #flagsNegotiated = false;
  /** Of the last request; undefined where it went well, or was none. */
  #fault: BusFault | undefined;
  /** The group that is being collected. */
  #group: Item[] = [];
  /** Since when it waits for its end. */
  #groupSince: number | undefined;
  /** The last request of a group that was cut short has failed: what follows in it fails too. */
  #failing = false;
  /** Bytes of the group, overhead included. */
  #groupBytes = 0;

  constructor(manager: ResourceManager, bus: ManagedI2cBus, client: Client, limits: RequestLimits = {}) {
    this.#manager = manager;
    this.#turns = new RequestTurns(() => this.processQueue(), manager);
    this.#bus = bus;
    this.#client = client;
    this.#limits = { ...I2C_LIMITS, ...limits };
    new DataView(this.config.buffer).setUint32(0, bus.controller.functionality >>> 0, true);
  }

  get failure(): Failure | undefined {
    return this.#errnoNegotiated ? failureOf(this.#fault, this.#turns.running, this.#bus) : undefined;
  }

  get busy(): boolean {
    return this.#turns.running;
  }

  acceptFeatures(features: number): boolean {
    const accepted = hasFeature(features, VIRTIO_I2C_F_ZERO_LENGTH_REQUEST);
    this.#errnoNegotiated = accepted && hasFeature(features, DTBUS_F_ERRNO);
    this.#flagsNegotiated = accepted && hasFeature(features, DTBUS_F_I2C_FLAGS);
    return accepted;
  }

  activate(queues: readonly DeviceQueue[], notify: (queue: number) => void): void {
    this.#turns.activate(queues, notify);
  }

  reset(): void {
    this.#turns.reset();
    this.#group = [];
    this.#groupBytes = 0;
    this.#groupSince = undefined;
    this.#failing = false;
    this.#fault = undefined;
  }

  processQueue(): number {
    return this.#turns.take(this.#step);
  }

  readonly #step = (queue: DeviceQueue): number => {
    const chain = queue.pop();
    if (chain === undefined) {
      if (this.#group.length === 0) return Number.POSITIVE_INFINITY;
      // The clock is only looked at for the rare group whose end has not come yet.
      const now = performance.now();
      this.#groupSince ??= now;
      const due = this.#groupSince + GROUP_GRACE_MS;
      if (now < due) return due;
    } else {
      const item = this.#parse(chain);
      this.#group.push(item);
      if (item.failNext) return COLLECTED;
    }
    this.#runGroup(queue);
    return ANSWERED;
  };

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
    const length = reading ? writable.remaining - I2C_IN_HDR_BYTES : readable.remaining;
    const wrongWay = reading ? readable.remaining > 0 : writable.remaining > I2C_IN_HDR_BYTES;
    if (!wellFormed || (header.flags & ~KNOWN_FLAGS) !== 0 || wrongWay) return invalid(chain, failNext);
    const extra = this.#flagsNegotiated ? header.messageFlags : 0;
    if (!this.#mayHave(extra, reading, length)) return invalid(chain, failNext);
    this.#groupBytes += length + REQUEST_OVERHEAD_BYTES;
    const { maxMessageBytes, maxTransactionBytes } = this.#limits;
    if (length > maxMessageBytes || this.#groupBytes > maxTransactionBytes) {
      return invalid(chain, failNext, ERRNO.EMSGSIZE);
    }
    const flags = (reading ? I2C_M.RD : 0) | (header.tenBit ? I2C_M.TEN : 0) | extra;
    const buf = reading ? writable.take(length) : readable.take(length);
    return { chain, message: { addr: header.addr, flags, buf }, failNext, invalid: 0 };
  }

  /**
   * Whether a message of the group may have these flags. Without START, data would be taken for an address where no
   * message was addressed before: the address of a part that may be another's.
   */
  #mayHave(extra: number, reading: boolean, length: number): boolean {
    if (extra === 0) return true;
    if ((extra & ~CARRIED_FLAGS) !== 0) return false;
    if ((extra & I2C_M.RECV_LEN) !== 0 && (!reading || length <= SMBUS_BLOCK_MAX)) return false;
    const before = this.#group.at(-1)?.message;
    return (extra & I2C_M.NOSTART) === 0 || (before !== undefined && (before.flags & I2C_M.STOP) === 0);
  }

  #runGroup(queue: DeviceQueue): void {
    const group = this.#group;
    this.#turns.count(this.#groupBytes);
    this.#group = [];
    this.#groupBytes = 0;
    this.#groupSince = undefined;
    const refused = this.#failing ? ERRNO.ECANCELED : group.find((item) => item.invalid !== 0)?.invalid;
    if (refused !== undefined) {
      this.#finish(queue, group, refused);
      return;
    }
    const asked = group.map(({ message }) => message);
    let carried = asked;
    // A driver that is told no errno cannot know that arbitration was lost, and try again itself.
    const retries = this.#errnoNegotiated ? 0 : BLIND_RETRIES;
    try {
      const result = this.#manager.transferI2c(this.#client, this.#bus, asked, {
        retries,
        detach: () => {
          carried = copyOfMessages(asked);
          return carried;
        },
      });
      if (result === undefined) {
        this.#finish(queue, group, 0);
        return;
      }
      this.#turns.waitFor(result, (fault) => {
        const errno = fault?.errno ?? (deliverMessages(carried, group) ? 0 : ERRNO.EIO);
        this.#finish(queue, group, errno, fault);
      });
    } catch (error) {
      const fault = BusFault.from(error);
      this.#finish(queue, group, fault.errno, fault);
    }
  }

  #finish(queue: DeviceQueue, group: readonly Item[], errno: number, fault?: BusFault): void {
    this.#fault = fault;
    const status = i2cStatus(errno, this.#errnoNegotiated);
    for (let i = 0; i < group.length; i++) completeChain(queue, (group[i] as Item).chain, status);
    this.#failing = errno !== 0 && (group.at(-1)?.failNext ?? false);
  }
}

function invalid(chain: DescriptorChain, failNext: boolean, errno: number = ERRNO.EINVAL): Item {
  return { chain, message: { addr: 0, flags: 0, buf: NO_BYTES }, failNext, invalid: errno };
}
