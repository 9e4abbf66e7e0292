/**
 * i2c-tiny-usb: vendor requests on endpoint 0 and nothing else. Source: Linux drivers/i2c/busses/i2c-tiny-usb.c; the
 * firmware's own description (Till Harbaum, i2c-tiny-usb).
 */

/** Vendor and product of the adapter, and of later ones that speak the same. */
export const USB_IDS = [
  { vendorId: 0x0403, productId: 0xc631 },
  { vendorId: 0x1c40, productId: 0x0534 },
] as const;

export const REQUEST = {
  /** Returns `wValue`: two bytes, little-endian. */
  ECHO: 0,
  /** Linux's `I2C_FUNC` bits: four bytes, little-endian. */
  GET_FUNC: 1,
  /** `wValue`: half-bit delay in µs. */
  SET_DELAY: 2,
  GET_STATUS: 3,
  /** One message: `wValue` its flags, `wIndex` its address; plus `IO_BEGIN` and `IO_END`. */
  IO: 4,
} as const;

/** Added to `REQUEST.IO`: the first message of a transaction, and the last. */
export const IO = { BEGIN: 1, END: 2 } as const;

/** The flag of a read in `wValue`. */
export const READ = 1;

export const STATUS = { IDLE: 0, ADDRESS_ACK: 1, ADDRESS_NAK: 2 } as const;

/** Reserved addresses that no part has (UM10204 3.1.12): who acknowledges both is no part. */
export const NOBODY = [0x7f, 0x7e] as const;

/** V-USB counts the bytes of a request in eight bits, and keeps two values for itself. */
export const LENGTH_MAX = 254;

/** A delay of so many µs makes a clock of 1 MHz divided by it. */
const DELAY_MAX = 0xffff;
const DELAY_CLOCK = 1_000_000;

/** The shortest delay whose clock is not above `hz`; undefined where even the longest is too short. */
export function delayFor(hz: number): number | undefined {
  const delay = Math.max(1, Math.ceil(DELAY_CLOCK / hz));
  return delay > DELAY_MAX ? undefined : delay;
}

/** Hz */
export function clockOf(delay: number): number {
  return Math.round(DELAY_CLOCK / delay);
}

/** The slowest clock, in whole Hz, and the fastest that a delay makes. */
export const CLOCKS_HZ = { min: Math.ceil(DELAY_CLOCK / DELAY_MAX), max: clockOf(1) } as const;
