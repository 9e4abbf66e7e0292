import {
  BusFault,
  checkI2cMessages,
  I2C_M,
  type I2cController,
  type I2cMessage,
} from '../../src/bus/index.ts';
import { answerLength, clockTooSlow, type I2cMove, runI2c } from '../link/index.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import type { Ch347Connection } from './connection.ts';
import { I2C_ACK, I2C_BUDGET, I2C_CLOCKS_HZ, i2cStream, speedStream } from './protocol.ts';

const DEFAULT_HZ = 100_000;

/** The I2C bus of a CH347: a stream at a time, each byte with its answer. */
export class Ch347I2cController implements I2cController {
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly #connection: Ch347Connection;
  #speed = I2C_CLOCKS_HZ.indexOf(DEFAULT_HZ);
  #told: number | undefined;

  constructor(connection: Ch347Connection) {
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  setClockFrequency(hz: number): number {
    const speed = I2C_CLOCKS_HZ.findLastIndex((each) => each <= hz);
    if (speed < 0) throw clockTooSlow('I2C', hz, 'a CH347', I2C_CLOCKS_HZ[0]);
    this.#speed = speed;
    return I2C_CLOCKS_HZ[speed] as number;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, 'a CH347');
    if (messages.some(({ flags }) => flags & I2C_M.NO_RD_ACK))
      throw new BusFault('EOPNOTSUPP', 'a CH347 cannot do reads without an acknowledge bit');
    await this.#connection.use(async () => {
      if (this.#told !== this.#speed) {
        await this.#connection.stream(speedStream(this.#speed), 0, signal);
        this.#told = this.#speed;
      }
      await runI2c(messages, {
        budget: I2C_BUDGET,
        exchange: (moves) => this.#exchange(moves, signal),
        isNack: (answer) => answer !== I2C_ACK,
      });
    }, signal);
  }

  /** The adapter was opened: it knows no clock. */
  forget(): void {
    this.#told = undefined;
  }

  async #exchange(moves: readonly I2cMove[], signal: AbortSignal | undefined): Promise<Uint8Array> {
    const last = moves.at(-1);
    this.#connection.i2cOpen = last?.kind === 'read' && last.acks === 'all' ? 'reading' : 'written';
    const answer = await this.#connection.stream(i2cStream(moves), answerLength(moves), signal);
    if (last?.kind === 'stop') this.#connection.i2cOpen = undefined;
    return answer;
  }
}
