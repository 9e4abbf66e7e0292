import {
  BusFault,
  type HostAdapter,
  type I2cController,
  type I2cMessage,
  i2cTarget,
  type MaybePromise,
  type SpiController,
  type SpiTransfer,
} from '../../bus/index.ts';
import type { Client } from '../clients/client.ts';
import { AdapterScheduler, type SchedulerOptions } from './adapter-scheduler.ts';
import { ManagedBus, type ManagedBusOptions, type ManagedI2cBus, type ManagedSpiBus } from './managed-bus.ts';
import { type TraceTime, TransferWatch } from './transfer-watch.ts';

const MACHINE_TIME: TraceTime = { originMs: performance.timeOrigin, nowMs: () => performance.now() };

/** How a transaction is carried out. */
interface TransferOptions<Step> {
  /** How often it is tried again when it lost arbitration. Default 0: who asks does that. */
  readonly retries?: number;
  /**
   * Copies what was asked for, where it has to wait: it must not lie in the memory of who asks then. Who asks takes
   * what was read out of the copy. Without it, the transfer works on what was given.
   */
  readonly detach?: () => readonly Step[];
  /**
   * Asked at its turn, before the wire is touched: what it throws is the end of the transfer. For who may lose the right to it
   * while it waits.
   */
  readonly admit?: (() => void) | undefined;
}

/**
 * Which controller serves a bus, whose turn it is, how long it may take and what happens when it fails.
 * Between the BE drivers, which speak of clients and requests, and the hosts, which know neither.
 */
export class ResourceManager {
  #lastClient: Client | undefined;
  #clientChanges = 0;
  readonly #schedulers = new Map<HostAdapter, AdapterScheduler>();
  readonly #buses = new Map<string, ManagedI2cBus | ManagedSpiBus>();
  readonly #schedulerOptions: SchedulerOptions;
  /** Clients that were dropped: a transfer of theirs may still be under way. */
  readonly #gone = new WeakSet<Client>();

  readonly #time: TraceTime;

  /** `time`: what transfers are told by. Default: the machine's. */
  constructor(options: SchedulerOptions = {}, time: TraceTime = MACHINE_TIME) {
    this.#schedulerOptions = options;
    this.#time = time;
  }

