import {
  BusFault,
  checkI2cMessages,
  type HostAdapter,
  I2C_M,
  type I2cController,
  type I2cMessage,
  nackFault,
} from '../../src/bus/index.ts';
import {
  type ControlRequest,
  HID_REPORT,
  HID_REQUEST,
  REQUEST_TYPE,
  type UsbConnection,
  type UsbOpener,
} from '../../src/usb/index.ts';
import { clockTooSlow } from '../link/index.ts';
import { PinLines } from '../pins/index.ts';
import { answersOn, exchange, Mark, UsbSession, untilQuiet } from '../usb/index.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import { Cp2112Pins } from './pins.ts';
import {
  CLOCKS_HZ,
  DATA_MAX,
  ENDPOINT,
  FEATURE,
  forceSendReport,
  PACKET_BYTES,
  PART_NUMBER,
  READ_MAX,
  REASON,
  REPORT,
  readReport,
  STATUS,
  STATUS_MOVED,
  smbusConfiguration,
  WRITE_READ_MAX,
  word,
  writeReadReport,
  writeReport,
} from './protocol.ts';

const DEFAULT_HZ = 100_000;
/** Of the chip, for a transfer. */
const TIMEOUT_MS = 1000;
const ASK_STATUS = Uint8Array.of(REPORT.ASK_STATUS, 1);

function feature(request: number, number: number): ControlRequest {
  const requestType = REQUEST_TYPE.CLASS | REQUEST_TYPE.INTERFACE;
  return { requestType, request, value: (HID_REPORT.FEATURE << 8) | number, index: 0 };
}

