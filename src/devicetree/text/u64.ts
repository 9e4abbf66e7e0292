/**
 * Unsigned 64-bit values as the language computes with them. A value that a number holds exactly (below 2^53)
 * is a number, any other a BigInt: nearly all are small, and BigInts are slow.
 */
export type U64 = number | bigint;

const MAX = Number.MAX_SAFE_INTEGER;

export function fromBigInt(value: bigint): U64 {
  const fitted = BigInt.asUintN(64, value);
  return fitted <= MAX ? Number(fitted) : fitted;
}

function wide(a: U64, b: U64, operate: (a: bigint, b: bigint) => bigint): U64 {
  return fromBigInt(operate(BigInt(a), BigInt(b)));
}

export function add(a: U64, b: U64): U64 {
  if (typeof a === 'number' && typeof b === 'number' && a + b <= MAX) return a + b;
  return wide(a, b, (x, y) => x + y);
}

export function subtract(a: U64, b: U64): U64 {
  if (typeof a === 'number' && typeof b === 'number' && a >= b) return a - b;
  return wide(a, b, (x, y) => x - y);
}

export function multiply(a: U64, b: U64): U64 {
  if (typeof a === 'number' && typeof b === 'number' && a * b <= MAX) return a * b;
  return wide(a, b, (x, y) => x * y);
}

/** `b` is not 0. */
export function divide(a: U64, b: U64): U64 {
  if (typeof a === 'number' && typeof b === 'number') return (a - (a % b)) / b;
  return wide(a, b, (x, y) => x / y);
}

/** `b` is not 0. */
export function remainder(a: U64, b: U64): U64 {
  if (typeof a === 'number' && typeof b === 'number') return a % b;
  return wide(a, b, (x, y) => x % y);
}

/** A shift by 64 or more leaves nothing. */
export function shiftLeft(a: U64, b: U64): U64 {
  if (b >= 64) return 0;
  const by = Number(b);
  if (typeof a === 'number' && a * 2 ** by <= MAX) return a * 2 ** by;
  return fromBigInt(BigInt(a) << BigInt(by));
}

export function shiftRight(a: U64, b: U64): U64 {
  if (b >= 64) return 0;
  const by = Number(b);
  if (typeof a === 'number') return Math.floor(a / 2 ** by);
  return fromBigInt(a >> BigInt(by));
}

const HALF = 2 ** 32;

function isHalf(a: U64): a is number {
  return typeof a === 'number' && a < HALF;
}

export function and(a: U64, b: U64): U64 {
  return isHalf(a) && isHalf(b) ? (a & b) >>> 0 : wide(a, b, (x, y) => x & y);
}

export function or(a: U64, b: U64): U64 {
  return isHalf(a) && isHalf(b) ? (a | b) >>> 0 : wide(a, b, (x, y) => x | y);
}

export function xor(a: U64, b: U64): U64 {
  return isHalf(a) && isHalf(b) ? (a ^ b) >>> 0 : wide(a, b, (x, y) => x ^ y);
}

export function negate(a: U64): U64 {
  return fromBigInt(-BigInt(a));
}

export function invert(a: U64): U64 {
  return fromBigInt(~BigInt(a));
}

/** The lowest 32 bits. */
export function low32(a: U64): number {
  if (typeof a === 'number') return a < HALF ? a : a % HALF;
  return Number(a & 0xffff_ffffn);
}

/** The highest 32 bits. */
export function high32(a: U64): number {
  return typeof a === 'number' ? Math.floor(a / HALF) : Number(a >> 32n);
}

/**
 * Whether `a` fits `bits` (8, 16, 32 or 64) bits, as a positive number or, with ones in all higher bits, as a
 * negative one.
 */
export function fits(a: U64, bits: number): boolean {
  if (bits === 64) return true;
  if (typeof a === 'number') return a < 2 ** bits;
  return a >= (1n << 64n) - (1n << BigInt(bits));
}
