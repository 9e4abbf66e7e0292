/**
 * The Bus Pirate's binary modes, v3 and v4: what each byte means, both ways. No input or output here.
 * Source: Bus Pirate documentation (bitbang, raw SPI and raw I2C modes) and its firmware, versions 6.1 to 8.0.
 *
 *     text terminal --20 x 00--> BBIO1 --01--> SPI1      00 leads back to BBIO1 from every mode,
 *           ^                      |  \--02--> I2C1      0F from BBIO1 to the terminal
 *           +----------0F----------+
 */

/** The strings by which the modes announce themselves; asked for again by 00 (BBIO1) or 01 (the others). */
export const MODE_NAME = {
  bitbang: 'BBIO1',
  spi: 'SPI1',
  i2c: 'I2C1',
  uart: 'ART1',
  oneWire: '1W01',
  rawWire: 'RAW1',
  openOcd: 'OCD1',
} as const;

/** Zeros that lead from the text terminal to binary mode. */
export const ZEROS_TO_BINARY = 20;

/** The first byte of most replies. */
export const STATUS = { REFUSED: 0x00, DONE: 0x01 } as const;

/** How most replies begin when all went well. */
export const DONE: Uint8Array = Uint8Array.of(STATUS.DONE);

/** What each byte written in an I2C bulk write is answered with. */
export const ACKNOWLEDGE = { ACK: 0x00, NACK: 0x01 } as const;

/** Commands of the bitbang mode, the crossroads of all binary modes. */
export const BITBANG = {
  RESET: 0x00,
  ENTER_SPI: 0x01,
  ENTER_I2C: 0x02,
  ENTER_UART: 0x03,
  ENTER_ONE_WIRE: 0x04,
  ENTER_RAW_WIRE: 0x05,
  ENTER_OPENOCD: 0x06,
  RETURN_TO_TERMINAL: 0x0f,
  SHORT_SELF_TEST: 0x10,
  FULL_SELF_TEST: 0x11,
  /** Five bytes follow: prescaler, duty cycle and period, two bytes each. */
  SETUP_PWM: 0x12,
  CLEAR_PWM: 0x13,
  /** Reply: two bytes, big-endian. */
  READ_ADC: 0x14,
  /** Reply: four bytes, big-endian. */
  MEASURE_FREQUENCY: 0x16,
  /** `010` and five pins, 1 = input. Reply: the pins. */
  PIN_DIRECTIONS: 0x40,
  /** `1` and seven pins, 1 = on. Reply: the pins. */
  PIN_LEVELS: 0x80,
} as const;

/** The pins in the arguments of `PIN_DIRECTIONS` (the low five) and `PIN_LEVELS`. */
export const PIN = {
  CS: 0x01,
  MISO: 0x02,
  CLK: 0x04,
  MOSI: 0x08,
  AUX: 0x10,
  PULL_UPS: 0x20,
  POWER: 0x40,
} as const;

/** Commands that the I2C and the SPI mode share. */
export const COMMON = {
  EXIT: 0x00,
  VERSION: 0x01,
  /** Low nibble: n - 1, then n bytes of 1 to 16. */
  BULK: 0x10,
  /** Low nibble: `PERIPHERAL` bits. */
  PERIPHERALS: 0x40,
  /** Low nibble: `PULL_UP_SOURCE`; v4 only. */
  PULL_UP_VOLTAGE: 0x50,
  /** Low nibble: index in `I2C_SPEEDS` or `SPI_SPEEDS`. */
  SPEED: 0x60,
} as const;

/** Commands of the I2C mode. */
export const I2C = {
  ...COMMON,
  START: 0x02,
  STOP: 0x03,
  /** Reply: the byte; whether it is acknowledged is a command of its own. */
  READ_BYTE: 0x04,
  ACK: 0x06,
  NACK: 0x07,
  /**
   * Two lengths (16 bits, big-endian), then the bytes to write, address first; START before and STOP after.
   * A byte that is not acknowledged ends it at once with `REFUSED`, and no STOP is sent. Before firmware
   * 8.0 there is no repeated START between writing and reading.
   */
  WRITE_THEN_READ: 0x08,
  /** One byte follows: what to do with AUX or CS. */
  AUX: 0x09,
  SNIFF: 0x0f,
} as const;

