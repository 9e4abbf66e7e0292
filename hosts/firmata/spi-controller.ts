import { BusFault, type SpiCapabilities, type SpiController, type SpiTransfer } from '../../src/bus/index.ts';
import { checkSpiMessage, type Move, segmentsOf, slowestClock } from '../link/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import type { FirmataConnection } from './connection.ts';
import {
  fromPairs,
  MESSAGE,
  PIN_MODE,
  SPI,
  SPI_BYTES_MAX,
  SYSEX,
  spiConfig,
  spiTransfer,
  sysex,
} from './protocol.ts';

const WHO = 'a Firmata board';
const DEFAULT_HZ = 1_000_000;
const REQUESTS = 128;
/** Behind the kind: the device, the request and the number of words. */
const REPLY_HEAD = 4;

/** The SPI bus of a board with ConfigurableFirmata: mode 0. A chip select is a pin that we drive. */
export class FirmataSpiController implements SpiController {
  readonly capabilities: SpiCapabilities;
  readonly #connection: FirmataConnection;
  readonly #csPins: readonly number[];
  /** The clock of each device, as the board was told. */
  readonly #told = new Map<number, number>();
  #begun = false;
  #request = 0;
  /** The chip that the last message left selected. */
  #held: number | undefined;
  /** A message was broken off: its chip may be selected. */
  #unclean: number | undefined;

  constructor(connection: FirmataConnection, csPins: readonly number[]) {
    this.#connection = connection;
    this.#csPins = csPins;
    this.capabilities = { ...SPI_CAPABILITIES, chipSelects: csPins.length };
  }

  get description(): string {
    return this.#connection.description;
  }

  /** The board was reset. */
  forget(): void {
    this.#begun = false;
    this.#told.clear();
    this.#held = undefined;
    this.#unclean = undefined;
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      checkSpiMessage(this.capabilities, WHO, chipSelect, mode, transfers);
      if (!this.#connection.can(PIN_MODE.SPI))
        throw new BusFault('EOPNOTSUPP', `${this.description} has no SPI: put ConfigurableFirmata on it`);
    } catch (error) {
      await this.deselect();
      throw error;
    }
    await this.#transfer(chipSelect, mode, transfers, signal);
  }

  async deselect(): Promise<void> {
    const held = this.#held ?? this.#unclean;
    if (held === undefined) return;
    await this.#connection.exchange(this.#level(held, 1));
    this.#held = undefined;
    this.#unclean = undefined;
  }

  async #transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (
      signal?.aborted !== true &&
      (this.#unclean !== undefined || (this.#held ?? chipSelect) !== chipSelect)
    )
      await this.deselect();
    let selected = this.#held === chipSelect;
    await this.#prepare(chipSelect, slowestClock(transfers) ?? DEFAULT_HZ, signal);
    const { segments, finish } = segmentsOf(mode, transfers);
    this.#unclean = chipSelect;
    this.#held = undefined;
    for (const { moves, keep } of segments) {
      if (!selected) await this.#connection.exchange(this.#level(chipSelect, 0), signal);
      for (const move of moves) await this.#move(chipSelect, move, signal);
      selected = keep;
      if (!keep) await this.#connection.exchange(this.#level(chipSelect, 1), signal);
    }
    this.#unclean = undefined;
    if (selected) this.#held = chipSelect;
    finish();
  }

  /** Tells the board of its bus and of the device, where it does not know. */
  async #prepare(chipSelect: number, hz: number, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#begun) {
      const pins = this.#csPins.flatMap((pin) => [MESSAGE.SET_PIN_MODE, pin, PIN_MODE.OUTPUT]);
      const high = this.#csPins.flatMap((_, select) => [...this.#level(select, 1)]);
      await this.#connection.exchange(
        Uint8Array.of(...pins, ...high, ...sysex(SYSEX.SPI, SPI.BEGIN, 0)),
        signal,
      );
      this.#begun = true;
    }
    if (this.#told.get(chipSelect) === hz) return;
    await this.#connection.exchange(spiConfig(chipSelect, hz, this.#csPins[chipSelect] as number), signal);
    this.#told.set(chipSelect, hz);
  }

  #level(chipSelect: number, level: 0 | 1): Uint8Array {
    return Uint8Array.of(MESSAGE.SET_PIN_VALUE, this.#csPins[chipSelect] as number, level);
  }

  async #move(chipSelect: number, { tx, rx, length }: Move, signal: AbortSignal | undefined): Promise<void> {
    const sent = tx ?? new Uint8Array(length);
    for (let from = 0; from < length; from += SPI_BYTES_MAX) {
      const part = sent.subarray(from, from + SPI_BYTES_MAX);
      this.#request = (this.#request + 1) % REQUESTS;
      const answers = await this.#connection.exchange(spiTransfer(chipSelect, this.#request, part), signal);
      const reply = answers.find(
        (answer) =>
          answer.command === SYSEX.SPI && answer.data[0] === SPI.REPLY && answer.data[2] === this.#request,
      );
      const received = reply && fromPairs(reply.data.subarray(REPLY_HEAD));
      if (received?.length !== part.length)
        throw new BusFault(
          'EPROTO',
          `${this.description} answered ${received?.length ?? 'nothing'} to ${part.length} bytes of SPI`,
        );
      rx?.set(received, from);
    }
  }
}
