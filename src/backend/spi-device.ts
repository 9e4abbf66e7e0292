import { BusFault, ERRNO, type MaybePromise } from '../bus/index.ts';
import {
  type DeviceQueue,
  DTBUS_F_ERRNO,
  featureSet,
  hasFeature,
  SPI_CONFIG_BYTES,
  type SpiConfig,
  type SpiHead,
  spiResult,
  VIRTIO_ID_SPI,
  type VirtioDevice,
  writeSpiConfig,
} from '../virtio/index.ts';
import { completeChain, copyOfTransfers, deliverTransfers } from './bounce-buffers.ts';
import type { Client } from './client.ts';
import type { ManagedSpiBus } from './managed-bus.ts';
import { REQUESTS_PER_TURN, reschedule } from './reschedule.ts';
import type { ResourceManager } from './resource-manager.ts';
import { type SpiFraming, spiFramingOf } from './spi-framing.ts';
import { parseSpiRequest, type SpiRequest, spiConfigOf } from './spi-request.ts';

/**
 * A message is over when its driver says `cs_change`, as the specification, Zephyr and our own driver have it.
 * Linux never says it, not even on a message's last transfer: then the chip stays selected until the next
 * transfer shows, by the part's framing, that it begins a message of its own, or until this time has passed.
 */
const IDLE_DESELECT_MS = 10;
/**
 * The same for a message that cannot be over, by the part's framing: a guest may be kept from its processor for
 * long between opcode and data, and a deselect there would lose what it writes without anybody's noticing.
 */
const UNFINISHED_DESELECT_MS = 500;

/** The BE driver of a virtio SPI controller: device 45 (virtio 1.4, 5.21). */
export class VirtioSpiDevice implements VirtioDevice {
  readonly deviceId = VIRTIO_ID_SPI;
  readonly features = featureSet(DTBUS_F_ERRNO);
  readonly queueCount = 1;
  readonly config = new Uint8Array(SPI_CONFIG_BYTES);
  readonly #limits: SpiConfig;
  readonly #head: SpiHead;
  readonly #manager: ResourceManager;
  readonly #bus: ManagedSpiBus;
  readonly #client: Client;
  readonly #framing: (chipSelect: number) => SpiFraming;
  #queue: DeviceQueue | undefined;
  #notify: (queue: number) => void = () => {};
  #errnoNegotiated = false;
  /** Transfers of the message that is being collected. */
  #message: SpiRequest[] = [];
  /** The first transfer of the next message, taken from the ring already. */
  #pending: SpiRequest | undefined;
  /** The last transfer that was carried out, while its chip is still selected. */
  #held: SpiRequest | undefined;
  /** The command that the held message began with, and the bytes written of it. */
  #opcode = 0;
  #sent = 0;
  #heldSince = 0;
  /** Raised by a reset: what was under way before it must not touch the queues of after. */
  #epoch = 0;
  #running = false;

  /** @param framing how the messages of the part at a chip select end when their driver does not say */
  constructor(
    manager: ResourceManager,
    bus: ManagedSpiBus,
    client: Client,
    framing: (chipSelect: number) => SpiFraming = () => spiFramingOf(undefined),
  ) {
    this.#framing = framing;
    this.#manager = manager;
    this.#bus = bus;
    this.#client = client;
    this.#limits = spiConfigOf(bus.controller.capabilities);
    this.#head = emptyHead();
    writeSpiConfig(new DataView(this.config.buffer), 0, this.#limits);
  }

  get busy(): boolean {
    return this.#running;
  }

  acceptFeatures(features: number): boolean {
    this.#errnoNegotiated = hasFeature(features, DTBUS_F_ERRNO);
    return true;
  }

  activate(queues: readonly DeviceQueue[], notify: (queue: number) => void): void {
    this.#queue = queues[0];
    this.#notify = notify;
  }

  reset(): void {
    this.#epoch++;
    if (this.#held !== undefined) this.#forget(this.#manager.deselect(this.#client, this.#bus));
    this.#queue = undefined;
    this.#notify = () => {};
    this.#message = [];
    this.#pending = undefined;
    this.#held = undefined;
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
      const request = this.#pending ?? this.#next(queue);
      this.#pending = undefined;
      const last = this.#message.at(-1);
      if (request === undefined) {
        if (last === undefined) break;
        this.#run(queue, true);
      } else if (!request.valid) {
        this.#answer(queue, request, ERRNO.EINVAL);
      } else if (last !== undefined && !sameTarget(last, request)) {
        this.#pending = request;
        this.#run(queue, false);
      } else {
        this.#message.push(request);
        if (!request.deselectAfter) continue;
        this.#run(queue, false);
      }
      used = true;
    }
    if (used) this.#notify(0);
    return this.#running ? Number.POSITIVE_INFINITY : this.#deselectWhenIdle();
  }

  #next(queue: DeviceQueue): SpiRequest | undefined {
    const chain = queue.pop();
    return chain && parseSpiRequest(chain, this.#limits, this.#head);
  }

  /** Deselects a chip that was left selected long enough. @returns when to look again */
  #deselectWhenIdle(): number {
    const held = this.#held;
    if (held === undefined) return Number.POSITIVE_INFINITY;
    const unfinished =
      held.transfer.rx === undefined && this.#framing(held.chipSelect).isUnfinished(this.#opcode, this.#sent);
    const due = this.#heldSince + (unfinished ? UNFINISHED_DESELECT_MS : IDLE_DESELECT_MS);
    if (performance.now() < due) return due;
    this.#held = undefined;
    this.#forget(this.#manager.deselect(this.#client, this.#bus));
    return Number.POSITIVE_INFINITY;
  }

