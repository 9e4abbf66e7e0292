import type { Errno, TracedBytes } from '../board/index.ts';
import { hexByte, hexDigits } from '../bus/index.ts';
import { checkOptions, integer, invalid, type OptionChecks, oneOf, option, text } from '../input/index.ts';
import { lineMatches } from './line-pattern.ts';
import type { Seen, SeenEdge, SeenTransfer, Traffic } from './traffic.ts';

/** Bytes, or as text in hex with `??` for any byte and `*` at the end for any rest: `'1f ??'`. A number is one byte. */
export type BytesPattern = number | string | Uint8Array | readonly number[];

/** A transfer as a test expects it: all that is said must hold. */
export interface TransferPattern {
  /** By path, alias, `&label` or the node's own name (`temp@48`). */
  readonly part?: string;
  /** `i2c-1`, path, alias or `&label`. */
  readonly bus?: string;
  /** I2C address or chip select. */
  readonly address?: number;
  /** A register by its name in the data sheet or its number; of a memory, the address in it. */
  readonly register?: string | number;
  /** A command or instruction, by name or number. */
  readonly command?: string | number;
  /** It is a read: what comes in (behind a header). `true`: anything. */
  readonly read?: BytesPattern | true;
  /** It is a write: what goes out, with `register` or `command` behind that. `true`: anything. */
  readonly write?: BytesPattern | true;
  /** Values of fields of the register, by the names in the data sheet. */
  readonly fields?: Readonly<Record<string, number>>;
  /** Found in what it means: `/read TEMP/`, as `traffic.text` shows it. */
  readonly text?: string | RegExp;
  /** How it failed; `any`: it may. A pattern without it is of a transfer that went well. */
  readonly errno?: Errno | 'any';
}

/** An edge of a GPIO line as a test expects it. */
export interface EdgePattern {
  /** By its name or number. */
  readonly line: string | number;
  /** Controller, where the board has more than one. */
  readonly controller?: string;
  readonly edge?: 'rises' | 'falls';
}

/** An object, or a line as recordings have it: `'i2c-1 48 w 00, r 1f ??'`. */
export type Pattern = TransferPattern | EdgePattern | string;

const nameOrNumber = option(
  'a name or a number',
  (value) => typeof value === 'string' || Number.isInteger(value),
);
const bytes = option(
  "bytes, hex text ('1f ?? *') or true",
  (value) => value === true || bytesOf(value) !== undefined,
);
const transferChecks: OptionChecks<TransferPattern> = {
  part: text,
  bus: text,
  address: integer(0, 0x3ff),
  register: nameOrNumber,
  command: nameOrNumber,
  read: bytes,
  write: bytes,
  fields: option('an object of numbers', (value) => typeof value === 'object' && value !== null),
  text: option('text or a RegExp', (value) => typeof value === 'string' || value instanceof RegExp),
  errno: option("an errno or 'any'", (value) => typeof value === 'string'),
};
const edgeChecks: OptionChecks<EdgePattern> = {
  line: nameOrNumber,
  controller: text,
  edge: oneOf('rises', 'falls'),
};

/** A pattern that is ready to be compared. */
export interface Matcher {
  /** `&temp: read TEMP: 1f 80` */
  readonly text: string;
  readonly matches: (event: Seen) => boolean;
}

/** @throws {TypeError} for what is no pattern @throws {Error} the board does not have what it names */
export function matcherOf(traffic: Traffic, pattern: Pattern): Matcher {
  if (typeof pattern === 'string') return { text: pattern, matches: lineMatches(pattern) };
  if (typeof pattern !== 'object' || pattern === null)
    throw invalid(
      'expected transfer',
      "an object such as { part: '&temp', register: 'TEMP', read: true }",
      pattern,
    );
  return 'line' in pattern ? edgeMatcher(traffic, pattern) : transferMatcher(traffic, pattern);
}

function edgeMatcher(traffic: Traffic, pattern: EdgePattern): Matcher {
  checkOptions<EdgePattern>('expected edge', pattern, edgeChecks);
  const { line, controller, edge } = pattern;
  const isOf = controller === undefined ? () => true : traffic.wantsOf(controller);
  const fits = (event: SeenEdge) =>
    (typeof line === 'number' ? event.line === line : event.name === line) &&
    (edge === undefined || event.high === (edge === 'rises'));
  return {
    text: `line ${line}${controller === undefined ? '' : ` of ${controller}`} ${edge ?? 'rises or falls'}`,
    matches: (event) => event.kind === 'edge' && isOf(event) && fits(event),
  };
}

function transferMatcher(traffic: Traffic, pattern: TransferPattern): Matcher {
  checkOptions<TransferPattern>('expected transfer', pattern, transferChecks);
  const places = [pattern.part, pattern.bus].flatMap((name) =>
    name === undefined ? [] : traffic.wantsOf(name),
  );
  const { part, register, command } = pattern;
  if (typeof register === 'string') traffic.checkName('register', register, part);
  if (typeof command === 'string') traffic.checkName('command', command, part);
  for (const field of Object.keys(pattern.fields ?? {})) traffic.checkName('field', field, part);
  return {
    text: patternText(pattern),
    matches: (event) =>
      event.kind === 'transfer' &&
      places.every((isThere) => isThere(event)) &&
      fitsResult(event, pattern) &&
      fitsPart(event, pattern) &&
      fitsBytes(event, pattern),
  };
}

