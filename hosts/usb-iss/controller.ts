import {
  BusFault,
  checkI2cMessages,
  type HostAdapter,
  I2C_M,
  type I2cController,
  type I2cMessage,
  nackFault,
} from '../../src/bus/index.ts';
import { clockTooSlow, type LinkOpener, type Step } from '../link/index.ts';
import { PinLines } from '../pins/index.ts';
import { freeBus } from './bus-recovery.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import { frame, invalidAnswer, UsbIssConnection } from './connection.ts';
import { UsbIssPins } from './pins.ts';
import { ACK, CLOCKS, COMMAND, DIRECT, DIRECT_MAX, NACK, REASON } from './protocol.ts';
import { UsbIssSpiController } from './spi-controller.ts';

const WHO = 'a USB-ISS';
const DEFAULT = CLOCKS[2] as (typeof CLOCKS)[number];
const BITS_PER_BYTE = 9;

/** A USB-ISS: a condition with an address, up to 16 bytes, or a stop a frame. */
export class UsbIssAdapter implements HostAdapter, I2cController {
  readonly synchronous = false;
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly i2c: I2cController = this;
  readonly spi: UsbIssSpiController;
  readonly lines: PinLines;
  readonly unavailable: () => BusFault | undefined;
  readonly #connection: UsbIssConnection;
  #clock = DEFAULT;

  /** @param name what its port is called until it is open */
  constructor(name: string, openLink: LinkOpener, unavailable: () => BusFault | undefined = () => undefined) {
    this.unavailable = unavailable;
    this.#connection = new UsbIssConnection(name, openLink);
    this.spi = new UsbIssSpiController(this.#connection);
    this.lines = new PinLines(new UsbIssPins(this.#connection));
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    this.lines.closed();
    this.spi.reset();
    await this.#connection.open();
    await this.lines.opened();
  }

  async close(): Promise<void> {
    this.lines.closed();
    await this.spi.deselect().catch(() => {});
    await this.#connection.close();
  }

  setClockFrequency(hz: number): number {
    const clock = CLOCKS.findLast(([each]) => each <= hz);
    if (clock === undefined) throw clockTooSlow('I2C', hz, WHO, CLOCKS[0]?.[0]);
    this.#clock = clock;
    return clock[0];
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, WHO);
    const received = messages.map(({ buf }) => new Uint8Array(buf.length));
    await this.#connection.use(() => this.#transfer(messages, received, signal), signal);
    messages.forEach(({ flags, buf }, i) => {
      if ((flags & I2C_M.RD) !== 0) buf.set(received[i] as Uint8Array);
    });
  }

  async #transfer(
    messages: readonly I2cMessage[],
    received: readonly Uint8Array[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const connection = this.#connection;
    if (connection.unclean) {
      await freeBus(connection, signal);
      connection.unclean = false;
    }
    const [hz, mode] = this.#clock;
    const bytes = messages.reduce((sum, { buf }) => sum + buf.length + 1, 0);
    const run = async (): Promise<BusFault | undefined> => {
      await connection.setMode(mode, signal);
      const steps = messages.flatMap((message, i) => stepsOf(message, i, received[i] as Uint8Array));
      return connection.run([...steps, stop()], signal, (bytes * BITS_PER_BYTE * 1000) / hz);
    };
    let fault = await run();
    if (fault === undefined) return;
    const neverBegan = fault.nack?.message === 0 && fault.nack.byte < 0;
    await connection.run([stop()], signal);
    // Nobody acknowledges an address while a line is held, and nothing went out: it may be said once more.
    if (neverBegan && (await freeBus(connection, signal))) {
      fault = await run();
      if (fault !== undefined) await connection.run([stop()], signal);
    }
    if (fault !== undefined) throw fault;
  }
}

function stop(): Step {
  return direct([DIRECT.STOP], 0, () => undefined);
}

/** @param refused the fault that a missing acknowledge is */
function direct(
  commands: readonly number[],
  reads: number,
  refused: () => BusFault | undefined,
  take?: (data: Uint8Array) => void,
): Step {
  const answer = frame([COMMAND.DIRECT, ...commands], 2 + reads, (reply) => {
    const [result, count = 0] = reply;
    if (result === ACK) {
      if (count !== reads) return invalidAnswer(`expected a count of ${reads}`, count);
      take?.(reply.subarray(2));
      return undefined;
    }
    if (result === NACK && count === REASON.NO_ACK) return refused();
    return invalidAnswer('a frame was refused', count);
  });
  return answer;
}

function stepsOf(message: I2cMessage, i: number, received: Uint8Array): Step[] {
  const { addr, flags, buf } = message;
  const reads = (flags & I2C_M.RD) !== 0;
  const address = (addr << 1) | (reads ? 1 : 0);
  const steps = [
    direct([i === 0 ? DIRECT.START : DIRECT.RESTART, DIRECT.WRITE, address], 0, () =>
      nackFault(message, { message: i, byte: -1 }),
    ),
  ];
  for (let from = 0; from < buf.length; from += DIRECT_MAX) {
    const part = buf.subarray(from, from + DIRECT_MAX);
    if (!reads)
      steps.push(direct([DIRECT.WRITE | (part.length - 1), ...part], 0, () => dataRefused(message)));
    else steps.push(reading(part.length, from + part.length === buf.length, received, from));
  }
  return steps;
}

function reading(count: number, isLast: boolean, received: Uint8Array, from: number): Step {
  const acknowledged = isLast ? count - 1 : count;
  const commands = acknowledged > 0 ? [DIRECT.READ | (acknowledged - 1)] : [];
  if (isLast) commands.push(DIRECT.REFUSE, DIRECT.READ);
  return direct(
    commands,
    count,
    () => invalidAnswer('a read was not acknowledged', REASON.NO_ACK),
    (data) => received.set(data, from),
  );
}

function dataRefused({ addr, buf }: I2cMessage): BusFault {
  return new BusFault(
    'EREMOTEIO',
    `address 0x${addr.toString(16).padStart(2, '0')} did not acknowledge one of ${buf.length} bytes`,
  );
}
