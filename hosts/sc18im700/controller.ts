import {
  BusFault,
  checkI2cMessages,
  type HostAdapter,
  hexByte,
  I2C_M,
  type I2cController,
  type I2cMessage,
  nackFault,
} from '../../src/bus/index.ts';
import { clockTooSlow, type LinkOpener, type Step } from '../link/index.ts';
import { PinLines } from '../pins/index.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import { barrier, Sc18im700Connection } from './connection.ts';
import { Sc18im700Pins } from './pins.ts';
import { CLOCKS_HZ, COMMAND, clockOf, halfOf, JOINED_WRITE_MAX, REGISTER, STATUS } from './protocol.ts';

const WHO = 'an SC18IM700';
const DEFAULT_HZ = 100_000;
const BITS_PER_BYTE = 9;

/** An SC18IM700: a transaction a command, and the status behind it. */
export class Sc18im700Adapter implements HostAdapter, I2cController {
  readonly synchronous = false;
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly i2c: I2cController = this;
  readonly lines: PinLines;
  readonly unavailable: () => BusFault | undefined;
  readonly #connection: Sc18im700Connection;
  #half = halfOf(DEFAULT_HZ);
  #told: number | undefined;

  /** @param name what its port is called until it is open */
  constructor(name: string, openLink: LinkOpener, unavailable: () => BusFault | undefined = () => undefined) {
    this.unavailable = unavailable;
    this.#connection = new Sc18im700Connection(name, openLink);
    this.#connection.onReset = () => {
      this.#told = undefined;
    };
    this.lines = new PinLines(new Sc18im700Pins(this.#connection));
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    this.lines.closed();
    await this.#connection.open();
    await this.lines.opened();
  }

  async close(): Promise<void> {
    this.lines.closed();
    await this.#connection.close();
  }

  setClockFrequency(hz: number): number {
    if (hz < CLOCKS_HZ.min) throw clockTooSlow('I2C', hz, WHO, CLOCKS_HZ.min);
    this.#half = halfOf(hz);
    return clockOf(this.#half);
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, WHO);
    const [first] = messages as [I2cMessage];
    if (messages.length > 1 && first.buf.length > JOINED_WRITE_MAX)
      throw new BusFault(
        'EMSGSIZE',
        `message of ${first.buf.length} bytes is too long: ${WHO} takes at most ${JOINED_WRITE_MAX} before a read`,
      );
    await this.#connection.use(() => this.#transfer(messages, signal), signal);
  }

  async #transfer(messages: readonly I2cMessage[], signal: AbortSignal | undefined): Promise<void> {
    const half = this.#half;
    const registers = [REGISTER.CLOCK_LOW, half, REGISTER.CLOCK_HIGH, half];
    const steps = this.#told === half ? [] : [barrier([COMMAND.WRITE_REGISTERS, ...registers, COMMAND.STOP])];
    const bytes = messages.reduce((sum, { buf }) => sum + buf.length + 1, 0);
    const quietMs = (bytes * BITS_PER_BYTE * 1000) / clockOf(half);
    const fault = await this.#connection.run([...steps, transaction(messages)], signal, quietMs);
    this.#told = half;
    if (fault !== undefined) throw fault;
  }
}

/**
 * A transaction and its status. A read that is refused answers nothing, so the status is asked for once more than bytes are
 * read: as many bytes come in any case, and the last of these tells whether the others are data.
 */
function transaction(messages: readonly I2cMessage[]): Step {
  const read = messages.find(({ flags }) => (flags & I2C_M.RD) !== 0);
  const count = read?.buf.length ?? 0;
  const statuses = new Array<number>(count + 1).fill(REGISTER.STATUS);
  const send = [...messages.flatMap(commandOf), COMMAND.STOP];
  return {
    send: Uint8Array.of(...send, COMMAND.READ_REGISTERS, ...statuses, COMMAND.STOP),
    reply: count + 1,
    more: (reply) => (reply[count] === STATUS.OK ? count : 0),
    wait: true,
    done: (reply) => {
      const status = reply[count] as number;
      if (status !== STATUS.OK) return statusFault(status, messages);
      if (reply.subarray(count).some((each) => each !== STATUS.OK)) return invalidStatus(status);
      read?.buf.set(reply.subarray(0, count));
      return undefined;
    },
  };
}

function commandOf({ addr, flags, buf }: I2cMessage): number[] {
  const reads = (flags & I2C_M.RD) !== 0;
  const head = [COMMAND.START, (addr << 1) | (reads ? 1 : 0), buf.length];
  return reads ? head : [...head, ...buf];
}

function statusFault(status: number, messages: readonly I2cMessage[]): BusFault {
  const [first] = messages as [I2cMessage];
  if (status === STATUS.ADDRESS_NACK) return nackFault(first, { message: 0, byte: -1 });
  if (status === STATUS.DATA_NACK)
    return new BusFault(
      'EREMOTEIO',
      `address ${hexByte(first.addr)} did not acknowledge one of ${first.buf.length} bytes`,
    );
  if (status === STATUS.TIMEOUT)
    return new BusFault(
      'EBUSY',
      'SDA or SCL is held low, and an SC18IM700 cannot free the bus: switch its parts off and on',
    );
  return invalidStatus(status);
}

function invalidStatus(status: number): BusFault {
  return new BusFault('EPROTO', `${WHO} sent an invalid status: 0x${status.toString(16)}`);
}