/** A CP2112: a report that asks for the transfer, its status, and the data that were read. */
export class Cp2112Adapter implements HostAdapter, I2cController {
  readonly synchronous = false;
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly i2c: I2cController = this;
  readonly lines: PinLines;
  readonly #session: UsbSession;
  #hz = DEFAULT_HZ;
  #told: number | undefined;
  /** A step was broken off: its answer may be due, and the chip in the middle of a transfer. */
  #unclean = false;
  /** A status is no report of data. */
  readonly #mark = new Mark(
    (signal) => this.#session.usb.out(ENDPOINT.OUT, ASK_STATUS, signal),
    ([number]) => number === REPORT.STATUS,
  );

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener) {
    const session = new UsbSession(name, open, ENDPOINT);
    this.#session = session;
    this.lines = new PinLines(
      new Cp2112Pins({
        get description() {
          return session.description;
        },
        get: (number, length, signal) =>
          session.usb.controlIn(feature(HID_REQUEST.GET_REPORT, number), length, signal),
        set: (report, signal) =>
          session.usb.controlOut(feature(HID_REQUEST.SET_REPORT, report[0] as number), report, signal),
      }),
    );
  }

  get description(): string {
    return this.#session.description;
  }

  get maxMessageLength(): number {
    return READ_MAX;
  }

  async open(): Promise<void> {
    this.lines.closed();
    await this.#session.open(async (usb) => {
      const [, part] = await usb.controlIn(feature(HID_REQUEST.GET_REPORT, FEATURE.VERSION), 3);
      if (part !== PART_NUMBER)
        throw new BusFault(
          'EPROTO',
          `no CP2112 found: ${usb.description} has its ids, but another part number`,
        );
    });
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
    if (hz < CLOCKS_HZ.min) throw clockTooSlow('I2C', hz, 'a CP2112', CLOCKS_HZ.min);
    this.#hz = Math.min(Math.floor(hz), CLOCKS_HZ.max);
    return this.#hz;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, 'a CP2112');
    const [first, second] = messages;
    if (first === undefined) return;
    if (second !== undefined && first.buf.length > WRITE_READ_MAX)
      throw new BusFault(
        'EMSGSIZE',
        `message of ${first.buf.length} bytes is too long: a CP2112 writes at most ${WRITE_READ_MAX} before a read`,
      );
    const { usb } = this.#session;
    if (this.#unclean) await this.#settle(usb, signal);
    this.#unclean = true;
    if (this.#told !== this.#hz) await this.#configure(usb, signal);
    await usb.out(ENDPOINT.OUT, requestOf(first, second), signal);
    await this.#awaitEnd(usb, messages, signal);
    const read = second ?? first;
    if ((read.flags & I2C_M.RD) !== 0) await this.#take(usb, read.buf, signal);
    this.#unclean = false;
  }

  async #configure(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    // Without a number of retries it would try for ever.
    const report = smbusConfiguration({ hz: this.#hz, timeoutMs: TIMEOUT_MS, retries: 1 });
    await usb.controlOut(feature(HID_REQUEST.SET_REPORT, FEATURE.SMBUS_CONFIGURATION), report, signal);
    this.#told = this.#hz;
  }

  /** Takes answers that are still due, and ends what the chip may be at. @throws {BusFault} */
  async #settle(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw new BusFault('ETIMEDOUT');
    await usb.out(ENDPOINT.OUT, Uint8Array.of(REPORT.CANCEL, 1), signal);
    await untilQuiet(answersOn(usb, ENDPOINT, PACKET_BYTES), signal, this.#mark);
  }

  async #ask(
    usb: UsbConnection,
    report: Uint8Array,
    number: number,
    signal: AbortSignal | undefined,
    mark?: Mark,
  ): Promise<Uint8Array> {
    const answer = await exchange(usb, ENDPOINT, report, PACKET_BYTES, signal, mark);
    if (answer[0] !== number)
      throw new BusFault('EPROTO', `${this.description} answered another request than it was asked`);
    return answer;
  }

  /** The chip has time-outs of its own, so it is not busy for ever. */
  async #awaitEnd(
    usb: UsbConnection,
    messages: readonly I2cMessage[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (;;) {
      const status = await this.#ask(usb, ASK_STATUS, REPORT.STATUS, signal, this.#mark);
      if (status[1] === STATUS.DONE) return;
      if (status[1] === STATUS.BUSY) continue;
      this.#unclean = status[1] !== STATUS.ERROR;
      throw this.#faultOf(status, messages);
    }
  }

  #faultOf(status: Uint8Array, messages: readonly I2cMessage[]): BusFault {
    if (status[1] !== STATUS.ERROR)
      return new BusFault('EIO', `${this.description} did not begin the transfer`);
    switch (status[2]) {
      case REASON.NACK: {
        const moved = word(status, STATUS_MOVED);
        return nackFault(messages[0] as I2cMessage, { message: 0, byte: moved === 0 ? -1 : moved });
      }
      case REASON.BUS_NOT_FREE:
        return new BusFault(
          'EBUSY',
          'SDA or SCL is held low, and a CP2112 cannot free the bus: switch its parts off and on',
        );
      case REASON.ARBITRATION:
        return new BusFault('EAGAIN');
      default:
        return new BusFault('EIO', `${this.description} did not end the transfer`);
    }
  }

  async #take(usb: UsbConnection, into: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    for (let got = 0; got < into.length; ) {
      const left = into.length - got;
      const answer = await this.#ask(usb, forceSendReport(left), REPORT.DATA, signal);
      const count = answer[2] ?? 0;
      if (count === 0 || count > Math.min(left, DATA_MAX))
        throw new BusFault('EIO', `${this.description} sent ${count} of ${left} bytes`);
      into.set(answer.subarray(3, 3 + count), got);
      got += count;
    }
  }
}

function requestOf(first: I2cMessage, second: I2cMessage | undefined): Uint8Array {
  if (second !== undefined) return writeReadReport(first.addr, first.buf, second.buf.length);
  if ((first.flags & I2C_M.RD) !== 0) return readReport(first.addr, first.buf.length);
  return writeReport(first.addr, first.buf);
}
