import { writeFileSync } from 'node:fs';
import { messageOf } from '../../bus/index.ts';
import {
  bytesAt,
  checkOptions,
  type FilePath,
  filePath,
  fileTrouble,
  integer,
  invalid,
  type OptionChecks,
  writeFault,
} from '../../input/index.ts';
import { plain } from '../failure.ts';
import { type Dots, dotsOf } from './png.ts';
import { isUpdating } from './update.ts';

/** A display: `board.part('&oled')`. */
export interface Shown {
  readonly path: string;
  get(property: string): unknown;
}

function propertyOf<Value>(part: Shown, name: string, isIt: (value: unknown) => value is Value): Value {
  if (typeof part?.get !== 'function')
    throw invalid('display', "a part that is one: board.part('&oled')", part);
  const value = part.get(name);
  if (!isIt(value)) throw invalid('display', `a part with a ${name}`, part.path);
  return value;
}

/**
 * A display shows a text, in one of its lines or over several of them (`\n`), whatever stands beside it; blanks at the end of
 * its lines do not count. @throws {AssertionError} @throws {PartError} the part is no display
 */
export function assertShows(part: Shown, text: string | RegExp): void {
  if (typeof text !== 'string' && !(text instanceof RegExp)) throw invalid('text', 'text or a RegExp', text);
  const lines = propertyOf(part, 'text', (value) => typeof value === 'string').split('\n');
  const shown = lines.map((line) => line.trimEnd()).join('\n');
  if (typeof text === 'string' ? shown.includes(text) : text.test(shown)) return;
  const picture = lines.map((line) => `  |${line}|`).join('\n');
  const message = `${part.path} does not show ${typeof text === 'string' ? JSON.stringify(text) : text}\nactual:\n${picture}`;
  throw plain({ message, expected: text, actual: shown }, assertShows);
}

/** How alike two pictures are to be. */
export interface ScreenOptions {
  /** So many dots may differ; default 0. */
  readonly tolerance?: number;
}

const checks: OptionChecks<ScreenOptions> = { tolerance: integer(0, Number.MAX_SAFE_INTEGER) };

/**
 * A display shows the picture of a PNG file, dot by dot: what is lighter than half is lit. `DTBUS_UPDATE=1`, and `-u` of
 * vitest, write the file. @throws {AssertionError} @throws {Error} the file cannot be read, or is no PNG
 */
export function assertScreen(part: Shown, file: FilePath, options: ScreenOptions = {}): void {
  checkOptions<ScreenOptions>('screen', options, checks);
  const { tolerance = 0 } = options;
  const path = filePath('file', file);
  const picture = propertyOf(part, 'picture', (value) => value instanceof Uint8Array);
  const actual = dotsOf(picture);
  const expected = expectedDots(path);
  const difference =
    expected === undefined ? `not found: ${path}` : differenceOf(expected, actual, tolerance);
  if (difference === undefined) return;
  if (isUpdating()) {
    try {
      writeFileSync(path, picture);
    } catch (thrown) {
      throw new Error(writeFault(path, thrown), { cause: thrown });
    }
    return;
  }
  const remedy = 'run it with DTBUS_UPDATE=1, or vitest with -u, to take what is shown';
  const message = `${part.path} does not show ${path}: ${difference}; ${remedy}\nactual:\n${textOf(actual)}`;
  throw plain({ message, expected: path, actual: part.path }, assertScreen);
}

/** Undefined: there is no such file. */
function expectedDots(path: string): Dots | undefined {
  if (fileTrouble(path)?.kind === 'absent') return undefined;
  try {
    return dotsOf(bytesAt(path, ({ sentence }, cause) => new Error(sentence, { cause })));
  } catch (thrown) {
    throw new Error(`${path}: cannot be read: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/** What differs; undefined: nothing, or no more than may. */
function differenceOf(expected: Dots, actual: Dots, tolerance: number): string | undefined {
  const { width, height } = actual;
  if (expected.width !== width || expected.height !== height)
    return `expected ${expected.width} x ${expected.height} dots, got ${width} x ${height}`;
  const places = [...actual.lit.keys()].filter((at) => actual.lit[at] !== expected.lit[at]);
  if (places.length <= tolerance) return undefined;
  const [columns, rows] = [places.map((at) => at % width), places.map((at) => Math.floor(at / width))];
  const between = (all: number[]) => `${Math.min(...all)} to ${Math.max(...all)}`;
  const allowed = tolerance === 0 ? '' : `, ${tolerance} may`;
  return `${places.length} dots differ${allowed}, in columns ${between(columns)}, rows ${between(rows)}`;
}

const HALF_BLOCKS = [' ', '▀', '▄', '█'] as const;

/** Two rows of dots in each line. */
function textOf({ width, height, lit }: Dots): string {
  const lines: string[] = [];
  for (let y = 0; y < height; y += 2) {
    let line = '';
    for (let x = 0; x < width; x++)
      line += HALF_BLOCKS[(lit[y * width + x] ?? 0) + 2 * (lit[(y + 1) * width + x] ?? 0)];
    lines.push(`  |${line}|`);
  }
  return lines.join('\n');
}
