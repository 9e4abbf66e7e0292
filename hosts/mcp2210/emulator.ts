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
import type { EmulatedSpi } from '../link/index.ts';
import { EmulatedPins } from '../pins/index.ts';
import {
  ALL_PINS,
  CHIP,
  CLOCKS_HZ,
  COMMAND,
  DATA,
  DATA_MAX,
  ENDPOINT,
  ENGINE,
  FUNCTION,
  INPUT_PIN,
  MEMORY_ADDRESS,
  PIN_COUNT,
  REPORT_BYTES,
  RESULT,
  readSpi,
  spiReport,
  USB_ID,
  word,
} from './protocol.ts';

const VENDOR_PAGE = 0xff00;
const NOTHING = new Uint8Array(0);
/** Nobody has written the memory for users. */
const ERASED = 0xff;
const REPORTS = reportDescriptor(VENDOR_PAGE, [
  { kind: HID_REPORT.INPUT, length: REPORT_BYTES },
  { kind: HID_REPORT.OUTPUT, length: REPORT_BYTES },
]);

const DESCRIPTION: DeviceDescription = {
  ...USB_ID,
  usbVersion: 0x0200,
  deviceVersion: 0x0002,
  class: 0,
  speed: 'full',
  maxPacketSize0: 8,
  manufacturer: 'Microchip Technology Inc.',
  product: 'MCP2210 USB to SPI Master',
  interfaces: [
    hidInterface(REPORTS, [
      { address: ENDPOINT.IN, kind: 'interrupt', maxPacketSize: REPORT_BYTES, interval: 1 },
      { address: ENDPOINT.OUT, kind: 'interrupt', maxPacketSize: REPORT_BYTES, interval: 1 },
    ]),
  ],
};

/** What the chip is wired to: the first pins select the chips of the SPI bus. */
export interface Mcp2210Wiring {
  readonly spi?: EmulatedSpi | undefined;
  readonly pins?: EmulatedPins | undefined;
  /** Default 1. */
  readonly chipSelects?: number;
}

/** The chip as it comes from the factory, but for its pins, all of which are GPIO. */
export class Mcp2210Emulator implements UsbDevice {
  readonly description = DESCRIPTION;
  readonly #spi: EmulatedSpi | undefined;
  readonly #pins: EmulatedPins;
  readonly #chipSelects: number;
  readonly #chip = new Uint8Array(REPORT_BYTES);
  #port: DevicePort | undefined;
  #levels = 0;
  #directions = ALL_PINS;
  #settings = spiReport({ hz: 1_000_000, idle: ALL_PINS, active: ALL_PINS, length: 4, mode: 0 });
  #selected: number | undefined;
  /** Bytes of the transaction that have not been sent; undefined: there is none. */
  #left: number | undefined;
  /** What came, and was not fetched. */
  #received: Uint8Array = NOTHING;

  constructor({ spi, pins = new EmulatedPins(), chipSelects = 1 }: Mcp2210Wiring) {
    this.#spi = spi;
    this.#pins = pins;
    this.#chipSelects = chipSelects;
  }

  plugged(port: DevicePort): void {
    this.#port = port;
    this.#chip.fill(0);
    this.#levels = 0;
    this.#directions = ALL_PINS;
    this.#end();
  }

  control(setup: SetupPacket): Uint8Array {
    if (wantsReportDescriptor(setup)) return REPORTS;
    if (setup.request === HID_REQUEST.SET_IDLE) return NOTHING;
    throw new UsbStall();
  }

  received(_endpoint: number, data: Uint8Array): void {
    const report = new Uint8Array(REPORT_BYTES);
    report.set(data.subarray(0, REPORT_BYTES));
    const answer = new Uint8Array(REPORT_BYTES);
    answer[0] = report[0] as number;
    answer[1] = this.#command(report, answer);
    this.#port?.send(ENDPOINT.IN, answer);
  }

