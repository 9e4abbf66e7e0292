import {
  BusFault,
  checkI2cMessages,
  type HostAdapter,
  I2C_M,
  type I2cController,
  type I2cMessage,
  type NackPlace,
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
const FREE = LINES.SCL | LINES.SDA;

/** A line was low before the first message. */
const HELD_AT_START = new BusFault('ETIMEDOUT', 'SCL or SDA is held low');

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
  #lines = FREE;

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
    const quietMs = (bytes * BITS_PER_BYTE * 1000) / this.#hz;
    let fault = await this.#connection.run(steps, signal, quietMs);
    this.#told = this.#hz;
    // A part that was left in the middle of a byte held SDA: nothing went out.
    if (fault === HELD_AT_START && (await this.#isFreed(signal)))
      fault = await this.#connection.run(steps, signal, quietMs);
    if (fault !== undefined) throw await this.#freed(fault, signal);
    messages.forEach(({ flags, buf }, i) => {
      if ((flags & I2C_M.RD) !== 0) buf.set(received[i] as Uint8Array);
    });
  }

  /** Ends the transaction behind a fault. @returns the fault, or that SDA is held low */
  async #freed(fault: BusFault, signal: AbortSignal | undefined): Promise<BusFault> {
    if (fault.code !== 'ETIMEDOUT') {
      await this.#connection.run([command([I2C.STOP])], signal);
      return fault;
    }
    if ((await this.#isFreed(signal)) || (this.#lines & LINES.SCL) === 0) return fault;
    return new BusFault(
      'EBUSY',
      `SDA is held low, and ${WHO} could not free the bus: switch its parts off and on`,
    );
  }

  /** Frees the bus. @returns whether both lines are high then */
  async #isFreed(signal: AbortSignal | undefined): Promise<boolean> {
    await this.#connection.run([this.#reset()], signal);
    return this.#lines === FREE;
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
  const address = (addr << 1) | (reads ? 1 : 0);
  const steps = [
    step([I2C.START, address], 1, (reply) => statusFault(reply, message, { message: i, byte: -1 })),
  ];
  if (!reads) {
    // A status tells of the last byte alone, so each byte is a command; as many go at once as one command would have.
    buf.forEach((sent, byte) => {
      const status = step([WRITE, sent], 1, (reply) => statusFault(reply, message, { message: i, byte }));
      steps.push({ ...status, wait: byte === buf.length - 1 });
    });
    return steps;
  }
  for (let from = 0; from < buf.length; from += COUNT_MAX) {
    const count = Math.min(COUNT_MAX, buf.length - from);
    const asked = from + count === buf.length ? [READ | (count - 1)] : [I2C.READ_ON, count];
    steps.push(
      step(asked, count, (reply) => {
        received.set(reply, from);
        return undefined;
      }),
    );
  }
  return steps;
}

/** The fault that a status is. @param place of what it tells */
function statusFault([status = 0]: Uint8Array, message: I2cMessage, place: NackPlace): BusFault | undefined {
  if ((status & STATUS.MARK_MASK) !== STATUS.MARK)
    return new BusFault(
      'EPROTO',
      `${WHO} sent an invalid status: expected 0x30 to 0x37, got 0x${status.toString(16)}`,
    );
  if ((status & STATUS.ARBITRATION) !== 0) return new BusFault('EAGAIN');
  if ((status & STATUS.TIMEOUT) !== 0)
    return place.message === 0 && place.byte < 0
      ? HELD_AT_START
      : new BusFault('ETIMEDOUT', 'SCL or SDA is held low');
  if ((status & STATUS.ACK) !== 0) return undefined;
  return nackFault(message, place);
}
