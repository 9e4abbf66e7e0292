import {
  BusFault,
  type HostAdapter,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';
import type { UsbOpener } from '../../src/usb/index.ts';
import {
  checkSpiMessage,
  checkTakenClock,
  clockTooSlow,
  type Move,
  segmentsOf,
  slowestClock,
} from '../link/index.ts';
import { PinLines } from '../pins/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import { Mcp2210Connection } from './connection.ts';
import { Mcp2210Pins } from './pins.ts';
import {
  ALL_PINS,
  CLOCKS_HZ,
  COMMAND,
  DATA,
  DATA_MAX,
  ENGINE,
  RESULT,
  readSpi,
  request,
  spiReport,
  TRANSACTION_MAX,
} from './protocol.ts';

const WHO = 'an MCP2210';
const DEFAULT_HZ = 1_000_000;
const MODE_MASK = 3;
const POLARITY = 2;
/** Answers without a byte before the engine is called stuck; a real one takes 1 ms for each. */
const IDLE_ANSWERS = 2000;

/** What the engine is told before a transaction. */
interface Setup {
  readonly hz: number;
  readonly mode: number;
  readonly length: number;
}

/**
 * An MCP2210. It deselects a chip when as many bytes have gone as its settings say, so chips are selected by pins that it
 * knows nothing of: then a chip stays selected as long as a message wants.
 */
export class Mcp2210Adapter implements HostAdapter, SpiController {
  readonly synchronous = false;
  readonly spi: SpiController = this;
  readonly lines: PinLines;
  readonly capabilities: SpiCapabilities;
  readonly #connection: Mcp2210Connection;
  #told: Setup | undefined;
  /** The mode of the message that left its chip selected. */
  #heldMode: number | undefined;

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener, chipSelects = 1) {
    this.capabilities = { ...SPI_CAPABILITIES, chipSelects };
    this.#connection = new Mcp2210Connection(name, open, chipSelects);
    this.lines = new PinLines(new Mcp2210Pins(this.#connection, chipSelects));
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    this.lines.closed();
    this.#told = undefined;
    this.#heldMode = undefined;
    await this.#connection.open();
    await this.lines.opened();
  }

  async close(): Promise<void> {
    this.lines.closed();
    await this.#connection.close();
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    const hz = Math.min(slowestClock(transfers) ?? DEFAULT_HZ, CLOCKS_HZ.max);
    try {
      checkSpiMessage(this.capabilities, WHO, chipSelect, mode, transfers);
      if (hz < CLOCKS_HZ.min) throw clockTooSlow('SPI', hz, WHO, CLOCKS_HZ.min);
    } catch (error) {
      await this.deselect();
      throw error;
    }
    await this.#connection.use(() => this.#transfer(chipSelect, mode, hz, transfers, signal), signal);
  }

  async deselect(): Promise<void> {
    if (this.#heldMode === undefined || !this.#connection.isOpen) return;
    this.#heldMode = undefined;
    await this.#connection.use(() => this.#connection.select(undefined));
  }

  async #transfer(
    chipSelect: number,
    mode: number,
    hz: number,
    transfers: readonly SpiTransfer[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const connection = this.#connection;
    if (this.#heldMode !== mode || connection.selected !== chipSelect)
      await connection.select(undefined, signal);
    this.#heldMode = undefined;
    const { segments, finish } = segmentsOf(mode, transfers);
    for (const { moves, keep } of segments) {
      const first = moves[0]?.length ?? 1;
      if (connection.selected === undefined) await this.#prepare(hz, mode & MODE_MASK, first, signal);
      await connection.select(chipSelect, signal);
      for (const move of moves) await this.#move(move, hz, mode & MODE_MASK, signal);
      if (!keep) await connection.select(undefined, signal);
    }
    if (connection.selected !== undefined) this.#heldMode = mode;
    finish();
  }

  /** Sets the engine up before a chip is selected. The clock line comes to where a mode has it by a byte that no chip hears. */
  async #prepare(hz: number, mode: number, length: number, signal: AbortSignal | undefined): Promise<void> {
    const before = this.#told?.mode;
    if (before === undefined || ((before ^ mode) & POLARITY) !== 0) {
      await this.#setUp({ hz, mode, length: 1 }, signal);
      await this.#exchange(new Uint8Array(1), new Uint8Array(1), signal);
    }
    await this.#setUp({ hz, mode, length: Math.min(length, TRANSACTION_MAX) }, signal);
  }

  async #move(
    { tx, rx, length }: Move,
    hz: number,
    mode: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const sent = tx ?? new Uint8Array(length);
    const received = rx ?? new Uint8Array(length);
    for (let from = 0; from < length; from += TRANSACTION_MAX) {
      const part = sent.subarray(from, from + TRANSACTION_MAX);
      await this.#setUp({ hz, mode, length: part.length }, signal);
      await this.#exchange(part, received.subarray(from, from + TRANSACTION_MAX), signal);
    }
  }

  async #setUp(wanted: Setup, signal: AbortSignal | undefined): Promise<void> {
    const { hz, mode, length } = wanted;
    const told = this.#told;
    if (told?.hz === hz && told.mode === mode && told.length === length) return;
    this.#told = undefined;
    const settings = { hz, mode, length, idle: ALL_PINS, active: ALL_PINS };
    const real = readSpi(await this.#connection.must(spiReport(settings), signal)).hz;
    checkTakenClock(hz, this.description, real);
    this.#told = wanted;
  }

  /** One transaction, of as many bytes as the engine was told. An answer has what came for earlier ones. */
  async #exchange(sent: Uint8Array, received: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    let [out, got, idle] = [0, 0, 0];
    while (got < sent.length) {
      const part = sent.subarray(out, out + DATA_MAX);
      const answer = await this.#connection.ask(
        request(COMMAND.TRANSFER, part.length, 0, 0, ...part),
        signal,
      );
      const [, result, count = 0, state] = answer;
      if (result === RESULT.NOT_OWNER) throw this.#connection.notOwner();
      if (result !== RESULT.OK && result !== RESULT.BUSY)
        throw new BusFault('EIO', `${this.description} refused a transfer with 0x${result?.toString(16)}`);
      if (result === RESULT.OK) {
        if (count > DATA_MAX || got + count > out + part.length)
          throw new BusFault('EPROTO', `${this.description} sent ${count} bytes more than were due`);
        out += part.length;
        received.set(answer.subarray(DATA, DATA + count), got);
        got += count;
        if (state === ENGINE.DONE && got < sent.length)
          throw new BusFault(
            'EIO',
            `${this.description} ended the transfer after ${got} of ${sent.length} bytes`,
          );
      }
      const moved = result === RESULT.OK && (count > 0 || part.length > 0);
      idle = moved ? 0 : idle + 1;
      if (idle > IDLE_ANSWERS) throw new BusFault('EIO', `${this.description} did not end the transfer`);
    }
  }
}
