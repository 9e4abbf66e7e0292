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
import {
  CHIP_BYTES,
  CHIP_CODE,
  DATA_FIRST,
  DATA_LAST,
  DATA_MAX,
  DEFAULT_HZ,
  dataNumber,
  ENDPOINT,
  FEATURE,
  FLAG,
  FLAG_START_MASK,
  GPIO_BYTES,
  I2C_STATUS_BYTES,
  MODE_I2C,
  PACKET_BYTES,
  PORT_A,
  READ,
  SET,
  STATUS,
  SYSTEM,
  SYSTEM_BYTES,
  USB_ID,
} from './protocol.ts';

const VENDOR_PAGE = 0xff00;
const NOTHING = new Uint8Array(0);
const DATA_NUMBERS = Array.from({ length: DATA_LAST - DATA_FIRST + 1 }, (_, i) => DATA_FIRST + i);
const FEATURES = [
  [FEATURE.CHIP, CHIP_BYTES],
  [FEATURE.SYSTEM, SYSTEM_BYTES],
  [FEATURE.GPIO, GPIO_BYTES],
  [FEATURE.I2C_STATUS, I2C_STATUS_BYTES],
] as const;
const REPORTS = reportDescriptor(VENDOR_PAGE, [
  ...FEATURES.map(([number, length]) => ({ kind: HID_REPORT.FEATURE, number, length: length - 1 })),
  ...[READ, ...DATA_NUMBERS].map((number) => ({
    kind: HID_REPORT.OUTPUT,
    number,
    length: PACKET_BYTES - 1,
  })),
  ...DATA_NUMBERS.map((number) => ({ kind: HID_REPORT.INPUT, number, length: PACKET_BYTES - 1 })),
]);

const DESCRIPTION: DeviceDescription = {
  ...USB_ID,
  usbVersion: 0x0200,
  deviceVersion: 0x3001,
  class: 0,
  speed: 'full',
  maxPacketSize0: 64,
  manufacturer: 'FTDI',
  product: 'FT260',
  interfaces: [
    hidInterface(REPORTS, [
      { address: ENDPOINT.IN, kind: 'interrupt', maxPacketSize: PACKET_BYTES, interval: 1 },
      { address: ENDPOINT.OUT, kind: 'interrupt', maxPacketSize: PACKET_BYTES, interval: 1 },
    ]),
  ],
};

/** The place in `FEATURE.SYSTEM` of what a request sets. */
const SYSTEM_PLACES: Readonly<Record<number, number>> = {
  [SET.I2C]: SYSTEM.I2C,
  [SET.UART]: SYSTEM.UART,
  [SET.GPIO2]: SYSTEM.GPIO2,
  [SET.GPIO_A]: SYSTEM.GPIO_A,
  [SET.GPIO_G]: SYSTEM.GPIO_G,
};

/** The chip with an I2C bus and its pins, set to I2C alone. Its serial port, another interface, is not emulated. */
export class Ft260Emulator implements UsbDevice {
  readonly description: DeviceDescription;
  readonly #wire: EmulatedI2c;
  readonly #pins: EmulatedPins;
  readonly #system = new Uint8Array(SYSTEM_BYTES);
  readonly #gpio = new Uint8Array(GPIO_BYTES);
  #port: DevicePort | undefined;
  #kHz = DEFAULT_HZ / 1000;
  /** A START without its STOP. */
  #isOpen = false;
  /** Bits of the last transfer that say what went wrong. */
  #fault = 0;

  constructor(wire: EmulatedI2c, serialNumber?: string, pins: EmulatedPins = new EmulatedPins()) {
    this.#wire = wire;
    this.#pins = pins;
    this.description = { ...DESCRIPTION, ...(serialNumber !== undefined && { serialNumber }) };
  }

  plugged(port: DevicePort): void {
    this.#port = port;
    this.#system.fill(0);
    this.#system.set([FEATURE.SYSTEM, MODE_I2C]);
    this.#system.set([1, 1], SYSTEM.POWERED);
    this.#gpio.fill(0).set([FEATURE.GPIO]);
    this.#drivePins();
    this.#setClock(DEFAULT_HZ / 1000);
    this.#resetI2c();
  }

  control(setup: SetupPacket, data: Uint8Array): Uint8Array {
    if (wantsReportDescriptor(setup)) return REPORTS;
    const { request, value } = setup;
    if (request === HID_REQUEST.SET_IDLE) return NOTHING;
    if (value >> 8 !== HID_REPORT.FEATURE) throw new UsbStall();
    if (request === HID_REQUEST.GET_REPORT) return this.#feature(value & 0xff);
    if (request !== HID_REQUEST.SET_REPORT) throw new UsbStall();
    this.#setFeature(data);
    return NOTHING;
  }