/** Commands of the SPI mode. */
export const SPI = {
  ...COMMON,
  CS_LOW: 0x02,
  CS_HIGH: 0x03,
  /** Two lengths (16 bits, big-endian), then the bytes to write; CS low before and high after. */
  WRITE_THEN_READ: 0x04,
  /** The same without touching CS. */
  WRITE_THEN_READ_KEEP_CS: 0x05,
  /** One byte follows: 0 nothing, 1 version, 2 bulk read of an AVR's flash. */
  AVR: 0x06,
  SNIFF_ALL: 0x0d,
  SNIFF_CS_LOW: 0x0e,
  /** Low nibble: `SPI_CONFIG` bits. */
  CONFIG: 0x80,
} as const;

/** Argument of `PERIPHERALS`. */
const PERIPHERAL = { CS: 0x1, AUX: 0x2, PULL_UPS: 0x4, POWER: 0x8 } as const;

/** Argument of `PULL_UP_VOLTAGE`. */
export const PULL_UP_SOURCE = { EXTERNAL: 0x0, V3_3: 0x1, V5: 0x2 } as const;

/** Argument of `SPI.CONFIG`. */
const SPI_CONFIG = {
  /** Sample at the end of the bit, not in its middle. */
  SAMPLE_END: 0x1,
  /** Output changes when the clock goes from active to idle: what everyone else calls CPHA = 0. */
  CHANGE_ON_IDLE: 0x2,
  /** Clock idles high: CPOL = 1. */
  IDLE_HIGH: 0x4,
  /** Pins are driven to 3.3 V; without it they are open drain. */
  DRIVEN: 0x8,
} as const;

/** Hz by the argument of `I2C.SPEED`. The firmware toggles the pins itself, so all are approximate. */
export const I2C_SPEEDS: readonly number[] = [5_000, 50_000, 100_000, 400_000];

/** Hz by the argument of `SPI.SPEED`; the last four only since firmware 8.0. */
export const SPI_SPEEDS: readonly number[] = [
  30_000, 125_000, 250_000, 1_000_000, 2_000_000, 2_600_000, 4_000_000, 8_000_000, 50_000, 1_300_000,
  3_200_000, 5_300_000,
];

/** How many of `SPI_SPEEDS` every firmware knows. */
export const SPI_SPEEDS_EVERYWHERE = 8;

/** Most bytes of one `BULK`. */
export const BULK_MAX = 16;

/** Most bytes that a write-then-read command may write, and as many that it may read. */
export const WRITE_THEN_READ_MAX = 4096;

/** Bytes of a write-then-read command before its payload. */
export const WRITE_THEN_READ_HEADER = 5;

/** The baud rate of the serial port after a reset. */
export const DEFAULT_BAUD = 115_200;

/** Sends 1 to 16 bytes. @throws {RangeError} */
export function bulk(data: Uint8Array): Uint8Array {
  if (data.length < 1 || data.length > BULK_MAX) {
    throw new RangeError(`invalid bulk write of ${data.length} bytes: expected 1 to ${BULK_MAX}`);
  }
  const bytes = new Uint8Array(1 + data.length);
  bytes[0] = COMMON.BULK | (data.length - 1);
  bytes.set(data, 1);
  return bytes;
}

/** How many bytes follow a `BULK` command byte. */
export function bulkLength(command: number): number {
  return (command & 0x0f) + 1;
}

type WriteThenReadCommand =
  | typeof I2C.WRITE_THEN_READ
  | typeof SPI.WRITE_THEN_READ
  | typeof SPI.WRITE_THEN_READ_KEEP_CS;

/** Writes `data`, then reads `readLength` bytes; not both may be empty. @throws {RangeError} */
export function writeThenRead(
  command: WriteThenReadCommand,
  data: Uint8Array,
  readLength: number,
): Uint8Array {
  if (data.length > WRITE_THEN_READ_MAX || readLength > WRITE_THEN_READ_MAX || readLength < 0) {
    throw new RangeError(
      `write-then-read takes ${WRITE_THEN_READ_MAX} bytes each way, not ${data.length} and ${readLength}`,
    );
  }
  if (data.length + readLength === 0) throw new RangeError('a write-then-read needs at least one byte');
  const bytes = new Uint8Array(WRITE_THEN_READ_HEADER + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, command);
  view.setUint16(1, data.length);
  view.setUint16(3, readLength);
  bytes.set(data, WRITE_THEN_READ_HEADER);
  return bytes;
}

/** The lengths in the four bytes after a write-then-read command byte. */
export function writeThenReadLengths(header: Uint8Array): { writeLength: number; readLength: number } {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  return { writeLength: view.getUint16(0), readLength: view.getUint16(2) };
}