function fitsResult(event: SeenTransfer, { errno, address, text: wanted }: TransferPattern): boolean {
  if (errno !== 'any' && event.errno !== errno) return false;
  if (address !== undefined && event.target !== address) return false;
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? event.text.includes(wanted) : wanted.test(event.text);
}

/** Whether register, command and fields fit, by the data sheet. */
function fitsPart({ access }: SeenTransfer, { register, command, fields }: TransferPattern): boolean {
  const fits = (wanted: string | number) =>
    typeof wanted === 'number'
      ? access?.number === wanted
      : access?.name?.toLowerCase() === wanted.toLowerCase();
  if (register !== undefined && (access?.does === 'command' || !fits(register))) return false;
  if (command !== undefined && (access?.does !== 'command' || !fits(command))) return false;
  const values = new Map((access?.fields ?? []).map(([name, bits]) => [name.toLowerCase(), bits]));
  return Object.entries(fields ?? {}).every(([name, value]) => values.get(name.toLowerCase()) === value);
}

function fitsBytes(event: SeenTransfer, pattern: TransferPattern): boolean {
  const { read, write, register, command } = pattern;
  const { access, segments } = event;
  const isOfPart = register !== undefined || command !== undefined;
  if (read !== undefined) {
    const all = segments.filter(({ received }) => received !== undefined && received.length > 0);
    if (all.length === 0) return false;
    const data = isOfPart && access !== undefined ? access.data : joined(all.map(({ received }) => received));
    if (access?.does === 'write' || access?.does === 'select' || !fitsData(data, read)) return false;
  }
  if (write === undefined) return true;
  const sent = segments.filter((segment) => segment.sent !== undefined);
  if (sent.length === 0 || access?.does === 'read' || (isOfPart && access?.does === 'select')) return false;
  return fitsData(
    isOfPart && access !== undefined ? access.data : joined(sent.map((segment) => segment.sent)),
    write,
  );
}

function joined(all: readonly (TracedBytes | undefined)[]): TracedBytes {
  const kept = all.flatMap((each) => [...(each?.bytes ?? [])]);
  return { bytes: Uint8Array.from(kept), length: all.reduce((sum, each) => sum + (each?.length ?? 0), 0) };
}

function fitsData(data: TracedBytes, pattern: BytesPattern | true): boolean {
  if (pattern === true) return true;
  const wanted = bytesOf(pattern) ?? [];
  const isOpen = wanted.at(-1) === 'rest';
  const fixed = isOpen ? wanted.slice(0, -1) : wanted;
  if (isOpen ? data.length < fixed.length : data.length !== fixed.length) return false;
  return fixed.every((byte, index) => byte === 'any' || byte === data.bytes[index]);
}

/** undefined: it is no pattern of bytes. */
function bytesOf(pattern: unknown): readonly (number | 'any' | 'rest')[] | undefined {
  const isByte = (value: unknown) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xff;
  if (typeof pattern === 'number') return isByte(pattern) ? [pattern] : undefined;
  if (pattern instanceof Uint8Array) return [...pattern];
  if (Array.isArray(pattern)) return pattern.every(isByte) ? pattern : undefined;
  if (typeof pattern !== 'string' || !/^\s*((?:[0-9a-f]{2}|\?\?)\s*)*\*?\s*$/i.test(pattern))
    return undefined;
  return (pattern.match(/[0-9a-f]{2}|\?\?|\*/gi) ?? []).map((word) =>
    word === '??' ? 'any' : word === '*' ? 'rest' : Number.parseInt(word, 16),
  );
}

/** `&temp: read TEMP: 1f 80` */
function patternText(pattern: TransferPattern): string {
  const { part, bus, address, register, command, read, write, fields, text: wanted, errno } = pattern;
  const place = [part, bus, address === undefined ? undefined : hexByte(address)].filter(
    (word) => word !== undefined,
  );
  const name = register ?? command;
  const shown = typeof name === 'number' ? hexByte(name) : name;
  const what = [
    ...(read === undefined ? [] : [`read${shown === undefined ? '' : ` ${shown}`}${dataText(read)}`]),
    ...(write === undefined ? [] : [`write${shown === undefined ? '' : ` ${shown}`}${dataText(write)}`]),
    ...(read === undefined && write === undefined && shown !== undefined ? [shown] : []),
    ...Object.entries(fields ?? {}).map(([field, value]) => `${field}=${value}`),
    ...(wanted === undefined ? [] : [`meaning ${wanted}`]),
    ...(errno === undefined ? [] : [errno === 'any' ? 'that may fail' : `that fails with ${errno}`]),
  ];
  return [place.join(' '), what.join(' ')].filter((text) => text !== '').join(': ') || 'any transfer';
}

function dataText(pattern: BytesPattern | true): string {
  if (pattern === true) return '';
  const words = (bytesOf(pattern) ?? []).map((byte) =>
    byte === 'any' ? '??' : byte === 'rest' ? '*' : hexDigits(byte),
  );
  return `: ${words.join(' ')}`;
}
