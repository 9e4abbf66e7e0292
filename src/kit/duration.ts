import { invalid } from '../input/index.ts';

/** A time: ms as a number, or with its unit: `120 ms`, `1.5 s`, `2 min`, `24 h`, `40 us`, `500 ns`. */
export type Duration = number | string;

const MS_OF: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
};

/** ms of a duration. @throws {TypeError} for what is none */
export function msOf(duration: Duration, what = 'duration'): number {
  const [, count, unit = ''] =
    typeof duration === 'string' ? (/^\s*(\d+(?:\.\d+)?)\s*([a-zµ]+)\s*$/.exec(duration) ?? []) : [];
  const ms = typeof duration === 'number' ? duration : Number(count) * (MS_OF[unit] ?? Number.NaN);
  if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY))
    throw invalid(
      what,
      "a number of ms, 0 or more, or text such as '120 ms', '1.5 s', '2 min', '24 h'",
      duration,
    );
  return ms;
}

/** `120 ms`, `1.5 s` */
export function durationText(ms: number): string {
  const [unit, size] = ms >= 1000 ? ['s', 1000] : ms >= 1 || ms === 0 ? ['ms', 1] : ['us', 1e-3];
  return `${Number((ms / size).toPrecision(6))} ${unit}`;
}
