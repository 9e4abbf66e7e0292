import { bytesAt } from '../../input/index.ts';
import type { RecordedEntry, RecordingHead } from '../recorded.ts';
import { RecordingError } from '../recording-error.ts';
import { DataRows } from './data-blocks.ts';
import { EntryReader } from './entry.ts';
import { HeadReader, isHeadWord, MAGIC, VERSION } from './head.ts';
import { LineError } from './parse-transfer.ts';
import { PlainLines } from './plain-line.ts';
import { tokensOf, wordsOf } from './tokens.ts';

const LF = 10;
const SPACE = 32;
/** The first letter of `data`. */
const DATA = 0x64;
/** Longest line: what is longer is no recording, and would be looked through for long. */
const LINE_MAX = 1 << 16;
/** Of a line that is wrong because only its beginning is there. */
const UNFINISHED = '; the line has no end, so the recording may be cut';

/** What a recording holds as a whole. */
export interface RecordingSummary {
  readonly entries: number;
  /** Events that were lost while it was made. */
  readonly lost: number;
  /** Why it is not whole, with the line; undefined: it is. */
  readonly cut: string | undefined;
  /** Of the file. */
  readonly lines: number;
}

/** Who goes through a recording and needs not all of it. */
export interface EntryVisitor {
  /** A transfer without anything special, which is not cut: its bus, and the address or chip select of its first message. */
  plain(bus: string, unit: number, entry: Omit<RecordedEntry, 'what' | 'afterNs'>, offset: number): void;
  entry(entry: RecordedEntry, offset: number): void;
}

/**
 * A recording as it lies in its file. Entries are parsed as they are asked for, so that a long one does not fill the memory:
 * what `check` has found right is right later, too.
 */
export class Recording {
  readonly file: string;
  readonly #text: Buffer;
  readonly #data = new Map<string, Uint8Array>();
  readonly #headReader = new HeadReader();
  readonly #plain: PlainLines;
  readonly #summary: RecordingSummary;

  /** @param file its name in messages @throws {RecordingError} the first line that is wrong */
  constructor(file: string, text: Uint8Array) {
    this.file = file;
    this.#text = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    this.#plain = new PlainLines(this.#text);
    this.#readData();
    this.#summary = this.#check();
  }

  /** @throws {RecordingError} it cannot be read, or is not right */
  static read(file: string): Recording {
    return new Recording(
      file,
      bytesAt(file, (trouble) => RecordingError.unreadable(file, trouble)),
    );
  }

  get head(): RecordingHead {
    return this.#headReader.head;
  }

  get summary(): RecordingSummary {
    return this.#summary;
  }

  /** All entries in order, each with its place in the file for `entryAt`. */
  *entries(): Generator<{ readonly entry: RecordedEntry; readonly offset: number }> {
    const reader = this.#entryReader();
    for (const { line, offset, end } of this.#lines()) {
      const plain = this.#plain.read(offset, end);
      if (plain !== undefined) {
        yield { entry: reader.plain(plain, line), offset };
        continue;
      }
      const tokens = this.#body(this.#textOf(offset, end));
      if (tokens === undefined) continue;
      const entry = reader.read(tokens, line);
      if (entry !== undefined) yield { entry, offset };
    }
  }

