/** What a part senses over time: plain data, so that it goes to another thread, but for a function. */
export interface Curve {
  /** Points by their time in seconds, which grows, or the value at a time in seconds. */
  readonly values: Points | ((seconds: number) => number);
  /** How often the part is given a value, in ns. */
  readonly everyNs: number;
  /** Standard deviation of a normal distribution that is added. */
  readonly noise: number;
  /** What is added for each hour. */
  readonly driftPerHour: number;
  /** Of the noise: the same seed gives the same values. */
  readonly seed: number;
}

export interface Points {
  readonly seconds: readonly number[];
  readonly values: readonly number[];
  /** Between two points: a straight line, or the earlier value. */
  readonly between: 'linear' | 'hold';
  /** Begins anew at its end; else the last value stays. */
  readonly repeat: boolean;
}

const SECONDS_OF_HOUR = 3600;

/** The values of a curve, asked for in the order of time. @returns the value at a time in seconds from its beginning */
export function readerOf({ values, noise, driftPerHour, seed }: Curve): (seconds: number) => number {
  const at = typeof values === 'function' ? values : (seconds: number) => pointAt(values, seconds);
  const next = noise === 0 ? () => 0 : normal(seed);
  return (seconds) => at(seconds) + (driftPerHour * seconds) / SECONDS_OF_HOUR + noise * next();
}

function pointAt({ seconds: times, values, between, repeat }: Points, seconds: number): number {
  const first = times[0] as number;
  const last = times.at(-1) as number;
  const length = last - first;
  const time = repeat && length > 0 && seconds > last ? first + ((seconds - first) % length) : seconds;
  // The last point that is not later.
  let low = 0;
  for (let high = times.length - 1; low < high; ) {
    const middle = (low + high + 1) >> 1;
    if ((times[middle] as number) <= time) low = middle;
    else high = middle - 1;
  }
  const [from, to] = [times[low] as number, times[low + 1]];
  const value = values[low] as number;
  if (between === 'hold' || to === undefined || time <= from) return value;
  return value + (((values[low + 1] as number) - value) * (time - from)) / (to - from);
}

/** Numbers of a normal distribution with deviation 1, by Box and Muller's transform of a linear congruential generator. */
function normal(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    // Numerical Recipes' constants; the upper bits are mixed in, as the lowest have short periods.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x45d9f3b) >>> 0;
    return (mixed + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
