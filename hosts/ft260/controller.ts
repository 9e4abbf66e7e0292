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
import { InputReports, UsbSession } from '../usb/index.ts';
import { I2C_CAPABILITIES } from './capabilities.ts';
import { Ft260Pins } from './pins.ts';
import {
  CHIP_BYTES,
  CHIP_CODE,
  CLOCKS_HZ,
  DATA_FIRST,
  DATA_LAST,
  DATA_MAX,
  DEFAULT_HZ,
  ENDPOINT,
  FEATURE,
  FLAG,
  I2C_STATUS_BYTES,
  MODE_UART,
  PACKET_BYTES,
  READ_MAX,
  readReport,
  SET,
  STATUS,
  SYSTEM,
  SYSTEM_BYTES,
  setClock,
  setSystem,
  writeReport,
} from './protocol.ts';

/** A chip that has slept, which it does after 5 s, misses the NACK of what it is asked for first. */
const SLEEPS_AFTER_MS = 4800;
/** The engine is asked so often before it is called stuck; a real one takes more than 1 ms to answer. */
const POLLS = 1000;
/** Beyond the time of its bits, until the data of a read have to be there. */
const READ_LIMIT_MS = 500;
const BITS_PER_BYTE = 9;

const REQUEST_TO = REQUEST_TYPE.CLASS | REQUEST_TYPE.INTERFACE;
const feature = (request: number, number: number): ControlRequest => ({
  requestType: REQUEST_TO,
  request,
  value: (HID_REPORT.FEATURE << 8) | number,
  index: 0,
});

/** An FT260: a report for each part of a message, and the status of the engine behind it. */
export class Ft260Adapter implements HostAdapter, I2cController {
  readonly synchronous = false;
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly i2c: I2cController = this;
  readonly lines: PinLines;
  readonly #session: UsbSession;
  #reports: InputReports | undefined;
  #hz = DEFAULT_HZ;
  #told: number | undefined;
  /** A step was broken off: data may be due, and the engine in the middle of a transfer. */
  #unclean = false;
  #usedAt = 0;

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener) {
    const session = new UsbSession(name, open, ENDPOINT);
    this.#session = session;
    this.lines = new PinLines(
      new Ft260Pins({
        get description() {
          return session.description;
        },
        get: (number, length, signal) => get(session.usb, number, length, signal),
        set: (report, signal) => set(session.usb, report, signal),
      }),
    );
  }

  get description(): string {
    return this.#session.description;
  }

  async open(): Promise<void> {
    this.lines.closed();
    await this.#session.open(greet);
    this.#reports = new InputReports(this.#session.usb, ENDPOINT.IN, PACKET_BYTES);
    this.#told = undefined;
    // Whoever had it before may have left anything.
    this.#unclean = true;
    await this.lines.opened();
  }

  async close(): Promise<void> {
    this.lines.closed();
    await this.#session.close();
  }

  setClockFrequency(hz: number): number {
    if (hz < CLOCKS_HZ.min) throw clockTooSlow('I2C', hz, 'an FT260', CLOCKS_HZ.min);
    this.#hz = Math.floor(Math.min(hz, CLOCKS_HZ.max) / 1000) * 1000;
    return this.#hz;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, 'an FT260');
    const { usb } = this.#session;
    if (this.#unclean) await this.#settle(usb, signal);
    else if (performance.now() - this.#usedAt > SLEEPS_AFTER_MS) await this.#status(usb, signal);
    this.#unclean = true;
    if (this.#told !== this.#hz) {
      await set(usb, setClock(this.#hz), signal);
      this.#told = this.#hz;
    }
    try {
      for (const [place, message] of messages.entries()) {
        const start = place === 0 ? FLAG.START : FLAG.REPEATED_START;
        const stop = place === messages.length - 1 ? FLAG.STOP : 0;
        const conditions = { place, start, stop };
        if ((message.flags & I2C_M.RD) === 0) await this.#write(usb, message, conditions, signal);
        else await this.#read(usb, message, conditions, signal);
      }
      this.#unclean = false;
    } catch (error) {
      // A refused byte leaves the bus to be freed.
      if (error instanceof BusFault && isRefusal(error)) await this.#reset(usb, signal);
      throw error;
    }
    this.#usedAt = performance.now();
  }

  async #write(
    usb: UsbConnection,
    message: I2cMessage,
    { place, start, stop }: Conditions,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { addr, buf } = message;
    for (let from = 0; from < buf.length; from += DATA_MAX) {
      const isLast = from + DATA_MAX >= buf.length;
      const flags = (from === 0 ? start : 0) | (isLast ? stop : 0);
      const data = buf.subarray(from, from + DATA_MAX);
      await usb.out(ENDPOINT.OUT, writeReport(addr, flags, data), signal);
      await this.#awaitEnd(usb, message, place, (flags & FLAG.STOP) !== 0, signal);
    }
  }

  /** The first part fits into one report: the chip tells of no NACK where there are more. */
  async #read(
    usb: UsbConnection,
    message: I2cMessage,
    { place, start, stop }: Conditions,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { addr, buf } = message;
    for (let from = 0; from < buf.length; ) {
      const into = buf.subarray(from, from + (from === 0 ? DATA_MAX : READ_MAX));
      const isLast = from + into.length === buf.length;
      const flags = (from === 0 ? start : 0) | (isLast ? stop : 0);
      this.#reports?.clear();
      await usb.out(ENDPOINT.OUT, readReport(addr, flags, into.length), signal);
      const fault = await this.#take(into, signal);
      await this.#awaitEnd(usb, message, place, isLast, signal);
      if (fault !== undefined) throw fault;
      from += into.length;
    }
  }

  /** @returns the fault where data did not come: the status may know why */
  async #take(into: Uint8Array, signal: AbortSignal | undefined): Promise<BusFault | undefined> {
    const bitsMs = (into.length * BITS_PER_BYTE * 1000) / this.#hz;
    const limit = AbortSignal.timeout(READ_LIMIT_MS + Math.ceil(bitsMs));
    const until = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    for (let got = 0; got < into.length; ) {
      let report: Uint8Array | undefined;
      try {
        report = await this.#reports?.take(until);
      } catch (error) {
        if (limit.aborted && signal?.aborted !== true) return BusFault.from(error);
        throw error;
      }
      const [number = 0, count = 0] = report ?? [];
      const left = into.length - got;
      const isData = number >= DATA_FIRST && number <= DATA_LAST && count > 0 && count <= left;
      if (report === undefined || !isData || report.length < 2 + count)
        throw new BusFault(
          'EPROTO',
          `${this.description} sent an invalid report while ${left} bytes were due`,
        );
      into.set(report.subarray(2, 2 + count), got);
      got += count;
    }
    return undefined;
  }

  /** Behind a STOP the bus has to be free, too: before, a NACK may not be told yet. */
  async #awaitEnd(
    usb: UsbConnection,
    message: I2cMessage,
    place: number,
    stops: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const busy = STATUS.ENGINE_BUSY | (stops ? STATUS.BUS_BUSY : 0);
    let status = STATUS.ENGINE_BUSY as number;
    for (let polls = 0; polls < POLLS && (status & busy) !== 0; polls++) {
      status = await this.#status(usb, signal);
      const isOver = (status & STATUS.ENGINE_BUSY) === 0;
      if (isOver && (status & STATUS.ERROR) !== 0) throw this.#faultOf(status, message, place);
    }
    if ((status & STATUS.ENGINE_BUSY) !== 0)
      throw new BusFault('EIO', `${this.description} did not end the transfer`);
    if ((status & busy) !== 0) throw heldLow();
  }

  #faultOf(status: number, message: I2cMessage, place: number): BusFault {
    if ((status & STATUS.ADDRESS_NACK) !== 0) return nackFault(message, { message: place, byte: -1 });
    // Its place is not told.
    if ((status & STATUS.DATA_NACK) !== 0)
      return new BusFault(
        'EREMOTEIO',
        `a byte was not acknowledged by address 0x${message.addr.toString(16)}`,
      );
    if ((status & STATUS.ARBITRATION) !== 0) return new BusFault('EAGAIN');
    return new BusFault(
      'EIO',
      `${this.description} did not carry out the transfer (status 0x${status.toString(16)})`,
    );
  }

  async #status(usb: UsbConnection, signal: AbortSignal | undefined): Promise<number> {
    const report = await get(usb, FEATURE.I2C_STATUS, I2C_STATUS_BYTES, signal);
    return report[1] as number;
  }

  /** Ends what the engine is at, and drops what is still due. @throws {BusFault} `EBUSY` SDA or SCL is held low */
  async #settle(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    await this.#reset(usb, signal);
    await this.#reports?.settle(signal);
    if (((await this.#status(usb, signal)) & STATUS.BUS_BUSY) !== 0) throw heldLow();
  }

  async #reset(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    await set(usb, setSystem(SET.I2C_RESET), signal);
    this.#told = undefined;
  }
}

