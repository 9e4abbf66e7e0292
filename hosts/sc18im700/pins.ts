import type { PinBank } from '../pins/index.ts';
import type { Sc18im700Connection } from './connection.ts';
import { COMMAND, PIN_COUNT, PIN_TYPE, withType } from './protocol.ts';

/** The pins GPIO0 to GPIO7 of an SC18IM700. */
export class Sc18im700Pins implements PinBank {
  readonly count = PIN_COUNT;
  readonly #connection: Sc18im700Connection;

  constructor(connection: Sc18im700Connection) {
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  nameOf(line: number): string {
    return `GPIO${line}`;
  }

  refusal(): undefined {
    return undefined;
  }

  read(signal: AbortSignal): Promise<number> {
    return this.#connection.use(async () => {
      let levels = 0;
      const send = Uint8Array.of(COMMAND.READ_PINS, COMMAND.STOP);
      const done = ([all = 0]: Uint8Array): undefined => {
        levels = all;
      };
      await this.#connection.run([{ send, reply: 1, wait: true, done }], signal);
      return levels;
    }, signal);
  }

  set(line: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    const type = level === undefined ? PIN_TYPE.INPUT : PIN_TYPE.PUSH_PULL;
    return this.#connection.use(async () => {
      const { types, levels } = this.#connection;
      const driven = level === false ? levels & ~(1 << line) : levels | (1 << line);
      await this.#connection.setPins(withType(types, line, type), driven, signal);
    }, signal);
  }
}
