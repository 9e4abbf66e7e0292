/** Points of a curve: seconds from its beginning, and a value. */
export type Points = readonly (readonly [seconds: number, value: number])[];

/** Points of one period of a sine. */
const STEPS = 64;

export interface Ends {
  readonly low: number;
  readonly high: number;
  /** Of a period, in seconds. */
  readonly seconds: number;
}

/** One period from the middle up. */
export function sine({ low, high, seconds }: Ends): Points {
  const [middle, swing] = [(low + high) / 2, (high - low) / 2];
  return Array.from({ length: STEPS + 1 }, (_, i) => [
    (seconds * i) / STEPS,
    middle + swing * Math.sin((2 * Math.PI * i) / STEPS),
  ]);
}

export function ramp({ low, high, seconds }: Ends): Points {
  return [
    [0, low],
    [seconds, high],
  ];
}

/** What was drawn: values from 0 to 1, at equal distances. */
export function drawn(heights: readonly number[], { low, high, seconds }: Ends): Points {
  return heights.map((height, i) => [
    (seconds * i) / Math.max(1, heights.length - 1),
    low + (high - low) * height,
  ]);
}

/**
 * Lines of seconds and value, or of a value a second; the first may have names.
 * @throws {Error} with the line that is none of them
 */
export function ofCsv(text: string): Points {
  const points: [number, number][] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const cells = line.trim().split(/[\t;,]/);
    if (line.trim() === '') continue;
    const numbers = cells.map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
    const [first = Number.NaN, second] = numbers;
    const point: [number, number] = second === undefined ? [points.length, first] : [first, second];
    if (point.every(Number.isFinite)) points.push(point);
    else if (points.length > 0 || index > 0)
      throw new Error(`invalid line ${index + 1}: expected SECONDS,VALUE, got ${line.slice(0, 40)}`);
  }
  if (points.length === 0) throw new Error('no values: expected lines of SECONDS,VALUE');
  return points;
}
