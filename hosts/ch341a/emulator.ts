import { type DeviceDescription, type DevicePort, type UsbDevice, UsbStall } from '../../src/usb/index.ts';
import type { EmulatedSpi } from '../link/index.ts';
import { CLOCK_HZ } from './capabilities.ts';
import {
  DIRECTIONS,
  ENDPOINT,
  IDLE_LEVELS,
  PACKET_BYTES,
  PINS,
  reverseBits,
  STREAM,
  selectedBy,
  USB_ID,
} from './protocol.ts';

const VENDOR_CLASS = 0xff;

const DESCRIPTION: DeviceDescription = {
  ...USB_ID,
  usbVersion: 0x0110,
  deviceVersion: 0x0304,
  class: VENDOR_CLASS,
  speed: 'full',
  maxPacketSize0: 8,
  product: 'USB UART-LPT',
  interfaces: [
    {
      class: VENDOR_CLASS,
      subclass: 1,
      protocol: 2,
      endpoints: [
        { address: ENDPOINT.IN, kind: 'bulk', maxPacketSize: PACKET_BYTES },
        { address: ENDPOINT.OUT, kind: 'bulk', maxPacketSize: PACKET_BYTES },
        { address: ENDPOINT.INTERRUPT, kind: 'interrupt', maxPacketSize: 8, interval: 1 },
      ],
    },
  ],
};

/** The chip, with an SPI bus on D3, D5 and D7. Its I2C pins lead nowhere. */
export class Ch341aEmulator implements UsbDevice {
  readonly description = DESCRIPTION;
  readonly #wire: EmulatedSpi;
  #port: DevicePort | undefined;
  #levels = IDLE_LEVELS;
  #directions = 0;
  #selected: number | undefined;

  constructor(wire: EmulatedSpi) {
    this.#wire = wire;
  }

  plugged(port: DevicePort): void {
    this.#port = port;
    this.#setPins(IDLE_LEVELS, 0);
  }

  control(): never {
    throw new UsbStall();
  }

  /** A stream ends with its packet. */
  received(_endpoint: number, data: Uint8Array): void {
    for (let at = 0; at < data.length; at += PACKET_BYTES) this.#packet(data.subarray(at, at + PACKET_BYTES));
  }

  #packet(packet: Uint8Array): void {
    const [stream] = packet;
    if (stream === STREAM.SPI) this.#exchange(packet.subarray(1));
    else if (stream === STREAM.PINS) this.#pins(packet.subarray(1));
    // Of the I2C stream only the speed of its clock may come, which sets SPI's too.
  }

  #exchange(data: Uint8Array): void {
    const received = new Uint8Array(data.length);
    this.#wire.exchange(reverseBits(data), received, data.length);
    this.#port?.send(ENDPOINT.IN, reverseBits(received));
  }

  #pins(commands: Uint8Array): void {
    for (const command of commands) {
      const value = command & PINS.VALUE_MASK;
      switch (command & PINS.COMMAND_MASK) {
        case PINS.OUT:
          this.#setPins(value, this.#directions);
          break;
        case PINS.DIRECTION:
          this.#setPins(this.#levels, value & DIRECTIONS);
          break;
        case PINS.WAIT_US:
          break;
        default:
          if (command === PINS.END) return;
      }
    }
  }

  #setPins(levels: number, directions: number): void {
    this.#levels = levels;
    this.#directions = directions;
    const selected = selectedBy(levels, directions);
    if (selected === this.#selected) return;
    if (this.#selected !== undefined) this.#wire.deselect();
    this.#selected = selected;
    if (selected !== undefined) this.#wire.select(selected, 0, CLOCK_HZ);
  }
}
