import type { I2cMove } from '../link/index.ts';

/**
 * CH347 in mode 1: commands with a length, little-endian, in bulk transfers of at most 510 bytes, and CH341's I2C stream.
 * Sources: flashrom ch347_spi.c; fwupd's ch347 plugin; OpenOCD's ch347 driver; the drivers of aystarik, Frank Zago and Seeed for Linux.
 */

export const CH347T_ID = { vendorId: 0x1a86, productId: 0x55db } as const;
export const CH347F_ID = { vendorId: 0x1a86, productId: 0x55de } as const;
export const VENDOR_CLASS = 0xff;
export const ENDPOINT = { OUT: 0x06, IN: 0x86 } as const;
export const PACKET_BYTES = 512;
/** Before the data: the command and their length. */
export const HEAD_BYTES = 3;
/** A transfer carries no more, and so never fills a packet. */
export const TRANSFER_MAX = 510;
export const DATA_MAX = TRANSFER_MAX - HEAD_BYTES;

export const COMMAND = {
  SPI_CONFIGURE: 0xc0,
  /** Without an answer. */
  SPI_SELECT: 0xc1,
  SPI_EXCHANGE: 0xc2,
  SPI_READ: 0xc3,
  SPI_WRITE: 0xc4,
  INFO: 0xca,
  GPIO: 0xcc,
  I2C: 0xaa,
} as const;

export const CONFIGURATION_BYTES = 26;
/** `COMMAND.INFO` asks for this much of itself. */
export const INFO_CONFIGURATION = 0x01;

/** Offsets and bits in the data of `COMMAND.SPI_CONFIGURE`: the values of a control register, each ORed into it. */
const SPI = {
  MODE: 2,
  MASTER: [0x04, 0x01],
  POLARITY: 6,
  POLARITY_HIGH: 0x02,
  PHASE: 8,
  PHASE_TRAILING: 0x01,
  SELECT: 11,
  SELECT_BY_COMMAND: 0x02,
  DIVIDER: 12,
  CRC: 16,
  CRC_DEFAULT: 0x07,
} as const;

/** Hz by the number of the divider. */
export const SPI_CLOCKS_HZ = [
  60_000_000, 30_000_000, 15_000_000, 7_500_000, 3_750_000, 1_875_000, 937_500, 468_750,
] as const;
export const CHIP_SELECTS = 2;

/** Of a chip select in `COMMAND.SPI_SELECT`: whether it changes, and is high then. */
export const SELECT = { BYTES: 10, PLACES: [0, 5], CHANGE: 0x80, HIGH: 0x40 } as const;

/** Of a pin in `COMMAND.GPIO`: to set it, and in the answer. */
export const PIN = { SET: 0xc0, OUTPUT: 0x30, HIGH: 0x08, IS_OUTPUT: 0x80, IS_HIGH: 0x40 } as const;
export const PINS = 8;
/** SCL. */
export const CLOCK_PIN = 3;

/** Commands of the I2C stream: those of a CH341, but that each written byte is answered. */
export const I2C = { START: 0x74, STOP: 0x75, WRITE: 0x80, READ: 0xc0, SPEED: 0x60, END: 0x00 } as const;
export const I2C_COUNT_MAX = 0x3f;
export const I2C_ACK = 1;
/** Hz by the number that goes with `I2C.SPEED`. */
export const I2C_CLOCKS_HZ = [20_000, 100_000, 400_000, 750_000] as const;

/** A stream: all clients keep to 63 bytes that come back. A written byte may need a command of its own. */
export const I2C_BUDGET = { sent: 130, received: I2C_COUNT_MAX, edge: 1, writtenByte: 2, read: 2 } as const;

/** A command with its data. */
export function commandBytes(command: number, data: Uint8Array | readonly number[]): Uint8Array {
  return Uint8Array.of(command, data.length & 0xff, data.length >> 8, ...data);
}

/** The data of an answer; undefined where it is none to `command`. */
export function dataOf(command: number, answer: Uint8Array): Uint8Array | undefined {
  const [first, low = 0, high = 0] = answer;
  const isWhole = answer.length === HEAD_BYTES + (low | (high << 8));
  return first === command && isWhole ? answer.subarray(HEAD_BYTES) : undefined;
}

/** @param mode of SPI, 0 to 3. @param divider a place in `SPI_CLOCKS_HZ` */
export function configureBytes(mode: number, divider: number): Uint8Array {
  const data = new Uint8Array(CONFIGURATION_BYTES);
  data.set(SPI.MASTER, SPI.MODE);
  if ((mode & 2) !== 0) data[SPI.POLARITY] = SPI.POLARITY_HIGH;
  if ((mode & 1) !== 0) data[SPI.PHASE] = SPI.PHASE_TRAILING;
  data[SPI.SELECT] = SPI.SELECT_BY_COMMAND;
  data[SPI.DIVIDER] = divider << 3;
  data[SPI.CRC] = SPI.CRC_DEFAULT;
  return commandBytes(COMMAND.SPI_CONFIGURE, data);
}

/** What the data of `COMMAND.SPI_CONFIGURE` say. */
export function readConfiguration(data: Uint8Array): { readonly mode: number; readonly divider: number } {
  const high = ((data[SPI.POLARITY] ?? 0) & SPI.POLARITY_HIGH) !== 0;
  const trailing = ((data[SPI.PHASE] ?? 0) & SPI.PHASE_TRAILING) !== 0;
  return { mode: (high ? 2 : 0) | (trailing ? 1 : 0), divider: ((data[SPI.DIVIDER] ?? 0) >> 3) & 7 };
}

/** Selects a chip, and deselects the others; undefined: none is selected. */
export function selectBytes(chipSelect: number | undefined): Uint8Array {
  const data = new Uint8Array(SELECT.BYTES);
  SELECT.PLACES.forEach((place, chip) => {
    data[place] = SELECT.CHANGE | (chip === chipSelect ? 0 : SELECT.HIGH);
  });
  return commandBytes(COMMAND.SPI_SELECT, data);
}

/** The transfer of moves that keep to `I2C_BUDGET`. */
export function i2cStream(moves: readonly I2cMove[]): Uint8Array {
  return Uint8Array.of(COMMAND.I2C, ...moves.flatMap(streamOf), I2C.END);
}

export function speedStream(speed: number): Uint8Array {
  return Uint8Array.of(COMMAND.I2C, I2C.SPEED | speed, I2C.END);
}

function streamOf(move: I2cMove): number[] {
  switch (move.kind) {
    case 'start':
      return [I2C.START];
    case 'stop':
      return [I2C.STOP];
    case 'write':
      return [I2C.WRITE | move.bytes.length, ...move.bytes];
    case 'read': {
      const { acks, into } = move;
      const acked = acks === 'all' ? into.length : into.length - 1;
      return [...(acked > 0 ? [I2C.READ | acked] : []), ...(acks === 'all' ? [] : [I2C.READ])];
    }
  }
}
