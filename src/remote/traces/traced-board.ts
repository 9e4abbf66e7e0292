import { amount, list, maybe, record, text, u8, u16, u32, type Values } from '../fields.ts';

const PARTS_MAX = 4096;
const NAMES_MAX = 256;
const BUSES_MAX = 256;

/** A part on a traced bus, as far as one must know it to read its transfers. */
const tracedPart = record({
  /** Addresses (bit 31: ten-bit) or chip selects. */
  reg: list(u32, NAMES_MAX),
  name: text,
  /** Of its node. */
  path: text,
  compatible: list(text, NAMES_MAX),
  addressWidth: maybe(u32),
  size: maybe(amount),
});

const tracedBus = record({
  /** One of `BUS_KINDS`. */
  kind: u8,
  number: u16,
  path: text,
  parts: list(tracedPart, PARTS_MAX),
});

/** A board whose transfers are told: what its records count, and mean. */
export const tracedBoard = record({
  /** Its tree, and the SHA-256 of what is on it. */
  file: text,
  sha256: text,
  buses: list(tracedBus, BUSES_MAX),
});

/** The same as values. */
export type FramedBoard = Values<{ board: typeof tracedBoard }>['board'];

export const BUS_KINDS = ['i2c', 'spi'] as const;
