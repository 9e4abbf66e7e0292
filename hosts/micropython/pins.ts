import type { BusFault } from '../../src/bus/index.ts';
import type { PinBank } from '../pins/index.ts';
import type { MicropythonConnection } from './connection.ts';
import { operation, PIN_OP } from './driver.ts';
import { boardFault } from './errno.ts';
import type { Pin } from './settings.ts';

const LEVEL_BYTES = 2;

/** The pins of a board that its node names. */
export class MicropythonPins implements PinBank {
  readonly #connection: MicropythonConnection;
  readonly #pins: readonly Pin[];

  constructor(connection: MicropythonConnection, pins: readonly Pin[]) {
    this.#connection = connection;
    this.#pins = pins;
  }

  get description(): string {
    return this.#connection.description;
  }

  get count(): number {
    return this.#pins.length;
  }

  nameOf(line: number): string {
    return this.#pins[line] ?? '';
  }

  refusal(): BusFault | undefined {
    return undefined;
  }

  async read(signal: AbortSignal): Promise<number> {
    const [low = 0, high = 0] = await this.#run(operation(PIN_OP.READ, 0), LEVEL_BYTES, signal);
    return low + high * 256;
  }

  async set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    const code = level === undefined ? PIN_OP.INPUT : level ? PIN_OP.HIGH : PIN_OP.LOW;
    await this.#run(operation(code, line), 0, signal);
  }

  /** In its turn: lines are asked for at any time. @throws {BusFault} */
  #run(program: Uint8Array, due: number, signal: AbortSignal): Promise<Uint8Array> {
    return this.#connection.turns.take(async () => {
      await this.#connection.ready(signal);
      const { errno, data } = await this.#connection.call('g', program, due, 0, signal);
      if (errno !== 0) throw boardFault(errno, this.description);
      return data;
    }, signal);
  }
}
