import { BusFault, type SpiCapabilities, type SpiController, type SpiTransfer } from '../../src/bus/index.ts';
import {
  checkSpiMessage,
  checkTakenClock,
  clockTooSlow,
  type Move,
  segmentsOf,
  slowestClock,
} from '../link/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import type { Dln2Connection } from './connection.ts';
import { COMMAND, HANDLE, KEEP_SELECTED, RESULT, readU32, SPI_BYTES_MAX, u16, u32 } from './protocol.ts';

const WHO = 'a DLN-2';
const DEFAULT_HZ = 1_000_000;
const FRAME_BITS = 8;
const MODE_MASK = 3;

/** A part of a message that one command moves. */
interface Piece {
  readonly tx: Uint8Array | undefined;
  readonly rx: Uint8Array | undefined;
  readonly length: number;
}

/** The SPI bus of a DLN-2: commands of up to 256 bytes, behind each of which the chip stays selected or not. */
export class Dln2SpiController implements SpiController {
  readonly capabilities: SpiCapabilities;
  readonly #connection: Dln2Connection;
  /** Mode and clock that the adapter was told. */
  #told = '';
  #slowestHz = 0;
  #selected: number | undefined;
  /** The chip that the last message left selected, and its mode. */
  #held: { readonly chipSelect: number; readonly mode: number } | undefined;
  /** A message was broken off: its chip may be selected. */
  #unclean = false;

  constructor(connection: Dln2Connection, chipSelects: number) {
    this.#connection = connection;
    this.capabilities = { ...SPI_CAPABILITIES, chipSelects };
  }

  get description(): string {
    return this.#connection.description;
  }

  /** The adapter was opened. @throws {BusFault} */
  async setUp(): Promise<void> {
    this.#told = '';
    this.#selected = undefined;
    this.#held = undefined;
    this.#unclean = false;
    const pins = [0, (1 << this.capabilities.chipSelects) - 1];
    // What another program has enabled cannot be enabled again.
    await this.#connection.ask(HANDLE.SPI, COMMAND.SPI_DISABLE, [0, 1]);
    await this.#connection.ask(HANDLE.SPI, COMMAND.SPI_SS_DISABLE, pins);
    this.#slowestHz = readU32(await this.#must(COMMAND.SPI_MIN_FREQUENCY, [0]));
    await this.#must(COMMAND.SPI_SS_ENABLE, pins);
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    const asked = slowestClock(transfers);
    try {
      checkSpiMessage(this.capabilities, WHO, chipSelect, mode, transfers);
      if (asked !== undefined && asked < this.#slowestHz)
        throw clockTooSlow('SPI', asked, WHO, this.#slowestHz);
    } catch (error) {
      await this.deselect();
      throw error;
    }
    if (signal?.aborted !== true && this.#mustDeselect(chipSelect, mode)) await this.deselect();
    let held = this.#held !== undefined;
    const { segments, finish } = segmentsOf(mode, transfers);
    await this.#prepare(chipSelect, mode & MODE_MASK, asked ?? DEFAULT_HZ, held, signal);
    this.#held = undefined;
    this.#unclean = true;
    for (const { moves, keep } of segments) {
      const pieces = moves.flatMap(piecesOf);
      // A message without data still selects, or deselects what was held.
      if (pieces.length === 0 && (held || keep)) pieces.push({ tx: undefined, rx: undefined, length: 0 });
      for (const [i, piece] of pieces.entries())
        await this.#move(piece, keep || i < pieces.length - 1 ? KEEP_SELECTED : 0, signal);
      held = keep;
    }
    this.#unclean = false;
    if (held) this.#held = { chipSelect, mode };
    finish();
  }

  #mustDeselect(chipSelect: number, mode: number): boolean {
    const held = this.#held;
    return this.#unclean || (held !== undefined && (held.chipSelect !== chipSelect || held.mode !== mode));
  }

  async deselect(): Promise<void> {
    if (this.#held === undefined && !this.#unclean) return;
    await this.#move({ tx: undefined, rx: undefined, length: 0 }, 0, undefined);
    this.#held = undefined;
    this.#unclean = false;
  }

  /** Mode and clock can only be set while the bus is off. */
  async #prepare(
    chipSelect: number,
    mode: number,
    hz: number,
    held: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#selected !== chipSelect) {
      await this.#must(COMMAND.SPI_SET_SS, [0, ~(1 << chipSelect) & 0xff], signal);
      this.#selected = chipSelect;
    }
    if (held || this.#told === `${mode} ${hz}`) return;
    this.#told = '';
    await this.#must(COMMAND.SPI_DISABLE, [0, 1], signal);
    await this.#must(COMMAND.SPI_SET_MODE, [0, mode], signal);
    await this.#must(COMMAND.SPI_SET_FRAME, [0, FRAME_BITS], signal);
    const real = readU32(await this.#must(COMMAND.SPI_SET_FREQUENCY, [0, ...u32(hz)], signal));
    await this.#must(COMMAND.SPI_ENABLE, [0], signal);
    checkTakenClock(hz, this.description, real);
    this.#told = `${mode} ${hz}`;
  }

  async #move({ tx, rx, length }: Piece, attribute: number, signal: AbortSignal | undefined): Promise<void> {
    const head = [0, ...u16(length), attribute];
    if (rx === undefined) {
      await this.#must(COMMAND.SPI_WRITE, Uint8Array.of(...head, ...(tx ?? new Uint8Array(length))), signal);
      return;
    }
    const answer =
      tx === undefined
        ? await this.#must(COMMAND.SPI_READ, head, signal)
        : await this.#must(COMMAND.SPI_EXCHANGE, Uint8Array.of(...head, ...tx), signal);
    // A Pico leaves the length in front of the data unset where it goes both ways: the message has one too.
    if (answer.length !== 2 + length)
      throw new BusFault('EPROTO', `${this.description} answered ${answer.length - 2} bytes, not ${length}`);
    rx.set(answer.subarray(2));
  }

  async #must(
    command: number,
    data: Uint8Array | readonly number[],
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    const answer = await this.#connection.ask(HANDLE.SPI, command, data, signal);
    if (answer.result < RESULT.FAULT) return answer.data;
    throw this.#connection.refused(answer.result);
  }
}

function piecesOf({ tx, rx, length }: Move): Piece[] {
  const count = Math.ceil(length / SPI_BYTES_MAX);
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [i * SPI_BYTES_MAX, Math.min(length, (i + 1) * SPI_BYTES_MAX)];
    return { tx: tx?.subarray(from, to), rx: rx?.subarray(from, to), length: to - from };
  });
}
