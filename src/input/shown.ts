import { isUint8Array } from 'node:util/types';
import { plainJson } from './printable.ts';

const LONGEST_TEXT = 60;

/** A value as an error shows it: `"hot"`, `1000`, `16 bytes`, `an array`. Never throws. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return plainJson(value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value);
    case 'bigint':
      return `${value}n`;
    case 'function':
      return 'a function';
    case 'object':
      return shownObject(value);
    default:
      return String(value);
  }
}

function shownObject(value: object | null): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (isUint8Array(value)) return `${value.length} bytes`;
  const maker: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof maker === 'string' && maker !== '' && maker !== 'Object' ? `a ${maker}` : 'an object';
}