/** What a message begins and ends with; `place` is its number. */
interface Conditions {
  readonly place: number;
  readonly start: number;
  readonly stop: number;
}

function isRefusal({ code }: BusFault): boolean {
  return code === 'ENXIO' || code === 'EREMOTEIO' || code === 'EAGAIN';
}

function heldLow(): BusFault {
  return new BusFault(
    'EBUSY',
    'SDA or SCL is held low, and an FT260 cannot free the bus: switch its parts off and on',
  );
}

/** Asks for a feature report. @throws {BusFault} `EPROTO` it is another */
async function get(
  usb: UsbConnection,
  number: number,
  length: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const report = await usb.controlIn(feature(HID_REQUEST.GET_REPORT, number), length, signal);
  if (report.length === length && report[0] === number) return report;
  throw new BusFault('EPROTO', `${usb.description} answered another request than it was asked`);
}

async function set(usb: UsbConnection, report: Uint8Array, signal?: AbortSignal): Promise<void> {
  await usb.controlOut(feature(HID_REQUEST.SET_REPORT, report[0] as number), report, signal);
}

/** @throws {BusFault} `EPROTO` it is no FT260, or one without I2C */
async function greet(usb: UsbConnection): Promise<void> {
  const [, ...code] = await get(usb, FEATURE.CHIP, CHIP_BYTES);
  if (CHIP_CODE.some((byte, i) => byte !== code[i]))
    throw new BusFault('EPROTO', `no FT260 found: ${usb.description} has its ids, but is another chip`);
  const system = await get(usb, FEATURE.SYSTEM, SYSTEM_BYTES);
  if (((system[SYSTEM.MODE] as number) & MODE_UART) !== 0 && ((system[SYSTEM.MODE] as number) & 1) === 0)
    throw new BusFault(
      'EPROTO',
      `${usb.description} is a serial port only: set its pins DCNF0 and DCNF1 to a mode with I2C`,
    );
  if (system[SYSTEM.I2C] === 0) await set(usb, setSystem(SET.I2C, 1));
}
