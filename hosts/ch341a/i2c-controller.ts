import {
  BusFault,
  checkI2cMessages,
  I2C_M,
  type I2cController,
  type I2cMessage,
} from '../../src/bus/index.ts';
import type { UsbConnection } from '../../src/usb/index.ts';
import { answerLength, clockTooSlow, type I2cMove, runI2c } from '../link/index.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import type { Ch341aConnection } from './connection.ts';
import {
  ENDPOINT,
  I2C_BUDGET,
  I2C_CLOCKS_HZ,
  I2C_NACK,
  i2cStream,
  STATUS_SDA,
  speedStream,
} from './protocol.ts';

const DEFAULT_HZ = 100_000;

/** The I2C bus of a CH341A: a packet of stream commands at a time, each byte with its answer. */
export class Ch341aI2cController implements I2cController {
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly #connection: Ch341aConnection;
  #speed = I2C_CLOCKS_HZ.indexOf(DEFAULT_HZ);
  #told: number | undefined;

  constructor(connection: Ch341aConnection) {
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  setClockFrequency(hz: number): number {
    const speed = I2C_CLOCKS_HZ.findLastIndex((each) => each <= hz);
    if (speed < 0) throw clockTooSlow('I2C', hz, 'a CH341A', I2C_CLOCKS_HZ[0]);
    this.#speed = speed;
    return I2C_CLOCKS_HZ[speed] as number;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, 'a CH341A');
    if (messages.some(({ flags }) => flags & I2C_M.NO_RD_ACK))
      throw new BusFault('EOPNOTSUPP', 'a CH341A cannot do reads without an acknowledge bit');
    await this.#connection.use(async (usb) => {
      if (this.#told !== this.#speed) {
        await usb.out(ENDPOINT.OUT, speedStream(this.#speed), signal);
        this.#told = this.#speed;
      }
      if (this.#connection.isSdaUnseen) await this.#lookAtSda(usb, signal);
      await runI2c(messages, {
        budget: I2C_BUDGET,
        exchange: (moves) => this.#exchange(usb, moves, signal),
        isNack: (answer) => (answer & I2C_NACK) !== 0,
      });
      // An acknowledge and a 0 are what a held SDA looks like too.
      if (messages.every(sawNoHigh)) await this.#lookAtSda(usb, signal);
    }, signal);
  }

  /** The adapter was opened: it knows no clock. */
  forget(): void {
    this.#told = undefined;
  }

  /** @throws {BusFault} `EBUSY` SDA is low while the bus is free: the chip moves no single edges */
  async #lookAtSda(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    const status = await this.#connection.status(usb, signal);
    this.#connection.isSdaUnseen = ((status[STATUS_SDA.byte] as number) & STATUS_SDA.bit) === 0;
    if (this.#connection.isSdaUnseen)
      throw new BusFault(
        'EBUSY',
        'SDA is held low, and a CH341A cannot free the bus: switch its parts off and on',
      );
  }

  async #exchange(
    usb: UsbConnection,
    moves: readonly I2cMove[],
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const due = answerLength(moves);
    const last = moves.at(-1);
    this.#connection.i2cOpen = last?.kind === 'read' && last.acks === 'all' ? 'reading' : 'written';
    const answer = await this.#connection.ask(usb, i2cStream(moves), due, signal);
    if (last?.kind === 'stop') this.#connection.i2cOpen = undefined;
    return answer;
  }
}

/** Nothing of what came back shows that SDA was high. */
function sawNoHigh({ flags, buf }: I2cMessage): boolean {
  return (flags & I2C_M.RD) === 0 || buf.every((byte) => byte === 0);
}
