import {
  BusFault,
  checkI2cMessages,
  type HostAdapter,
  I2C_M,
  type I2cController,
  type I2cMessage,
  nackFault,
} from '../../src/bus/index.ts';
import type { UsbConnection, UsbOpener } from '../../src/usb/index.ts';
import { clockTooSlow } from '../link/index.ts';
import { PinLines, Turns } from '../pins/index.ts';
import { answersOn, exchange, Mark, UsbSession, untilQuiet } from '../usb/index.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import { Mcp2221Pins } from './pins.ts';
import {
  CANCEL,
  CLOCKS_HZ,
  COMMAND,
  clockOf,
  DATA_MAX,
  dividerFor,
  ENDPOINT,
  GET_DATA_ANSWER,
  LENGTH_MAX,
  NACK_FLAG,
  REPORT_BYTES,
  RESET_KEY,
  RESULT,
  request,
  SPEED,
  STATE,
  STATUS_ANSWER,
  TIMEOUTS,
  transferRequest,
  word,
} from './protocol.ts';

const DEFAULT_HZ = 100_000;
/** The engine is asked so often before it is called stuck; the chip itself gives up sooner. */
const POLLS = 2000;

/** An MCP2221A: a report and its answer a step. */
export class Mcp2221Adapter implements HostAdapter, I2cController {
  readonly synchronous = false;
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly i2c: I2cController = this;
  readonly lines: PinLines;
  /** Its bus and its lines take turns. */
  readonly #turns = new Turns();
  readonly #session: UsbSession;
  #divider = dividerFor(DEFAULT_HZ) as number;
  #told: number | undefined;
  /** A step was broken off: its answer may be due, and the engine in the middle of a transfer. */
  #unclean = false;
  /** Of the answers to `COMMAND.STATUS` only those to this say what became of the clock, also while a transfer is under way. */
  readonly #mark = new Mark(
    (signal) => this.#session.usb.out(ENDPOINT.OUT, setSpeed(this.#divider), signal),
    (answer) => answer[0] === COMMAND.STATUS && answer[STATUS_ANSWER.SET_SPEED] !== 0,
  );

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener) {
    const session = new UsbSession(name, open, ENDPOINT);
    this.#session = session;
    this.lines = new PinLines(
      new Mcp2221Pins({
        get description() {
          return session.description;
        },
        ask: (report, signal) => this.#turns.take(() => this.#askBetween(report, signal), signal),
      }),
    );
  }

  get description(): string {
    return this.#session.description;
  }

  get maxMessageLength(): number {
    return LENGTH_MAX;
  }

  async open(): Promise<void> {
    this.lines.closed();
    await this.#session.open();
    this.#told = undefined;
    this.#mark.forget();
    // Whoever had it before may have left anything.
    this.#unclean = true;
    await this.lines.opened();
  }

  async close(): Promise<void> {
    this.lines.closed();
    await this.#session.close();
  }

  setClockFrequency(hz: number): number {
    const divider = dividerFor(hz);
    if (divider === undefined) throw clockTooSlow('I2C', hz, 'an MCP2221A', CLOCKS_HZ.min);
    this.#divider = divider;
    return Math.floor(clockOf(divider));
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, 'an MCP2221A');
    await this.#turns.take(() => this.#transfer(messages, signal), signal);
  }

  /** Where nobody's transfer is under way. */
  async #askBetween(report: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    const { usb } = this.#session;
    if (this.#unclean) await this.#settle(usb, signal);
    this.#unclean = true;
    const answer = await this.#ask(usb, report, signal);
    this.#unclean = false;
    return answer;
  }

  async #transfer(messages: readonly I2cMessage[], signal: AbortSignal | undefined): Promise<void> {
    const { usb } = this.#session;
    if (this.#unclean) await this.#settle(usb, signal);
    this.#unclean = true;
    await this.#tellSpeed(usb, signal);
    for (const [index, message] of messages.entries()) {
      const isLast = index === messages.length - 1;
      if ((message.flags & I2C_M.RD) !== 0) await this.#read(usb, message, index, signal);
      else await this.#write(usb, message, index, isLast, signal);
    }
    this.#unclean = false;
  }

  async #ask(
    usb: UsbConnection,
    report: Uint8Array,
    signal: AbortSignal | undefined,
    mark?: Mark,
  ): Promise<Uint8Array> {
    const answer = await exchange(usb, ENDPOINT, report, REPORT_BYTES, signal, mark);
    if (answer.length !== REPORT_BYTES || answer[0] !== report[0])
      throw new BusFault('EPROTO', `${this.description} answered another request than it was asked`);
    return answer;
  }

  /** Takes answers that are still due, and frees an engine that is busy. @throws {BusFault} */
  async #settle(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    this.#told = undefined;
    await untilQuiet(answersOn(usb, ENDPOINT, REPORT_BYTES), signal, this.#mark);
    const status = await this.#ask(usb, request(COMMAND.STATUS), signal);
    // An engine that is idle is not to be cancelled: before its first transfer that wedges it.
    if (status[STATUS_ANSWER.STATE] !== STATE.IDLE) await this.#cancel(usb, signal);
    this.#unclean = false;
  }

  async #cancel(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    await this.#ask(usb, request(COMMAND.STATUS, 0, CANCEL.ASK), signal);
    const status = await this.#ask(usb, request(COMMAND.STATUS), signal);
    if (status[STATUS_ANSWER.STATE] === STATE.IDLE) return;
    await usb.out(ENDPOINT.OUT, request(COMMAND.RESET, ...RESET_KEY), signal);
    this.#told = undefined;
    throw (
      heldLow(status) ??
      new BusFault('ENODEV', `${this.description} was stuck and is being reset; the next transfer opens it`)
    );
  }

  async #tellSpeed(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    const divider = this.#divider;
    if (this.#told === divider) return;
    const answer = await this.#ask(usb, setSpeed(divider), signal, this.#mark);
    if (answer[STATUS_ANSWER.SET_SPEED] !== SPEED.SET)
      throw new BusFault('EIO', `${this.description} did not take the I2C clock`);
    this.#told = divider;
  }

  async #write(
    usb: UsbConnection,
    message: I2cMessage,
    index: number,
    isLast: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { addr, buf } = message;
    const command = isLast ? COMMAND.WRITE : COMMAND.WRITE_NO_STOP;
    let polls = 0;
    for (let from = 0; from < buf.length; ) {
      const part = buf.subarray(from, from + DATA_MAX);
      const answer = await this.#ask(usb, transferRequest(command, addr, false, buf.length, part), signal);
      // A report that meets a busy engine was not taken.
      if (answer[1] === RESULT.OK) from += part.length;
      else await this.#status(usb, message, index, signal);
      if (++polls > POLLS + buf.length) throw this.#stuck();
    }
    for (let state: number; polls < POLLS + buf.length; polls++) {
      state = await this.#status(usb, message, index, signal);
      if (state === (isLast ? STATE.IDLE : STATE.WRITTEN_NO_STOP)) return;
    }
    throw this.#stuck();
  }

  async #read(
    usb: UsbConnection,
    message: I2cMessage,
    index: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { addr, buf } = message;
    const command = index === 0 ? COMMAND.READ : COMMAND.READ_REPEATED;
    await this.#ask(usb, transferRequest(command, addr, true, buf.length), signal);
    let got = 0;
    for (let polls = 0; got < buf.length; ) {
      const answer = await this.#ask(usb, request(COMMAND.GET_DATA), signal);
      const count = answer[GET_DATA_ANSWER.COUNT] as number;
      if (answer[1] === RESULT.OK && count > 0 && count <= Math.min(DATA_MAX, buf.length - got)) {
        buf.set(answer.subarray(GET_DATA_ANSWER.DATA, GET_DATA_ANSWER.DATA + count), got);
        got += count;
      } else if (++polls > POLLS) throw this.#stuck();
      else await this.#status(usb, message, index, signal);
    }
  }

  /** @returns the state of the engine. @throws {BusFault} a NACK */
  async #status(
    usb: UsbConnection,
    message: I2cMessage,
    index: number,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const status = await this.#ask(usb, request(COMMAND.STATUS), signal);
    const state = status[STATUS_ANSWER.STATE] as number;
    if (TIMEOUTS.includes(state)) {
      await this.#cancel(usb, signal);
      this.#unclean = false;
      throw heldLow(status) ?? this.#stuck();
    }
    const refused = ((status[STATUS_ANSWER.FLAGS] as number) & NACK_FLAG) !== 0;
    if (!refused && state !== STATE.ADDRESS_NACK) return state;
    if (state !== STATE.IDLE) await this.#cancel(usb, signal);
    this.#unclean = false;
    const moved = word(status, STATUS_ANSWER.MOVED);
    throw nackFault(message, { message: index, byte: moved === 0 ? -1 : moved });
  }

  #stuck(): BusFault {
    return new BusFault('ETIMEDOUT', `${this.description} did not end the transfer`);
  }
}

function setSpeed(divider: number): Uint8Array {
  return request(COMMAND.STATUS, 0, 0, SPEED.ASK, divider);
}

/** The fault of a bus that is not free, by the levels that the chip sees. */
function heldLow(status: Uint8Array): BusFault | undefined {
  if (status[STATUS_ANSWER.SCL] === 0)
    return new BusFault('ETIMEDOUT', 'SCL is held low: check the wiring and pull-ups');
  if (status[STATUS_ANSWER.SDA] !== 0) return undefined;
  return new BusFault(
    'EBUSY',
    'SDA is held low, and an MCP2221A cannot free the bus: switch its parts off and on',
  );
}
