import { hexDigits } from '../../bus/words.ts';
import type { TracedBytes } from '../event.ts';

/** Bytes that a line shows of each direction. */
const SHOWN = 16;

/** `1f 80`; of many the first and how many there are: `00 01 … (256 bytes)`. */
export function bytesText({ bytes, length }: TracedBytes, from = 0): string {
  const shown = bytes.subarray(from, from + SHOWN);
  const hex = Array.from(shown, (byte) => hexDigits(byte)).join(' ');
  const left = length - from;
  if (left <= shown.length) return hex;
  if (shown.length === 0) return left === 1 ? '1 byte' : `${left} bytes`;
  return `${hex} … (${left} bytes)`;
}

/** The first bytes as a number, most significant first; undefined when there are not as many. */
export function numberOf({ bytes }: TracedBytes, from: number, count: number): number | undefined {
  if (bytes.length < from + count) return undefined;
  return bytes.subarray(from, from + count).reduce((value, byte) => value * 0x100 + byte, 0);
}

export function hexNumber(value: number, bytes: number): string {
  return `0x${hexDigits(value, 2 * bytes)}`;
}
