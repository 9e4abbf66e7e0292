/**
 * FT260: numbered HID reports, words little-endian. Sources: FTDI AN_394; Linux drivers/hid/hid-ft260.c and the issues of
 * MichaelZaidman/hid-ft260.
 */

export const USB_ID = { vendorId: 0x0403, productId: 0x6030 } as const;
export const ENDPOINT = { OUT: 0x02, IN: 0x81 } as const;
export const PACKET_BYTES = 64;

/** Numbers of feature reports, which control requests carry. */
export const FEATURE = { CHIP: 0xa0, SYSTEM: 0xa1, GPIO: 0xb0, I2C_STATUS: 0xc0 } as const;
/** Bytes of each, with its number. */
export const CHIP_BYTES = 13;
export const SYSTEM_BYTES = 25;
export const GPIO_BYTES = 5;
export const I2C_STATUS_BYTES = 5;

/** What every chip says in `FEATURE.CHIP`, behind the number. */
export const CHIP_CODE = [0x02, 0x60] as const;

/** Where `FEATURE.SYSTEM` has what pins DCNF0 and DCNF1 say, and whether I2C is on. */
export const SYSTEM = { MODE: 1, POWERED: 4, I2C: 5, UART: 6, GPIO2: 8, GPIO_A: 9, GPIO_G: 10 } as const;
/** The chip is a serial port only. */
export const MODE_UART = 2;
export const MODE_I2C = 1;

/** The second byte of `FEATURE.SYSTEM` when it is set. */
export const SET = {
  I2C: 0x02,
  UART: 0x03,
  INTERRUPT: 0x05,
  GPIO2: 0x06,
  DCD_RI: 0x07,
  GPIO_A: 0x08,
  GPIO_G: 0x09,
  I2C_RESET: 0x20,
  I2C_CLOCK: 0x22,
} as const;

/** Bits of the second byte of `FEATURE.I2C_STATUS`. With `ENGINE_BUSY` the others mean nothing. */
export const STATUS = {
  ENGINE_BUSY: 0x01,
  ERROR: 0x02,
  ADDRESS_NACK: 0x04,
  DATA_NACK: 0x08,
  ARBITRATION: 0x10,
  IDLE: 0x20,
  BUS_BUSY: 0x40,
} as const;

/** Reports on the endpoints. Data have one of 15 numbers, by how many there are; a write may have a larger one. */
export const READ = 0xc2;
export const DATA_FIRST = 0xd0;
export const DATA_LAST = 0xde;
/** Data of one report. */
export const DATA_MAX = 60;
/** Data of one read request, behind the first of a message: Linux's. */
export const READ_MAX = 180;

/** What a data or read report does beside. */
export const FLAG = { START: 0x02, REPEATED_START: 0x03, STOP: 0x04 } as const;
export const FLAG_START_MASK = 0x03;

export const CLOCKS_HZ = { min: 60_000, max: 3_400_000 } as const;
export const DEFAULT_HZ = 100_000;

/** GPIO0 to GPIO5, GPIOA to GPIOH. */
export const PINS = 14;
export const PORT_A = 6;
/** SCL and SDA. */
export const BUS_PINS: readonly number[] = [0, 1];

export function dataNumber(length: number): number {
  return DATA_FIRST + ((length - 1) >> 2);
}

export function writeReport(addr: number, flags: number, data: Uint8Array): Uint8Array {
  return Uint8Array.of(dataNumber(data.length), addr, flags, data.length, ...data);
}

export function readReport(addr: number, flags: number, length: number): Uint8Array {
  return Uint8Array.of(READ, addr, flags, length & 0xff, length >> 8);
}

export function setSystem(request: number, ...values: readonly number[]): Uint8Array {
  return Uint8Array.of(FEATURE.SYSTEM, request, ...values);
}

export function setClock(hz: number): Uint8Array {
  const kHz = Math.floor(hz / 1000);
  return setSystem(SET.I2C_CLOCK, kHz & 0xff, kHz >> 8);
}
