import { linesOf } from '../text/lines.ts';
import { LANES_MAX } from '../wave/channels.ts';
import { type Wave, type WaveChange, WaveError } from '../wave/samples.ts';

const UNITS_NS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1, ps: 1e-3, fs: 1e-6 };
/** Longest declaration that is looked at, in characters. */
const DECLARATION_MAX = 1 << 16;

/** Reads a VCD file; wires of one bit are looked at, all else is passed over. @throws {WaveError} */
export function readVcd(text: string): Wave {
  const head = headOf(text);
  const idle = idleOf(text, head);
  return { names: head.names, idle, steps: { [Symbol.iterator]: () => stepsOf(text, head, idle) } };
}

interface Head {
  readonly names: readonly string[];
  /** Lanes by the code of the file; several wires can be one. */
  readonly lanes: ReadonlyMap<string, readonly number[]>;
  readonly unitNs: number;
  /** Where the changes begin, and in which line. */
  readonly from: number;
  readonly line: number;
}

function headOf(text: string): Head {
  const names: string[] = [];
  const lanes = new Map<string, number[]>();
  let unitNs: number | undefined;
  for (const { word, body, at, end } of declarationsOf(text)) {
    if (word === 'timescale') unitNs = unitOf(body, () => lineAt(text, at));
    if (word === 'var') {
      const [type = '', width = '', code = '', ...name] = body.trim().split(/\s+/);
      if (code === '' || !/^\d+$/.test(width) || name.length === 0)
        throw new WaveError('invalid $var: expected type, width, code and name', lineAt(text, at));
      if (width !== '1' || type === 'string' || type === 'real') continue;
      if (names.length >= LANES_MAX)
        throw new WaveError(
          `more than ${LANES_MAX} wires; write fewer signals into the file`,
          lineAt(text, at),
        );
      // A vector of one bit is a wire.
      const lane = names.push(name.join('').replace(/\[0:0\]$/, '')) - 1;
      lanes.set(code, [...(lanes.get(code) ?? []), lane]);
    }
    if (word !== 'enddefinitions') continue;
    if (unitNs === undefined) throw new WaveError('not found: $timescale');
    return { names, lanes, unitNs, from: end, line: lineAt(text, end) };
  }
  throw new WaveError('not a VCD file: expected $enddefinitions $end');
}

/** `$word body $end`, one after the other; each character is looked at a few times at most. */
function* declarationsOf(text: string) {
  const begin = /\$(\w{1,32})\s/g;
  const close = /\$end\b/g;
  for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
    close.lastIndex = begin.lastIndex;
    const closed = close.exec(text);
    if (closed === null) return;
    const [, word = ''] = found;
    const isRead = word === 'var' || word === 'timescale';
    if (isRead && closed.index - begin.lastIndex > DECLARATION_MAX)
      throw new WaveError(
        `invalid $${word}: longer than ${DECLARATION_MAX} characters; its $end may be missing`,
        lineAt(text, found.index),
      );
    const body = isRead ? text.slice(begin.lastIndex, closed.index) : '';
    begin.lastIndex = close.lastIndex;
    yield { word, body, at: found.index, end: close.lastIndex };
  }
}

function unitOf(body: string, line: () => number): number {
  const [, amount = '', unit = ''] = /^\s*(1|10|100)\s*(s|ms|us|ns|ps|fs)\s*$/.exec(body) ?? [];
  const unitNs = UNITS_NS[unit];
  if (unitNs === undefined)
    throw new WaveError(
      `invalid $timescale: expected one such as 100 ns, got ${body.trim().slice(0, 80)}`,
      line(),
    );
  return Number(amount) * unitNs;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** The first level of each wire. */
function idleOf(text: string, head: Head): boolean[] {
  const levels = head.names.map(() => true);
  for (const { atNs, changes } of changesOf(text, head)) {
    if (atNs > 0) break;
    for (const [lane, high] of changes) levels[lane] = high;
  }
  return levels;
}

function* stepsOf(text: string, head: Head, idle: readonly boolean[]): Generator<WaveChange> {
  const levels = [...idle];
  for (const { atNs, changes } of changesOf(text, head)) {
    for (const [lane, high] of changes) levels[lane] = high;
    yield { atNs, levels };
  }
}

type Change = readonly [lane: number, high: boolean];

function* changesOf(text: string, { lanes, unitNs, from, line: first }: Head) {
  let time = 0;
  let changes: Change[] = [];
  const words = new Words();
  for (const [line, row] of linesOf(text, from, first)) {
    for (const each of row.split(/\s+/)) {
      const word = words.saying(each);
      if (word === '') continue;
      if (word.startsWith('#')) {
        const next = timeOf(word, time, line);
        if (next > time || changes.length > 0) yield { atNs: time * unitNs, changes };
        changes = [];
        time = next;
        continue;
      }
      const high = levelOf(word[0] as string);
      if (high === undefined) continue;
      for (const lane of lanes.get(word.slice(1)) ?? []) changes.push([lane, high]);
    }
  }
  if (changes.length > 0) yield { atNs: time * unitNs, changes };
}

/** The words behind the declarations, which white space of any kind separates (IEEE 1364-2005, 18.2.1). */
class Words {
  #value = '';
  #inComment = false;

  /** @returns the time (`#10`) or the level with its wire (`1!`) that a word says; empty where it says neither */
  saying(word: string): string {
    if (this.#inComment) {
      this.#inComment = word !== '$end';
      return '';
    }
    if (word === '' || word.startsWith('$')) {
      this.#inComment = word === '$comment';
      return '';
    }
    // Vectors, reals and texts have their code behind them.
    if (this.#value === '') {
      if (!/^[brs]/i.test(word)) return word;
      this.#value = word;
      return '';
    }
    const value = this.#value;
    this.#value = '';
    return /^b/i.test(value) ? `${value.at(-1)}${word}` : '';
  }
}

function timeOf(word: string, before: number, line: number): number {
  const time = /^#\d{1,18}$/.test(word) ? Number(word.slice(1)) : Number.NaN;
  if (!(time >= before))
    throw new WaveError(
      `invalid time: expected # and a whole number that is not before ${before}, got ${word}`,
      line,
    );
  return time;
}

/** A wire that nobody drives is pulled up; of an unknown level nothing is known. */
function levelOf(character: string): boolean | undefined {
  if (character === '1' || character === 'z' || character === 'Z') return true;
  return character === '0' ? false : undefined;
}
