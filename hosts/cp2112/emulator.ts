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
  DATA_MAX,
  ENDPOINT,
  FEATURE,
  PACKET_BYTES,
  PART_NUMBER,
  PART_VERSION,
  READ_MAX,
  REASON,
  REPORT,
  STATUS,
  STATUS_MOVED,
  smbusConfiguration,
  USB_ID,
  WRITE_MAX,
  WRITE_READ_MAX,
  word,
} from './protocol.ts';

const VENDOR_PAGE = 0xff00;
const NOTHING = new Uint8Array(0);
/** Bytes behind the numbers of reports (AN495, table 4.1). */
const FEATURES = [
  [1, 1],
  [2, 4],
  [3, 1],
  [4, 2],
  [5, 2],
  [6, 13],
  [0x20, 1],
  [0x21, 9],
] as const;
const STRINGS = [0x22, 0x23, 0x24] as const;
const OUTPUTS = [0x10, 0x11, 0x12, 0x14, 0x15, 0x17] as const;
const INPUTS = [0x13, 0x16] as const;
const REPORTS = reportDescriptor(VENDOR_PAGE, [
  ...FEATURES.map(([number, length]) => ({ kind: HID_REPORT.FEATURE, number, length })),
  ...STRINGS.map((number) => ({ kind: HID_REPORT.FEATURE, number, length: 62 })),
  ...OUTPUTS.map((number) => ({ kind: HID_REPORT.OUTPUT, number, length: PACKET_BYTES - 1 })),
  ...INPUTS.map((number) => ({ kind: HID_REPORT.INPUT, number, length: PACKET_BYTES - 1 })),
]);

const DESCRIPTION: DeviceDescription = {
  ...USB_ID,
  usbVersion: 0x0200,
  deviceVersion: 0x0001,
  class: 0,
  speed: 'full',
  maxPacketSize0: 64,
  manufacturer: 'Silicon Laboratories',
  product: 'CP2112 HID USB-to-SMBus Bridge',
  interfaces: [
    hidInterface(REPORTS, [
      { address: ENDPOINT.IN, kind: 'interrupt', maxPacketSize: PACKET_BYTES, interval: 1 },
      { address: ENDPOINT.OUT, kind: 'interrupt', maxPacketSize: PACKET_BYTES, interval: 1 },
    ]),
  ],
};

/** The chip with an I2C bus and eight pins. */
export class Cp2112Emulator implements UsbDevice {
  readonly description: DeviceDescription;
  readonly #wire: EmulatedI2c;
  readonly #pins: EmulatedPins;
  readonly #features = new Map<number, Uint8Array>();
  #port: DevicePort | undefined;
  #levels = 0xff;
  #status: number = STATUS.IDLE;
  #reason: number = REASON.OK;
  #moved = 0;
  #read: Uint8Array = NOTHING;

  constructor(wire: EmulatedI2c, serialNumber?: string, pins: EmulatedPins = new EmulatedPins()) {
    this.#wire = wire;
    this.#pins = pins;
    this.description = { ...DESCRIPTION, ...(serialNumber !== undefined && { serialNumber }) };
  }

  plugged(port: DevicePort): void {
    this.#port = port;
    this.#reset();
  }

