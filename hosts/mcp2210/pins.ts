import { BusFault } from '../../src/bus/index.ts';
import { busPin, type PinBank } from '../pins/index.ts';
import type { Mcp2210Connection } from './connection.ts';
import { COMMAND, INPUT_PIN, PIN_COUNT, request, word } from './protocol.ts';

/** The pins GP0 to GP8 of an MCP2210 that select no chip. */
export class Mcp2210Pins implements PinBank {
  readonly count = PIN_COUNT;
  readonly #connection: Mcp2210Connection;
  readonly #chipSelects: number;

  constructor(connection: Mcp2210Connection, chipSelects: number) {
    this.#connection = connection;
    this.#chipSelects = chipSelects;
  }

  get description(): string {
    return this.#connection.description;
  }

  nameOf(line: number): string {
    return `GP${line}`;
  }

  refusal(line: number, isOutput: boolean): BusFault | undefined {
    const name = this.nameOf(line);
    if (line < this.#chipSelects)
      return busPin(name, this.description, 'lower num-cs where it selects no chip');
    if (isOutput && line === INPUT_PIN)
      return new BusFault('EOPNOTSUPP', `${name} of ${this.description} is an input only`);
    return undefined;
  }

  async claim(line: number, signal: AbortSignal): Promise<void> {
    await this.#connection.use(() => this.#connection.claim(1 << line, signal), signal);
  }

  async read(signal: AbortSignal): Promise<number> {
    const ask = () => this.#connection.must(request(COMMAND.GET_LEVELS), signal);
    return word(await this.#connection.use(ask, signal), 4);
  }

  async set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    await this.#connection.use(() => this.#connection.drive(1 << line, level, signal), signal);
  }
}
