import { decodePeripherals, PIN } from './protocol.ts';

export type { EmulatedI2c, EmulatedSpi } from '../link/index.ts';

/** In what the versions of hardware and firmware differ. */
export interface Traits {
  /** `v3.5`, `v4` */
  readonly hardware: string;
  /** The line of the greeting that names the firmware. */
  readonly firmware: string;
  /** The line that names the chip. */
  readonly chip: string;
  /** A repeated START between writing and reading of I2C write-then-read. */
  readonly restart: boolean;
  /** Buffers hold 4096 bytes, and longer SPI write-then-reads are refused; else SPI data stream through. */
  readonly buffered: boolean;
  /** Write-then-read of nothing is done, not refused. */
  readonly nothingIsFine: boolean;
  /** What goes out while SPI write-then-read reads. */
  readonly fill: number;
  /** How many entries of `SPI_SPEEDS` it knows. */
  readonly spiSpeeds: number;
  /** Command 08 of the I2C mode is known. */
  readonly i2cWriteThenRead: boolean;
}

/** A v4 with the last firmware: USB of its own, therefore with flow control, as a pty has. */
export const V4_FIRMWARE_8_0: Traits = {
  hardware: 'v4',
  firmware: 'Community Firmware v8.0 [HiZ 1-WIRE UART I2C SPI 2WIRE 3WIRE]',
  chip: 'DEVID:0x1019 REVID:0x0004 (24FJ256GB106 A3)',
  restart: true,
  buffered: false,
  nothingIsFine: false,
  fill: 0x00,
  spiSpeeds: 12,
  i2cWriteThenRead: true,
};

/** What most adapters on desks are. */
export const V3_FIRMWARE_6_1: Traits = {
  hardware: 'v3.5',
  firmware: 'Firmware v6.1 r1676  Bootloader v4.4',
  chip: 'DEVID:0x0447 REVID:0x3046 (24FJ64GA002 B8)',
  restart: false,
  buffered: true,
  nothingIsFine: true,
  fill: 0xff,
  spiSpeeds: 8,
  i2cWriteThenRead: true,
};

/** Where the firmware's answers collect until they are sent. */
export class Output {
  #bytes = new Uint8Array(256);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  text(value: string): void {
    this.bytes(Buffer.from(value, 'latin1'));
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** What the firmware does with the pins that are no bus. */
export class Pins {
  power = false;
  pullUps = false;
  /** µV; 0 = whatever is wired to Vpu. */
  pullUpMicrovolt = 0;
  aux = false;
  /** 1 = input: AUX, MOSI, CLK, MISO, CS. */
  directions = 0x1f;
  /** Levels that outputs have: AUX, MOSI, CLK, MISO, CS. */
  levels = 0;

  /** What the bitbang mode reads: an input is high where pull-ups hold it. */
  read(): number {
    const inputs = this.pullUps ? this.directions : 0;
    return (this.levels & ~this.directions & 0x1f) | inputs;
  }

  setPeripherals(command: number): void {
    const { power, pullUps, aux } = decodePeripherals(command);
    this.power = power;
    this.pullUps = pullUps;
    this.aux = aux;
  }

  setLevels(command: number): void {
    this.power = (command & PIN.POWER) !== 0;
    this.pullUps = (command & PIN.PULL_UPS) !== 0;
    this.aux = (command & PIN.AUX) !== 0;
    this.levels = command & 0x1f;
  }

  /** Everything off and high impedance, as between any two modes. */
  reset(): void {
    this.setLevels(0);
    this.directions = 0x1f;
    this.pullUpMicrovolt = 0;
  }
}

/** What a mode of the firmware works with. */
export interface Firmware {
  readonly traits: Traits;
  readonly out: Output;
  readonly pins: Pins;
  /** The next `count` bytes are no commands: `then` gets them. */
  collect(count: number, then: (bytes: Uint8Array) => void): void;
  /** Each of the next `count` bytes goes to `each`. */
  stream(count: number, each: (byte: number) => void): void;
}

/** A mode of the firmware: takes one command byte after the other. */
export interface FirmwareMode {
  /** @returns false when the command leads out of the mode. */
  command(byte: number): boolean;
  /** Lets go of the bus. */
  leave(): void;
}