  /** Carries the collected transfers out; `hold` leaves the chip selected after them. */
  #run(queue: DeviceQueue, hold: boolean): void {
    const message = this.#message;
    this.#message = [];
    const [first] = message;
    const last = message.at(-1);
    if (first === undefined || last === undefined) return;
    if (hold) last.transfer.csChange = true;
    const isContinuation = this.#held !== undefined && this.#continues(this.#held, first);
    const release = this.#held !== undefined && !isContinuation;
    this.#held = undefined;
    if (!isContinuation) {
      this.#opcode = first.transfer.tx?.[0] ?? 0;
      this.#sent = 0;
    }
    for (const { transfer } of message) this.#sent += transfer.tx?.length ?? 0;

    const epoch = this.#epoch;
    const finish = (errno: number) => {
      if (epoch !== this.#epoch) return;
      for (const request of message) this.#answer(queue, request, errno);
      if (errno !== 0 || !hold) return;
      this.#held = last;
      this.#heldSince = performance.now();
    };
    try {
      const asked = message.map(({ transfer }) => transfer);
      let transfers = this.#bus.runsAtOnce(this.#client) ? asked : copyOfTransfers(asked);
      const transfer = () => {
        if (epoch !== this.#epoch) throw new BusFault('ECANCELED', 'the device was reset');
        // When the chip was let go, another client's turn may have come.
        if (transfers === asked && !this.#bus.runsAtOnce(this.#client)) transfers = copyOfTransfers(asked);
        const { chipSelect, mode } = first;
        return this.#manager.transferSpi(
          this.#client,
          this.#bus,
          chipSelect,
          mode,
          transfers,
          isContinuation,
        );
      };
      const result = release ? after(this.#manager.deselect(this.#client, this.#bus), transfer) : transfer();
      if (result === undefined) {
        finish(0);
        return;
      }
      this.#running = true;
      result.then(
        () => {
          // Whoever left the chip selected has forgotten it.
          if (epoch !== this.#epoch && hold) this.#forget(this.#manager.deselect(this.#client, this.#bus));
          this.#resume(epoch, () => finish(deliverTransfers(transfers, message) ? 0 : ERRNO.EIO));
        },
        (thrown) => this.#resume(epoch, () => finish(BusFault.from(thrown).errno)),
      );
    } catch (thrown) {
      finish(BusFault.from(thrown).errno);
    }
  }

  /**
   * May `next` belong to the message that `held` was left selected in? What was only written before may be a
   * command whose answer is read now, or one that is not complete yet.
   */
  #continues(held: SpiRequest, next: SpiRequest): boolean {
    if (!sameTarget(held, next) || held.transfer.rx !== undefined) return false;
    if (next.transfer.tx === undefined) return true;
    return this.#framing(held.chipSelect).expectsMore(this.#opcode, this.#sent);
  }

  /** A message that was waited for has ended: answers it and goes on with what came meanwhile. */
  #resume(epoch: number, finish: () => void): void {
    if (epoch !== this.#epoch) return;
    finish();
    this.#running = false;
    this.#notify(0);
    reschedule(this.processQueue(), () => this.processQueue());
  }

  #answer(queue: DeviceQueue, { chain }: SpiRequest, errno: number): void {
    completeChain(queue, chain, spiResult(errno, this.#errnoNegotiated));
  }

  /** A deselect whose failure nobody waits for: the next transfer meets it again. */
  #forget(result: MaybePromise<void>): void {
    result?.catch(() => {});
  }
}

/** One message has one chip and one mode. */
function sameTarget(a: SpiRequest, b: SpiRequest): boolean {
  return a.chipSelect === b.chipSelect && a.mode === b.mode;
}

function after(first: MaybePromise<void>, then: () => MaybePromise<void>): MaybePromise<void> {
  return first === undefined ? then() : first.then(then);
}

function emptyHead(): SpiHead {
  return {
    chipSelectId: 0,
    bitsPerWord: 0,
    csChange: 0,
    txNbits: 0,
    rxNbits: 0,
    mode: 0,
    freq: 0,
    wordDelayNs: 0,
    csSetupNs: 0,
    csDelayHoldNs: 0,
    csChangeDelayInactiveNs: 0,
  };
}
