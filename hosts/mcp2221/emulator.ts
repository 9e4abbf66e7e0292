import {
  type DeviceDescription,
  type DevicePort,
  HID_REPORT,
  HID_REQUEST,
  hidInterface,
  reportDescriptor,
  type SetupPacket,
  type UsbDevice,
  UsbStall,
  wantsReportDescriptor,
} from '../../src/usb/index.ts';
import type { EmulatedI2c } from '../link/index.ts';
import { EmulatedPins } from '../pins/index.ts';
import { EmulatorMemory } from './emulator-memory.ts';
import {
  CANCEL,
  COMMAND,
  COUNT_ERROR,
  clockOf,
  DATA_MAX,
  ENDPOINT,
  GET_DATA_ANSWER,
  NACK_FLAG,
  REPORT_BYTES,
  RESET_KEY,
  RESULT,
  SPEED,
  STATE,
  STATUS_ANSWER,
  STATUS_REQUEST,
  TRANSFER,
  USB_ID,
  word,
} from './protocol.ts';

const VENDOR_PAGE = 0xff00;
const REPORTS = reportDescriptor(VENDOR_PAGE, [
  { kind: HID_REPORT.INPUT, length: REPORT_BYTES },
  { kind: HID_REPORT.OUTPUT, length: REPORT_BYTES },
]);

const DESCRIPTION: DeviceDescription = {
  ...USB_ID,
  usbVersion: 0x0200,
  deviceVersion: 0x0100,
  class: 0,
  speed: 'full',
  maxPacketSize0: 8,
  manufacturer: 'Microchip Technology Inc.',
  product: 'MCP2221 USB-I2C/UART Combo',
  interfaces: [
    hidInterface(REPORTS, [
      { address: ENDPOINT.IN, kind: 'interrupt', maxPacketSize: REPORT_BYTES, interval: 1 },
      { address: ENDPOINT.OUT, kind: 'interrupt', maxPacketSize: REPORT_BYTES, interval: 1 },
    ]),
  ],
};

/** Hardware revision A6, firmware 1.2. */
const REVISION = Buffer.from('A612');
/** 100 kHz. */
const DEFAULT_DIVIDER = 0x75;

/** The chip with an I2C bus. Its serial port, another interface, is not emulated. */
export class Mcp2221Emulator implements UsbDevice {
  readonly description: DeviceDescription;
  readonly #wire: EmulatedI2c;
  readonly #memory: EmulatorMemory;
  #port: DevicePort | undefined;
  #state: number = STATE.IDLE;
  #nack = false;
  #divider = DEFAULT_DIVIDER;
  #address = 0;
  #asked = 0;
  #moved = 0;
  #read: Uint8Array = new Uint8Array(0);
  /** There was a transfer since the reset. */
  #used = false;

  constructor(wire: EmulatedI2c, serialNumber?: string, pins: EmulatedPins = new EmulatedPins()) {
    this.#wire = wire;
    this.#memory = new EmulatorMemory(pins);
    this.description = { ...DESCRIPTION, ...(serialNumber !== undefined && { serialNumber }) };
  }

  plugged(port: DevicePort): void {
    this.#port = port;
    this.#reset();
  }

  control(setup: SetupPacket): Uint8Array {
    if (wantsReportDescriptor(setup)) return REPORTS;
    if (setup.request === HID_REQUEST.SET_IDLE) return new Uint8Array(0);
    throw new UsbStall();
  }

  /** Linux sends as much of a report as it needs. */
  received(_endpoint: number, data: Uint8Array): void {
    const report = new Uint8Array(REPORT_BYTES);
    report.set(data.subarray(0, REPORT_BYTES));
    const answer = new Uint8Array(REPORT_BYTES);
    answer[0] = report[0] as number;
    if (this.#command(report, answer)) this.#port?.send(ENDPOINT.IN, answer);
  }

  /** @returns false where nothing is answered */
  #command(report: Uint8Array, answer: Uint8Array): boolean {
    switch (report[0]) {
      case COMMAND.STATUS:
        this.#status(report, answer);
        return true;
      case COMMAND.WRITE:
      case COMMAND.WRITE_REPEATED:
      case COMMAND.WRITE_NO_STOP:
        this.#write(report, answer);
        return true;
      case COMMAND.READ:
      case COMMAND.READ_REPEATED:
        this.#startRead(report, answer);
        return true;
      case COMMAND.GET_DATA:
        this.#getData(answer);
        return true;
      case COMMAND.RESET:
        if (RESET_KEY.every((byte, i) => report[1 + i] === byte)) this.#reset();
        return false;
      default:
        this.#memory.command(report, answer);
        return true;
    }
  }

