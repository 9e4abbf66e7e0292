/**
 * MCP2221A: reports of 64 bytes without a number, a request and its answer. Source: Microchip DS20005565; Linux
 * drivers/hid/hid-mcp2221.c; EasyMCP2221.
 */

export const USB_ID = { vendorId: 0x04d8, productId: 0x00dd } as const;
export const ENDPOINT = { OUT: 0x03, IN: 0x83 } as const;
export const REPORT_BYTES = 64;

/** First byte of a request, and of its answer. */
export const COMMAND = {
  STATUS: 0x10,
  GET_DATA: 0x40,
  SET_GPIO: 0x50,
  GET_GPIO: 0x51,
  SET_SRAM: 0x60,
  GET_SRAM: 0x61,
  RESET: 0x70,
  WRITE: 0x90,
  READ: 0x91,
  WRITE_REPEATED: 0x92,
  READ_REPEATED: 0x93,
  WRITE_NO_STOP: 0x94,
  READ_FLASH: 0xb0,
  WRITE_FLASH: 0xb1,
  UNLOCK_FLASH: 0xb2,
} as const;

/** Second byte of an answer. `NO_DATA`: `GET_DATA` has none, or the read failed. */
export const RESULT = { OK: 0x00, BUSY: 0x01, NO_DATA: 0x41 } as const;
/** `RESET` takes effect with these behind it. */
export const RESET_KEY = [0xab, 0xcd, 0xef] as const;

/** Places in `STATUS`. */
export const STATUS_REQUEST = { CANCEL: 2, SET_SPEED: 3, DIVIDER: 4 } as const;
export const STATUS_ANSWER = {
  CANCEL: 2,
  SET_SPEED: 3,
  STATE: 8,
  ASKED: 9,
  MOVED: 11,
  BUFFERED: 13,
  DIVIDER: 14,
  ADDRESS: 16,
  FLAGS: 20,
  SCL: 22,
  SDA: 23,
  REVISION: 46,
} as const;
export const CANCEL = { ASK: 0x10, DONE: 0x10, WAS_IDLE: 0x11 } as const;
export const SPEED = { ASK: 0x20, SET: 0x20, REFUSED: 0x21 } as const;
/** In `STATUS_ANSWER.FLAGS`. */
export const NACK_FLAG = 0x40;

/** States of the I2C engine. */
export const STATE = {
  IDLE: 0x00,
  START_TIMEOUT: 0x12,
  ADDRESS_NACK: 0x25,
  WRITE_WAITS: 0x43,
  WRITTEN_NO_STOP: 0x45,
  READ_PARTLY: 0x54,
  READ_COMPLETE: 0x55,
  STOP_TIMEOUT: 0x62,
} as const;

/** The engine waits in vain for START, for a byte that is written, for a stretched clock, or for STOP. */
export const TIMEOUTS: readonly number[] = [STATE.START_TIMEOUT, 0x23, 0x44, STATE.STOP_TIMEOUT];

/** Places in requests and answers of reads and writes. */
export const TRANSFER = { LENGTH: 1, ADDRESS: 3, DATA: 4 } as const;
export const GET_DATA_ANSWER = { STATE: 2, COUNT: 3, DATA: 4 } as const;
/** Count of an answer without data. */
export const COUNT_ERROR = 127;
export const DATA_MAX = REPORT_BYTES - TRANSFER.DATA;
export const LENGTH_MAX = 0xffff;

export const PINS = 4;
/** Of a pin that is no GPIO: its level and its direction. */
export const NOT_GPIO = [0xee, 0xef] as const;
/** Settings of a pin: its function (0: GPIO), then direction and level. */
export const PIN_SETTING = { FUNCTION_MASK: 0x07, INPUT: 0x08, HIGH: 0x10 } as const;
/** Where pins are in `GET_SRAM`, `SET_SRAM`, `SET_GPIO` and `GET_GPIO`. */
export const PLACE = { SRAM_PINS: 22, SET_SRAM_ALTER: 7, SET_SRAM_PINS: 8, LEVELS: 2 } as const;
/** `SET_SRAM` sets pins. */
export const ALTER_PINS = 0x80;

const CLOCK_HZ = 12_000_000;
const DIVIDER_MAX = 0xff;
export const CLOCKS_HZ = { min: 50_000, max: 400_000 } as const;

/** The divider of the fastest clock that is not above `hz`; undefined where even the slowest is. */
export function dividerFor(hz: number): number | undefined {
  const divider = Math.ceil(CLOCK_HZ / Math.min(hz, CLOCKS_HZ.max)) - 3;
  return divider > DIVIDER_MAX ? undefined : divider;
}

/** Hz */
export function clockOf(divider: number): number {
  return CLOCK_HZ / (divider + 3);
}

/** A request with its bytes at their places. */
export function request(command: number, ...bytes: readonly number[]): Uint8Array {
  const report = new Uint8Array(REPORT_BYTES);
  report.set([command, ...bytes]);
  return report;
}

/** A request to move `length` bytes; `data` is the next part of what is written. */
export function transferRequest(
  command: number,
  addr: number,
  reads: boolean,
  length: number,
  data: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return request(command, length & 0xff, length >> 8, (addr << 1) | (reads ? 1 : 0), ...data);
}

/** A word of an answer. */
export function word(report: Uint8Array, at: number): number {
  return (report[at] ?? 0) | ((report[at + 1] ?? 0) << 8);
}
