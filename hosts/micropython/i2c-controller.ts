import {
  BusFault,
  checkI2cMessages,
  I2C_M,
  type I2cCapabilities,
  type I2cController,
  type I2cMessage,
  nackFault,
} from '../../src/bus/index.ts';
import { answerLength, clockTooSlow, type I2cMove, runI2c } from '../link/index.ts';
import {
  HARD_I2C_CAPABILITIES,
  HARD_REGISTER_BYTES,
  type SOFT_HZ,
  SOFT_I2C_CAPABILITIES,
} from './capabilities.ts';
import type { MicropythonConnection } from './connection.ts';
import { HARD_OP, I2C_OP, operation } from './driver.ts';
import { boardFault, ERRNO } from './errno.ts';
import type { I2cPins } from './settings.ts';
import { makeI2c } from './setup.ts';

const WHO = 'a MicroPython board';
const DEFAULT_HZ = 100_000;
const BITS_OF_A_BYTE = 9;
/** SoftI2C counts half a bit in whole µs. */
const HALF_BITS_HZ = 500_000;

/** One call carries so much; between two the bus stays as it is. */
const BUDGET = { sent: 1024, received: 1024, edge: 3, writtenByte: 1, read: 3 };

/** The I2C bus of a board: SoftI2C by its steps, a hardware I2C by whole transactions. */
export class MicropythonI2cController implements I2cController {
  readonly capabilities: I2cCapabilities;
  readonly functionality: number;
  readonly maxMessageLength?: number;
  readonly #connection: MicropythonConnection;
  readonly #pins: I2cPins;
  #hz = DEFAULT_HZ;
  #told = DEFAULT_HZ;

  constructor(connection: MicropythonConnection, pins: I2cPins) {
    this.#connection = connection;
    this.#pins = pins;
    this.capabilities = pins.id === undefined ? SOFT_I2C_CAPABILITIES : HARD_I2C_CAPABILITIES;
    this.functionality = this.capabilities.functionality;
    const { maxMessageLength } = this.capabilities;
    if (maxMessageLength !== undefined) this.maxMessageLength = maxMessageLength;
  }

  get description(): string {
    return this.#connection.description;
  }

  /** The line of source that makes the bus; from then on the board knows the clock. */
  made(): string {
    this.#told = this.#hz;
    return makeI2c(this.#pins, this.#hz);
  }

  setClockFrequency(hz: number): number {
    const { min, max } = this.capabilities.clocksHz as typeof SOFT_HZ;
    if (hz < min) throw clockTooSlow('I2C', hz, WHO, min);
    const most = Math.min(hz, max);
    this.#hz = this.#pins.id === undefined ? Math.floor(HALF_BITS_HZ / Math.ceil(HALF_BITS_HZ / most)) : most;
    return this.#hz;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, WHO);
    if (messages.some(({ flags }) => flags & I2C_M.NO_RD_ACK))
      throw new BusFault('EOPNOTSUPP', `${WHO} cannot do reads without an acknowledge bit`);
    if (this.#pins.id !== undefined) checkRegister(messages);
    await this.#connection.turns.take(() => this.#inTurn(messages, signal), signal);
  }

  async #inTurn(messages: readonly I2cMessage[], signal: AbortSignal | undefined): Promise<void> {
    await this.#connection.ready(signal);
    if (this.#told !== this.#hz) await this.#connection.line(this.made(), signal);
    if (this.#pins.id !== undefined) return this.#transact(messages, signal);
    await runI2c(messages, {
      budget: BUDGET,
      exchange: (moves) => this.#exchange(moves, signal),
      isNack: (answer) => answer !== 0,
    });
  }

  /** @returns 0 for each byte that was acknowledged, 1 for the others, and what was read */
  async #exchange(moves: readonly I2cMove[], signal: AbortSignal | undefined): Promise<Uint8Array> {
    const program = Buffer.concat(moves.map(operationOf));
    const due = moves.reduce((length, move) => length + answerOf(move), 0);
    const { errno, data } = await this.#connection.call(
      'i',
      program,
      due,
      this.#busyMs(program.length + due),
      signal,
    );
    if (errno !== 0) throw boardFault(errno, this.description);
    const answers = new Uint8Array(answerLength(moves));
    let from = 0;
    let to = 0;
    for (const move of moves) {
      if (move.kind === 'write') {
        const acknowledged = (data[from] as number) + (data[from + 1] as number) * 256;
        answers.fill(1, to + acknowledged, to + move.bytes.length);
        to += move.bytes.length;
      } else if (move.kind === 'read') {
        answers.set(data.subarray(from, from + move.into.length), to);
        to += move.into.length;
      }
      from += answerOf(move);
    }
    return answers;
  }

  /** One message, or a register and what is read behind it. */
  async #transact(messages: readonly I2cMessage[], signal: AbortSignal | undefined): Promise<void> {
    const [first, second] = messages as readonly [I2cMessage, I2cMessage?];
    const isRead = (first.flags & I2C_M.RD) !== 0;
    const written = isRead ? new Uint8Array(0) : first.buf;
    const into = isRead ? first.buf : second?.buf;
    const due = into?.length ?? 0;
    const kind = second !== undefined ? HARD_OP.WRITE_READ : isRead ? HARD_OP.READ : HARD_OP.WRITE;
    const head = [first.addr, written.length & 0xff, written.length >> 8, due & 0xff, due >> 8, kind];
    const program = Uint8Array.of(...head, ...written);
    const { errno, data } = await this.#connection.call(
      'h',
      program,
      due,
      this.#busyMs(program.length + due),
      signal,
    );
    if (errno === ERRNO.ENODEV || errno === ERRNO.EIO) throw nackFault(first, { message: 0, byte: -1 });
    if (errno !== 0) throw boardFault(errno, this.description);
    into?.set(data);
  }

  #busyMs(bytes: number): number {
    return (bytes * BITS_OF_A_BYTE * 2000) / this.#hz;
  }
}

/** @throws {BusFault} `EOPNOTSUPP` more is written in front of a read than the address of a register */
function checkRegister([first, second]: readonly I2cMessage[]): void {
  const length = first?.buf.length ?? 0;
  if (second !== undefined && (length === 0 || length > HARD_REGISTER_BYTES))
    throw new BusFault(
      'EOPNOTSUPP',
      `unsupported write of ${length} bytes before a read: a hardware I2C of ${WHO} takes 1 to ${HARD_REGISTER_BYTES}; leave out dtbus,i2c for a SoftI2C`,
    );
}

function operationOf(move: I2cMove): Uint8Array {
  switch (move.kind) {
    case 'start':
      return operation(I2C_OP.START, 0);
    case 'stop':
      return operation(I2C_OP.STOP, 0);
    case 'write': {
      const passesOver = move.refused(0) === undefined;
      return operation(passesOver ? I2C_OP.WRITE_ALL : I2C_OP.WRITE, move.bytes.length, move.bytes);
    }
    default:
      return operation(move.acks === 'all' ? I2C_OP.READ : I2C_OP.READ_LAST, move.into.length);
  }
}

/** Bytes that the driver answers to a move. */
function answerOf(move: I2cMove): number {
  if (move.kind === 'read') return move.into.length;
  return move.kind === 'write' ? 2 : 0;
}
