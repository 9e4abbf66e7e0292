import { type DeviceDescription, type DevicePort, type UsbDevice, UsbStall } from '../../src/usb/index.ts';
import type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';
import { EmulatedPins } from '../pins/index.ts';
import {
  CH347T_ID,
  COMMAND,
  CONFIGURATION_BYTES,
  commandBytes,
  DATA_MAX,
  dataOf,
  ENDPOINT,
  I2C,
  I2C_ACK,
  I2C_CLOCKS_HZ,
  I2C_COUNT_MAX,
  PACKET_BYTES,
  PIN,
  PINS,
  readConfiguration,
  SELECT,
  SPI_CLOCKS_HZ,
  VENDOR_CLASS,
} from './protocol.ts';

const CDC_CLASS = 0x02;
const CDC_DATA_CLASS = 0x0a;
/** The VENDOR request that the maker's driver begins with, and the length of its answer. */
const HELLO = { REQUEST: 0x95, BYTES: 8 } as const;

/** A CH347T in mode 1. Nothing is behind its serial port. */
const DESCRIPTION: DeviceDescription = {
  ...CH347T_ID,
  usbVersion: 0x0200,
  deviceVersion: 0x0241,
  class: 0xef,
  subclass: 2,
  protocol: 1,
  speed: 'high',
  maxPacketSize0: 64,
  manufacturer: 'wch.cn',
  product: 'USB To UART+SPI+I2C',
  interfaces: [
    {
      class: CDC_CLASS,
      subclass: 2,
      endpoints: [{ address: 0x81, kind: 'interrupt', maxPacketSize: 64, interval: 8 }],
    },
    {
      class: CDC_DATA_CLASS,
      endpoints: [
        { address: 0x02, kind: 'bulk', maxPacketSize: PACKET_BYTES },
        { address: 0x82, kind: 'bulk', maxPacketSize: PACKET_BYTES },
      ],
    },
    {
      class: VENDOR_CLASS,
      endpoints: [
        { address: ENDPOINT.OUT, kind: 'bulk', maxPacketSize: PACKET_BYTES },
        { address: ENDPOINT.IN, kind: 'bulk', maxPacketSize: PACKET_BYTES },
      ],
    },
  ],
};

/** What the chip is wired to; a bus that is missing has nobody on it. */
export interface Ch347Buses {
  readonly i2c?: EmulatedI2c | undefined;
  readonly spi?: EmulatedSpi | undefined;
  readonly pins?: EmulatedPins | undefined;
}

/** The chip with an I2C bus, an SPI bus and its pins. */
export class Ch347Emulator implements UsbDevice {
  readonly description = DESCRIPTION;
  readonly #i2c: EmulatedI2c | undefined;
  readonly #spi: EmulatedSpi | undefined;
  readonly #pins: EmulatedPins;
  readonly #configuration = new Uint8Array(CONFIGURATION_BYTES);
  #port: DevicePort | undefined;
  #selected: number | undefined;
  #levels = 0;
  #outputs = 0;

  constructor({ i2c, spi, pins = new EmulatedPins() }: Ch347Buses) {
    this.#i2c = i2c;
    this.#spi = spi;
    this.#pins = pins;
  }

  plugged(port: DevicePort): void {
    this.#port = port;
    this.#configuration.fill(0);
    this.#i2c?.stop();
    this.#select(undefined);
    this.#levels = 0;
    this.#outputs = 0;
    this.#pins.drive(0, 0);
  }

  control({ request }: { readonly request: number }): Uint8Array {
    if (request !== HELLO.REQUEST) throw new UsbStall();
    return new Uint8Array(HELLO.BYTES);
  }

  received(endpoint: number, bytes: Uint8Array): void {
    if (endpoint !== ENDPOINT.OUT) return;
    const [command = 0] = bytes;
    if (command === COMMAND.I2C) {
      this.#stream(bytes.subarray(1));
      return;
    }
    const data = dataOf(command, bytes);
    if (data !== undefined) this.#command(command, data);
  }

