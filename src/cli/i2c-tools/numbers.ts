/** A number at the beginning of a text, and what follows it; no number: value 0 and the whole text. */
interface Parsed {
  readonly value: number;
  readonly rest: string;
}

const NUMBER = /^[\t-\r ]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/;

/** strtol(3) with base 0: `0x` is hexadecimal, a leading `0` octal. */
export function strtol(text: string): Parsed {
  const [all, sign, digits] = NUMBER.exec(text) ?? [];
  if (all === undefined || digits === undefined) return { value: 0, rest: text };
  const octal = digits.length > 1 && /^0[0-7]/.test(digits);
  const magnitude = octal ? Number.parseInt(digits, 8) : Number(digits);
  return { value: sign === '-' ? -magnitude : magnitude, rest: text.slice(all.length) };
}

/** The whole text as a number; undefined when something else is in it. An empty text is 0, as for strtol. */
export function wholeNumber(text: string): number | undefined {
  const { value, rest } = strtol(text);
  return rest === '' ? value : undefined;
}
