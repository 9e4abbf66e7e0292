import {
  BusFault,
  checkI2cMessages,
  type HostAdapter,
  I2C_M,
  type I2cController,
  type I2cMessage,
  nackFault,
} from '../../src/bus/index.ts';
import type { LinkOpener, Step } from '../link/index.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import { command, DriverConnection, step } from './connection.ts';
import { COUNT_MAX, I2C, I2C_NAME, LINES, READ, STATUS, WRITE } from './protocol.ts';

const WHO = 'an I2CDriver';
const SLOW_HZ = 100_000;
const FAST_HZ = 400_000;
const BITS_PER_BYTE = 9;

/** An I2CDriver: a start, up to 64 bytes, or a stop a command. */
export class I2cDriverAdapter implements HostAdapter, I2cController {
  readonly synchronous = false;
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly i2c: I2cController = this;
  readonly unavailable: () => BusFault | undefined;
  readonly #connection: DriverConnection;
  #hz = SLOW_HZ;
  #told: number | undefined;
  /** How the lines were when the bus was freed. */
  #lines = LINES.SCL | LINES.SDA;

  /** @param name what its port is called until it is open */
  constructor(name: string, openLink: LinkOpener, unavailable: () => BusFault | undefined = () => undefined) {
    this.unavailable = unavailable;
    const kind = { name: I2C_NAME, title: WHO, free: () => [this.#reset()] };
    this.#connection = new DriverConnection(name, kind, openLink);
    this.#connection.onReset = () => {
      this.#told = undefined;
    };
  }

  get description(): string {
    return this.#connection.description;
  }

  open(): Promise<void> {
    return this.#connection.open();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  setClockFrequency(hz: number): number {
    if (hz < SLOW_HZ)
      throw new BusFault(
        'EINVAL',
        `invalid I2C clock ${hz} Hz: ${WHO} supports ${SLOW_HZ} and ${FAST_HZ} Hz`,
      );
    this.#hz = hz < FAST_HZ ? SLOW_HZ : FAST_HZ;
    return this.#hz;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, WHO);
    const received = messages.map(({ buf }) => new Uint8Array(buf.length));
    const speed = this.#hz === FAST_HZ ? I2C.SPEED_400 : I2C.SPEED_100;
    const steps = [
      ...(this.#told === this.#hz ? [] : [command([speed])]),
      ...messages.flatMap((message, i) => stepsOf(message, i, received[i] as Uint8Array)),
      command([I2C.STOP]),
    ];
    const bytes = messages.reduce((sum, { buf }) => sum + buf.length + 1, 0);
    const fault = await this.#connection.run(steps, signal, (bytes * BITS_PER_BYTE * 1000) / this.#hz);
    this.#told = this.#hz;
    if (fault !== undefined) throw await this.#freed(fault, signal);
    messages.forEach(({ flags, buf }, i) => {
      if ((flags & I2C_M.RD) !== 0) buf.set(received[i] as Uint8Array);
    });
  }

  /** Ends the transaction behind a fault. @returns the fault, or that a line is held low */
  async #freed(fault: BusFault, signal: AbortSignal | undefined): Promise<BusFault> {
    const isHeld = fault.code === 'ETIMEDOUT';
    await this.#connection.run([isHeld ? this.#reset() : command([I2C.STOP])], signal);
    if (!isHeld || this.#lines === (LINES.SCL | LINES.SDA)) return fault;
    const line = (this.#lines & LINES.SDA) === 0 ? 'SDA' : 'SCL';
    return new BusFault(
      'EBUSY',
      `${line} is held low, and ${WHO} could not free the bus: switch its parts off and on`,
    );
  }

  /** The adapter clocks a part free that holds SDA. */
  #reset(): Step {
    return step([I2C.RESET], 1, ([lines = 0]) => {
      this.#lines = lines & (LINES.SCL | LINES.SDA);
      return undefined;
    });
  }
}

function stepsOf(message: I2cMessage, i: number, received: Uint8Array): Step[] {
  const { addr, flags, buf } = message;
  const reads = (flags & I2C_M.RD) !== 0;
  const steps = [
    step([I2C.START, (addr << 1) | (reads ? 1 : 0)], 1, (reply) => statusFault(reply, message, i)),
  ];
  for (let from = 0; from < buf.length; from += COUNT_MAX) {
    const to = Math.min(buf.length, from + COUNT_MAX);
    const count = to - from;
    if (!reads) {
      const sent = [WRITE | (count - 1), ...buf.subarray(from, to)];
      steps.push(step(sent, 1, (reply) => statusFault(reply, message)));
      continue;
    }
    const asked = to === buf.length ? [READ | (count - 1)] : [I2C.READ_ON, count];
    steps.push(
      step(asked, count, (reply) => {
        received.set(reply, from);
        return undefined;
      }),
    );
  }
  return steps;
}

/** The fault that a status is. @param i the message whose address it is of; undefined: it is of data, and of which is not told */
function statusFault([status = 0]: Uint8Array, message: I2cMessage, i?: number): BusFault | undefined {
  if ((status & STATUS.MARK_MASK) !== STATUS.MARK)
    return new BusFault(
      'EPROTO',
      `${WHO} sent an invalid status: expected 0x30 to 0x37, got 0x${status.toString(16)}`,
    );
  if ((status & STATUS.ARBITRATION) !== 0) return new BusFault('EAGAIN');
  if ((status & STATUS.TIMEOUT) !== 0) return new BusFault('ETIMEDOUT', 'SCL or SDA is held low');
  if ((status & STATUS.ACK) !== 0) return undefined;
  if (i !== undefined) return nackFault(message, { message: i, byte: -1 });
  return new BusFault('EREMOTEIO', `a byte was not acknowledged by address 0x${message.addr.toString(16)}`);
}
