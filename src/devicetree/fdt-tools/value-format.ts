import { latin1 } from '../text/source.ts';
import { TextPieces } from '../text/text-pieces.ts';

/** How fdtget prints a value and fdtput reads one (`-t`). */
export interface ValueFormat {
  /** string, integer, unsigned, hexadecimal, raw bytes; undefined to go by what a value looks like. */
  readonly type: 's' | 'i' | 'u' | 'x' | 'r' | undefined;
  /** Bytes of a number; undefined for the usual: 4, or when printing 1 where the value's length wants it. */
  readonly size: 1 | 2 | 4 | undefined;
}

/** No type and size given: the value's look decides. */
export const ANY_FORMAT: ValueFormat = { type: undefined, size: undefined };

/** `-t` as text: a type, for numbers with a size in front (`hh` or `b`, `h`, `l`). Undefined for anything else. */
export function parseValueFormat(text: string): ValueFormat | undefined {
  const [, sizeText = '', type] = /^(hh|b|h|ll?|L)?([iuxsr])$/.exec(text) ?? [];
  if (type === undefined) return undefined;
  const sizes: Record<string, 1 | 2 | 4> = { hh: 1, b: 1, h: 2, l: 4, ll: 4 };
  const isNumber = type !== 's' && type !== 'r';
  return { type: type as NonNullable<ValueFormat['type']>, size: isNumber ? sizes[sizeText] : undefined };
}

/** Why a value cannot be printed or read as it should be. */
export class ValueFormatError extends Error {
  override readonly name = 'ValueFormatError';
}

/** Text that a person can read: strings, none of them empty, all printable. */
export function isPrintableStrings(value: Uint8Array): boolean {
  if (value.length === 0 || value[0] === 0 || value[value.length - 1] !== 0) return false;
  return value.every((byte, i) => (byte === 0 ? value[i - 1] !== 0 : byte >= 0x20 && byte < 0x7f));
}

/** A value as fdtget prints it, one character a byte. Throws `ValueFormatError`. */
export function formatValue(value: Uint8Array, format: ValueFormat): string {
  const { type } = format;
  if (value.length === 0) return '';
  if (type === 'r') return latin1(value);
  if (type === 's' || (type === undefined && isPrintableStrings(value))) {
    if (value[value.length - 1] !== 0) throw new ValueFormatError('Unterminated string');
    return latin1(value, 0, value.length - 1).replaceAll('\0', ' ');
  }
  const size = format.size ?? (value.length % 4 === 0 ? 4 : 1);
  if (value.length % size !== 0)
    throw new ValueFormatError(`The property has ${value.length} bytes; expected a multiple of ${size}`);
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const numbers = new TextPieces();
  for (let at = 0; at < value.length; at += size) {
    const number = size === 4 ? view.getUint32(at) : size === 2 ? view.getUint16(at) : view.getUint8(at);
    if (at > 0) numbers.push(' ');
    numbers.push(type === 'x' ? number.toString(16) : String(type === 'u' ? number : number | 0));
  }
  return numbers.toString();
}

/** Words of a command line as a value, as fdtput takes them. Throws `ValueFormatError`. */
export function parseValue(words: readonly string[], format: ValueFormat): Uint8Array {
  const { type, size = 4 } = format;
  const parts = words.map((word) => {
    if (type === 's') return new TextEncoder().encode(`${word}\0`);
    const number = parseNumber(word, type);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, Number(BigInt.asUintN(32, number)));
    return bytes.subarray(4 - size);
  });
  const value = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    value.set(part, at);
    at += part.length;
  }
  return value;
}

function parseNumber(word: string, type: ValueFormat['type']): bigint {
  const [, sign, digits = ''] = /^\s*([+-])?(.*)$/s.exec(word) ?? [];
  const literal = numberLiteral(digits, type);
  if (literal === undefined)
    throw new ValueFormatError(`"${word}" is not ${type === 'x' ? 'a hexadecimal number' : 'a number'}`);
  const number = BigInt(literal);
  if (number >= 1n << 64n) throw new ValueFormatError(`"${word}" is too large`);
  return sign === '-' ? -number : number;
}

/** The number as JavaScript writes it: C's rules for a base of 16 (`x`), any (`i`, `u`) or 10. */
function numberLiteral(digits: string, type: ValueFormat['type']): string | undefined {
  const hex = /^(?:0x)?([0-9a-f]+)$/i.exec(digits)?.[1];
  if (type === 'x') return hex === undefined ? undefined : `0x${hex}`;
  if (type === 'i' || type === 'u') {
    if (/^0x/i.test(digits)) return hex === undefined ? undefined : `0x${hex}`;
    if (/^0[0-7]+$/.test(digits)) return `0o${digits.slice(1)}`;
    return /^(?:0|[1-9]\d*)$/.test(digits) ? digits : undefined;
  }
  return /^\d+$/.test(digits) ? digits : undefined;
}
