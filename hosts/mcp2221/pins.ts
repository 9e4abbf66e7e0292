import { BusFault } from '../../src/bus/index.ts';
import type { PinBank } from '../pins/index.ts';
import { ALTER_PINS, COMMAND, NOT_GPIO, PIN_SETTING, PINS, PLACE, RESULT, request } from './protocol.ts';

/** How the pins talk with the chip: a request and its answer, between transfers. Throws a `BusFault`. */
export interface Reports {
  readonly description: string;
  ask(report: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}

/** Bytes of a pin in a request that sets levels and directions. */
const PIN_BYTES = 4;

/** The four pins of an MCP2221A. */
export class Mcp2221Pins implements PinBank {
  readonly count = PINS;
  readonly #reports: Reports;

  constructor(reports: Reports) {
    this.#reports = reports;
  }

  get description(): string {
    return this.#reports.description;
  }

  nameOf(line: number): string {
    return `GP${line}`;
  }

  refusal(): BusFault | undefined {
    return undefined;
  }

  /** A pin may show what the chip does, or measure, or be a clock: then it becomes an input. */
  async claim(line: number, signal: AbortSignal): Promise<void> {
    const memory = await this.#reports.ask(request(COMMAND.GET_SRAM), signal);
    const settings = memory.subarray(PLACE.SRAM_PINS, PLACE.SRAM_PINS + PINS);
    if (((settings[line] as number) & PIN_SETTING.FUNCTION_MASK) === 0) return;
    const report = request(COMMAND.SET_SRAM);
    report[PLACE.SET_SRAM_ALTER] = ALTER_PINS;
    report.set(settings, PLACE.SET_SRAM_PINS);
    report[PLACE.SET_SRAM_PINS + line] = PIN_SETTING.INPUT;
    this.#taken(await this.#reports.ask(report, signal), line);
  }

  async read(signal: AbortSignal): Promise<number> {
    const answer = await this.#reports.ask(request(COMMAND.GET_GPIO), signal);
    let levels = 0;
    for (let line = 0; line < PINS; line++) if (answer[PLACE.LEVELS + 2 * line] === 1) levels |= 1 << line;
    return levels;
  }

  async set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    const report = request(COMMAND.SET_GPIO);
    const settings = level === undefined ? [0, 0, 1, 1] : [1, level ? 1 : 0, 1, 0];
    report.set(settings, PLACE.LEVELS + PIN_BYTES * line);
    const answer = await this.#reports.ask(report, signal);
    this.#taken(answer, line);
    if (answer[PLACE.LEVELS + PIN_BYTES * line + 1] === NOT_GPIO[0])
      throw new BusFault('EIO', `${this.nameOf(line)} of ${this.description} is used for something else`);
  }

  #taken(answer: Uint8Array, line: number): void {
    if (answer[1] !== RESULT.OK)
      throw new BusFault('EIO', `${this.description} did not take what ${this.nameOf(line)} is to be`);
  }
}
