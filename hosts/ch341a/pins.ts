import { BusFault } from '../../src/bus/index.ts';
import { busPin, type PinBank } from '../pins/index.ts';
import type { Ch341aConnection } from './connection.ts';
import {
  BUS_PINS,
  chipSelectMask,
  DIRECTIONS,
  ENDPOINT,
  IDLE_LEVELS,
  INPUT_PINS,
  PIN_COUNT,
  pinStream,
} from './protocol.ts';

/** The pins D0 to D7: those that the SPI bus does not use are lines, D6 and D7 inputs only. */
export class Ch341aPins implements PinBank {
  readonly count = PIN_COUNT;
  readonly #connection: Ch341aConnection;
  readonly #chipSelects: number;

  /** @param chipSelects of the SPI bus; 0: there is none */
  constructor(connection: Ch341aConnection, chipSelects: number) {
    this.#connection = connection;
    this.#chipSelects = chipSelects;
    const outputs = (BUS_PINS & DIRECTIONS) | chipSelectMask(chipSelects);
    connection.pins = { levels: IDLE_LEVELS, directions: chipSelects === 0 ? 0 : outputs };
  }

  get description(): string {
    return this.#connection.description;
  }

  nameOf(line: number): string {
    return `D${line}`;
  }

  refusal(line: number, isOutput: boolean): BusFault | undefined {
    const bit = 1 << line;
    const name = this.nameOf(line);
    if (this.#chipSelects > 0 && (bit & BUS_PINS) !== 0)
      return busPin(name, this.description, 'set num-cs to 0 where it has no SPI bus');
    if (line < this.#chipSelects)
      return busPin(name, this.description, 'lower num-cs where it selects no chip');
    if (isOutput && (bit & INPUT_PINS) !== 0)
      return new BusFault('EOPNOTSUPP', `${name} of ${this.description} is an input only`);
    return undefined;
  }

  async read(signal: AbortSignal): Promise<number> {
    let levels = 0;
    await this.#connection.use(async (usb) => {
      const [low = 0] = await this.#connection.status(usb, signal);
      levels = low;
    }, signal);
    return levels;
  }

  async set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    const bit = 1 << line;
    const { levels, directions } = this.#connection.pins;
    await this.#connection.use(async (usb) => {
      this.#connection.pins = {
        levels: level ? levels | bit : levels & ~bit,
        directions: (level === undefined ? directions & ~bit : directions | bit) & DIRECTIONS,
      };
      await usb.out(ENDPOINT.OUT, pinStream(this.#connection.pins, this.#connection.held), signal);
    }, signal);
  }
}