  #reset(): void {
    this.#wire.stop();
    this.#state = STATE.IDLE;
    this.#nack = false;
    this.#used = false;
    this.#setDivider(DEFAULT_DIVIDER);
    this.#memory.reset();
  }

  #setDivider(divider: number): void {
    this.#divider = divider;
    this.#wire.clockHz = clockOf(divider);
  }

  #status(report: Uint8Array, answer: Uint8Array): void {
    if (report[STATUS_REQUEST.CANCEL] === CANCEL.ASK) answer[STATUS_ANSWER.CANCEL] = this.#cancel();
    if (report[STATUS_REQUEST.SET_SPEED] === SPEED.ASK) {
      const isIdle = this.#state === STATE.IDLE;
      if (isIdle) this.#setDivider(report[STATUS_REQUEST.DIVIDER] as number);
      answer[STATUS_ANSWER.SET_SPEED] = isIdle ? SPEED.SET : SPEED.REFUSED;
      answer[STATUS_REQUEST.DIVIDER] = this.#divider;
    }
    const view = new DataView(answer.buffer);
    answer[STATUS_ANSWER.STATE] = this.#state;
    view.setUint16(STATUS_ANSWER.ASKED, this.#asked, true);
    view.setUint16(STATUS_ANSWER.MOVED, this.#moved, true);
    answer[STATUS_ANSWER.BUFFERED] = Math.min(this.#read.length, DATA_MAX);
    answer[STATUS_ANSWER.DIVIDER] = this.#divider;
    view.setUint16(STATUS_ANSWER.ADDRESS, this.#address, true);
    answer[STATUS_ANSWER.FLAGS] = this.#nack ? NACK_FLAG : 0;
    answer[STATUS_ANSWER.SCL] = this.#wire.sclHeld ? 0 : 1;
    answer[STATUS_ANSWER.SDA] = this.#wire.sdaHeld ? 0 : 1;
    answer.set(REVISION, STATUS_ANSWER.REVISION);
  }

  /** Before the first transfer it leaves the chip waiting for a STOP, until it is reset. */
  #cancel(): number {
    if (this.#state === STATE.IDLE && this.#used) return CANCEL.WAS_IDLE;
    this.#wire.stop();
    this.#read = new Uint8Array(0);
    this.#nack = false;
    this.#state = this.#used ? STATE.IDLE : STATE.STOP_TIMEOUT;
    return CANCEL.DONE;
  }

  /** START and the address. @returns false: it is refused, or the engine is busy; `answer` and state say so */
  #begin(report: Uint8Array, answer: Uint8Array, read: boolean): boolean {
    if (this.#state !== STATE.IDLE && this.#state !== STATE.WRITTEN_NO_STOP) {
      answer[1] = RESULT.BUSY;
      answer[2] = this.#state;
      return false;
    }
    this.#used = true;
    this.#address = report[TRANSFER.ADDRESS] as number;
    this.#asked = word(report, TRANSFER.LENGTH);
    this.#moved = 0;
    this.#nack = false;
    this.#read = new Uint8Array(0);
    if (this.#asked === 0) return false;
    if (this.#wire.sdaHeld || this.#wire.sclHeld) {
      this.#state = STATE.START_TIMEOUT;
      return false;
    }
    this.#wire.start();
    if (this.#wire.writeByte((this.#address & 0xfe) | (read ? 1 : 0))) return true;
    this.#refuse();
    return false;
  }

  #refuse(): void {
    this.#nack = true;
    this.#state = STATE.ADDRESS_NACK;
    this.#wire.stop();
  }

  /** A write comes in reports of up to 60 bytes, each with the head of the first. */
  #write(report: Uint8Array, answer: Uint8Array): void {
    const goesOn = this.#state === STATE.WRITE_WAITS;
    if (!goesOn && !this.#begin(report, answer, false)) return;
    const data = report.subarray(
      TRANSFER.DATA,
      TRANSFER.DATA + Math.min(DATA_MAX, this.#asked - this.#moved),
    );
    for (const byte of data) {
      if (!this.#wire.writeByte(byte)) {
        this.#refuse();
        return;
      }
      this.#moved++;
    }
    if (this.#moved < this.#asked) this.#state = STATE.WRITE_WAITS;
    else if (report[0] === COMMAND.WRITE_NO_STOP) this.#state = STATE.WRITTEN_NO_STOP;
    else {
      this.#wire.stop();
      this.#state = STATE.IDLE;
    }
  }

  #startRead(report: Uint8Array, answer: Uint8Array): void {
    if (!this.#begin(report, answer, true)) return;
    const last = this.#asked - 1;
    this.#read = Uint8Array.from({ length: this.#asked }, (_, i) => this.#wire.readByte(i < last));
    this.#moved = this.#asked;
    this.#wire.stop();
    this.#state = STATE.READ_COMPLETE;
  }

  #getData(answer: Uint8Array): void {
    const part = this.#read.subarray(0, DATA_MAX);
    answer[GET_DATA_ANSWER.STATE] = this.#state;
    if (part.length === 0) {
      answer[1] = RESULT.NO_DATA;
      answer[GET_DATA_ANSWER.COUNT] = COUNT_ERROR;
      return;
    }
    this.#read = this.#read.subarray(part.length);
    const isLast = this.#read.length === 0;
    answer[GET_DATA_ANSWER.STATE] = isLast ? STATE.READ_COMPLETE : STATE.READ_PARTLY;
    answer[GET_DATA_ANSWER.COUNT] = part.length;
    answer.set(part, GET_DATA_ANSWER.DATA);
    if (isLast) this.#state = STATE.IDLE;
  }
}
