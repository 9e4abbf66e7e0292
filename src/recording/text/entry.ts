import type { RecordedEntry } from '../recorded.ts';
import { recordedBusName } from '../recorded.ts';
import { parseDuration } from './duration.ts';
import type { HeadReader } from './head.ts';
import { type GetData, isBusPlace, LineError, parseTransfer } from './parse-transfer.ts';
import type { PlainTransfer } from './plain-line.ts';
import { nameOf, tokensOf } from './tokens.ts';

/** Reads the lines of what happened, in order. */
export class EntryReader {
  readonly #declared: HeadReader | undefined;
  readonly #data: GetData;
  /** The `any` that is open: its number and its line. */
  #group: { readonly number: number; readonly line: number } | undefined;
  #groups = 0;

  /** @param declared buses and lines that entries may name; undefined: any */
  constructor(declared: HeadReader | undefined, data: GetData) {
    this.#declared = declared;
    this.#data = data;
  }

  /** The line of an `any` that is not closed yet. */
  get openGroup(): number | undefined {
    return this.#group?.line;
  }

  /** The number of the `any` that is open; 0: none is. */
  get group(): number {
    return this.#group?.number ?? 0;
  }

  /** @returns what happened; `undefined` for a line of `any { }` @throws {LineError} */
  read(given: readonly string[], line: number): RecordedEntry | undefined {
    let tokens = given;
    const [first = ''] = tokens;
    if (first === 'any' || first === '}') {
      this.#bracket(tokens, line);
      return undefined;
    }
    let afterNs: number | undefined;
    let how: RecordedEntry['how'] = 'once';
    if (first === 'repeat' || first === 'optional') {
      how = first;
      tokens = tokens.slice(1);
    }
    const [time = ''] = tokens;
    if (time.startsWith('+')) {
      afterNs = parseDuration(time.slice(1));
      if (afterNs === undefined)
        throw new LineError(`invalid time: expected one such as +1.2ms, got ${time}`);
      tokens = tokens.slice(1);
    }
    const what = this.#what(tokens);
    if (how !== 'once' && what.kind !== 'transfer')
      throw new LineError(`invalid ${how}: expected a transfer after it`);
    return { line, afterNs, how, group: this.group, what };
  }

  /** The same for a transfer that was read already. */
  plain({ afterNs, what }: PlainTransfer, line: number): RecordedEntry {
    return { line, afterNs, how: 'once', group: this.group, what };
  }

  #bracket(tokens: readonly string[], line: number): void {
    const [first, second] = tokens;
    if (first === '}') {
      if (this.#group === undefined) throw new LineError('invalid }: expected any { before it');
      this.#group = undefined;
      return;
    }
    if (second !== '{' || tokens.length > 2) throw new LineError('invalid any: expected any {');
    if (this.#group !== undefined) throw new LineError('invalid any: expected no other any around it');
    this.#group = { number: ++this.#groups, line };
  }

  #what(tokens: readonly string[]): RecordedEntry['what'] {
    const [word, second] = tokens;
    if (word === undefined) throw new LineError('invalid line: expected a bus or a line after the time');
    if (isBusPlace(word)) {
      const transfer = parseTransfer(tokens, this.#data);
      if (this.#declared !== undefined && !this.#declared.head.buses.has(transfer.bus)) {
        const known = [...this.#declared.head.buses.values()].map(recordedBusName).join(', ');
        throw new LineError(`not found: bus ${transfer.bus}; declared are ${known || 'none'}`);
      }
      return transfer;
    }
    if (word === 'lost') {
      if (!/^[1-9]\d{0,14}$/.test(second ?? '')) throw new LineError('invalid lost: expected a number');
      return { kind: 'lost', count: Number(second) };
    }
    const name = nameOf(word);
    if (name === undefined || (second !== 'rises' && second !== 'falls') || tokens.length > 2)
      throw new LineError(
        `invalid line: expected a transfer (i2c-1 …, spi0.0 …), or a line that rises or falls, got ${word}`,
      );
    if (this.#declared !== undefined && !this.#declared.head.lines.has(name))
      throw new LineError(`not found: line ${name}; declare it in a line before this one`);
    return { kind: 'edge', name, high: second === 'rises' };
  }
}

/**
 * A line as people write it in a test: `i2c-1 48 w 00, r 1f 80`, with or without a time. Buses and lines need no
 * declaration. @throws {LineError} what is wrong with it
 */
export function parseRecordedLine(text: string): RecordedEntry {
  const entry = new EntryReader(undefined, () => undefined).read(tokensOf(text), 1);
  if (entry === undefined) throw new LineError(`invalid line: expected a transfer, got ${text}`);
  return entry;
}
