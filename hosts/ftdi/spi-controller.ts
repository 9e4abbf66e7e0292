import { SPI_MODE, type SpiCapabilities, type SpiController, type SpiTransfer } from '../../src/bus/index.ts';
import { checkSpiMessage, clockTooSlow, type Move, segmentsOf, slowestClock } from '../link/index.ts';
import { spiCapabilities } from './capabilities.ts';
import type { FtdiConnection } from './connection.ts';
import type { FtdiLinePins, PinState } from './line-pins.ts';
import { chipSelectMask, type FtdiPins, openDrainCommand } from './pins.ts';
import {
  clockOf,
  DATA,
  divisorCommand,
  divisorFor,
  FASTEST_SPI_HZ,
  FIRST_CHIP_SELECT,
  MOVED_MAX,
  MPSSE,
  moveCommand,
  PIN,
} from './protocol.ts';
import type { ChannelUse } from './use.ts';

/** Commands that go out in one transfer, unless a single one is longer; answers that one run of them asks for. */
const OUT_MAX = 0x1_0000;
/** Commands that every chip of the family has room for until it gets to them (FT232H data sheet: 1 KiB): whatever they ask for. */
const KEPT_MAX = 512;

/** A run of commands for the engine, and how many bytes answer it. */
interface Run {
  readonly commands: Uint8Array[];
  size: number;
  due: number;
}

/** SPI on the pins of a channel: SCK is AD0, MOSI AD1, MISO AD2, chip selects are from AD3 on. */
export class FtdiSpiController implements SpiController {
  readonly capabilities: SpiCapabilities;
  readonly joinsMessages = true;
  readonly #connection: FtdiConnection;
  readonly #use: ChannelUse;
  readonly #pins: FtdiPins;
  readonly #lines: FtdiLinePins;
  /** What the last message left selected. */
  #held: { readonly chipSelect: number; readonly mode: number } | undefined;

  constructor(connection: FtdiConnection, use: ChannelUse, pins: FtdiPins, lines: FtdiLinePins) {
    this.capabilities = spiCapabilities(pins.chipSelects);
    this.#connection = connection;
    this.#use = use;
    this.#pins = pins;
    this.#lines = lines;
  }

  get description(): string {
    return this.#connection.description;
  }

  /** The adapter was opened: nothing is selected. */
  forget(): void {
    this.#held = undefined;
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      checkSpiMessage(this.capabilities, this.#who, chipSelect, mode, transfers);
      for (const { speedHz } of transfers) this.#divisorFor(speedHz);
    } catch (error) {
      await this.deselect();
      throw error;
    }
    await this.#connection.turns.take(() => this.#transfer(chipSelect, mode, transfers, signal), signal);
  }

