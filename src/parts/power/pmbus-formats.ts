/** How PMBus writes a number into two bytes. */
export interface Format {
  /** The word that a value is sent as: the nearest, or the end of the scale. */
  encode(value: number): number;
  decode(word: number): number;
}

/** LINEAR11 (7.3): five bits of an exponent, eleven of a mantissa, as exact as they can be. */
export const LINEAR11: Format = {
  encode(value) {
    let exponent = -16;
    while (exponent < 15 && Math.abs(Math.round(value / 2 ** exponent)) > 1023) exponent++;
    return ((exponent & 0x1f) << 11) | (Math.round(value / 2 ** exponent) & 0x7ff);
  },
  decode: (word) => (((word & 0x7ff) << 21) >> 21) * 2 ** ((word << 16) >> 27),
};

/** LINEAR16 (8.4.1): an unsigned mantissa; the exponent stands in VOUT_MODE. */
export const linear16 = (exponent: number): Format => ({
  encode: (value) => Math.max(0, Math.min(0xffff, Math.round(value / 2 ** exponent))),
  decode: (word) => word * 2 ** exponent,
});

/** Of a DIRECT format: Y = (m X + b) 10^R. */
export type Coefficients = readonly [m: number, b: number, R: number];

/** DIRECT (7.4), two's complement in 16 bits; `least` and `most`: codes that the converter has. */
export const direct = ([m, b, R]: Coefficients, least: number, most: number): Format => ({
  encode: (value) => Math.max(least, Math.min(most, Math.round((m * value + b) * 10 ** R))) & 0xffff,
  decode: (word) => (((word << 16) >> 16) * 10 ** -R - b) / m,
});

/** A word as it goes over the bus: the less significant byte first. */
export const word = (value: number): readonly number[] => [value & 0xff, (value >> 8) & 0xff];
