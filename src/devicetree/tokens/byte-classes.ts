import * as T from './token-list.ts';

/** Bytes, and what they may begin or be part of. */
export const NEWLINE = 10;
const RETURN = 13;
export const QUOTE = 34;
export const APOSTROPHE = 39;

/** Classes of bytes. */
export const WORD_START = 1;
export const DIGIT = 2;
export const BLANK = 4;
const HEX = 8;
/** May begin something longer than itself. */
export const PUNCTUATION = 16;
/** Is always a token by itself. */
export const SIMPLE = 32;
/** May begin one of the `PAIRS`, and no more than that. */
export const STARTS_PAIR = 64;
export const CLASS: Uint8Array = (() => {
  const table = new Uint8Array(256);
  for (let c = 33; c < 127; c++) table[c] = PUNCTUATION;
  for (const char of '$%()*+,-:;?@[]^`{}~') table[char.charCodeAt(0)] = SIMPLE;
  for (const char of '<>=!&|#') table[char.charCodeAt(0)] = PUNCTUATION | STARTS_PAIR;
  for (let c = 0x30; c <= 0x39; c++) table[c] = DIGIT | HEX;
  for (const [from, to] of ['az', 'AZ', '__']) {
    for (let c = (from as string).charCodeAt(0); c <= (to as string).charCodeAt(0); c++)
      table[c] = WORD_START;
  }
  for (const char of 'abcdefABCDEF') table[char.charCodeAt(0)] = WORD_START | HEX;
  for (const c of [9, 11, 12, RETURN, 32]) table[c] = BLANK;
  return table;
})();

/** Pairs of punctuation characters that are one token: first, second, kind. */
export const PAIRS: Int32Array = (() => {
  const table = new Int32Array(128 * 128);
  const pairs: readonly [string, number][] = [
    ['<<', T.LSHIFT],
    ['>>', T.RSHIFT],
    ['<=', T.LE],
    ['>=', T.GE],
    ['==', T.EQ],
    ['!=', T.NE],
    ['&&', T.AND_AND],
    ['||', T.OR_OR],
    ['##', T.HASH_HASH],
  ];
  for (const [pair, kind] of pairs) table[pair.charCodeAt(0) * 128 + pair.charCodeAt(1)] = kind;
  return table;
})();

/** The value of a number that dtc takes without suffix and that fits 32 bits; -1 for any other. */
export function plainNumber(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] as number;
  let value = 0;
  if (first !== 0x30) {
    if (end - start > 10) return -1;
    for (let i = start; i < end; i++) {
      const digit = (bytes[i] as number) - 0x30;
      if (digit < 0 || digit > 9) return -1;
      value = value * 10 + digit;
    }
    return value <= 0xffff_ffff ? value : -1;
  }
  if (end - start === 1) return 0;
  if (((bytes[start + 1] as number) | 0x20) === 0x78) {
    if (end - start > 10 || end - start === 2) return -1;
    for (let i = start + 2; i < end; i++) {
      const byte = bytes[i] as number;
      if (!((CLASS[byte] as number) & HEX)) return -1;
      value = value * 16 + (byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57);
    }
    return value;
  }
  for (let i = start + 1; i < end; i++) {
    const digit = (bytes[i] as number) - 0x30;
    if (digit < 0 || digit > 7) return -1;
    value = value * 8 + digit;
    if (value > 0xffff_ffff) return -1;
  }
  return value;
}
