import type { U64 } from '../text/u64.ts';
import { fromBigInt } from '../text/u64.ts';

/** A number at the beginning of a text, as dtc's lexer takes it. */
interface Integer {
  readonly value: U64;
  /** How many characters it takes. */
  readonly length: number;
  /** What is wrong with it, and what to do. */
  readonly problem: string | undefined;
}

/** Reads `123`, `0x7b` or `0173` with one of dtc's suffixes (`U`, `L`, `UL`, `LL`, `ULL`); `text` begins with a digit. */
export function readInteger(text: string): Integer {
  const match = /^(0[xX][0-9a-fA-F]+|[0-9]+)(ULL|UL|LL|U|L)?/.exec(text) as RegExpExecArray;
  const digits = match[1] as string;
  const length = match[0].length;
  if (/^0[0-9]/.test(digits)) {
    if (/[89]/.test(digits)) {
      return { value: 0, length, problem: `Bad integer literal '${match[0]}': a leading 0 makes it octal` };
    }
    return range(BigInt(`0o${digits}`), match[0]);
  }
  return range(BigInt(digits), match[0]);
}

function range(value: bigint, spelled: string): Integer {
  const { length } = spelled;
  if (value >= 1n << 64n) {
    return {
      value: 0,
      length,
      problem: `Integer literal '${spelled}' out of range: it needs more than 64 bits`,
    };
  }
  return { value: fromBigInt(value), length, problem: undefined };
}

const BACKSLASH = 92;
const ESCAPES = new Map<number, number>(
  (
    [
      ['a', 7],
      ['b', 8],
      ['t', 9],
      ['n', 10],
      ['v', 11],
      ['f', 12],
      ['r', 13],
    ] as const
  ).map(([name, code]) => [name.charCodeAt(0), code]),
);

/** The bytes of the inside of a string or character literal; undefined for `\x` without a digit behind it. */
export function escapedBytes(text: string): number[] | undefined {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== BACKSLASH || i + 1 >= text.length) {
      bytes.push(code);
      continue;
    }
    const next = text.charCodeAt(++i);
    if (next >= 0x30 && next <= 0x37) {
      const octal = (/^[0-7]{1,3}/.exec(text.slice(i, i + 3)) as RegExpExecArray)[0];
      bytes.push(Number.parseInt(octal, 8) & 0xff);
      i += octal.length - 1;
    } else if (next === 0x78) {
      const hex = /^[0-9a-fA-F]{1,2}/.exec(text.slice(i + 1, i + 3));
      if (hex === null) return undefined;
      bytes.push(Number.parseInt(hex[0], 16));
      i += hex[0].length;
    } else bytes.push(ESCAPES.get(next) ?? next);
  }
  return bytes;
}
