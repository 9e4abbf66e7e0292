import {
  BusFault,
  SPI_MODE,
  SPI_MODE_X_MASK,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';
import {
  checkSpiMessage,
  clockTooSlow,
  type HalfDuplex,
  halfDuplex,
  type Move,
  type Segment,
  segmentsOf,
  slowestClock,
} from '../link/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import type { BusPirate5Connection } from './connection.ts';
import { DATA_MAX, MODE, type RequestOf, SPI_HZ } from './protocol.ts';

const WHO = 'a Bus Pirate 5';
const DEFAULT_HZ = 1_000_000;
const BITS_PER_BYTE = 8;

/** A request, and where what it answers goes. */
interface Part {
  readonly request: RequestOf<'data'>;
  readonly into: Uint8Array | undefined;
}

/** The SPI bus of a Bus Pirate 5: one chip select. */
export class BusPirate5SpiController implements SpiController {
  readonly capabilities = SPI_CAPABILITIES;
  readonly #connection: BusPirate5Connection;
  /** What the last message left selected. */
  #held: { readonly mode: number; readonly hz: number } | undefined;

  constructor(connection: BusPirate5Connection) {
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  /** The adapter was opened: no chip is selected. */
  forget(): void {
    this.#held = undefined;
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    let hz: number;
    try {
      checkSpiMessage(this.capabilities, WHO, chipSelect, mode, transfers);
      hz = this.#clockOf(mode, transfers);
    } catch (fault) {
      await this.deselect();
      throw fault;
    }
    const { segments, finish } = segmentsOf(mode, transfers);
    await this.#connection.use(() => this.#run(mode, hz, segments, signal), signal);
    finish();
  }

  async deselect(): Promise<void> {
    if (this.#held === undefined) return;
    await this.#connection.use(() => this.#release());
  }

  async #release(signal?: AbortSignal): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    // A change of mode has deselected it already.
    await this.#enter(held.mode, held.hz, signal);
    await this.#connection.data({ stop_main: true }, signal);
  }

  async #run(
    mode: number,
    hz: number,
    segments: readonly Segment[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#held?.mode !== mode) await this.#release(signal);
    const isHeld = this.#held !== undefined;
    this.#held = undefined;
    const isNew = await this.#enter(mode, hz, signal);
    let isSelected = isHeld && !isNew;
    for (const { moves, keep } of segments) {
      for (const { request, into } of partsOf(moves, isSelected, keep)) {
        const bytes = (request.data_write?.length ?? 0) + (request.bytes_read ?? 0);
        const { error, read } = await this.#connection.data(
          request,
          signal,
          (bytes * BITS_PER_BYTE * 1000) / hz,
        );
        if (error !== undefined) {
          this.#connection.forget();
          throw new BusFault('EIO', `${this.description} refused an SPI transfer`);
        }
        into?.set(read);
      }
      isSelected = keep;
    }
    if (isSelected) this.#held = { mode, hz };
  }

  #enter(mode: number, hz: number, signal: AbortSignal | undefined): Promise<boolean> {
    const settings = {
      speed: hz,
      data_bits: BITS_PER_BYTE,
      clock_polarity: (mode & SPI_MODE_X_MASK & SPI_MODE.CPOL) !== 0,
      clock_phase: (mode & SPI_MODE_X_MASK & SPI_MODE.CPHA) !== 0,
      chip_select_idle: (mode & SPI_MODE.CS_HIGH) === 0,
    };
    return this.#connection.setMode(MODE.SPI, settings, signal);
  }

  /** The slowest clock that is asked for. @throws {BusFault} */
  #clockOf(mode: number, transfers: readonly SpiTransfer[]): number {
    const hz = Math.min(SPI_HZ.max, slowestClock(transfers) ?? DEFAULT_HZ);
    if (hz < SPI_HZ.min) throw clockTooSlow('SPI', hz, WHO, SPI_HZ.min);
    const held = this.#held;
    if (held === undefined || held.mode !== mode) return hz;
    // Setting the clock lets all pins go, so a chip that stays selected keeps its clock.
    if (held.hz <= hz) return held.hz;
    throw new BusFault(
      'EOPNOTSUPP',
      `${WHO} cannot go from ${held.hz} Hz to ${hz} Hz while the chip stays selected: ask for the lower speed from the beginning`,
    );
  }
}

/** Between select and deselect; a segment without data has them too. */
function partsOf(moves: readonly Move[], isSelected: boolean, keep: boolean): Part[] {
  const parts = halfDuplex(moves, { write: DATA_MAX, read: DATA_MAX }).flatMap(partOf);
  if (parts.length === 0) parts.push({ request: {}, into: undefined });
  return parts.map(({ request, into }, i) => ({
    into,
    request: {
      ...(i === 0 && !isSelected && { start_main: true }),
      ...request,
      ...(i === parts.length - 1 && !keep && { stop_main: true }),
    },
  }));
}

function partOf(move: Move | HalfDuplex): Part[] {
  if ('write' in move) {
    const { write, read } = move;
    const request = {
      ...(write.length > 0 && { data_write: write }),
      ...(read.length > 0 && { bytes_read: read.length }),
    };
    return [{ request, into: read }];
  }
  const { tx = new Uint8Array(move.length), rx, length } = move;
  return Array.from({ length: Math.ceil(length / DATA_MAX) }, (_, i) => {
    const [from, to] = [i * DATA_MAX, (i + 1) * DATA_MAX];
    return {
      request: { start_alt: true, data_write: tx.subarray(from, to) },
      into: rx?.subarray(from, to),
    };
  });
}
