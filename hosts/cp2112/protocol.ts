/**
 * CP2112: numbered reports, words big-endian. Source: Silicon Labs AN495; Linux drivers/hid/hid-cp2112.c.
 */

export const USB_ID = { vendorId: 0x10c4, productId: 0xea90 } as const;
export const ENDPOINT = { OUT: 0x01, IN: 0x81 } as const;
export const PACKET_BYTES = 64;

/** Numbers of feature reports, which control requests carry. */
export const FEATURE = {
  RESET: 0x01,
  GPIO_CONFIGURATION: 0x02,
  GPIO_GET: 0x03,
  GPIO_SET: 0x04,
  VERSION: 0x05,
  SMBUS_CONFIGURATION: 0x06,
  LOCK: 0x20,
} as const;

/** Numbers of reports on the endpoints. */
export const REPORT = {
  READ: 0x10,
  WRITE_READ: 0x11,
  FORCE_SEND: 0x12,
  DATA: 0x13,
  WRITE: 0x14,
  ASK_STATUS: 0x15,
  STATUS: 0x16,
  CANCEL: 0x17,
} as const;

/** Second and third byte of `REPORT.STATUS`. */
export const STATUS = { IDLE: 0, BUSY: 1, DONE: 2, ERROR: 3 } as const;
export const REASON = {
  NACK: 0,
  BUS_NOT_FREE: 1,
  ARBITRATION: 2,
  READ_INCOMPLETE: 3,
  WRITE_INCOMPLETE: 4,
  OK: 5,
} as const;
/** Where `REPORT.STATUS` has how many bytes were moved. */
export const STATUS_MOVED = 5;

export const PINS = 8;
/** Pins with a function of their own: signs of transfers, and a clock. */
export const SPECIAL_PINS: readonly number[] = [0, 1, 7];
/** Of `FEATURE.GPIO_CONFIGURATION`: its number, outputs, push-pull outputs, special functions, divider of the clock. */
export const GPIO_BYTES = 5;

export const PART_NUMBER = 0x0c;
/** From the second on it makes repeated STARTs. */
export const PART_VERSION = 2;

export const READ_MAX = 512;
export const WRITE_MAX = 61;
/** In front of a read, behind a repeated START. */
export const WRITE_READ_MAX = 16;
/** Data of one report. */
export const DATA_MAX = 61;
export const CLOCKS_HZ = { min: 10_000, max: 400_000 } as const;

/** How the SMBus engine is set up (AN495, 5.6). */
export interface SmbusConfiguration {
  readonly hz: number;
  /** ms; 0: for ever */
  readonly timeoutMs: number;
  /** 0: for ever */
  readonly retries: number;
}
const OWN_ADDRESS = 0x02;

/** Fourteen bytes, with the number. */
export function smbusConfiguration({ hz, timeoutMs, retries }: SmbusConfiguration): Uint8Array {
  const report = new Uint8Array(14);
  const view = new DataView(report.buffer);
  view.setUint8(0, FEATURE.SMBUS_CONFIGURATION);
  view.setUint32(1, hz);
  view.setUint8(5, OWN_ADDRESS);
  view.setUint16(7, timeoutMs);
  view.setUint16(9, timeoutMs);
  view.setUint8(11, 1);
  view.setUint16(12, retries);
  return report;
}

const addressByte = (addr: number, length: number) => [(addr << 1) & 0xff, length >> 8, length & 0xff];

export function readReport(addr: number, length: number): Uint8Array {
  return Uint8Array.of(REPORT.READ, ...addressByte(addr, length));
}

export function writeReadReport(addr: number, data: Uint8Array, length: number): Uint8Array {
  return Uint8Array.of(REPORT.WRITE_READ, ...addressByte(addr, length), data.length, ...data);
}

export function writeReport(addr: number, data: Uint8Array): Uint8Array {
  return Uint8Array.of(REPORT.WRITE, (addr << 1) & 0xff, data.length, ...data);
}

export function forceSendReport(length: number): Uint8Array {
  return Uint8Array.of(REPORT.FORCE_SEND, length >> 8, length & 0xff);
}

/** A word of a report. */
export function word(report: Uint8Array, at: number): number {
  return ((report[at] ?? 0) << 8) | (report[at + 1] ?? 0);
}
