import {
  BusFault,
  checkI2cMessages,
  I2C_M,
  type I2cController,
  type I2cMessage,
  nackFault,
} from '../../src/bus/index.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import type { Answer, Dln2Connection } from './connection.ts';
import { COMMAND, HANDLE, I2C_READ_MAX, i2cHead, MEMORY_ADDRESS_MAX, RESULT } from './protocol.ts';

const WHO = 'a DLN-2';
const CLOCK_HZ = 100_000;
const NOTHING = new Uint8Array(0);

/** The I2C bus of a DLN-2: a command a message; a register goes along with the read behind it. */
export class Dln2I2cController implements I2cController {
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly maxMessageLength = I2C_READ_MAX;
  readonly #connection: Dln2Connection;
  readonly #stopsBetween: boolean;

  /** @param stopsBetween a write and the read behind it become two transactions */
  constructor(connection: Dln2Connection, stopsBetween: boolean) {
    this.#connection = connection;
    this.#stopsBetween = stopsBetween;
  }

  get description(): string {
    return this.#connection.description;
  }

  setClockFrequency(hz: number): number {
    if (hz < CLOCK_HZ)
      throw new BusFault('EINVAL', `invalid I2C clock ${hz} Hz: ${WHO} always clocks at ${CLOCK_HZ} Hz`);
    return CLOCK_HZ;
  }

  /** @throws {BusFault} */
  async setUp(): Promise<void> {
    // What another program has enabled cannot be enabled again.
    await this.#connection.ask(HANDLE.I2C, COMMAND.I2C_DISABLE, [0]);
    await this.#connection.must(HANDLE.I2C, COMMAND.I2C_ENABLE, [0]);
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, WHO);
    const [first, second] = messages as readonly [I2cMessage, I2cMessage?];
    if (second === undefined) {
      await ((first.flags & I2C_M.RD) !== 0
        ? this.#read(first, NOTHING, 0, signal)
        : this.#write(first, signal));
      return;
    }
    if (this.#stopsBetween) {
      await this.#write(first, signal);
      await this.#read(second, NOTHING, 1, signal);
      return;
    }
    if (first.buf.length > MEMORY_ADDRESS_MAX)
      throw new BusFault(
        'EOPNOTSUPP',
        `unsupported write of ${first.buf.length} bytes before a read: ${WHO} takes at most ${MEMORY_ADDRESS_MAX}`,
      );
    await this.#read(second, first.buf, 0, signal);
  }

  async #write(message: I2cMessage, signal: AbortSignal | undefined): Promise<void> {
    const { addr, buf } = message;
    const data = Uint8Array.of(...i2cHead(addr, NOTHING, buf.length), ...buf);
    this.#check(await this.#connection.ask(HANDLE.I2C, COMMAND.I2C_WRITE, data, signal), message, 0);
  }

  /** @param place the message that a NACK is told of */
  async #read(
    message: I2cMessage,
    register: Uint8Array,
    place: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { addr, buf } = message;
    const asked = i2cHead(addr, register, buf.length);
    const answer = await this.#connection.ask(HANDLE.I2C, COMMAND.I2C_READ, asked, signal);
    this.#check(answer, message, place);
    // Behind a length.
    const data = answer.data.subarray(2);
    if (data.length !== buf.length)
      throw new BusFault('EIO', `${this.description} sent ${data.length} of ${buf.length} bytes`);
    buf.set(data);
  }

  /** @throws {BusFault} */
  #check({ result }: Answer, message: I2cMessage, place: number): void {
    if (result < RESULT.FAULT) return;
    if (result === RESULT.ADDRESS_NACK) throw nackFault(message, { message: place, byte: -1 });
    // The place of the byte is not told.
    if (result === RESULT.DATA_NACK)
      throw new BusFault(
        'EREMOTEIO',
        `a byte was not acknowledged by address 0x${message.addr.toString(16)}`,
      );
    throw this.#connection.refused(result);
  }
}
