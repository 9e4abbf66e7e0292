/** `value` between `low` and `high`. */
export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

/** A 16-bit register as a two's complement number. */
export function signed16(word: number): number {
  return (word << 16) >> 16;
}

/** What a converter of `bits` bits makes of `value`, in units of `lsb`: two's complement, saturating. */
export function quantize(value: number, lsb: number, bits: number): number {
  const half = 2 ** (bits - 1);
  return clamp(Math.round(value / lsb), -half, half - 1);
}
