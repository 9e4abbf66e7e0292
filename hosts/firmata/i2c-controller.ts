import {
  BusFault,
  checkI2cMessages,
  I2C_M,
  type I2cController,
  type I2cMessage,
  nackFault,
} from '../../src/bus/index.ts';
import { CLOCK_HZ, I2C_CAPABILITIES } from './capabilities.ts';
import type { FirmataConnection } from './connection.ts';
import {
  fromPairs,
  i2cRead,
  i2cWrite,
  MESSAGE,
  PIN_MODE,
  portOf,
  SYSEX,
  type SysexMessage,
  sysex,
  TOO_FEW,
  textOf,
} from './protocol.ts';

const WHO = 'a Firmata board';
/** The address and the register, in pairs, stand before what was read. */
const REPLY_HEAD = 2;

/** The I2C bus of a board: a message, or the number of a register and what is read behind it. */
export class FirmataI2cController implements I2cController {
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly maxMessageLength = I2C_CAPABILITIES.maxMessageLength as number;
  readonly #connection: FirmataConnection;
  #configured = false;

  constructor(connection: FirmataConnection) {
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  /** The board was reset. */
  forget(): void {
    this.#configured = false;
  }

  setClockFrequency(hz: number): number {
    if (hz < CLOCK_HZ)
      throw new BusFault('EINVAL', `invalid I2C clock ${hz} Hz: ${WHO} always clocks at ${CLOCK_HZ} Hz`);
    return CLOCK_HZ;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, WHO);
    const [first, second] = messages as readonly [I2cMessage, I2cMessage?];
    if (second !== undefined && first.buf.length !== 1)
      throw new BusFault(
        'EOPNOTSUPP',
        `unsupported write of ${first.buf.length} bytes before a read: ${WHO} takes the number of a register, one byte`,
      );
    if (!this.#connection.can(PIN_MODE.I2C))
      throw new BusFault('EOPNOTSUPP', `${this.description} has no I2C: its firmware was built without it`);
    if (!this.#configured) await this.#lookAtPins(signal);
    // Boards from before Firmata 2.5 take a delay there, between a register and the read.
    const configure = this.#configured ? new Uint8Array(0) : sysex(SYSEX.I2C_CONFIG, 0, 0);
    const isRead = (first.flags & I2C_M.RD) !== 0;
    if (!isRead && second === undefined) {
      await this.#exchange([configure, i2cWrite(first.addr, first.buf)], signal);
      return;
    }
    const into = second ?? first;
    const register = second === undefined ? undefined : first.buf[0];
    const request = i2cRead(first.addr, register, into.buf.length);
    take(await this.#exchange([configure, request], signal), first, into, this.description);
  }

  /**
   * Reads SCL and SDA as inputs with pull-ups, before the board's I2C has them: an Uno waits without end for a bus that is held. A
   * board does not say which of the two is which, and one with more than two pins not which are used.
   * @throws {BusFault} `EBUSY` one is low
   */
  async #lookAtPins(signal: AbortSignal | undefined): Promise<void> {
    const connection = this.#connection;
    const pins = connection.pinsWith(PIN_MODE.I2C);
    if (pins.length !== 2 || !pins.every((pin) => connection.modesOf(pin)?.has(PIN_MODE.PULL_UP))) return;
    const modes = pins.flatMap((pin) => [MESSAGE.SET_PIN_MODE, pin, PIN_MODE.PULL_UP]);
    const ports = new Set(pins.map((pin) => portOf(pin).port));
    const reports = [...ports].flatMap((port) => [MESSAGE.REPORT_DIGITAL | port, 1]);
    await connection.exchange(Uint8Array.of(...modes, ...reports), signal);
    if (pins.every((pin) => connection.levelOf(pin))) return;
    throw new BusFault(
      'EBUSY',
      `SDA or SCL is held low, and ${WHO} cannot free the bus: switch its parts off and on`,
    );
  }

  async #exchange(
    parts: readonly Uint8Array[],
    signal: AbortSignal | undefined,
  ): Promise<readonly SysexMessage[]> {
    const answers = await this.#connection.exchange(Buffer.concat(parts), signal);
    this.#configured = true;
    return answers;
  }
}

/** @throws {BusFault} `ENXIO` the part did not answer, `EPROTO` the board did not */
function take(answers: readonly SysexMessage[], asked: I2cMessage, into: I2cMessage, board: string): void {
  let reply: Uint8Array | undefined;
  for (const answer of answers) {
    if (answer.command === SYSEX.STRING && textOf(answer.data).startsWith(TOO_FEW))
      throw nackFault(asked, { message: 0, byte: -1 });
    if (answer.command === SYSEX.I2C_REPLY) reply = fromPairs(answer.data);
  }
  const data = reply?.subarray(REPLY_HEAD);
  if (reply === undefined || data === undefined || reply[0] !== asked.addr)
    throw new BusFault('EPROTO', `${board} did not answer to a read of 0x${asked.addr.toString(16)}`);
  if (data.length === 0) throw nackFault(asked, { message: 0, byte: -1 });
  if (data.length !== into.buf.length)
    throw new BusFault('EIO', `${board} sent ${data.length} of ${into.buf.length} bytes`);
  into.buf.set(data);
}
