import { BusFault, ERRNO, type MaybePromise, type SpiTransfer } from '../../bus/index.ts';
import {
  type DeviceQueue,
  DTBUS_F_ERRNO,
  type Failure,
  featureSet,
  hasFeature,
  SPI_CONFIG_BYTES,
  type SpiConfig,
  type SpiHead,
  spiResult,
  VIRTIO_ID_SPI,
  type VirtioDevice,
  writeSpiConfig,
} from '../../virtio/index.ts';
import type { Client } from '../clients/client.ts';
import type { ManagedSpiBus } from '../manager/managed-bus.ts';
import type { ResourceManager } from '../manager/resource-manager.ts';
import { completeChain, copyOfTransfers, deliverTransfers } from './bounce-buffers.ts';
import { failureOf } from './failure-of.ts';
import { REQUEST_OVERHEAD_BYTES, type RequestLimits, SPI_LIMITS } from './request-limits.ts';
import { ANSWERED, COLLECTED, RequestTurns } from './request-turns.ts';
import { type SpiFollower, type SpiFraming, spiFramingOf } from './spi-framing.ts';
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

/** Messages are joined up to so many bytes: a run of pages of a flash, 9 ms at 30 MHz for whoever waits. */
const JOINED_BYTES = 1 << 15;

/** What adapters refuse transfers for. */
const SETTINGS = [
  'speedHz',
  'bitsPerWord',
  'txNbits',
  'rxNbits',
  'wordDelayNs',
  'csSetupNs',
  'csHoldNs',
  'csInactiveNs',
] as const;

/** A time that is not the machine's: chips are deselected by it. */
export interface SpiTime {
  /** In ms. */
  now(): number;
  after(ms: number, work: () => void): void;
}

/** The BE driver of a virtio SPI controller: device 45 (virtio 1.4, 5.21). */
export class VirtioSpiDevice implements VirtioDevice {
  readonly deviceId = VIRTIO_ID_SPI;
  readonly features = featureSet(DTBUS_F_ERRNO);
  readonly queueCount = 1;
  readonly config = new Uint8Array(SPI_CONFIG_BYTES);
  readonly #spiConfig: SpiConfig;
  readonly #head: SpiHead;
  readonly #manager: ResourceManager;
  readonly #bus: ManagedSpiBus;
  readonly #client: Client;
  readonly #framing: (chipSelect: number) => SpiFraming;
  readonly #limits: Required<RequestLimits>;
  readonly #turns: RequestTurns;
  #errnoNegotiated = false;
  /** Transfers of the message that is being collected, behind those of the messages that it is joined to. */
  #message: SpiRequest[] = [];
  /** The first transfer of the next message, taken from the ring already. */
  #pending: SpiRequest | undefined;
  /** The last transfer that was carried out, while its chip is still selected. */
  #held: SpiRequest | undefined;
  /** The command that the held message began with, and the bytes written of it. */
  #opcode = 0;
  #sent = 0;
  #heldSince = 0;
  /** Of the message that runs, or is held, where its part's messages say by themselves where they end. */
  #follower: SpiFollower | undefined;
  readonly #time: SpiTime | undefined;
  /** `#time` is going to look whether a chip is to be deselected. */
  #looksLater = false;
  /** Bytes of the message that is being collected. */
  #messageBytes = 0;
  /** Of the last request; undefined where it went well, or was none. */
  #fault: BusFault | undefined;
  /** A transfer of a message that is too long: the others up to its end are refused. */
  #tooLong: SpiRequest | undefined;

