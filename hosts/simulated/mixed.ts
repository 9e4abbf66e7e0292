import {
  BusFault,
  I2C_M,
  type I2cController,
  type I2cMessage,
  i2cTarget,
  type MaybePromise,
  nackFault,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
  type TransferNotes,
} from '../../src/bus/index.ts';
import type { SimulatedI2cController } from './i2c-controller.ts';
import type { SimulatedSpiController } from './spi-controller.ts';

/**
 * Real and simulated parts on one I2C bus: what a model has claimed is answered by it, all else goes to the
 * physical controller. A transaction may touch both; since they share no wire, the physical controller then
 * sees each of its runs of messages as a transaction of its own.
 */
export class MixedI2cController implements I2cController {
  readonly #physical: I2cController;
  readonly #simulated: SimulatedI2cController;

  constructor(physical: I2cController, simulated: SimulatedI2cController) {
    this.#physical = physical;
    this.#simulated = simulated;
  }

  get description(): string {
    return `${this.#physical.description} with simulated parts`;
  }

  get startupMs(): number {
    return this.#physical.startupMs ?? 0;
  }

  /** What both can do. */
  get functionality(): number {
    return this.#physical.functionality & this.#simulated.functionality;
  }

  get maxMessageLength(): number {
    return this.#physical.maxMessageLength ?? Number.POSITIVE_INFINITY;
  }

  transfer(messages: readonly I2cMessage[], signal?: AbortSignal): MaybePromise<void> {
    let end = this.#runEnd(messages, 0);
    if (end === messages.length) {
      return this.#isSimulated(messages[0])
        ? this.#simulated.transfer(messages)
        : this.#physical.transfer(messages, signal);
    }
    let start = 0;
    const next = (): MaybePromise<void> => {
      while (start < messages.length) {
        const first = start;
        const run = messages.slice(first, end);
        start = end;
        end = this.#runEnd(messages, start);
        if (this.#isSimulated(run[0])) this.#simulatedRun(run, first);
        else {
          const pending = physicalRun(this.#physical, run, first, signal);
          if (pending !== undefined) return pending.then(next);
        }
      }
    };
    return this.#stopAfter(next);
  }

  notes(): TransferNotes {
    const [own, other] = [this.#simulated.notes(), this.#physical.notes?.()];
    return {
      stretchedNs: own.stretchedNs + (other?.stretchedNs ?? 0),
      struck: [...own.struck, ...(other?.struck ?? [])],
    };
  }

  /** Simulated messages keep their repeated START even when real ones come between. */
  #simulatedRun(run: readonly I2cMessage[], first: number): void {
    const { clock } = this.#simulated.wire;
    const carryOut = () => {
      clock.hold();
      try {
        this.#simulated.free();
        for (const [i, message] of run.entries()) this.#simulated.message(message, first + i);
      } finally {
        clock.release();
      }
    };
    try {
      if (this.#simulated.wire.limited) this.#simulated.limited(run, carryOut);
      else carryOut();
    } finally {
      clock.settle();
    }
  }

  #stopAfter(body: () => MaybePromise<void>): MaybePromise<void> {
    const { wire } = this.#simulated;
    let pending: MaybePromise<void>;
    try {
      pending = body();
    } catch (error) {
      wire.stop();
      throw error;
    }
    if (pending !== undefined) return pending.finally(() => wire.stop());
    wire.stop();
  }

  /** Index after the run of messages, from `start` on, that one of the two answers. */
  #runEnd(messages: readonly I2cMessage[], start: number): number {
    const simulated = this.#isSimulated(messages[start]);
    let end = start + 1;
    while (end < messages.length) {
      const message = messages[end] as I2cMessage;
      // Without START the message belongs to whoever has the bus.
      if ((message.flags & I2C_M.NOSTART) === 0 && this.#isSimulated(message) !== simulated) break;
      end++;
    }
    return Math.min(end, messages.length);
  }

  #isSimulated(message: I2cMessage | undefined): boolean {
    if (message === undefined) return false;
    return this.#simulated.wire.slots.has(i2cTarget(message));
  }
}

/** Messages that begin in the middle of a transaction, so that a NACK is told by its place in that. */
function physicalRun(
  physical: I2cController,
  run: readonly I2cMessage[],
  first: number,
  signal: AbortSignal | undefined,
): MaybePromise<void> {
  const told = (thrown: unknown): never => {
    if (!(thrown instanceof BusFault) || thrown.nack === undefined) throw thrown;
    const { message, byte } = thrown.nack;
    throw nackFault(run[message] as I2cMessage, { message: first + message, byte });
  };
  try {
    return physical.transfer(run, signal)?.catch(told);
  } catch (thrown) {
    return told(thrown);
  }
}

/** Real and simulated parts on one SPI bus: each chip select belongs to one side. */
export class MixedSpiController implements SpiController {
  readonly #physical: SpiController;
  readonly #simulated: SimulatedSpiController;
  /** Which side may have a chip selected. */
  #last: SpiController | undefined;

  constructor(physical: SpiController, simulated: SimulatedSpiController) {
    this.#physical = physical;
    this.#simulated = simulated;
  }

  get description(): string {
    return `${this.#physical.description} with simulated parts`;
  }

  get startupMs(): number {
    return this.#physical.startupMs ?? 0;
  }

  get capabilities(): SpiCapabilities {
    const physical = this.#physical.capabilities;
    const chipSelects = Math.max(physical.chipSelects, this.#simulated.capabilities.chipSelects);
    return { ...physical, chipSelects };
  }

  /** Of one chip, thus of one side. */
  get joinsMessages(): boolean {
    return this.#physical.joinsMessages === true;
  }

  transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): MaybePromise<void> {
    const simulated = this.#simulated.wire.partAt(chipSelect) !== undefined;
    const controller = simulated ? this.#simulated : this.#physical;
    const other = this.#last;
    this.#last = controller;
    // A chip that was left selected on the other side is deselected before this one is selected.
    const pending = other !== undefined && other !== controller ? other.deselect() : undefined;
    if (pending !== undefined)
      return pending.then(() => controller.transfer(chipSelect, mode, transfers, signal));
    return controller.transfer(chipSelect, mode, transfers, signal);
  }

  deselect(): MaybePromise<void> {
    this.#simulated.deselect();
    return this.#physical.deselect();
  }
}
