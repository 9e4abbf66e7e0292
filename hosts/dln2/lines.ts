import { BusFault, type LineController, type LineEdge } from '../../src/bus/index.ts';
import { GPIO_CAPABILITIES } from './capabilities.ts';
import type { Dln2Connection } from './connection.ts';
import { COMMAND, DIRECTION, EVENT, HANDLE, type Message, RESULT, readU16, u16 } from './protocol.ts';

/** Count, type, pin and level. */
const EVENT_BYTES = 6;

/** The pins of a DLN-2. Each is asked for when it is used first: those of I2C and SPI are then refused. */
export class Dln2Lines implements LineController {
  readonly capabilities = GPIO_CAPABILITIES;
  onEdge: ((edge: LineEdge) => void) | undefined;
  readonly #connection: Dln2Connection;
  readonly #enabled = new Set<number>();
  /** What is driven and watched: an adapter that was lost has it again when it is back. */
  readonly #outputs = new Map<number, boolean>();
  readonly #watched = new Set<number>();
  #count = 0;

  constructor(connection: Dln2Connection) {
    this.#connection = connection;
    connection.onEvent = (message) => this.#event(message);
  }

  get description(): string {
    return this.#connection.description;
  }

  /** The adapter was opened, perhaps once more. @throws {BusFault} */
  async setUp(): Promise<void> {
    this.#enabled.clear();
    this.#count = readU16(await this.#connection.must(HANDLE.GPIO, COMMAND.GPIO_COUNT));
    for (const [line, high] of [...this.#outputs]) await this.drive(line, high);
    for (const line of [...this.#watched]) await this.watch(line, true);
  }

  async get(line: number): Promise<boolean> {
    await this.#enable(line);
    const answer = await this.#connection.must(HANDLE.GPIO, COMMAND.GPIO_GET, u16(line));
    return (answer[2] ?? 0) !== 0;
  }

  async input(line: number): Promise<void> {
    this.#outputs.delete(line);
    await this.#enable(line);
    await this.#set(COMMAND.GPIO_SET_DIRECTION, line, DIRECTION.IN);
  }

  async drive(line: number, high: boolean): Promise<void> {
    await this.#enable(line);
    // The level first, so that the pin does not show another meanwhile.
    await this.#set(COMMAND.GPIO_SET, line, high ? 1 : 0);
    await this.#set(COMMAND.GPIO_SET_DIRECTION, line, DIRECTION.OUT);
    this.#outputs.set(line, high);
  }

  async release(line: number): Promise<void> {
    this.#outputs.delete(line);
    this.#watched.delete(line);
    if (!this.#enabled.delete(line)) return;
    await this.#set(COMMAND.GPIO_SET_DIRECTION, line, DIRECTION.IN);
    await this.#connection.must(HANDLE.GPIO, COMMAND.GPIO_DISABLE, u16(line));
  }

  async watch(line: number, wanted: boolean): Promise<void> {
    this.#watched.delete(line);
    if (wanted) await this.input(line);
    else if (!this.#enabled.has(line)) return;
    const type = wanted ? EVENT.CHANGE : EVENT.NONE;
    await this.#connection.must(HANDLE.GPIO, COMMAND.GPIO_SET_EVENT, [...u16(line), type, ...u16(0)]);
    if (wanted) this.#watched.add(line);
  }

  /** @throws {BusFault} `EINVAL` no such pin, `EBUSY` I2C or SPI has it */
  async #enable(line: number): Promise<void> {
    if (this.#enabled.has(line)) return;
    if (line >= this.#count)
      throw new BusFault('EINVAL', `invalid line ${line}: ${this.description} has ${this.#count}`);
    const { result } = await this.#connection.ask(HANDLE.GPIO, COMMAND.GPIO_ENABLE, u16(line));
    if (result >= RESULT.FAULT) throw this.#connection.refused(result);
    this.#enabled.add(line);
  }

  async #set(command: number, line: number, value: number): Promise<void> {
    await this.#connection.must(HANDLE.GPIO, command, [...u16(line), value]);
  }

  #event({ command, data }: Message): void {
    if (command !== COMMAND.GPIO_CHANGED || data.length < EVENT_BYTES) return;
    const edge = { line: readU16(data, 3), high: (data[5] ?? 0) !== 0, atNs: undefined };
    if (this.#enabled.has(edge.line)) this.onEdge?.(edge);
  }
}
