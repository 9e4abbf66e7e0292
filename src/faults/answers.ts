import {
  countedLength,
  I2C_M,
  type I2cController,
  type I2cMessage,
  type I2cWireFaults,
  i2cTarget,
  type MaybePromise,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
  type SpiWireFaults,
  type TransferNotes,
} from '../bus/index.ts';

/** Faults of a bus that an adapter carries. */
interface OnAdapter<Faults> {
  /** Those at the wire behind an emulated adapter, of which it tells nothing. */
  wire?: { readonly faults: Faults | undefined };
  /** Those that are made in what it answers, while there are some. */
  answers?: Faults | undefined;
}

/** The I2C bus of an adapter, with the faults that can be injected there. */
export class FaultyI2cController implements I2cController, OnAdapter<I2cWireFaults> {
  readonly #adapter: I2cController;
  wire?: { readonly faults: I2cWireFaults | undefined };
  answers: I2cWireFaults | undefined;

  constructor(adapter: I2cController) {
    this.#adapter = adapter;
  }

  get description(): string {
    return this.#adapter.description;
  }

  get functionality(): number {
    return this.#adapter.functionality;
  }

  get startupMs(): number {
    return this.#adapter.startupMs ?? 0;
  }

  get maxMessageLength(): number {
    return this.#adapter.maxMessageLength ?? Number.POSITIVE_INFINITY;
  }

  transfer(messages: readonly I2cMessage[], signal?: AbortSignal): MaybePromise<void> {
    this.wire?.faults?.clear();
    const { answers } = this;
    if (answers === undefined) return this.#adapter.transfer(messages, signal);
    answers.clear();
    const change = () => {
      for (const message of messages) changeMessage(answers, message);
    };
    const done = this.#adapter.transfer(messages, signal);
    return done === undefined ? change() : done.then(change);
  }

  notes(): TransferNotes {
    return notesOf(this.#adapter.notes?.(), this.wire?.faults, this.answers);
  }
}

function changeMessage(answers: I2cWireFaults, message: I2cMessage): void {
  const { flags, buf } = message;
  const reads = (flags & I2C_M.RD) !== 0;
  answers.address(i2cTarget(message), reads);
  if (!reads) for (const byte of buf) answers.sent(byte);
  else answers.received((flags & I2C_M.RECV_LEN) !== 0 ? buf.subarray(0, countedLength(buf)) : buf, true);
}

/** The SPI bus of an adapter, with the faults that can be injected there. */
export class FaultySpiController implements SpiController, OnAdapter<SpiWireFaults> {
  readonly #adapter: SpiController;
  wire?: { readonly faults: SpiWireFaults | undefined };
  answers: SpiWireFaults | undefined;

  constructor(adapter: SpiController) {
    this.#adapter = adapter;
  }

  get description(): string {
    return this.#adapter.description;
  }

  get capabilities(): SpiCapabilities {
    return this.#adapter.capabilities;
  }

  /** Faults are counted in messages. */
  get joinsMessages(): boolean {
    const isFaulty = this.answers !== undefined || this.wire?.faults !== undefined;
    return !isFaulty && this.#adapter.joinsMessages === true;
  }

  get startupMs(): number {
    return this.#adapter.startupMs ?? 0;
  }

  transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): MaybePromise<void> {
    this.wire?.faults?.clear();
    const { answers } = this;
    const done = this.#adapter.transfer(chipSelect, mode, transfers, signal);
    if (answers === undefined) return done;
    answers.clear();
    const change = () => changeTransfers(answers, chipSelect, transfers);
    return done === undefined ? change() : done.then(change);
  }

  deselect(): MaybePromise<void> {
    return this.#adapter.deselect();
  }

  notes(): TransferNotes {
    return notesOf(this.#adapter.notes?.(), this.wire?.faults, this.answers);
  }
}

function changeTransfers(
  answers: SpiWireFaults,
  chipSelect: number,
  transfers: readonly SpiTransfer[],
): void {
  answers.select(chipSelect);
  for (const { tx, rx, csChange } of transfers) {
    const length = (tx ?? rx)?.length ?? 0;
    for (let at = 0; at < length; at++) {
      answers.sent(tx?.[at] ?? 0);
      const arrives = answers.received(rx?.[at] ?? 0);
      if (rx !== undefined) rx[at] = arrives;
    }
    if (csChange) answers.select(chipSelect);
  }
}

interface Noting {
  readonly struck: readonly string[];
  readonly stretchedNs?: number;
}

/** What the adapter noticed, and what was injected into its transfer. */
function notesOf(own: TransferNotes | undefined, ...faults: readonly (Noting | undefined)[]): TransferNotes {
  const all: readonly (Noting | undefined)[] = [own, ...faults];
  return {
    stretchedNs: all.reduce((sum, each) => sum + (each?.stretchedNs ?? 0), 0),
    struck: all.flatMap((each) => each?.struck ?? []),
  };
}
