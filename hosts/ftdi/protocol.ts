/**
 * FTDI's MPSSE, the engine in FT232H, FT2232H and FT4232H that moves bytes and bits on pins. Source: FTDI AN_108 and
 * AN_135; flashrom ft2232_spi.c; pyftdi; Linux drivers/gpio/gpio-mpsse.c.
 */

const VENDOR_ID = 0x0403;

/** A chip of the family. */
export interface FtdiChip {
  readonly title: string;
  readonly product: string;
  readonly vendorId: number;
  readonly productId: number;
  /** Tells clients which chip it is (bcdDevice). */
  readonly deviceVersion: number;
  readonly channels: number;
  /** Channels that have the engine, from A on. */
  readonly engines: number;
  /** Pins of a channel that the engine moves. */
  readonly linesOfChannel: number;
  /** Whether it has `MPSSE.OPEN_DRAIN`. */
  readonly hasOpenDrain: boolean;
}

export const CHIPS = {
  ft232h: {
    title: 'FT232H',
    product: 'Single RS232-HS',
    vendorId: VENDOR_ID,
    productId: 0x6014,
    deviceVersion: 0x0900,
    channels: 1,
    engines: 1,
    linesOfChannel: 16,
    hasOpenDrain: true,
  },
  ft2232h: {
    title: 'FT2232H',
    product: 'Dual RS232-HS',
    vendorId: VENDOR_ID,
    productId: 0x6010,
    deviceVersion: 0x0700,
    channels: 2,
    engines: 2,
    linesOfChannel: 16,
    hasOpenDrain: false,
  },
  ft4232h: {
    title: 'FT4232H',
    product: 'Quad RS232-HS',
    vendorId: VENDOR_ID,
    productId: 0x6011,
    deviceVersion: 0x0800,
    channels: 4,
    engines: 2,
    linesOfChannel: 8,
    hasOpenDrain: false,
  },
} as const satisfies Record<string, FtdiChip>;

export const PACKET_BYTES = 512;
/** Every packet to the host begins with these: modem and line status. */
export const STATUS_BYTES = 2;
export const PACKET_DATA = PACKET_BYTES - STATUS_BYTES;

/** Endpoints of a channel, from 0 on. */
export function endpointsOf(channel: number): { readonly IN: number; readonly OUT: number } {
  return { IN: 0x81 + 2 * channel, OUT: 0x02 + 2 * channel };
}

/** `wIndex` of a channel's requests. */
export function indexOf(channel: number): number {
  return channel + 1;
}

/** Vendor requests to the device. */
export const REQUEST = {
  RESET: 0x00,
  POLL_STATUS: 0x05,
  SET_LATENCY: 0x09,
  GET_LATENCY: 0x0a,
  SET_BITMODE: 0x0b,
  READ_PINS: 0x0c,
  READ_EEPROM: 0x90,
} as const;

/** Values of `REQUEST.RESET`; `IN` and `OUT` are as the host sees them. */
export const RESET = { ALL: 0, PURGE_IN: 1, PURGE_OUT: 2 } as const;
/** In the high byte of `REQUEST.SET_BITMODE`. */
export const BITMODE = { RESET: 0x00, MPSSE: 0x02 } as const;

export const MPSSE = {
  SET_LOW: 0x80,
  GET_LOW: 0x81,
  SET_HIGH: 0x82,
  GET_HIGH: 0x83,
  LOOPBACK_ON: 0x84,
  LOOPBACK_OFF: 0x85,
  DIVISOR: 0x86,
  SEND_NOW: 0x87,
  WAIT_HIGH: 0x88,
  WAIT_LOW: 0x89,
  BASE_60_MHZ: 0x8a,
  BASE_12_MHZ: 0x8b,
  THREE_PHASE_ON: 0x8c,
  THREE_PHASE_OFF: 0x8d,
  CLOCK_BITS: 0x8e,
  CLOCK_BYTES: 0x8f,
  ADAPTIVE_ON: 0x96,
  ADAPTIVE_OFF: 0x97,
  /** Masks of pins that pull low only. */
  OPEN_DRAIN: 0x9e,
  /** Answers a command that it does not know, which follows. */
  BAD_COMMAND: 0xfa,
} as const;

