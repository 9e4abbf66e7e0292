import { BusFault } from '../../src/bus/index.ts';
import { busPin, type PinBank } from '../pins/index.ts';
import type { Ch347Connection } from './connection.ts';
import { CLOCK_PIN, COMMAND, PIN, PINS } from './protocol.ts';

/** The pins GPIO0 to GPIO7 of a CH347: a command has a byte for each, and the answer its state. */
export class Ch347Pins implements PinBank {
  readonly count = PINS;
  readonly #connection: Ch347Connection;

  constructor(connection: Ch347Connection) {
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  nameOf(line: number): string {
    return `GPIO${line}`;
  }

  refusal(line: number): BusFault | undefined {
    return line === CLOCK_PIN ? busPin(this.nameOf(line), this.description) : undefined;
  }

  async read(signal: AbortSignal): Promise<number> {
    let levels = 0;
    const states = await this.#command(new Uint8Array(PINS), signal);
    states.forEach((state, line) => {
      if ((state & PIN.IS_HIGH) !== 0) levels |= 1 << line;
    });
    return levels;
  }

  async set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    const pins = new Uint8Array(PINS);
    pins[line] = PIN.SET | (level === undefined ? 0 : PIN.OUTPUT) | (level ? PIN.HIGH : 0);
    await this.#command(pins, signal);
  }

  async #command(pins: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    let states = pins;
    await this.#connection.use(async () => {
      states = await this.#connection.ask(COMMAND.GPIO, pins, signal);
      if (states.length !== PINS)
        throw new BusFault('EPROTO', `${this.description} answered ${states.length} pins, not ${PINS}`);
    }, signal);
    return states;
  }
}