  #feature(number: number): Uint8Array {
    switch (number) {
      case FEATURE.CHIP:
        return Uint8Array.of(number, ...CHIP_CODE, ...new Uint8Array(CHIP_BYTES - 1 - CHIP_CODE.length));
      case FEATURE.SYSTEM:
        return this.#system;
      case FEATURE.I2C_STATUS:
        return Uint8Array.of(number, this.#status, this.#kHz & 0xff, this.#kHz >> 8, 0);
      case FEATURE.GPIO: {
        const { levels } = this.#pins;
        const [, , directions = 0, , directionsA = 0] = this.#gpio;
        return Uint8Array.of(number, levels & 0x3f, directions, (levels >> PORT_A) & 0xff, directionsA);
      }
      default:
        throw new UsbStall();
    }
  }

  get #status(): number {
    return STATUS.IDLE | this.#fault | (this.#isOpen || this.#isHeld ? STATUS.BUS_BUSY : 0);
  }

  get #isHeld(): boolean {
    return this.#wire.sdaHeld === true || this.#wire.sclHeld === true;
  }

  #setFeature(report: Uint8Array): void {
    const [number, request = 0, low = 0, high = 0] = report;
    if (number === FEATURE.GPIO && report.length >= GPIO_BYTES) {
      this.#gpio.set(report.subarray(0, GPIO_BYTES));
      this.#drivePins();
    }
    if (number !== FEATURE.SYSTEM) return;
    if (request === SET.I2C_RESET) this.#resetI2c();
    else if (request === SET.I2C_CLOCK) this.#setClock(low | (high << 8));
    const place = SYSTEM_PLACES[request];
    if (place !== undefined) this.#system[place] = low;
  }

  #setClock(kHz: number): void {
    this.#kHz = kHz;
    this.#wire.clockHz = kHz * 1000;
  }

  #resetI2c(): void {
    this.#stop();
    this.#fault = 0;
  }

  #stop(): void {
    this.#wire.stop();
    this.#isOpen = false;
  }

  #drivePins(): void {
    const [, levels = 0, directions = 0, levelsA = 0, directionsA = 0] = this.#gpio;
    this.#pins.drive(levels | (levelsA << PORT_A), directions | (directionsA << PORT_A));
  }

  received(_endpoint: number, report: Uint8Array): void {
    const [number = 0, address = 0, flags = 0, low = 0, high = 0] = report;
    if (this.#system[SYSTEM.I2C] === 0 || this.#isHeld) return;
    if (number === READ) this.#read(address, flags, low | (high << 8));
    else if (number >= DATA_FIRST && number <= DATA_LAST && low <= DATA_MAX)
      this.#write(address, flags, report.subarray(4, 4 + low));
  }

  /** What begins a part: START and the address, where the flags have them. @returns false where nobody answered */
  #begin(address: number, flags: number): boolean {
    if ((flags & FLAG_START_MASK) === 0) return this.#isOpen && this.#fault === 0;
    this.#fault = 0;
    this.#isOpen = true;
    this.#wire.start();
    if (this.#wire.writeByte(address)) return true;
    const isLost = this.#wire.trouble === 'arbitration lost';
    this.#fault = STATUS.ERROR | (isLost ? STATUS.ARBITRATION : STATUS.ADDRESS_NACK);
    return false;
  }

  #write(address: number, flags: number, data: Uint8Array): void {
    if (this.#begin(address << 1, flags))
      for (const byte of data)
        if (!this.#wire.writeByte(byte)) {
          this.#fault = STATUS.ERROR | STATUS.DATA_NACK;
          break;
        }
    if ((flags & FLAG.STOP) !== 0 || this.#fault !== 0) this.#stop();
  }

  /** What nobody answers is read as well, and as FF; of a read that takes more than one report no NACK is told. */
  #read(address: number, flags: number, length: number): void {
    const answered = this.#begin((address << 1) | 1, flags);
    const stops = (flags & FLAG.STOP) !== 0;
    for (let from = 0; from < length; from += DATA_MAX) {
      const count = Math.min(DATA_MAX, length - from);
      const data = Array.from({ length: count }, (_, i) =>
        answered ? this.#wire.readByte(!(stops && from + i === length - 1)) : 0xff,
      );
      const report = new Uint8Array(PACKET_BYTES);
      report.set([dataNumber(count), count, ...data]);
      this.#port?.send(ENDPOINT.IN, report);
    }
    if (stops || this.#fault !== 0) this.#stop();
    if (length > DATA_MAX) this.#fault = 0;
  }
}