interface Peripherals {
  /** The 3.3 V and 5 V supplies. */
  readonly power: boolean;
  readonly pullUps: boolean;
  /** Level of the AUX pin. */
  readonly aux: boolean;
  /** Level of the CS pin. */
  readonly cs: boolean;
}

export function encodePeripherals({ power, pullUps, aux, cs }: Peripherals): number {
  return (
    COMMON.PERIPHERALS |
    (power ? PERIPHERAL.POWER : 0) |
    (pullUps ? PERIPHERAL.PULL_UPS : 0) |
    (aux ? PERIPHERAL.AUX : 0) |
    (cs ? PERIPHERAL.CS : 0)
  );
}

export function decodePeripherals(command: number): Peripherals {
  return {
    power: (command & PERIPHERAL.POWER) !== 0,
    pullUps: (command & PERIPHERAL.PULL_UPS) !== 0,
    aux: (command & PERIPHERAL.AUX) !== 0,
    cs: (command & PERIPHERAL.CS) !== 0,
  };
}

export interface SpiConfig {
  /** SPI mode 0 to 3: CPOL and CPHA. */
  readonly mode: number;
  /** Pins only pull low; pull-ups make the high level. */
  readonly openDrain: boolean;
  readonly sampleAtEnd: boolean;
}

export function encodeSpiConfig({ mode, openDrain, sampleAtEnd }: SpiConfig): number {
  return (
    SPI.CONFIG |
    (openDrain ? 0 : SPI_CONFIG.DRIVEN) |
    ((mode & 2) !== 0 ? SPI_CONFIG.IDLE_HIGH : 0) |
    ((mode & 1) !== 0 ? 0 : SPI_CONFIG.CHANGE_ON_IDLE) |
    (sampleAtEnd ? SPI_CONFIG.SAMPLE_END : 0)
  );
}

export function decodeSpiConfig(command: number): SpiConfig {
  const cpol = (command & SPI_CONFIG.IDLE_HIGH) !== 0 ? 2 : 0;
  const cpha = (command & SPI_CONFIG.CHANGE_ON_IDLE) !== 0 ? 0 : 1;
  return {
    mode: cpol | cpha,
    openDrain: (command & SPI_CONFIG.DRIVEN) === 0,
    sampleAtEnd: (command & SPI_CONFIG.SAMPLE_END) !== 0,
  };
}

/**
 * The argument of a `SPEED` command: the fastest of the first `known` entries of `speeds` that is not above
 * `hz`; `undefined` when even the slowest is.
 */
export function speedIndex(speeds: readonly number[], hz: number, known = speeds.length): number | undefined {
  let best: number | undefined;
  for (let index = 0; index < known; index++) {
    const speed = speeds[index] as number;
    if (speed <= hz && (best === undefined || speed > (speeds[best] as number))) best = index;
  }
  return best;
}

/** Divisor that the terminal's `b` menu wants for a baud rate (16 MHz clock, four ticks a bit). */
export function baudDivisor(baud: number): number {
  return Math.round(4_000_000 / baud) - 1;
}

/** What the adapter says of itself after a reset. */
export interface AdapterVersion {
  /** `v3.5`, `v4` */
  readonly hardware: string;
  /** `v6.1` */
  readonly firmware: string;
}

/**
 * Reads the greeting:
 *
 *     Bus Pirate v3.5
 *     Community Firmware v7.0 - goo.gl/gCzQnW [HiZ 1-WIRE UART I2C SPI] Bootloader v4.4
 *     DEVID:0x0447 REVID:0x3046 (24FJ64GA00 2 B8)
 *     HiZ>
 *
 * @returns `undefined` when it is not a Bus Pirate's.
 */
export function parseGreeting(text: string): AdapterVersion | undefined {
  const hardware = /Bus Pirate (v\S+)/.exec(text)?.[1];
  if (hardware === undefined) return undefined;
  return { hardware, firmware: /[Ff]irmware (v\S+)/.exec(text)?.[1] ?? 'unknown' };
}

/** Whether `version` (`v6.1`) is at least `major.minor`; a version that cannot be read counts as new. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const parts = /^v(\d+)(?:\D(\d+))?/.exec(version);
  if (parts === null) return true;
  const [, ownMajor, ownMinor = '0'] = parts;
  return Number(ownMajor) > major || (Number(ownMajor) === major && Number(ownMinor) >= minor);
}