  #command(command: number, data: Uint8Array): void {
    switch (command) {
      case COMMAND.SPI_CONFIGURE:
        this.#configuration.set(data.subarray(0, CONFIGURATION_BYTES));
        this.#answer(command, [0]);
        break;
      case COMMAND.SPI_SELECT:
        this.#selects(data);
        break;
      case COMMAND.SPI_EXCHANGE: {
        const received = new Uint8Array(data.length).fill(0xff);
        this.#spi?.exchange(data, received, data.length);
        this.#answer(command, received);
        break;
      }
      case COMMAND.SPI_WRITE:
        this.#spi?.exchange(data, undefined, data.length);
        this.#answer(command, [0]);
        break;
      case COMMAND.SPI_READ:
        this.#read(data.length < 4 ? 0 : new DataView(data.buffer, data.byteOffset).getUint32(0, true));
        break;
      case COMMAND.INFO:
        this.#answer(command, this.#configuration);
        break;
      case COMMAND.GPIO:
        if (data.length === PINS) this.#gpio(data);
    }
  }

  #answer(command: number, data: Uint8Array | readonly number[]): void {
    this.#port?.send(ENDPOINT.IN, commandBytes(command, data));
  }

  #read(length: number): void {
    for (let from = 0; from < length; from += DATA_MAX) {
      const part = new Uint8Array(Math.min(DATA_MAX, length - from)).fill(0xff);
      this.#spi?.exchange(undefined, part, part.length);
      this.#answer(COMMAND.SPI_READ, part);
    }
  }

  #selects(data: Uint8Array): void {
    SELECT.PLACES.forEach((place, chip) => {
      const value = data[place] ?? 0;
      if ((value & SELECT.CHANGE) === 0) return;
      if ((value & SELECT.HIGH) === 0) this.#select(chip);
      else if (this.#selected === chip) this.#select(undefined);
    });
  }

  #select(chip: number | undefined): void {
    if (chip === this.#selected) return;
    if (this.#selected !== undefined) this.#spi?.deselect();
    this.#selected = chip;
    const { mode, divider } = readConfiguration(this.#configuration);
    if (chip !== undefined) this.#spi?.select(chip, mode, SPI_CLOCKS_HZ[divider] as number);
  }

  #gpio(data: Uint8Array): void {
    data.forEach((value, line) => {
      if ((value & PIN.SET) === 0) return;
      const bit = 1 << line;
      this.#outputs = (value & PIN.OUTPUT) === 0 ? this.#outputs & ~bit : this.#outputs | bit;
      this.#levels = (value & PIN.HIGH) === 0 ? this.#levels & ~bit : this.#levels | bit;
    });
    this.#pins.drive(this.#levels, this.#outputs);
    const { levels, outputs } = this.#pins;
    const states = Array.from(
      data,
      (_, line) => ((outputs >> line) & 1 ? PIN.IS_OUTPUT : 0) | ((levels >> line) & 1 ? PIN.IS_HIGH : 0),
    );
    this.#answer(COMMAND.GPIO, states);
  }

  /** What the commands of a stream answer comes back in one transfer. */
  #stream(commands: Uint8Array): void {
    const answer: number[] = [];
    for (let at = 0; at < commands.length && commands[at] !== I2C.END; ) {
      const command = commands[at++] as number;
      const count = command & I2C_COUNT_MAX;
      if (command === I2C.START) this.#i2c?.start();
      else if (command === I2C.STOP) this.#i2c?.stop();
      else if (command >= I2C.READ) answer.push(...this.#i2cRead(count));
      else if (command >= I2C.WRITE) {
        for (const byte of commands.subarray(at, at + count))
          answer.push(this.#i2c?.writeByte(byte) ? I2C_ACK : 0);
        at += count;
      } else if ((command & ~3) === I2C.SPEED && this.#i2c !== undefined)
        this.#i2c.clockHz = I2C_CLOCKS_HZ[command & 3] as number;
    }
    if (answer.length > 0) this.#port?.send(ENDPOINT.IN, Uint8Array.from(answer));
  }

  /** With a count all bytes are acknowledged; without, one is read and refused. */
  #i2cRead(count: number): number[] {
    return Array.from({ length: Math.max(1, count) }, () => this.#i2c?.readByte(count > 0) ?? 0xff);
  }
}