  /**
   * @param framing how the messages of the part at a chip select end when their driver does not say
   * @param time in the place of the machine's
   */
  constructor(
    manager: ResourceManager,
    bus: ManagedSpiBus,
    client: Client,
    framing: (chipSelect: number) => SpiFraming = () => spiFramingOf(undefined),
    limits: RequestLimits = {},
    time?: SpiTime,
  ) {
    this.#time = time;
    this.#limits = { ...SPI_LIMITS, ...limits };
    this.#framing = framing;
    this.#manager = manager;
    this.#turns = new RequestTurns(() => this.processQueue(), manager);
    this.#bus = bus;
    this.#client = client;
    this.#spiConfig = spiConfigOf(bus.controller.capabilities);
    this.#head = emptyHead();
    writeSpiConfig(new DataView(this.config.buffer), 0, this.#spiConfig);
  }

  get failure(): Failure | undefined {
    return this.#errnoNegotiated ? failureOf(this.#fault, this.#turns.running, this.#bus) : undefined;
  }

  get busy(): boolean {
    return this.#turns.running;
  }

  acceptFeatures(features: number): boolean {
    this.#errnoNegotiated = hasFeature(features, DTBUS_F_ERRNO);
    return true;
  }

  activate(queues: readonly DeviceQueue[], notify: (queue: number) => void): void {
    this.#turns.activate(queues, notify);
  }

  reset(): void {
    this.#turns.reset();
    if (this.#held !== undefined) this.#forget(this.#manager.deselect(this.#client, this.#bus));
    this.#message = [];
    this.#messageBytes = 0;
    this.#tooLong = undefined;
    this.#pending = undefined;
    this.#held = undefined;
    this.#fault = undefined;
  }

  processQueue(): number {
    return this.#turns.take(this.#step);
  }

  readonly #step = (queue: DeviceQueue): number => {
    const request = this.#pending ?? this.#next(queue);
    this.#pending = undefined;
    const last = this.#message.at(-1);
    if (request === undefined) {
      this.#endTooLong();
      if (last === undefined) return this.#deselectWhenIdle();
      this.#run(queue, !last.deselectAfter);
    } else if (!request.valid) {
      this.#answer(queue, request, ERRNO.EINVAL);
    } else if (last !== undefined && !goesWith(last, request)) {
      this.#pending = request;
      this.#run(queue, false);
    } else if (this.#isTooLong(request)) {
      const whole = this.#message.findLastIndex((each) => each.deselectAfter) + 1;
      if (whole > 0) this.#runWhole(queue, whole, request);
      else this.#refuse(queue, request);
    } else {
      this.#message.push(request);
      if (!request.deselectAfter) return COLLECTED;
      if (this.#joins(queue, request)) return COLLECTED;
      this.#run(queue, false);
    }
    return ANSWERED;
  };

  /** A message is over, and the next one is there: they go out together where that saves round trips. Who watches sees each. */
  #joins(queue: DeviceQueue, { chipSelect }: SpiRequest): boolean {
    const { controller, observer } = this.#bus;
    if (controller.joinsMessages !== true || observer !== undefined) return false;
    return (
      this.#messageBytes < JOINED_BYTES && this.#framing(chipSelect).follow === undefined && queue.poll()
    );
  }

  /** Carries out what belongs to whole messages before it is looked at whether the one behind them is too long by itself. */
  #runWhole(queue: DeviceQueue, whole: number, next: SpiRequest): void {
    const begun = this.#message.splice(whole);
    this.#pending = next;
    this.#run(queue, false);
    this.#message = begun;
    this.#messageBytes = begun.reduce((sum, { bytes }) => sum + bytes + REQUEST_OVERHEAD_BYTES, 0);
  }

  #next(queue: DeviceQueue): SpiRequest | undefined {
    const chain = queue.pop();
    return chain && parseSpiRequest(chain, this.#spiConfig, this.#head, this.#limits.maxMessageBytes);
  }

  #isTooLong(request: SpiRequest): boolean {
    const { bytes } = request;
    if (this.#tooLong !== undefined && sameTarget(this.#tooLong, request)) return true;
    this.#endTooLong();
    this.#messageBytes += bytes + REQUEST_OVERHEAD_BYTES;
    return bytes > this.#limits.maxMessageBytes || this.#messageBytes > this.#limits.maxTransactionBytes;
  }

  #endTooLong(): void {
    if (this.#tooLong === undefined) return;
    this.#tooLong = undefined;
    this.#messageBytes = 0;
  }

