import { writeFileSync } from 'node:fs';
import {
  type BoardControl,
  type ControlChip,
  type ControlDescription,
  type ControlPart,
  findControl,
  type WireValue,
} from '../../board/index.ts';
import { oneLine, plainJson, writeFault } from '../../input/index.ts';
import type { BoardArguments } from '../board/named-board.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { InvalidValue, UsageError } from '../terminal/usage-error.ts';
import { fitPicture } from './fit-picture.ts';

/** How often a display is looked at by `show --watch`. */
const LOOK_MS = 100;
/** To the upper left, and what is below is cleared. */
const HOME = '\x1b[H\x1b[J';

async function withControl<Result>(
  { board, connect }: BoardArguments,
  task: (control: BoardControl) => Promise<Result>,
): Promise<Result> {
  const control = await findControl(board, connect);
  try {
    return await task(control);
  } finally {
    control.close();
  }
}

/** `dtbus get [PART [PROPERTY]]`. @returns the exit code */
export function getFromBoard(
  args: BoardArguments,
  part: string | undefined,
  property: string | undefined,
  json: boolean,
): Promise<number> {
  return withControl(args, async (control) => {
    const names = part === undefined ? await allOf(control) : [part];
    const found: (ControlPart | ControlChip)[] = [];
    for (const name of names) found.push(await control.ask({ call: 'get', part: name }));
    const [only] = found;
    if (property !== undefined && only !== undefined) {
      process.stdout.write(
        `${'lines' in only ? lineText(only, property, json) : valueText(only, property, json)}\n`,
      );
      return 0;
    }
    const describe = (each: ControlPart | ControlChip) =>
      'lines' in each ? linesText(each) : partText(each);
    const texts = json ? [`${plainJson(found, 2)}\n`] : found.map(describe);
    process.stdout.write(texts.join(''));
    return 0;
  });
}

/** The paths of all parts and GPIO controllers. */
async function allOf(control: BoardControl): Promise<readonly string[]> {
  const { parts, lines } = await control.ask<ControlDescription>({ call: 'describe' });
  return [...parts.map(({ path }) => path), ...new Set(lines.map(({ path }) => path))];
}

function valueText(part: ControlPart, property: string, json: boolean): string {
  const value = propertyOf(part, property);
  return json ? plainJson(value) : oneLine(textOf(value));
}

/** The level of a line by name or number. @throws {Error} for a line that the controller does not have */
function lineText({ path, lines }: ControlChip, wanted: string, json: boolean): string {
  const line = lines.find(({ line: number, name }) => name === wanted || String(number) === wanted);
  if (line !== undefined) return json ? plainJson(line) : levelOf(line);
  const known = lines.map(({ line: number, name }) => name || number).join(', ');
  throw new Error(`not found: line ${wanted} of ${path}; use one of: ${known}`);
}

/** @throws {Error} for a property that the part does not have */
function propertyOf({ path, values }: ControlPart, property: string): WireValue {
  const value = Object.hasOwn(values, property) ? values[property] : undefined;
  if (value !== undefined) return value;
  throw new Error(
    `not found: property ${property} of ${path}; use one of: ${Object.keys(values).join(', ')}`,
  );
}

const levelOf = ({ high }: ControlChip['lines'][number]) => (high ? 'high' : 'low');

/** A table of lines: what the last columns say of nobody is left out. */
function linesText({ path, title, lines }: ControlChip): string {
  const rows = [
    ['LINE', 'NAME', 'DIRECTION', 'LEVEL', 'DRIVEN BY', 'WIRED TO'],
    ...lines.map((line) => [
      String(line.line),
      line.name,
      line.direction,
      levelOf(line),
      line.drivers.join(', '),
      line.wired.join(', '),
    ]),
  ];
  const cells = rows.map((row) => row.map(oneLine));
  const widths = rows[0]?.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0))) ?? [];
  const texts = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const head = oneLine(`${path}  ${title}, ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`);
  return `${[head, ...texts.map((text) => `  ${text}`.trimEnd())].join('\n')}\n`;
}

function partText({ path, title, properties, values }: ControlPart): string {
  const width = Math.max(0, ...properties.map(({ name }) => name.length));
  const lines = properties
    .filter(({ name }) => !isPicture(values[name]))
    .map((property) => oneLine(`  ${property.name.padEnd(width)}  ${propertyText(property, values)}`));
  return `${[oneLine(`${path}  ${title}`), ...lines].join('\n')}\n`;
}

