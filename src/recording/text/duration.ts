const UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
] as const;

/** Digits that a rounded time keeps. */
const DIGITS = 3;

/** `1.2ms`, `370us`, `0`: of ns. `exact`: with all of its digits. */
export function durationText(ns: number, exact: boolean): string {
  const whole = Math.round(ns);
  if (whole === 0) return '0';
  for (const [unit, size] of UNITS) {
    if (whole < size) continue;
    const amount = whole / size;
    return `${exact ? exactly(whole, size) : Number(amount.toPrecision(DIGITS))}${unit}`;
  }
  return `${whole}ns`;
}

/** A quotient as a decimal fraction, without an exponent. */
function exactly(whole: number, size: number): string {
  const fraction = String(whole % size)
    .padStart(String(size).length - 1, '0')
    .replace(/0+$/, '');
  return `${Math.floor(whole / size)}${fraction === '' ? '' : `.${fraction}`}`;
}

const SIZES: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 };
const DURATION = /^(\d+(?:\.\d+)?)(s|ms|us|µs|ns)$/;
/** A recording is not longer than this, in ns: 100 years. */
const LONGEST_NS = 3.2e18;

/** The ns of such a text; undefined for what is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const [, amount, unit] = DURATION.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const ns = Math.round(Number(amount) * (SIZES[unit] as number));
  return ns <= LONGEST_NS ? ns : undefined;
}
