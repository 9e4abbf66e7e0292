import { I2C_FUNC, I2C_FUNC_SMBUS_EMUL } from '../../src/bus/index.ts';
import {
  type DeviceDescription,
  REQUEST_TYPE,
  type SetupPacket,
  type UsbDevice,
  UsbStall,
} from '../../src/usb/index.ts';
import type { EmulatedI2c } from '../link/index.ts';
import { clockOf, IO, READ, REQUEST, STATUS, USB_IDS } from './protocol.ts';

const VENDOR_CLASS = 0xff;
const NOTHING = new Uint8Array(0);

/** The original: an AVR that speaks USB in software, so a low-speed device without a further endpoint. */
const DESCRIPTION: DeviceDescription = {
  ...USB_IDS[0],
  usbVersion: 0x0110,
  deviceVersion: 0x0205,
  class: VENDOR_CLASS,
  speed: 'low',
  maxPacketSize0: 8,
  manufacturer: 'Till Harbaum',
  product: 'i2c-tiny-usb',
  interfaces: [{ class: 0, endpoints: [] }],
};

/** The firmware of the AVR, with an I2C bus behind it. */
export class I2cTinyUsbEmulator implements UsbDevice {
  readonly description: DeviceDescription;
  readonly #wire: EmulatedI2c;
  #status: number = STATUS.IDLE;
  /** Half-bit delay in µs, as it was set last. */
  delayUs = 10;

  constructor(wire: EmulatedI2c, serialNumber?: string) {
    this.#wire = wire;
    this.description = { ...DESCRIPTION, ...(serialNumber !== undefined && { serialNumber }) };
  }

  plugged(): void {
    this.#status = STATUS.IDLE;
  }

  /** The firmware looks at neither recipient nor direction. */
  control({ requestType, request, value, index, length }: SetupPacket, data: Uint8Array): Uint8Array {
    if ((requestType & REQUEST_TYPE.TYPE_MASK) === REQUEST_TYPE.STANDARD) throw new UsbStall();
    switch (request) {
      case REQUEST.ECHO:
        return Uint8Array.of(value & 0xff, value >> 8);
      case REQUEST.GET_FUNC: {
        const bits = new Uint8Array(4);
        new DataView(bits.buffer).setUint32(0, (I2C_FUNC.I2C | I2C_FUNC_SMBUS_EMUL) >>> 0, true);
        return bits;
      }
      case REQUEST.SET_DELAY:
        this.delayUs = value || 1;
        this.#wire.clockHz = clockOf(this.delayUs);
        return NOTHING;
      case REQUEST.GET_STATUS:
        return Uint8Array.of(this.#status);
      default:
        if (request < REQUEST.IO || request > REQUEST.IO + IO.BEGIN + IO.END) throw new UsbStall();
        return this.#message(request - REQUEST.IO, (value & READ) !== 0, index & 0x7f, length, data);
    }
  }

  /** After a NAK of the address it stops at once, swallows what is written, and reads zeros. */
  #message(parts: number, reads: boolean, address: number, length: number, data: Uint8Array): Uint8Array {
    this.#wire.start();
    if (!this.#wire.writeByte((address << 1) | (reads ? 1 : 0))) {
      this.#status = STATUS.ADDRESS_NAK;
      this.#wire.stop();
      return reads ? new Uint8Array(length) : NOTHING;
    }
    this.#status = STATUS.ADDRESS_ACK;
    const read = new Uint8Array(reads ? length : 0);
    for (let at = 0; at < read.length; at++) read[at] = this.#wire.readByte(at < read.length - 1);
    // That a part refuses a byte is not told, and the rest is written nevertheless.
    if (!reads) for (const byte of data) this.#wire.writeByte(byte);
    if ((parts & IO.END) !== 0) this.#wire.stop();
    return read;
  }
}