  /** A transfer that makes its message too long, or comes after it: none of the message is carried out. */
  #refuse(queue: DeviceQueue, request: SpiRequest): void {
    for (const each of [...this.#message, request]) this.#answer(queue, each, ERRNO.EMSGSIZE);
    this.#message = [];
    this.#tooLong = request;
    if (request.deselectAfter) this.#endTooLong();
  }

  /** Deselects a chip that was left selected long enough. @returns when to look again */
  #deselectWhenIdle(): number {
    const held = this.#held;
    if (held === undefined) return Number.POSITIVE_INFINITY;
    const framing = this.#framing(held.chipSelect);
    // For as long as its driver likes: others who wait for the bus have their patience (see ResourceManager).
    if (framing.isTold) return Number.POSITIVE_INFINITY;
    const unfinished =
      this.#follower?.unfinished ??
      (held.transfer.rx === undefined && framing.isUnfinished(this.#opcode, this.#sent));
    const due = this.#heldSince + (unfinished ? UNFINISHED_DESELECT_MS : IDLE_DESELECT_MS);
    const left = due - this.#now();
    if (left > 0) return this.#time === undefined ? due : this.#lookAfter(left, this.#time);
    this.#held = undefined;
    this.#forget(this.#manager.deselect(this.#client, this.#bus));
    return Number.POSITIVE_INFINITY;
  }

  #now(): number {
    return this.#time?.now() ?? performance.now();
  }

  #lookAfter(ms: number, time: SpiTime): number {
    if (!this.#looksLater)
      time.after(ms, () => {
        this.#looksLater = false;
        this.#deselectWhenIdle();
      });
    this.#looksLater = true;
    return Number.POSITIVE_INFINITY;
  }

  /** Carries the collected transfers out; `holdAsked` leaves the chip selected after them. */
  #run(queue: DeviceQueue, holdAsked: boolean): void {
    const message = this.#message;
    this.#message = [];
    this.#turns.count(this.#messageBytes);
    this.#messageBytes = 0;
    const first = message[0];
    const last = message.at(-1);
    if (first === undefined || last === undefined) return;
    let begin = 0;
    for (let i = 0; i < message.length - 1; i++) {
      const { transfer, deselectAfter } = message[i] as SpiRequest;
      if (!deselectAfter) continue;
      transfer.csChange = true;
      begin = i + 1;
    }
    // What Linux calls cs_change on a message's last transfer is to leave the chip selected; it hands it on as the opposite.
    const hold = holdAsked || this.#framing(first.chipSelect).follow !== undefined;
    if (hold) last.transfer.csChange = true;
    const isContinuation = this.#held !== undefined && this.#continues(this.#held, first);
    const release = this.#held !== undefined && !isContinuation;
    this.#held = undefined;
    this.#noteSent(message, begin, isContinuation && begin === 0);

    const { epoch } = this.#turns;
    const asked = message.map(({ transfer }) => transfer);
    let carried = asked;
    const finish = (errno: number, fault?: BusFault) => {
      for (let i = 0; i < message.length; i++) {
        const request = message[i] as SpiRequest;
        this.#follower?.pass(request.transfer);
        this.#answer(queue, request, errno, fault);
      }
      if (errno !== 0 || !hold) return;
      this.#held = last;
      this.#heldSince = this.#now();
    };
    const detach = () => {
      carried = copyOfTransfers(asked);
      return carried;
    };
    const { chipSelect, mode } = first;
    const transfer = (transfers: readonly SpiTransfer[], copy?: () => readonly SpiTransfer[]) =>
      this.#manager.transferSpi(this.#client, this.#bus, chipSelect, mode, transfers, isContinuation, copy);
    const later = () => {
      if (epoch !== this.#turns.epoch) throw new BusFault('ECANCELED', 'the device was reset');
      return transfer(carried);
    };
    try {
      const deselected = release ? this.#manager.deselect(this.#client, this.#bus) : undefined;
      // What has to wait for the deselect is copied now: the driver may be gone after it.
      if (deselected !== undefined) detach();
      const result = deselected === undefined ? transfer(asked, detach) : deselected.then(later);
      if (result === undefined) {
        finish(0);
        return;
      }
      this.#turns.waitFor(
        result,
        (fault) => finish(fault?.errno ?? (deliverTransfers(carried, message) ? 0 : ERRNO.EIO), fault),
        // Whoever left the chip selected has forgotten it.
        () => hold && this.#forget(this.#manager.deselect(this.#client, this.#bus)),
      );
    } catch (error) {
      const fault = BusFault.from(error);
      finish(fault.errno, fault);
    }
  }

  /** Notes the last message, which begins at `begin`. @param goesOn it is more of the message that was held */
  #noteSent(message: readonly SpiRequest[], begin: number, goesOn: boolean): void {
    const { transfer, chipSelect } = message[begin] as SpiRequest;
    if (!goesOn) {
      this.#opcode = transfer.tx?.[0] ?? 0;
      this.#sent = 0;
      this.#follower = this.#framing(chipSelect).follow?.(this.#opcode);
    }
    for (let i = begin; i < message.length; i++) this.#sent += message[i]?.transfer.tx?.length ?? 0;
  }

  /**
   * May `next` belong to the message that `held` was left selected in? What was only written before may be a
   * command whose answer is read now, or one that is not complete yet.
   */
  #continues(held: SpiRequest, next: SpiRequest): boolean {
    if (!sameTarget(held, next)) return false;
    if (this.#follower !== undefined) return this.#follower.continues(next.transfer);
    const framing = this.#framing(held.chipSelect);
    if (framing.isTold) return true;
    if (held.transfer.rx !== undefined) return false;
    if (next.transfer.tx === undefined) return true;
    return framing.expectsMore(this.#opcode, this.#sent);
  }

  #answer(queue: DeviceQueue, { chain }: SpiRequest, errno: number, fault?: BusFault): void {
    this.#fault = fault;
    completeChain(queue, chain, spiResult(errno, this.#errnoNegotiated));
  }

  /** A deselect whose failure nobody waits for: the next transfer meets it again. */
  #forget(result: MaybePromise<void>): void {
    result?.catch(() => {});
  }
}

/**
 * `next` may go out with `last`: of one message, or of another where the adapter does not refuse it for what the one before it
 * was not refused for.
 */
function goesWith(last: SpiRequest, next: SpiRequest): boolean {
  return (
    sameTarget(last, next) &&
    (!last.deselectAfter || SETTINGS.every((key) => last.transfer[key] === next.transfer[key]))
  );
}

/** One message has one chip and one mode. */
function sameTarget(a: SpiRequest, b: SpiRequest): boolean {
  return a.chipSelect === b.chipSelect && a.mode === b.mode;
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
