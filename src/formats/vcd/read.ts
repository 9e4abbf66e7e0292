import { type Wave, type WaveChange, WaveError } from '../wave/samples.ts';

const UNITS_NS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1, ps: 1e-3, fs: 1e-6 };
/** Most wires that are followed. */
const LANES_MAX = 4096;

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
  const declarations = /\$(\w+)\s([\s\S]*?)\$end\b/g;
  for (let found = declarations.exec(text); found !== null; found = declarations.exec(text)) {
    const [, word, body = ''] = found;
    if (word === 'timescale') unitNs = unitOf(body, lineAt(text, found.index));
    if (word === 'var') {
      const [, type = '', width = '', code = '', name = ''] =
        /^\s*(\S+)\s+(\d+)\s+(\S+)\s+(.*?)\s*$/s.exec(body) ?? [];
      if (code === '')
        throw new WaveError('invalid $var: expected type, width, code and name', lineAt(text, found.index));
      if (width !== '1' || type === 'string' || type === 'real') continue;
      if (names.length >= LANES_MAX)
        throw new WaveError(
          `more than ${LANES_MAX} wires; write fewer signals into the file`,
          lineAt(text, found.index),
        );
      lanes.set(code, [...(lanes.get(code) ?? []), names.push(name.replaceAll(/\s+/g, '')) - 1]);
    }
    if (word !== 'enddefinitions') continue;
    if (unitNs === undefined) throw new WaveError('not found: $timescale');
    const from = declarations.lastIndex;
    return { names, lanes, unitNs, from, line: lineAt(text, from) };
  }
  throw new WaveError('not a VCD file: expected $enddefinitions $end');
}

function unitOf(body: string, line: number): number {
  const [, amount = '', unit = ''] = /^\s*(1|10|100)\s*(s|ms|us|ns|ps|fs)\s*$/.exec(body) ?? [];
  const unitNs = UNITS_NS[unit];
  if (unitNs === undefined)
    throw new WaveError(`invalid $timescale: expected one such as 100 ns, got ${body.trim()}`, line);
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
  let line = first;
  let time = 0;
  let changes: Change[] = [];
  for (let at = from; at < text.length; ) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    for (const word of wordsOf(text.slice(at, end))) {
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
    at = end + 1;
    line++;
  }
  if (changes.length > 0) yield { atNs: time * unitNs, changes };
}

/** The words of a line that say a time or the level of a wire. Vectors, reals and texts have their code apart. */
function wordsOf(line: string): readonly string[] {
  return /^\s*[brsBRS]/.test(line)
    ? []
    : line.split(/\s+/).filter((word) => word !== '' && !word.startsWith('$'));
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