  /** @returns the result */
  #command(report: Uint8Array, answer: Uint8Array): number {
    switch (report[0]) {
      case COMMAND.CANCEL:
        this.#end();
        answer[2] = 1;
        return RESULT.OK;
      case COMMAND.STATUS:
        answer.set([1, this.#left === undefined ? 0 : 1], 2);
        return RESULT.OK;
      case COMMAND.TRANSFER:
        return this.#transfer(report, answer);
      case COMMAND.GET_SPI:
        answer.set(this.#settings.subarray(DATA), DATA);
        return RESULT.OK;
      case COMMAND.SET_SPI:
        return this.#setSpi(report, answer);
      case COMMAND.READ_MEMORY:
        answer.set([report[1] ?? 0, ERASED], MEMORY_ADDRESS);
        return RESULT.OK;
      default:
        return this.#pinCommand(report, answer);
    }
  }

  #pinCommand(report: Uint8Array, answer: Uint8Array): number {
    switch (report[0]) {
      case COMMAND.GET_CHIP:
        answer.set(this.#chip.subarray(CHIP.PINS, CHIP.END), CHIP.PINS);
        return RESULT.OK;
      case COMMAND.SET_CHIP:
        if (this.#left !== undefined) return RESULT.BUSY;
        this.#chip.set(report.subarray(CHIP.PINS, CHIP.END), CHIP.PINS);
        this.#levels = word(report, CHIP.LEVELS);
        this.#directions = word(report, CHIP.DIRECTIONS);
        break;
      case COMMAND.SET_LEVELS:
        this.#levels = word(report, DATA);
        break;
      case COMMAND.SET_DIRECTIONS:
        this.#directions = word(report, DATA) | (1 << INPUT_PIN);
        break;
      case COMMAND.GET_LEVELS:
        answer.set(bytesOf(this.#pins.levels & ALL_PINS), DATA);
        return RESULT.OK;
      case COMMAND.GET_DIRECTIONS:
        answer.set(bytesOf(this.#directions), DATA);
        return RESULT.OK;
      default:
        return RESULT.UNKNOWN;
    }
    this.#drivePins();
    return RESULT.OK;
  }

  /** The clock is a whole part of 12 MHz. */
  #setSpi(report: Uint8Array, answer: Uint8Array): number {
    if (this.#left !== undefined) return RESULT.BUSY;
    const settings = readSpi(report);
    const asked = Math.min(CLOCKS_HZ.max, Math.max(CLOCKS_HZ.min, settings.hz));
    const hz = Math.floor(CLOCKS_HZ.max / Math.ceil(CLOCKS_HZ.max / asked));
    this.#settings = spiReport({ ...settings, hz });
    answer.set(this.#settings.subarray(DATA), DATA);
    this.#drivePins();
    return RESULT.OK;
  }

  /** What came for earlier bytes is fetched by the report that has the next. */
  #transfer(report: Uint8Array, answer: Uint8Array): number {
    const isFirst = this.#left === undefined;
    const left = this.#left ?? readSpi(this.#settings).length;
    const count = Math.min(report[1] ?? 0, DATA_MAX, left);
    const fetched = this.#received;
    if (isFirst && count === 0) {
      answer.set([0, ENGINE.DONE], 2);
      return RESULT.OK;
    }
    this.#left = left;
    if (isFirst) this.#drivePins();
    const sent = report.subarray(DATA, DATA + count);
    this.#received = new Uint8Array(count).fill(0xff);
    this.#spi?.exchange(sent, this.#received, count);
    this.#left -= count;
    const isOver = this.#left === 0 && count === 0;
    answer.set([fetched.length, isOver ? ENGINE.DONE : isFirst ? ENGINE.STARTED : ENGINE.DATA], 2);
    answer.set(fetched, DATA);
    if (isOver) this.#end();
    return RESULT.OK;
  }

  #end(): void {
    this.#left = undefined;
    this.#received = NOTHING;
    this.#drivePins();
  }

  /** Pins that are chip selects follow the engine, the others what they were told. */
  #drivePins(): void {
    const { idle, active, mode, hz } = readSpi(this.#settings);
    const engine = this.#left === undefined ? idle : active;
    let [levels, outputs] = [this.#levels, ~this.#directions & ALL_PINS];
    for (let pin = 0; pin < PIN_COUNT; pin++) {
      if (this.#chip[CHIP.PINS + pin] !== FUNCTION.CHIP_SELECT) continue;
      const bit = 1 << pin;
      outputs |= bit;
      levels = (levels & ~bit) | (engine & bit);
    }
    this.#pins.drive(levels, outputs);
    const low = Math.log2(~levels & outputs & ((1 << this.#chipSelects) - 1));
    const selected = Number.isInteger(low) ? low : undefined;
    if (selected === this.#selected) return;
    if (this.#selected !== undefined) this.#spi?.deselect();
    this.#selected = selected;
    if (selected !== undefined) this.#spi?.select(selected, mode, hz);
  }
}

function bytesOf(pins: number): number[] {
  return [pins & 0xff, pins >> 8];
}
