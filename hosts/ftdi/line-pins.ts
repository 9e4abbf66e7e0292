import type { BusFault } from '../../src/bus/index.ts';
import { busPin, type PinBank } from '../pins/index.ts';
import type { FtdiConnection } from './connection.ts';
import { chipSelectMask, type FtdiPins } from './pins.ts';
import { MPSSE, PIN } from './protocol.ts';

const BUS_PINS = PIN.CLOCK | PIN.OUT | PIN.IN;
const LOW = 0xff;
const BYTE = 8;

/** What pins of a channel are driven to; bit n of the low byte is ADn. A bit of `directions` that is set is an output. */
export interface PinState {
  readonly levels: number;
  readonly directions: number;
}

const NOTHING: PinState = { levels: 0, directions: 0 };

/**
 * The pins of a channel that no bus uses, as lines: AD0 to AD7 are 0 to 7, AC0 to AC7 are 8 to 15. The engine sets bytes of
 * pins, so that those of the bus are sent with them as they are.
 */
export class FtdiLinePins implements PinBank {
  readonly count: number;
  readonly #connection: FtdiConnection;
  readonly #pins: FtdiPins;
  #lines: PinState = NOTHING;
  /** The low byte as the bus left it, and when the engine was set up that did so. */
  #bus: PinState = NOTHING;
  #generation: number | undefined;

  constructor(connection: FtdiConnection, pins: FtdiPins) {
    this.#connection = connection;
    this.#pins = pins;
    this.count = pins.chip.linesOfChannel;
    connection.restore = () => [...this.#lowByte(NOTHING), ...this.#highByte()];
  }

  get description(): string {
    return this.#connection.description;
  }

  /** Lines in the low byte, to go with every setting of it. */
  get low(): PinState {
    return { levels: this.#lines.levels & LOW, directions: this.#lines.directions & LOW };
  }

  /** The bus leaves the low byte so, lines apart, until it says otherwise. */
  left(bus: PinState): void {
    this.#bus = bus;
    this.#generation = this.#connection.generation;
  }

  nameOf(line: number): string {
    return line < BYTE ? `AD${line}` : `AC${line - BYTE}`;
  }

  refusal(line: number): BusFault | undefined {
    const bit = 1 << line;
    if (bit & BUS_PINS) return busPin(this.nameOf(line), this.description);
    if ((bit & chipSelectMask(this.#pins)) === 0) return undefined;
    return busPin(this.nameOf(line), this.description, 'lower num-cs where it selects no chip');
  }

  read(signal: AbortSignal): Promise<number> {
    const hasHigh = this.count > BYTE;
    const commands = [MPSSE.GET_LOW, ...(hasHigh ? [MPSSE.GET_HIGH] : []), MPSSE.SEND_NOW];
    return this.#run(async () => {
      const [low = 0, high = 0] = await this.#connection.run(
        Uint8Array.from(commands),
        hasHigh ? 2 : 1,
        signal,
      );
      return low | (high << BYTE);
    }, signal);
  }

  async set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    const bit = 1 << line;
    const { levels, directions } = this.#lines;
    await this.#run(async () => {
      this.#lines = {
        levels: level ? levels | bit : levels & ~bit,
        directions: level === undefined ? directions & ~bit : directions | bit,
      };
      const isLow = line < BYTE;
      const present = this.#generation === this.#connection.generation ? this.#bus : NOTHING;
      const commands = isLow ? this.#lowByte(present) : this.#highByte();
      await this.#connection.run(Uint8Array.from(commands), 0, signal);
    }, signal);
  }

  #run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#connection.turns.take(async () => {
      await this.#connection.prepare(signal);
      return work();
    }, signal);
  }

  #lowByte(bus: PinState): readonly number[] {
    const { levels, directions } = this.low;
    return [MPSSE.SET_LOW, bus.levels | levels, bus.directions | directions];
  }

  #highByte(): readonly number[] {
    const { levels, directions } = this.#lines;
    return this.count > BYTE ? [MPSSE.SET_HIGH, levels >> BYTE, directions >> BYTE] : [];
  }
}
