import type { BusFault, Errno, I2cController, MaybePromise, SpiController } from '../../bus/index.ts';
import type { TransferRecord } from '../../trace/index.ts';
import type { Client } from '../clients/client.ts';
import { Ownership } from '../clients/ownership.ts';
import type { AdapterScheduler } from './adapter-scheduler.ts';

interface BusCounters {
  /** I2C transactions and SPI messages that succeeded. */
  transfers: number;
  /** Bytes moved by them. */
  bytes: number;
  readonly faults: Partial<Record<Errno, number>>;
}

export interface ManagedBusOptions {
  /** Deadline of a transfer in ms, before `nsPerByte` is added. Default 1000, as Linux's adapters have it. */
  readonly timeoutMs?: number;
  /** What one byte may take, so that long transfers get a longer deadline. Default: 8 bits at 32 kHz. */
  readonly nsPerByte?: number;
}

/** The controller of each kind of bus. */
interface Controllers {
  i2c: I2cController;
  spi: SpiController;
}

/** One bus: the host and the controller that carry it, who owns what on it, and what happened. */
export class ManagedBus<Kind extends keyof Controllers = keyof Controllers> {
  readonly path: string;
  readonly kind: Kind;
  readonly scheduler: AdapterScheduler;
  readonly controller: Controllers[Kind];
  readonly ownership: Ownership;
  readonly counters: BusCounters = { transfers: 0, bytes: 0, faults: {} };
  /** Called after each transfer. */
  observer: ((record: TransferRecord) => void) | undefined;
  readonly #timeoutMs: number;
  readonly #nsPerByte: number;
  /** Of the last transfer. */
  #lastFault: BusFault | undefined;

  constructor(
    path: string,
    kind: Kind,
    scheduler: AdapterScheduler,
    controller: Controllers[Kind],
    options: ManagedBusOptions = {},
  ) {
    this.path = path;
    this.kind = kind;
    this.scheduler = scheduler;
    this.controller = controller;
    this.ownership = new Ownership(kind, path);
    this.#timeoutMs = options.timeoutMs ?? 1000;
    this.#nsPerByte = options.nsPerByte ?? 250_000;
  }

  /** Whether a transfer of this client would be done on the return of `run`; asked once for each. */
  runsAtOnce(client: Client): boolean {
    return this.scheduler.idleFor(client) && this.scheduler.host.synchronous;
  }

  /**
   * Runs one transaction when the host is free: at once and without a promise, or in the client's turn.
   * @param atOnce what `runsAtOnce` said
   * @param retries how often it is tried again when it lost arbitration
   */
  run(
    client: Client,
    bytes: number,
    transfer: (signal?: AbortSignal) => MaybePromise<void>,
    atOnce: boolean,
    retries = 0,
  ): MaybePromise<void> {
    if (atOnce) {
      this.scheduler.runSync(transfer, retries);
      return undefined;
    }
    const startupMs = this.controller.startupMs ?? 0;
    const deadlineMs = startupMs + this.#timeoutMs + Math.ceil((bytes * this.#nsPerByte) / 1e6);
    return this.scheduler.run(client, deadlineMs, transfer, retries);
  }

  /**
   * Why a transfer failed with `code` a moment ago, in a sentence that the errno on the ring cannot say; undefined
   * where nobody knows more.
   */
  reasonOf(code: string): string | undefined {
    const opening = code === 'ETIMEDOUT' ? this.openingReason : undefined;
    if (opening !== undefined) return opening;
    return this.#lastFault?.code === code ? this.#lastFault.beyondErrno : undefined;
  }

  /** What its transfers wait for before they begin; undefined where they do not. */
  get openingReason(): string | undefined {
    const { state, host } = this.scheduler;
    return state === 'opening' ? `${host.description} is still being opened` : undefined;
  }

  count(bytes: number, fault: BusFault | undefined): void {
    this.#lastFault = fault;
    if (fault === undefined) {
      this.counters.transfers++;
      this.counters.bytes += bytes;
    } else {
      this.counters.faults[fault.code] = (this.counters.faults[fault.code] ?? 0) + 1;
    }
  }
}

export type ManagedI2cBus = ManagedBus<'i2c'>;
export type ManagedSpiBus = ManagedBus<'spi'>;
