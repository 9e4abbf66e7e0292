import type { BusFault } from '../../src/bus/index.ts';
import { busPin, type PinBank } from '../pins/index.ts';
import type { BusPirate5Connection } from './connection.ts';
import { PIN, PIN_COUNT } from './protocol.ts';

const BUS_PINS: readonly number[] = Object.values(PIN);

/** The pins IO0 to IO7, of which IO2 and IO3 belong to no bus. */
export class BusPirate5Pins implements PinBank {
  readonly count = PIN_COUNT;
  readonly #connection: BusPirate5Connection;

  constructor(connection: BusPirate5Connection) {
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  nameOf(line: number): string {
    return `IO${line}`;
  }

  refusal(line: number): BusFault | undefined {
    return BUS_PINS.includes(line) ? busPin(this.nameOf(line), this.description) : undefined;
  }

  read(signal: AbortSignal): Promise<number> {
    return this.#connection.use(() => this.#connection.levels(signal), signal);
  }

  set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    const bit = 1 << line;
    return this.#connection.use(async () => {
      const { pins } = this.#connection;
      if (level !== undefined) {
        const value = level ? bit : 0;
        await this.#connection.configure({ io_value_mask: bit, io_value: value }, signal);
        pins.levels = (pins.levels & ~bit) | value;
      }
      const direction = level === undefined ? 0 : bit;
      if ((pins.directions & bit) !== direction)
        await this.#connection.configure({ io_direction_mask: bit, io_direction: direction }, signal);
      pins.directions = (pins.directions & ~bit) | direction;
    }, signal);
  }
}
