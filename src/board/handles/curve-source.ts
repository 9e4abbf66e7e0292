import {
  bytesAt,
  checkOptions,
  type FilePath,
  filePath,
  flag,
  invalid,
  type OptionChecks,
  oneOf,
  option,
} from '../../input/index.ts';
import type { Curve } from '../../sim/index.ts';
import { BoardError } from '../board-error.ts';

/** Where the values of a curve come from: a CSV file, points of `[seconds, value]`, or a function of the time in seconds. */
export type CurveSource =
  | FilePath
  | readonly (readonly [seconds: number, value: number])[]
  | ((seconds: number) => number);

/** How a part follows a curve; nothing of it is needed. */
export interface CurveOptions {
  /** Column of a CSV file, by its name in the first line or its number from 1. Default: the second. */
  readonly column?: string | number;
  /** The column of the time: seconds, or dates as `2026-11-03T12:00:00Z`. Default: the first. */
  readonly timeColumn?: string | number;
  /** Between two points: a straight line (default), or the earlier value. */
  readonly between?: 'linear' | 'hold';
  /** Begins anew at the end; default: the last value stays. */
  readonly repeat?: boolean;
  /** How often the part is given a value, in ms of the board's time. Default 1000. */
  readonly everyMs?: number;
  /** Standard deviation of noise that is added, in the property's unit. */
  readonly noise?: number;
  /** What is added for each hour, in the property's unit. */
  readonly driftPerHour?: number;
  /** Of the noise; the same one gives the same values. Default 1. */
  readonly seed?: number;
}

const number = option('a number', (value) => typeof value === 'number' && Number.isFinite(value));
const column = option(
  'the name of a column or its number from 1',
  (value) => typeof value === 'string' || (Number.isInteger(value) && (value as number) >= 1),
);
const checks: OptionChecks<CurveOptions> = {
  column,
  timeColumn: column,
  between: oneOf('linear', 'hold'),
  repeat: flag,
  everyMs: option(
    'a number of ms above 0',
    (value) => typeof value === 'number' && value > 0 && value < 1e12,
  ),
  noise: option('a number, 0 or more', (value) => typeof value === 'number' && value >= 0 && value < 1e300),
  driftPerHour: number,
  seed: number,
};

/** @throws {TypeError} for what is no curve or option @throws {BoardError} a CSV file that cannot be read, with its line */
export function curveOf(source: CurveSource, options: CurveOptions = {}): Curve {
  checkOptions<CurveOptions>('follow', options, checks);
  const {
    between = 'linear',
    repeat = false,
    everyMs = 1000,
    noise = 0,
    driftPerHour = 0,
    seed = 1,
  } = options;
  const rest = { everyNs: Math.max(1, Math.round(everyMs * 1e6)), noise, driftPerHour, seed };
  if (typeof source === 'function') return { values: source, ...rest };
  const points = Array.isArray(source) ? pointsOf(source) : pointsOfCsv(filePath('curve', source), options);
  return { values: { ...points, between, repeat }, ...rest };
}

interface Series {
  readonly seconds: readonly number[];
  readonly values: readonly number[];
}

function pointsOf(source: readonly unknown[]): Series {
  const isPoint = (point: unknown): point is [number, number] =>
    Array.isArray(point) && point.length === 2 && point.every((value) => Number.isFinite(value));
  const expected = 'points of [seconds, value], in the order of time';
  if (source.length === 0) throw invalid('curve', expected, source);
  source.forEach((point, index) => {
    if (!isPoint(point) || (index > 0 && point[0] <= (source[index - 1] as [number])[0]))
      throw invalid(`point ${index} of the curve`, expected, point);
  });
  const points = source as readonly (readonly [number, number])[];
  return { seconds: points.map(([time]) => time), values: points.map(([, value]) => value) };
}

function pointsOfCsv(file: string, { column: wanted = 2, timeColumn = 1 }: CurveOptions): Series {
  const rows = rowsOf(file);
  const { cells: head = [] } = rows[0] ?? {};
  const isHead = head.some((cell) => Number.isNaN(timeOf(cell)));
  const find = (name: string | number) => {
    const at = typeof name === 'number' ? name - 1 : head.indexOf(name);
    if (at >= 0 && at < head.length) return at;
    throw new BoardError(`${file}: not found: column ${name}; it has: ${head.join(', ') || 'none'}`);
  };
  const [timeAt, valueAt] = [find(timeColumn), find(wanted)];
  const data = isHead ? rows.slice(1) : rows;
  const times = data.map(({ cells, line }) =>
    numberAt(timeOf(cells[timeAt]), cells[timeAt], `${file}:${line}`),
  );
  const values = data.map(({ cells, line }) =>
    numberAt(plainNumber(cells[valueAt]), cells[valueAt], `${file}:${line}`),
  );
  if (times.length === 0) throw new BoardError(`${file}: expected rows with a time and a value, got none`);
  const wrong = times.findIndex((time, index) => index > 0 && time <= (times[index - 1] as number));
  if (wrong >= 0)
    throw new BoardError(
      `${file}:${data[wrong]?.line}: invalid time: expected one later than in the line before`,
    );
  const isDate = data[0] !== undefined && Number.isNaN(plainNumber(data[0].cells[timeAt]));
  return { seconds: isDate ? times.map((time) => time - (times[0] as number)) : times, values };
}

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

function rowsOf(file: string): readonly Row[] {
  const text = bytesAt(file, ({ sentence }, cause) => new BoardError(sentence, { cause })).toString();
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const separator = [';', '\t', ','].find((each) => lines[0]?.includes(each)) ?? ',';
  return lines.flatMap((each, index) =>
    /^\s*(#|$)/.test(each)
      ? []
      : {
          line: index + 1,
          cells: each.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')),
        },
  );
}

function plainNumber(cell: string | undefined): number {
  return cell === undefined || cell === '' ? Number.NaN : Number(cell);
}

/** Seconds; of a date since 1970. */
function timeOf(cell: string | undefined): number {
  const seconds = plainNumber(cell);
  return Number.isNaN(seconds) && cell !== undefined && /^\d{4}-\d\d-\d\d/.test(cell)
    ? Date.parse(cell) / 1000
    : seconds;
}

function numberAt(value: number, cell: string | undefined, place: string): number {
  if (Number.isFinite(value)) return value;
  throw new BoardError(`${place}: invalid value: expected a number, got ${JSON.stringify(cell ?? '')}`);
}