  get #who(): string {
    return `an ${this.#pins.chip.title}`;
  }

  /** @throws {BusFault} `EINVAL` */
  #divisorFor(speedHz: number | undefined): number {
    const divisor = divisorFor(Math.min(speedHz || FASTEST_SPI_HZ, FASTEST_SPI_HZ), false);
    if (divisor === undefined)
      throw clockTooSlow('SPI', speedHz ?? 0, this.#who, Math.ceil(clockOf(0xffff, false)));
    return divisor;
  }

  async #transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { generation } = this.#connection;
    await this.#connection.prepare(signal);
    // What was selected is not any more, where the engine had to be set up again.
    if (generation !== this.#connection.generation) this.#held = undefined;
    const held = this.#held;
    const goesOn = held?.chipSelect === chipSelect && held.mode === mode;
    if (!goesOn) await this.#deselect(signal);
    const idle = this.#levels(mode, undefined);
    const isNew = await this.#use.become(`SPI ${mode & SPI_MODE.CPOL}`, () => this.#setUp(idle), signal);
    this.#held = undefined;
    const { segments, finish } = segmentsOf(mode, transfers);
    // What took the pins meanwhile has deselected it.
    let selected = goesOn && !isNew;
    const runs = new Runs();
    for (const { moves, transfers: each, keep } of segments) {
      runs.add(divisorCommand(this.#divisorFor(slowestClock(each))));
      if (!selected) runs.add(this.#levels(mode, chipSelect));
      for (const move of moves) this.#move(runs, move, mode, chipSelect);
      selected = keep;
      if (!keep) runs.add(idle);
    }
    await this.#connection.runAll(runs.all(), runs.into, signal);
    this.#lines.left(this.#bus(mode, selected ? chipSelect : undefined));
    if (selected) this.#held = { chipSelect, mode };
    finish();
  }

  async deselect(): Promise<void> {
    await this.#connection.turns.take(() => this.#deselect(undefined));
  }

  async #deselect(signal: AbortSignal | undefined): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    await this.#connection.run(Uint8Array.from(this.#levels(held.mode, undefined)), 0, signal);
    this.#lines.left(this.#bus(held.mode, undefined));
  }

  #setUp(idle: readonly number[]): readonly number[] {
    return [MPSSE.THREE_PHASE_OFF, ...openDrainCommand(this.#pins, false), ...idle];
  }

  /** Levels while `selected` is selected: the clock idle, data out low. */
  #levels(mode: number, selected: number | undefined): readonly number[] {
    const bus = this.#bus(mode, selected);
    const { levels, directions } = this.#lines.low;
    return [MPSSE.SET_LOW, bus.levels | levels, bus.directions | directions];
  }

  #bus(mode: number, selected: number | undefined): PinState {
    const mask = chipSelectMask(this.#pins);
    const chips = selected === undefined ? mask : mask & ~(1 << (FIRST_CHIP_SELECT + selected));
    const clock = (mode & SPI_MODE.CPOL) !== 0 ? PIN.CLOCK : 0;
    return { levels: chips | clock, directions: mask | PIN.CLOCK | PIN.OUT };
  }

  #move(runs: Runs, { tx, rx, length }: Move, mode: number, chipSelect: number): void {
    const cpol = (mode & SPI_MODE.CPOL) !== 0;
    const command =
      (tx === undefined ? 0 : DATA.WRITE | (cpol ? 0 : DATA.WRITE_FALLING)) |
      (rx === undefined ? 0 : DATA.READ | (cpol ? DATA.READ_FALLING : 0));
    // While nothing is written, data out stays as it is.
    if (tx === undefined) runs.add(this.#levels(mode, chipSelect));
    for (let from = 0; from < length; from += MOVED_MAX) {
      const to = Math.min(length, from + MOVED_MAX);
      runs.add(moveCommand(command, to - from), tx?.subarray(from, to), rx?.subarray(from, to));
    }
  }
}

/** Joins commands to runs. */
class Runs {
  readonly into: Uint8Array[] = [];
  readonly #all: Run[] = [];

  add(command: readonly number[], tx?: Uint8Array, rx?: Uint8Array): void {
    const size = command.length + (tx?.length ?? 0);
    const run = this.#runFor(size, rx?.length ?? 0);
    run.commands.push(Uint8Array.from(command));
    if (tx !== undefined) run.commands.push(tx);
    if (rx !== undefined) this.into.push(rx);
    run.size += size;
    run.due += rx?.length ?? 0;
  }

  /** The commands of each, where one is answered with what asks for the answer at once. */
  all(): readonly (readonly Uint8Array[])[] {
    return this.#all.map(({ commands, due }) =>
      due > 0 ? [...commands, Uint8Array.of(MPSSE.SEND_NOW)] : commands,
    );
  }

  /** The last one, or another where that would become too long. */
  #runFor(size: number, due: number): Run {
    const last = this.#all.at(-1);
    if (last !== undefined) {
      const [commands, answers] = [last.size + size, last.due + due];
      if (commands <= KEPT_MAX || (commands <= OUT_MAX && answers <= OUT_MAX)) return last;
    }
    const run: Run = { commands: [], size: 0, due: 0 };
    this.#all.push(run);
    return run;
  }
}
