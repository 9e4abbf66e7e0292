const UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
] as const;

/** Digits that a rounded time keeps. */
const DIGITS = 3;

/** Steps of a unit that three digits tell apart: hundredths, tenths, whole ones; of each the texts that it has. */
const STEPS = [100, 10, 1].map((parts) => ({ parts, texts: [] as string[] }));

/** A time as a line says it, and the ns that this says. */
export interface SaidDuration {
  readonly text: string;
  readonly ns: number;
}

export const NO_TIME: SaidDuration = { text: '0', ns: 0 };

/** `1.2ms`, `370us`, `0`: of ns. */
export function roundedDuration(ns: number): SaidDuration {
  const whole = Math.round(ns);
  if (whole === 0) return NO_TIME;
  for (const [unit, size] of UNITS) {
    if (whole < size) continue;
    for (const { parts, texts } of STEPS) {
      if (whole >= (1000 / parts) * size) continue;
      const step = size / parts;
      const count = Math.round(whole / step);
      // Whether half a step is more or less is decided by the quotient below.
      if ((2 * whole) % step === 0 && whole % step !== 0) break;
      texts[count] ??= String(count / parts);
      return { text: texts[count] + unit, ns: count * step };
    }
    const amount = Number((whole / size).toPrecision(DIGITS));
    return { text: `${amount}${unit}`, ns: Math.round(amount * size) };
  }
  return { text: `${whole}ns`, ns: whole };
}

/** The same with all of its digits. */
export function exactDuration(ns: number): SaidDuration {
  const whole = Math.round(ns);
  if (whole === 0) return NO_TIME;
  for (const [unit, size] of UNITS)
    if (whole >= size) return { text: `${exactly(whole, size)}${unit}`, ns: whole };
  return { text: `${whole}ns`, ns: whole };
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
