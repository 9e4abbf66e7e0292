/**
 * SC18IM700 of NXP: commands of characters and bytes on a UART, each ended by a STOP character. Nothing but what is read is answered.
 * Sources: its data sheet, and the clients sc18im700-py, Zephyr's i2c_sc18im704.c and a C# one.
 */

const code = (character: string): number => character.charCodeAt(0);

/** Baud behind a reset. */
export const BAUD = 9600;
const CRYSTAL_HZ = 7_372_800;
/** The registers BRG0 and BRG1 at that speed, with which the chip is known. */
export const BRG = [(CRYSTAL_HZ / BAUD - 16) & 0xff, (CRYSTAL_HZ / BAUD - 16) >> 8] as const;

export const COMMAND = {
  /** Address byte, count; data behind a write. Another one is a repeated START. */
  START: code('S'),
  STOP: code('P'),
  READ_REGISTERS: code('R'),
  /** Pairs of a register and its value. */
  WRITE_REGISTERS: code('W'),
  READ_PINS: code('I'),
  WRITE_PINS: code('O'),
} as const;

export const REGISTER = {
  BRG0: 0x00,
  BRG1: 0x01,
  /** Two bits a pin: of the lower four, of the upper four. */
  PORT_LOW: 0x02,
  PORT_HIGH: 0x03,
  CLOCK_LOW: 0x07,
  CLOCK_HIGH: 0x08,
  TIMEOUT: 0x09,
  STATUS: 0x0a,
} as const;

export const STATUS = { OK: 0xf0, ADDRESS_NACK: 0xf1, DATA_NACK: 0xf2, TIMEOUT: 0xf8 } as const;
/** The time-out that the chip has behind a reset, switched on. */
export const TIMEOUT_ON = 0x67;

/** Each of its two buffers in bytes. A command has to fit. */
export const BUFFER = 16;
/** START, address, count and STOP. */
export const WRITE_MAX = BUFFER - 4;
/** Those of the read behind it too. */
export const JOINED_WRITE_MAX = WRITE_MAX - 3;
/** The status is asked for once more than bytes are read, by a command that has to fit. */
export const READ_MAX = BUFFER - 4;

/** Bytes of a command that are further apart than this end it. */
export const GAP_MS = 655;

/** How long each half of a clock is, in eighths of the clock of the chip. */
const HALF = { MIN: 5, MAX: 255 } as const;
const PER_HALF = 4;
export const CLOCKS_HZ = {
  min: Math.ceil(CRYSTAL_HZ / (PER_HALF * HALF.MAX)),
  max: CRYSTAL_HZ / (PER_HALF * HALF.MIN),
} as const;

/** The half of the fastest clock that is not above `hz`. */
export function halfOf(hz: number): number {
  return Math.min(HALF.MAX, Math.max(HALF.MIN, Math.ceil(CRYSTAL_HZ / (PER_HALF * hz))));
}

export function clockOf(half: number): number {
  return Math.floor(CRYSTAL_HZ / (PER_HALF * half));
}

export const PIN_COUNT = 8;
export const PIN_TYPE = { INPUT: 1, PUSH_PULL: 2 } as const;
/** The types of all pins as inputs, two bits a pin. */
export const ALL_INPUTS = 0x5555;

export function typeOf(types: number, pin: number): number {
  return (types >> (2 * pin)) & 3;
}

export function withType(types: number, pin: number, type: number): number {
  return (types & ~(3 << (2 * pin))) | (type << (2 * pin));
}
