import { BusFault, type SpiCapabilities, type SpiController, type SpiTransfer } from '../../src/bus/index.ts';
import { checkSpiMessage, clockTooSlow, type Move, segmentsOf, slowestClock } from '../link/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import type { Ch347Connection } from './connection.ts';
import { COMMAND, configureBytes, DATA_MAX, HEAD_BYTES, SPI_CLOCKS_HZ, selectBytes } from './protocol.ts';

const WHO = 'a CH347';
const MODE_MASK = 3;
/** flashrom's, where a message names no clock. */
const DEFAULT_HZ = 15_000_000;
/** One read asks for no more, so that a deadline can be kept. */
const READ_MAX = 64 * DATA_MAX;

/** The SPI bus of a CH347. */
export class Ch347SpiController implements SpiController {
  readonly capabilities: SpiCapabilities;
  readonly #connection: Ch347Connection;
  /** Mode and divider that the adapter was told. */
  #told = '';
  /** The mode of the message that left its chip selected. */
  #heldMode = 0;

  constructor(connection: Ch347Connection, chipSelects: number) {
    this.capabilities = { ...SPI_CAPABILITIES, chipSelects };
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  /** The adapter was opened: it knows no mode. */
  forget(): void {
    this.#told = '';
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    let divider: number;
    try {
      checkSpiMessage(this.capabilities, WHO, chipSelect, mode, transfers);
      divider = dividerOf(transfers);
    } catch (error) {
      await this.deselect();
      throw error;
    }
    await this.#connection.use(() => this.#transfer(chipSelect, mode, divider, transfers, signal), signal);
  }

  async deselect(): Promise<void> {
    await this.#connection.deselect();
  }

  async #transfer(
    chipSelect: number,
    mode: number,
    divider: number,
    transfers: readonly SpiTransfer[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const connection = this.#connection;
    const { held } = connection;
    let selected = held === chipSelect && this.#heldMode === mode;
    if (held !== undefined && !selected) await connection.send(selectBytes(undefined), signal);
    connection.held = undefined;
    if (!selected) await this.#configure(mode & MODE_MASK, divider, signal);
    const { segments, finish } = segmentsOf(mode, transfers);
    for (const { moves, keep } of segments) {
      if (!selected) await connection.send(selectBytes(chipSelect), signal);
      for (const move of moves) await this.#move(move, signal);
      selected = keep;
      if (!keep) await connection.send(selectBytes(undefined), signal);
    }
    connection.held = selected ? chipSelect : undefined;
    this.#heldMode = mode;
    finish();
  }

  async #configure(mode: number, divider: number, signal: AbortSignal | undefined): Promise<void> {
    const wanted = `${mode} ${divider}`;
    if (this.#told === wanted) return;
    this.#told = '';
    const data = configureBytes(mode, divider).subarray(HEAD_BYTES);
    this.#accepted(await this.#connection.ask(COMMAND.SPI_CONFIGURE, data, signal));
    this.#told = wanted;
  }

  async #move({ tx, rx, length }: Move, signal: AbortSignal | undefined): Promise<void> {
    if (tx === undefined && rx !== undefined) {
      for (let from = 0; from < length; from += READ_MAX) {
        const into = rx.subarray(from, from + READ_MAX);
        const count = [0, 8, 16, 24].map((shift) => (into.length >> shift) & 0xff);
        await this.#connection.read(COMMAND.SPI_READ, count, into, signal);
      }
      return;
    }
    const sent = tx ?? new Uint8Array(length);
    for (let from = 0; from < length; from += DATA_MAX) {
      const part = sent.subarray(from, from + DATA_MAX);
      if (rx === undefined) {
        this.#accepted(await this.#connection.ask(COMMAND.SPI_WRITE, part, signal));
        continue;
      }
      const received = await this.#connection.ask(COMMAND.SPI_EXCHANGE, part, signal);
      if (received.length !== part.length)
        throw new BusFault(
          'EPROTO',
          `${this.description} answered ${received.length} bytes, not ${part.length}`,
        );
      rx.set(received, from);
    }
  }

  #accepted(data: Uint8Array): void {
    if (data[0] !== 0) throw new BusFault('EIO', `${this.description} refused the command`);
  }
}

/** The place of the fastest clock that no transfer forbids. @throws {BusFault} `EINVAL` */
function dividerOf(transfers: readonly SpiTransfer[]): number {
  const most = slowestClock(transfers) ?? DEFAULT_HZ;
  const divider = SPI_CLOCKS_HZ.findIndex((hz) => hz <= most);
  if (divider >= 0) return divider;
  const slowest = SPI_CLOCKS_HZ.at(-1);
  throw clockTooSlow('SPI', most, WHO, slowest);
}