/** Bits of a command that moves data; it is below 0x80. */
export const DATA = {
  WRITE_FALLING: 0x01,
  BITS: 0x02,
  READ_FALLING: 0x04,
  LSB_FIRST: 0x08,
  WRITE: 0x10,
  READ: 0x20,
  TMS: 0x40,
} as const;

/** Bytes that follow a command of the table; others below 0x80 move data. */
export const ARGUMENT_BYTES: ReadonlyMap<number, number> = new Map([
  [MPSSE.SET_LOW, 2],
  [MPSSE.GET_LOW, 0],
  [MPSSE.SET_HIGH, 2],
  [MPSSE.GET_HIGH, 0],
  [MPSSE.LOOPBACK_ON, 0],
  [MPSSE.LOOPBACK_OFF, 0],
  [MPSSE.DIVISOR, 2],
  [MPSSE.SEND_NOW, 0],
  [MPSSE.WAIT_HIGH, 0],
  [MPSSE.WAIT_LOW, 0],
  [MPSSE.BASE_60_MHZ, 0],
  [MPSSE.BASE_12_MHZ, 0],
  [MPSSE.THREE_PHASE_ON, 0],
  [MPSSE.THREE_PHASE_OFF, 0],
  [MPSSE.CLOCK_BITS, 1],
  [MPSSE.CLOCK_BYTES, 2],
  [MPSSE.ADAPTIVE_ON, 0],
  [MPSSE.ADAPTIVE_OFF, 0],
  [MPSSE.OPEN_DRAIN, 2],
]);

/** Most bytes that one command moves. */
export const MOVED_MAX = 0x1_0000;

/** Pins of the low byte: the clock, data out, data in, and chip selects from bit 3 on. */
export const PIN = { CLOCK: 0x01, OUT: 0x02, IN: 0x04 } as const;
export const FIRST_CHIP_SELECT = 3;
export const CHIP_SELECTS_MAX = 5;

/** Clock of the engine before its divisor, in Hz. */
export const BASE_HZ = { slow: 12_000_000, fast: 60_000_000 } as const;
const DIVISOR_MAX = 0xffff;
/** A clock period of data that is valid at both edges has three phases, else two. */
const phases = (threePhase: boolean) => (threePhase ? 3 : 2);

/** Hz */
export function clockOf(divisor: number, threePhase: boolean, baseHz: number = BASE_HZ.fast): number {
  return baseHz / ((1 + divisor) * phases(threePhase));
}

/** The divisor of the fastest clock that is not above `hz`; undefined where even the slowest is. */
export function divisorFor(hz: number, threePhase: boolean): number | undefined {
  const divisor = Math.max(0, Math.ceil(BASE_HZ.fast / phases(threePhase) / hz) - 1);
  return divisor > DIVISOR_MAX ? undefined : divisor;
}

export const SLOWEST_I2C_HZ = Math.ceil(clockOf(DIVISOR_MAX, true));
export const FASTEST_SPI_HZ = clockOf(0, false);

export function divisorCommand(divisor: number): readonly number[] {
  return [MPSSE.DIVISOR, divisor & 0xff, divisor >> 8];
}

/** A command that moves 1 to `MOVED_MAX` bytes; data that are written follow it. */
export function moveCommand(bits: number, length: number): readonly number[] {
  return [bits, (length - 1) & 0xff, (length - 1) >> 8];
}

/** How much a transfer of `length` bytes carries. */
export function payloadLength(length: number): number {
  const rest = length % PACKET_BYTES;
  return Math.floor(length / PACKET_BYTES) * PACKET_DATA + Math.max(0, rest - STATUS_BYTES);
}

/** What packets carry without their status bytes. */
export function payloadOf(transfer: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < transfer.length; at += PACKET_BYTES)
    parts.push(transfer.subarray(at + STATUS_BYTES, at + PACKET_BYTES));
  return Buffer.concat(parts);
}