  /** The same, and of plain transfers, which are nearly all, only what `EntryVisitor.plain` is told. */
  visit(visitor: EntryVisitor): void {
    const reader = this.#entryReader();
    const plain = this.#plain;
    this.#eachLine((line, offset, end) => {
      if (plain.check(offset, end)) {
        visitor.plain(plain.bus, plain.unit, { line, how: 'once', group: reader.group }, offset);
        return;
      }
      const tokens = this.#body(this.#textOf(offset, end));
      const entry = tokens && reader.read(tokens, line);
      if (entry !== undefined) visitor.entry(entry, offset);
    });
  }

  /** The entry at a place that `entries` gave, without its group. */
  entryAt(offset: number, line: number): RecordedEntry {
    const found = this.#text.indexOf(LF, offset);
    const end = found < 0 ? this.#text.length : found;
    const plain = this.#plain.read(offset, end);
    if (plain !== undefined) return { line, afterNs: plain.afterNs, how: 'once', group: 0, what: plain.what };
    return this.#entryReader().read(tokensOf(this.#textOf(offset, end)), line) as RecordedEntry;
  }

  /** The error at a line of this recording. */
  error(line: number | undefined, sentence: string): RecordingError {
    return new RecordingError(this.file, line, sentence);
  }

  #entryReader(): EntryReader {
    return new EntryReader(this.#headReader, (name) => this.#data.get(name));
  }

  #textOf(offset: number, end: number): string {
    return this.#text.toString('utf8', offset, end);
  }

  #eachLine(visit: (line: number, offset: number, end: number) => void): void {
    const text = this.#text;
    let line = 0;
    for (let offset = 0; offset < text.length; ) {
      const end = this.#endOf(offset, ++line);
      visit(line, offset, end);
      offset = end + 1;
    }
  }

  *#lines(): Generator<{ readonly line: number; readonly offset: number; readonly end: number }> {
    const text = this.#text;
    let line = 0;
    for (let offset = 0; offset < text.length; ) {
      const end = this.#endOf(offset, ++line);
      yield { line, offset, end };
      offset = end + 1;
    }
  }

  /** Where the line ends that begins at `offset`. @throws {RecordingError} it is too long */
  #endOf(offset: number, line: number): number {
    const found = this.#text.indexOf(LF, offset);
    const end = found < 0 ? this.#text.length : found;
    if (end - offset > LINE_MAX) throw this.error(line, `the line is longer than ${LINE_MAX} bytes`);
    return end;
  }

  /** The tokens of a line that says something, and is neither of the head nor of data. */
  #body(text: string): readonly string[] | undefined {
    if (text === '' || text.charCodeAt(0) === SPACE) return undefined;
    const tokens = tokensOf(text);
    const [first] = tokens;
    if (first === undefined || first === 'data' || first === 'end' || first === MAGIC || isHeadWord(first))
      return undefined;
    return tokens;
  }

  /** Data blocks stand behind the lines that name them: they are read first. */
  #readData(): void {
    if (!this.#hasData) {
      this.#checkMagic(this.#textOf(0, this.#endOf(0, 1)));
      return;
    }
    let rows: DataRows | undefined;
    const finish = () => {
      if (rows === undefined) return;
      this.#data.set(
        rows.name,
        this.#try(rows.line, () => (rows as DataRows).bytes),
      );
      rows = undefined;
    };
    for (const { line, offset, end } of this.#lines()) {
      if (line === 1) this.#checkMagic(this.#textOf(offset, end));
      if (this.#text[offset] === SPACE) {
        const tokens = tokensOf(this.#textOf(offset, end));
        if (tokens.length === 0) continue;
        if (rows === undefined)
          throw this.error(line, 'invalid line: it begins with a blank, and no data comes before it');
        this.#try(line, () => rows?.add(tokens));
        continue;
      }
      finish();
      if (this.#text[offset] !== DATA) continue;
      const text = this.#textOf(offset, end);
      if (!text.startsWith('data ')) continue;
      rows = this.#try(line, () => new DataRows(tokensOf(text), line, this.#text.length - offset));
      if (this.#data.has(rows.name)) throw this.error(line, `invalid data: ${rows.name} stands there twice`);
    }
    finish();
  }

  /** Whether there are lines of data, or of what looks like it. */
  get #hasData(): boolean {
    const text = this.#text;
    return text[0] === SPACE || text.includes('\ndata ') || text.includes('\n ');
  }

  #checkMagic(text: string): void {
    const [magic, version] = tokensOf(text);
    if (magic !== MAGIC)
      throw this.error(1, `not a recording: expected ${MAGIC} ${VERSION} in the first line`);
    if (version !== String(VERSION))
      throw this.error(
        1,
        `unsupported version ${version ?? '(none)'}: expected ${VERSION}; use a newer dtbus`,
      );
  }

  /** Reads all lines once. */
  #check(): RecordingSummary {
    let [entries, lost, last] = [0, 0, 0];
    let hasEnded = false;
    const reader = this.#entryReader();
    this.#eachLine((line, offset, end) => {
      last = line;
      if (!hasEnded && this.#plain.check(offset, end)) {
        entries++;
        return;
      }
      const text = this.#textOf(offset, end);
      if (text === '' || text.charCodeAt(0) === SPACE) return;
      const tokens = tokensOf(text);
      const [word] = tokens;
      if (word === undefined || word === 'data' || line === 1) return;
      if (hasEnded) throw this.error(line, 'invalid line: nothing may follow the end');
      this.#try(line, () => {
        if (isHeadWord(word)) this.#headReader.read(word, wordsOf(text), line);
        else if (word === 'end') {
          checkEnd(tokens, entries);
          hasEnded = true;
        } else {
          const entry = reader.read(tokens, line);
          if (entry === undefined) return;
          entries++;
          if (entry.what.kind === 'lost') lost += entry.what.count;
          // Its bus is declared: lines that name it need not be looked at as closely.
          if (entry.what.kind === 'transfer') this.#plain.learn(entry.what);
        }
      });
    });
    const open = reader.openGroup;
    if (open !== undefined)
      throw this.error(open, 'invalid any: expected } after it; the recording may be cut');
    const cut = hasEnded
      ? undefined
      : `${this.file}:${last}: the recording is cut here: expected end after it`;
    return { entries, lost, cut, lines: last };
  }

  #try<Result>(line: number, work: () => Result): Result {
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof LineError)) throw thrown;
      const { message } = thrown;
      const isSaid = message.endsWith('may be cut') || !this.#isUnfinished(line);
      throw this.error(line, isSaid ? message : `${message}${UNFINISHED}`);
    }
  }

  /** Whether it is the last line, and has no end: what writes recordings ends each line. */
  #isUnfinished(line: number): boolean {
    const text = this.#text;
    let lines = 1;
    for (let at = text.indexOf(LF); at >= 0; at = text.indexOf(LF, at + 1)) lines++;
    return line === lines && text.at(-1) !== LF;
  }
}

/** `end 12`, or by hand `end` alone. @throws {LineError} */
function checkEnd([, count]: readonly string[], entries: number): void {
  if (count === undefined || count === String(entries)) return;
  throw new LineError(
    `invalid end: expected ${entries}, as many lines are before it, got ${count}; lines were left out or added`,
  );
}
