import { type DeviceDescription, type DevicePort, type UsbDevice, UsbStall } from '../../src/usb/index.ts';
import type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import { EmulatedPins } from '../pins/index.ts';
import { CLOCK_HZ } from './capabilities.ts';
import {
  CHIP_SELECTS,
  DIRECTIONS,
  ENDPOINT,
  I2C,
  I2C_CLOCKS_HZ,
  I2C_COUNT_MASK,
  I2C_NACK,
  I2C_SPEED_MASK,
  IDLE_LEVELS,
  PACKET_BYTES,
  PINS,
  reverseBits,
  STATUS_REQUEST,
  STATUS_SDA,
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

/** What the chip is wired to; a bus that is missing has nobody on it. */
export interface Ch341aBuses {
  readonly i2c?: EmulatedI2c | undefined;
  readonly spi?: EmulatedSpi | undefined;
  /** What the pins that no bus uses are wired to. */
  readonly pins?: EmulatedPins | undefined;
  /** How many chip selects have something on them; default 3. */
  readonly chipSelects?: number;
}

/** The chip, with an SPI bus on D3, D5 and D7, and an I2C bus on SCL and SDA. */
export class Ch341aEmulator implements UsbDevice {
  readonly description = DESCRIPTION;
  readonly #i2c: EmulatedI2c | undefined;
  readonly #spi: EmulatedSpi | undefined;
  readonly #wired: EmulatedPins;
  readonly #chipSelects: number;
  #port: DevicePort | undefined;
  #levels = IDLE_LEVELS;
  #directions = 0;
  #selected: number | undefined;

  constructor({ i2c, spi, pins = new EmulatedPins(), chipSelects = CHIP_SELECTS }: Ch341aBuses) {
    this.#chipSelects = chipSelects;
    this.#i2c = i2c;
    this.#spi = spi;
    this.#wired = pins;
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
    else if (stream === STREAM.I2C) this.#i2cStream(packet.subarray(1));
    else if (stream === STATUS_REQUEST) this.#port?.send(ENDPOINT.IN, this.#status());
  }

  #status(): Uint8Array {
    const status = Uint8Array.of(this.#wired.levels & 0xff, 0xff, 0, 0, 0, 0);
    if (this.#i2c?.sdaHeld !== true) status[STATUS_SDA.byte] = STATUS_SDA.bit;
    return status;
  }

  #exchange(data: Uint8Array): void {
    const received = new Uint8Array(data.length).fill(0xff);
    this.#spi?.exchange(reverseBits(data), received, data.length);
    this.#port?.send(ENDPOINT.IN, reverseBits(received));
  }

  /** What the commands of a packet answer comes back in one. */
  #i2cStream(commands: Uint8Array): void {
    const answer: number[] = [];
    for (let at = 0; at < commands.length && commands[at] !== I2C.END; ) {
      const command = commands[at++] as number;
      const count = command & I2C_COUNT_MASK;
      if (command === I2C.START) this.#i2c?.start();
      else if (command === I2C.STOP) this.#i2c?.stop();
      else if (command >= I2C.READ) answer.push(...this.#i2cRead(count));
      else if (command === I2C.WRITE) answer.push(this.#i2cWrite(commands[at++] ?? 0) ? 0 : I2C_NACK);
      else if (command > I2C.WRITE) {
        for (const byte of commands.subarray(at, at + count)) this.#i2cWrite(byte);
        at += count;
      } else if ((command & ~I2C_COUNT_MASK) === (I2C.SPEED & ~I2C_COUNT_MASK) && command >= I2C.SPEED)
        this.#i2cSpeed(command & I2C_SPEED_MASK);
    }
    if (answer.length > 0) this.#port?.send(ENDPOINT.IN, Uint8Array.from(answer));
  }

  /** With a count all bytes are acknowledged; without, one is read and refused. */
  #i2cRead(count: number): number[] {
    return Array.from({ length: Math.max(1, count) }, () => this.#i2c?.readByte(count > 0) ?? 0xff);
  }

  #i2cWrite(byte: number): boolean {
    return this.#i2c?.writeByte(byte) ?? false;
  }

  #i2cSpeed(speed: number): void {
    if (this.#i2c !== undefined) this.#i2c.clockHz = I2C_CLOCKS_HZ[speed] as number;
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
    this.#wired.drive(levels, directions);
    const selected = selectedBy(levels, directions, this.#chipSelects);
    if (selected === this.#selected) return;
    if (this.#selected !== undefined) this.#spi?.deselect();
    this.#selected = selected;
    if (selected !== undefined) this.#spi?.select(selected, 0, CLOCK_HZ);
  }
}
