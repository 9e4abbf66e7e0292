import { BusFault } from '../../src/bus/index.ts';
import { busPin, type PinBank } from '../pins/index.ts';
import type { FirmataConnection } from './connection.ts';
import { digitalMessage, MESSAGE, PIN_MODE, portOf } from './protocol.ts';

/** The first version of the protocol that sets one pin; before it, eight are set at once. */
const SETS_ONE_PIN = [2, 5] as const;
/** Modes of pins that a bus has. */
const BUS_MODES = [PIN_MODE.I2C, PIN_MODE.SPI] as const;

/** The pins of a board that its node names. */
export class FirmataPins implements PinBank {
  readonly #connection: FirmataConnection;
  readonly #pins: readonly number[];
  readonly #csPins: readonly number[];
  /** What each line is to be: what it drives, or undefined for an input. */
  readonly #wanted = new Map<number, boolean | undefined>();
  /** The modes that the board was told since it booted. */
  readonly #told = new Map<number, typeof PIN_MODE.INPUT | typeof PIN_MODE.OUTPUT>();

  constructor(connection: FirmataConnection, pins: readonly number[], csPins: readonly number[]) {
    this.#connection = connection;
    this.#pins = pins;
    this.#csPins = csPins;
  }

  get description(): string {
    return this.#connection.description;
  }

  get count(): number {
    return this.#pins.length;
  }

  nameOf(line: number): string {
    return `pin ${this.#pins[line]}`;
  }

  refusal(line: number, isOutput: boolean): BusFault | undefined {
    const pin = this.#pins[line] as number;
    const modes = this.#connection.modesOf(pin);
    const isOfBus = BUS_MODES.some((mode) => modes?.has(mode) && (mode === PIN_MODE.I2C || this.#hasSpi));
    if (isOfBus || this.#csPins.includes(pin)) return busPin(this.nameOf(line), this.description);
    const mode = isOutput ? PIN_MODE.OUTPUT : PIN_MODE.INPUT;
    if (modes === undefined || modes.has(mode)) return undefined;
    return new BusFault(
      'EOPNOTSUPP',
      `${this.nameOf(line)} of ${this.description} is no ${isOutput ? 'output' : 'input'}`,
    );
  }

  /** Makes a pin an input: a board makes all of them outputs when it boots. */
  claim(line: number, signal: AbortSignal): Promise<void> {
    return this.set(line, undefined, signal);
  }

  async read(signal: AbortSignal): Promise<number> {
    await this.#settle(signal);
    // The board looks at its pins before it reads what it is asked: a change has come before this is answered.
    await this.#connection.exchange(new Uint8Array(0), signal);
    let levels = 0;
    for (const [line, pin] of this.#pins.entries()) {
      const high = this.#wanted.get(line) ?? this.#connection.levelOf(pin);
      if (high) levels |= 1 << line;
    }
    return levels;
  }

  async set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    this.#wanted.set(line, level);
    if (level !== undefined && this.#told.get(line) === PIN_MODE.OUTPUT) {
      await this.#connection.exchange(this.#level(line, level), signal);
      return;
    }
    this.#told.delete(line);
    await this.#settle(signal);
  }

  /** The board has booted, and knows nothing of its pins. */
  forget(): void {
    this.#told.clear();
  }

  get #hasSpi(): boolean {
    return this.#csPins.length > 0;
  }

  /** Tells the board what it does not know. @throws {BusFault} */
  async #settle(signal: AbortSignal): Promise<void> {
    const untold = [...this.#wanted].filter(([line]) => !this.#told.has(line));
    if (untold.length === 0) return;
    const bytes = untold.flatMap(([line, level]) => {
      const pin = this.#pins[line] as number;
      const mode = level === undefined ? PIN_MODE.INPUT : PIN_MODE.OUTPUT;
      this.#told.set(line, mode);
      const rest =
        level === undefined ? [MESSAGE.REPORT_DIGITAL | portOf(pin).port, 1] : this.#level(line, level);
      return [MESSAGE.SET_PIN_MODE, pin, mode, ...rest];
    });
    try {
      await this.#connection.exchange(Uint8Array.from(bytes), signal);
    } catch (error) {
      for (const [line] of untold) this.#told.delete(line);
      throw error;
    }
    // It looks at its pins between two questions.
    await this.#connection.exchange(new Uint8Array(0), signal);
  }

  #level(line: number, level: boolean): Uint8Array {
    const pin = this.#pins[line] as number;
    if (this.#connection.speaks(...SETS_ONE_PIN))
      return Uint8Array.of(MESSAGE.SET_PIN_VALUE, pin, level ? 1 : 0);
    const { port } = portOf(pin);
    let levels = 0;
    for (const [other, mode] of this.#told) {
      const place = portOf(this.#pins[other] as number);
      if (mode === PIN_MODE.OUTPUT && place.port === port && this.#wanted.get(other) === true)
        levels |= place.bit;
    }
    return digitalMessage(port, levels);
  }
}