  #reset(): void {
    this.#wire.stop();
    this.#features.clear();
    this.#features.set(FEATURE.VERSION, Uint8Array.of(FEATURE.VERSION, PART_NUMBER, PART_VERSION));
    this.#features.set(FEATURE.GPIO_CONFIGURATION, Uint8Array.of(FEATURE.GPIO_CONFIGURATION, 0, 0, 0, 0));
    this.#features.set(FEATURE.LOCK, Uint8Array.of(FEATURE.LOCK, 0xff));
    this.#setFeature(smbusConfiguration({ hz: 100_000, timeoutMs: 0, retries: 0 }));
    this.#levels = 0xff;
    this.#drivePins();
    this.#idle();
  }

  control(setup: SetupPacket, data: Uint8Array): Uint8Array {
    if (wantsReportDescriptor(setup)) return REPORTS;
    const { request, value } = setup;
    if (request === HID_REQUEST.SET_IDLE) return NOTHING;
    if (value >> 8 !== HID_REPORT.FEATURE) throw new UsbStall();
    if (request === HID_REQUEST.SET_REPORT) this.#setFeature(data);
    else if (request === HID_REQUEST.GET_REPORT) return this.#feature(value & 0xff);
    else throw new UsbStall();
    return NOTHING;
  }

  #feature(number: number): Uint8Array {
    if (number === FEATURE.GPIO_GET) return Uint8Array.of(number, this.#pins.levels & 0xff);
    const report = this.#features.get(number);
    if (report === undefined) throw new UsbStall();
    return report;
  }

  #setFeature(report: Uint8Array): void {
    const [number = 0, first = 0, mask = 0] = report;
    if (number === FEATURE.RESET) this.#reset();
    else if (number === FEATURE.GPIO_SET) this.#levels = (this.#levels & ~mask) | (first & mask);
    else if (number !== FEATURE.VERSION) this.#features.set(number, Uint8Array.from(report));
    this.#drivePins();
    if (number === FEATURE.SMBUS_CONFIGURATION && report.length >= 5)
      this.#wire.clockHz = new DataView(report.buffer, report.byteOffset).getUint32(1);
  }

  #drivePins(): void {
    this.#pins.drive(this.#levels, this.#features.get(FEATURE.GPIO_CONFIGURATION)?.[1] ?? 0);
  }

  received(_endpoint: number, data: Uint8Array): void {
    // The high bit of a length is nobody's: what is too long fails.
    switch (data[0]) {
      case REPORT.READ:
        this.#transfer(data, NOTHING, word(data, 2));
        break;
      case REPORT.WRITE_READ: {
        const count = data[4] ?? 0;
        if (count > 0 && count <= WRITE_READ_MAX)
          this.#transfer(data, data.subarray(5, 5 + count), word(data, 2));
        break;
      }
      case REPORT.WRITE: {
        const count = data[2] ?? 0;
        if (count > 0 && count <= WRITE_MAX) this.#transfer(data, data.subarray(3, 3 + count), 0);
        break;
      }
      case REPORT.FORCE_SEND:
        this.#send(word(data, 1));
        break;
      case REPORT.ASK_STATUS:
        this.#sendStatus();
        break;
      case REPORT.CANCEL:
        this.#wire.stop();
        this.#idle();
    }
  }

  #idle(): void {
    this.#status = STATUS.IDLE;
    this.#reason = REASON.OK;
    this.#moved = 0;
    this.#read = NOTHING;
  }

  /** A write, a read, or both with a repeated START between; STOP ends it, also at a NACK. */
  #transfer(report: Uint8Array, written: Uint8Array, length: number): void {
    this.#idle();
    if (length > READ_MAX) return;
    if (this.#wire.sdaHeld || this.#wire.sclHeld) {
      this.#status = STATUS.ERROR;
      this.#reason = REASON.BUS_NOT_FREE;
      return;
    }
    const address = (report[1] ?? 0) & 0xfe;
    this.#status =
      this.#write(address, written) && this.#readFrom(address, length) ? STATUS.DONE : STATUS.ERROR;
    const refused = this.#wire.trouble === 'arbitration lost' ? REASON.ARBITRATION : REASON.NACK;
    this.#reason = this.#status === STATUS.DONE ? REASON.OK : refused;
    this.#wire.stop();
  }

  #write(address: number, data: Uint8Array): boolean {
    if (data.length === 0) return true;
    this.#wire.start();
    if (!this.#wire.writeByte(address)) return false;
    for (const byte of data) {
      if (!this.#wire.writeByte(byte)) return false;
      this.#moved++;
    }
    return true;
  }

  #readFrom(address: number, length: number): boolean {
    if (length === 0) return true;
    this.#moved = 0;
    this.#wire.start();
    if (!this.#wire.writeByte(address | 1)) return false;
    this.#read = Uint8Array.from({ length }, (_, i) => this.#wire.readByte(i < length - 1));
    this.#moved = length;
    return true;
  }

  /** One report of what was read. */
  #send(length: number): void {
    const part = this.#read.subarray(0, Math.min(length, DATA_MAX));
    this.#read = this.#read.subarray(part.length);
    const report = new Uint8Array(PACKET_BYTES);
    report.set([REPORT.DATA, this.#status, part.length, ...part]);
    this.#port?.send(ENDPOINT.IN, report);
  }

  #sendStatus(): void {
    const report = new Uint8Array(PACKET_BYTES);
    report.set([REPORT.STATUS, this.#status, this.#reason]);
    new DataView(report.buffer).setUint16(STATUS_MOVED, this.#moved);
    this.#port?.send(ENDPOINT.IN, report);
  }
}