  get buses(): readonly (ManagedI2cBus | ManagedSpiBus)[] {
    return [...this.#buses.values()];
  }

  /** `controller` is the host's own, or one that wraps it (a mixed bus). */
  addI2cBus(
    path: string,
    host: HostAdapter,
    controller: I2cController,
    options?: ManagedBusOptions,
  ): ManagedI2cBus {
    return this.#add(new ManagedBus(path, 'i2c', this.#scheduler(host), controller, options));
  }

  addSpiBus(
    path: string,
    host: HostAdapter,
    controller: SpiController,
    options?: ManagedBusOptions,
  ): ManagedSpiBus {
    return this.#add(new ManagedBus(path, 'spi', this.#scheduler(host), controller, options));
  }

  /** A host that carries lines, beside its buses or alone: it is opened and closed with the others. */
  addLines(host: HostAdapter): AdapterScheduler {
    return this.#scheduler(host);
  }

  /** Opens every host. What cannot be opened stays `lost` and is tried again when it is asked for. */
  async open(): Promise<void> {
    await Promise.all([...this.#schedulers.values()].map((scheduler) => scheduler.open()));
  }

  /** Opens the hosts that are open at once: what is simulated. */
  openSynchronous(): void {
    for (const scheduler of this.#schedulers.values()) if (scheduler.host.synchronous) void scheduler.open();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#schedulers.values()].map((scheduler) => scheduler.close()));
  }

  /** Forgets a client: what it owned is free again, what it had waiting is cancelled. */
  drop(client: Client): void {
    this.#gone.add(client);
    for (const bus of this.#buses.values()) bus.ownership.release(client);
    for (const scheduler of this.#schedulers.values()) scheduler.drop(client);
  }

  /**
   * Runs one transaction for a client.
   * @param asked buffers are filled in place, or in the copy that `detach` makes
   * @throws {BusFault} (or rejects) the controller's faults; `EBUSY`, `EPERM` by ownership; `ETIMEDOUT`; `ENODEV`.
   */
  transferI2c(
    client: Client,
    bus: ManagedI2cBus,
    asked: readonly I2cMessage[],
    { retries = 0, detach, admit }: TransferOptions<I2cMessage> = {},
  ): MaybePromise<void> {
    let bytes = 0;
    this.#serves(client);
    const atOnce = bus.runsAtOnce(client);
    const messages = atOnce || detach === undefined ? asked : detach();
    const watch = bus.observer && new TransferWatch(this.#time, atOnce);
    const settle = (fault: BusFault | undefined) => {
      bus.count(bytes, fault);
      if (client.exclusive && fault === undefined) this.#ownAll(client, bus, messages);
      if (watch !== undefined)
        bus.observer?.(watch.recordOf({ bus: bus.path, client: client.name, messages, fault }));
    };
    return settled(settle, () => {
      const limit = bus.controller.maxMessageLength ?? Number.POSITIVE_INFINITY;
      for (let i = 0; i < messages.length; i++) {
        const message = messages[i] as I2cMessage;
        bus.ownership.check(client, i2cTarget(message));
        if (message.buf.length > limit) {
          throw new BusFault('EMSGSIZE', `${bus.controller.description} takes ${limit} bytes a message`);
        }
        bytes += message.buf.length + 1;
      }
      const carryOut = (signal?: AbortSignal) => {
        // While it waited for its turn, another may have come to own what was nobody's.
        if (signal !== undefined) checkAll(client, bus, messages);
        admit?.();
        const done = bus.controller.transfer(messages, signal);
        // Before the next job begins, which may be another's for the same.
        return client.exclusive ? done?.then(() => this.#ownAll(client, bus, messages)) : done;
      };
      return bus.run(client, bytes, watched(watch, bus, carryOut), atOnce, retries);
    });
  }

  /**
   * Runs one SPI message for a client; see `transferI2c`. A message whose last transfer keeps the chip
   * selected (`csChange`) keeps the bus for this client until `deselect`, or until another has waited for it as
   * long as `SchedulerOptions.holdLimitMs` says.
   * @param isContinuation it belongs to the message that was left selected. Where the chip was deselected meanwhile it
   * fails with `ETIMEDOUT`: the part would take its first byte for a command.
   * @param admit see `TransferOptions`
   */
  transferSpi(
    client: Client,
    bus: ManagedSpiBus,
    chipSelect: number,
    mode: number,
    asked: readonly SpiTransfer[],
    isContinuation = false,
    detach?: () => readonly SpiTransfer[],
    admit?: () => void,
  ): MaybePromise<void> {
    let bytes = 0;
    this.#serves(client);
    const atOnce = bus.runsAtOnce(client);
    const transfers = atOnce || detach === undefined ? asked : detach();
    const watch = bus.observer && new TransferWatch(this.#time, atOnce);
    const keepsSelected = transfers.at(-1)?.csChange === true;
    let held = bus.scheduler.csOwner(client);
    const settle = (fault: BusFault | undefined) => {
      if (fault !== undefined || !keepsSelected) bus.scheduler.release(held);
      bus.count(bytes, fault);
      if (fault === undefined) this.#own(client, bus, chipSelect);
      if (watch !== undefined)
        bus.observer?.(watch.recordOf({ bus: bus.path, client: client.name, chipSelect, transfers, fault }));
    };
    return settled(settle, () => {
      bus.ownership.check(client, chipSelect);
      for (let i = 0; i < transfers.length; i++) {
        const { tx, rx } = transfers[i] as SpiTransfer;
        bytes += tx?.length ?? rx?.length ?? 0;
      }
      const carryOut = (signal?: AbortSignal) => {
        if (signal !== undefined) bus.ownership.check(client, chipSelect);
        admit?.();
        held = bus.scheduler.csOwner(client);
        if (isContinuation && held === undefined) {
          throw new BusFault('ETIMEDOUT', `${bus.path}: others waited too long for the end of this message`);
        }
        if (!keepsSelected) {
          // Before the next job begins: one that goes on with this message would find the chip selected.
          if (signal !== undefined) bus.scheduler.release(held);
          const done = bus.controller.transfer(chipSelect, mode, transfers, signal);
          return client.exclusive ? done?.then(() => this.#own(client, bus, chipSelect)) : done;
        }
        // Held before the transfer has ended, so that nobody comes in between.
        held = bus.scheduler.hold(client, () => bus.controller.deselect());
        // Nobody will deselect for a client that is gone: the next message would go on with its.
        return bus.controller
          .transfer(chipSelect, mode, transfers, signal)
          ?.then(() => (this.#gone.has(client) ? bus.controller.deselect() : undefined));
      };
      return bus.run(client, bytes, watched(watch, bus, carryOut), atOnce);
    });
  }

  /** Ends a message that was left selected, where that was not done for others' sake already. */
  deselect(client: Client, bus: ManagedSpiBus, admit?: () => void): MaybePromise<void> {
    const held = bus.scheduler.csOwner(client);
    if (held === undefined) return undefined;
    const letGo = (signal?: AbortSignal) => {
      admit?.();
      // As a message's last transfer does.
      if (signal !== undefined) bus.scheduler.release(held);
      return bus.controller.deselect();
    };
    return settled(
      () => bus.scheduler.release(held),
      () => bus.run(client, 0, letGo, bus.runsAtOnce(client)),
    );
  }

  /** Counts how often another client than the last one asks. */
  #serves(client: Client): void {
    if (client === this.#lastClient) return;
    if (this.#lastClient !== undefined) this.#clientChanges++;
    this.#lastClient = client;
  }

  /** How often another client than the one before has asked for a transfer. */
  get clientChanges(): number {
    return this.#clientChanges;
  }

  #ownAll(client: Client, bus: ManagedI2cBus, messages: readonly I2cMessage[]): void {
    for (const message of messages) this.#own(client, bus, i2cTarget(message));
  }

  /** After a success. Who is gone owns nothing: nobody would take it away again. */
  #own(client: Client, bus: ManagedI2cBus | ManagedSpiBus, unit: number): void {
    if (client.exclusive && !this.#gone.has(client)) bus.ownership.used(client, unit);
  }

  #scheduler(host: HostAdapter): AdapterScheduler {
    const known = this.#schedulers.get(host);
    if (known !== undefined) return known;
    const scheduler = new AdapterScheduler(host, this.#schedulerOptions);
    this.#schedulers.set(host, scheduler);
    return scheduler;
  }

  #add<Bus extends ManagedI2cBus | ManagedSpiBus>(bus: Bus): Bus {
    if (this.#buses.has(bus.path)) throw new Error(`bus ${bus.path} was added twice`);
    this.#buses.set(bus.path, bus);
    return bus;
  }
}

type CarryOut = (signal?: AbortSignal) => MaybePromise<void>;

/** The same work, looked at where somebody observes the bus. */
function watched(
  watch: TransferWatch | undefined,
  { controller }: ManagedI2cBus | ManagedSpiBus,
  carryOut: CarryOut,
): CarryOut {
  return watch === undefined ? carryOut : (signal) => watch.carryOut(controller, () => carryOut(signal));
}

function checkAll(client: Client, bus: ManagedI2cBus, messages: readonly I2cMessage[]): void {
  for (const message of messages) bus.ownership.check(client, i2cTarget(message));
}

/** Runs `transfer` and tells `settle` how it ended, on either of the two ways that it may end. */
function settled(
  settle: (fault: BusFault | undefined) => void,
  transfer: () => MaybePromise<void>,
): MaybePromise<void> {
  let result: MaybePromise<void>;
  try {
    result = transfer();
  } catch (thrown) {
    settle(BusFault.from(thrown));
    throw thrown;
  }
  if (result === undefined) {
    settle(undefined);
    return undefined;
  }
  return result.then(
    () => settle(undefined),
    (thrown) => {
      settle(BusFault.from(thrown));
      throw thrown;
    },
  );
}
