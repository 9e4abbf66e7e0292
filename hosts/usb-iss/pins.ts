import type { BusFault } from '../../src/bus/index.ts';
import { busPin, type PinBank } from '../pins/index.ts';
import { frame, type UsbIssConnection } from './connection.ts';
import { COMMAND, PIN, PIN_COUNT, TYPE, withType } from './protocol.ts';

/** The pins I/O1 to I/O4 of a USB-ISS, of which the last two are the I2C bus. */
export class UsbIssPins implements PinBank {
  readonly count = PIN_COUNT;
  readonly #connection: UsbIssConnection;

  constructor(connection: UsbIssConnection) {
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  nameOf(line: number): string {
    return `I/O${line + 1}`;
  }

  refusal(line: number): BusFault | undefined {
    return line === PIN.SCL || line === PIN.SDA ? busPin(this.nameOf(line), this.description) : undefined;
  }

  read(signal: AbortSignal): Promise<number> {
    return this.#connection.use(async () => {
      this.#checkFree();
      let levels = 0;
      const get = frame([COMMAND.GET_PINS], 1, ([all = 0]) => {
        levels = all;
        return undefined;
      });
      await this.#connection.must([get], signal);
      return levels;
    }, signal);
  }

  set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    const driven = level ? TYPE.HIGH : TYPE.LOW;
    return this.#connection.use(async () => {
      this.#checkFree(line);
      const { types } = this.#connection;
      await this.#connection.setTypes(
        withType(types, line, level === undefined ? TYPE.INPUT : driven),
        signal,
      );
    }, signal);
  }

  /** @throws {BusFault} `EBUSY` the pins are those of its SPI */
  #checkFree(line = 0): void {
    if (this.#connection.isSpi)
      throw busPin(this.nameOf(line), this.description, 'its SPI uses all four, until the I2C bus is used');
  }
}