/** A value with its unit; with what strangers wrote in it. */
export function propertyText(
  { name, unit }: ControlPart['properties'][number],
  values: ControlPart['values'],
): string {
  const text = textOf(values[name] as WireValue);
  return unit === undefined ? text : `${text} ${unit}`;
}

/** A display's picture as text takes many lines: that is what `show` is for. */
export function isPicture(value: WireValue | undefined): boolean {
  return typeof value === 'string' && value.includes('\n');
}

function textOf(value: WireValue): string {
  return typeof value === 'object' ? `${Buffer.from(value.base64, 'base64').length} bytes` : String(value);
}

/** `dtbus set PART PROPERTY=VALUE...`. @returns the exit code */
export function setOnBoard(args: BoardArguments, part: string, settings: readonly string[]): Promise<number> {
  return withControl(args, async (control) => {
    const { properties } = await control.ask<ControlPart>({ call: 'get', part });
    // Every part has power, or not.
    const kinds = new Map([
      ['powered', 'flag'],
      ...properties.map(({ name, kind }) => [name, kind] as const),
    ]);
    const values = Object.fromEntries(settings.map((text) => parseSetting(text, kinds)));
    await control.ask({ call: 'set', part, values });
    return 0;
  });
}

/** `temperature=-5`, as the property's kind has it. @throws {UsageError} */
function parseSetting(text: string, kinds: ReadonlyMap<string, string>): [string, WireValue] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`invalid setting: expected PROPERTY=VALUE, got ${text}`);
  switch (kinds.get(name)) {
    case 'flag':
      if (value !== 'true' && value !== 'false')
        throw new UsageError(`invalid ${name}: expected true or false, got ${value}`);
      return [name, value === 'true'];
    case 'number':
    case 'integer': {
      const number = value.trim() === '' ? Number.NaN : Number(value);
      if (Number.isFinite(number)) return [name, number];
      throw new UsageError(`invalid ${name}: expected a number, got ${value}`);
    }
    case 'bytes':
      if (!/^([0-9a-f]{2}[ ,]?)*$/i.test(value))
        throw new UsageError(`invalid ${name}: expected bytes as hex digits, got ${value}`);
      return [name, { base64: Buffer.from(value.replace(/[ ,]/g, ''), 'hex').toString('base64') }];
    default:
      // A property that does not exist is refused by the part, which names its own.
      return [name, value];
  }
}

/** `dtbus show PART`. @returns the exit code */
export function showDisplay(
  args: BoardArguments,
  part: string,
  png: string | undefined,
  watch: boolean,
): Promise<number> {
  return withControl(args, async (control) => {
    const { path, values } = await control.ask<ControlPart>({ call: 'get', part });
    const { picture, text } = values;
    if (png !== undefined) {
      if (typeof picture !== 'object') throw new Error(`${path} has no picture`);
      writePng(png, Buffer.from(picture.base64, 'base64'));
      return 0;
    }
    if (typeof text !== 'string') throw new Error(`${path} is not a display`);
    process.stdout.write(drawn(text));
    if (watch) await keepDrawing(control, part, text);
    return 0;
  });
}

const drawn = (text: string): string => `${fitPicture(text.trimEnd(), process.stdout.columns)}\n`;

function writePng(file: string, bytes: Uint8Array): void {
  if (file === '-') {
    process.stdout.write(bytes);
    return;
  }
  try {
    writeFileSync(file, bytes);
  } catch (thrown) {
    throw new Error(writeFault(file, thrown), { cause: thrown });
  }
}

async function keepDrawing(control: BoardControl, part: string, first: string): Promise<void> {
  let shown = first;
  let ended = false;
  const interrupted = untilInterrupted().then(() => {
    ended = true;
  });
  while (!ended) {
    await Promise.race([interrupted, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
    const { values } = await control.ask<ControlPart>({ call: 'get', part });
    if (values['text'] === shown) continue;
    shown = String(values['text']);
    process.stdout.write(`${process.stdout.isTTY ? HOME : ''}${drawn(shown)}`);
  }
}

/** `dtbus press CONTROLLER LINE`. @returns the exit code */
export function pressButton(
  args: BoardArguments,
  target: string,
  line: string,
  time: string,
): Promise<number> {
  const ms = Number(time);
  if (!(ms >= 1)) throw new InvalidValue('--for', 'milliseconds', time);
  return withControl(args, async (control) => {
    await control.ask({ call: 'press', target, line, ms }, ms);
    return 0;
  });
}
