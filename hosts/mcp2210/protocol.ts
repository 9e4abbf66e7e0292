/**
 * MCP2210: reports of 64 bytes without numbers, words little-endian; an answer repeats the command. Sources: Microchip
 * DS20002288; mcp2210-rs, mcp2210-python and mcp2210-linux.
 */

export const USB_ID = { vendorId: 0x04d8, productId: 0x00de } as const;
export const ENDPOINT = { OUT: 0x01, IN: 0x81 } as const;
export const REPORT_BYTES = 64;
/** Data of one report. */
export const DATA_MAX = 60;
export const DATA = 4;

export const COMMAND = {
  STATUS: 0x10,
  CANCEL: 0x11,
  GET_CHIP: 0x20,
  SET_CHIP: 0x21,
  SET_LEVELS: 0x30,
  GET_LEVELS: 0x31,
  SET_DIRECTIONS: 0x32,
  GET_DIRECTIONS: 0x33,
  SET_SPI: 0x40,
  GET_SPI: 0x41,
  TRANSFER: 0x42,
  READ_MEMORY: 0x50,
} as const;

/** Second byte of an answer. */
export const RESULT = {
  OK: 0x00,
  /** Another master has the bus. */
  NOT_OWNER: 0xf7,
  /** A transfer is under way: nothing was taken. */
  BUSY: 0xf8,
  UNKNOWN: 0xf9,
} as const;

/** Fourth byte of the answer to `TRANSFER`; the third is how many bytes came. */
export const ENGINE = { DONE: 0x10, STARTED: 0x20, DATA: 0x30 } as const;

/** Places in `GET_CHIP` and `SET_CHIP`. */
export const CHIP = { PINS: 4, LEVELS: 13, DIRECTIONS: 15, OTHERS: 17, END: 18 } as const;
/** What a pin is; in `CHIP.PINS` each has a byte. */
export const FUNCTION = { GPIO: 0, CHIP_SELECT: 1, DEDICATED: 2 } as const;

/** Bytes of the memory for users, and where the answer to `READ_MEMORY` has the address that was asked for, and what is there. */
export const MEMORY_BYTES = 256;
export const MEMORY_ADDRESS = 2;

export const PIN_COUNT = 9;
/** GP8 is no output. */
export const INPUT_PIN = 8;
export const ALL_PINS = 0x1ff;

export const CLOCKS_HZ = { min: 1500, max: 12_000_000 } as const;
/** Of one transaction. */
export const TRANSACTION_MAX = 0xffff;

/** How the engine is set up (DS20002288, 3.2.2). */
export interface SpiSettings {
  readonly hz: number;
  /** Levels of the pins that are chip selects, between transactions and during one. */
  readonly idle: number;
  readonly active: number;
  /** Bytes of a transaction. */
  readonly length: number;
  readonly mode: number;
}
const SPI = { HZ: 4, IDLE: 8, ACTIVE: 10, LENGTH: 18, MODE: 20 } as const;

/** A report with its bytes from the second on. */
export function request(command: number, ...bytes: readonly number[]): Uint8Array {
  const report = new Uint8Array(REPORT_BYTES);
  report.set([command, ...bytes]);
  return report;
}

export function spiReport({ hz, idle, active, length, mode }: SpiSettings): Uint8Array {
  const report = request(COMMAND.SET_SPI);
  const view = new DataView(report.buffer);
  view.setUint32(SPI.HZ, hz, true);
  view.setUint16(SPI.IDLE, idle, true);
  view.setUint16(SPI.ACTIVE, active, true);
  view.setUint16(SPI.LENGTH, length, true);
  report[SPI.MODE] = mode;
  return report;
}

/** Of `SET_SPI`, or of the answer, which has what the chip made of it. */
export function readSpi(report: Uint8Array): SpiSettings {
  const view = new DataView(report.buffer, report.byteOffset, report.length);
  return {
    hz: view.getUint32(SPI.HZ, true),
    idle: view.getUint16(SPI.IDLE, true),
    active: view.getUint16(SPI.ACTIVE, true),
    length: view.getUint16(SPI.LENGTH, true),
    mode: report[SPI.MODE] ?? 0,
  };
}

/** A report with a bit for each pin: levels, or directions, of which 1 is an input. */
export function pinsReport(command: number, pins: number): Uint8Array {
  return request(command, 0, 0, 0, pins & 0xff, pins >> 8);
}

export function word(report: Uint8Array, at: number): number {
  return ((report[at] ?? 0) | ((report[at + 1] ?? 0) << 8)) & ALL_PINS;
}
