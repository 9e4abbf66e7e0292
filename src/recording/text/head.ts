import { TEN_BIT_ADDRESS } from '../../bus/index.ts';
import type { RecordedBus, RecordedLine, RecordedPart, RecordedTree, RecordingHead } from '../recorded.ts';
import { LineError } from './parse-transfer.ts';
import { nameOf } from './tokens.ts';

/** The first line of every recording, and the version of the grammar that this room knows. */
export const MAGIC = 'dtbus-recording';
export const VERSION = 1;

/** Words that begin a line of the head. */
const WORDS = ['tree', 'clock', 'began', 'bus', 'part', 'line'] as const;
type HeadWord = (typeof WORDS)[number];

export function isHeadWord(word: string): word is HeadWord {
  return (WORDS as readonly string[]).includes(word);
}

/** Reads what a recording says of its board, a line at a time. */
export class HeadReader {
  #tree: RecordedTree | undefined;
  #clock: RecordingHead['clock'];
  #beganMs: number | undefined;
  readonly #buses = new Map<string, RecordedBus & { readonly declaredAt: number }>();
  readonly #parts: RecordedPart[] = [];
  readonly #lines = new Map<string, RecordedLine>();

  get head(): RecordingHead {
    return {
      tree: this.#tree,
      clock: this.#clock,
      beganMs: this.#beganMs,
      buses: this.#buses,
      parts: this.#parts,
      lines: this.#lines,
    };
  }

  /** @throws {LineError} */
  read(word: HeadWord, tokens: readonly string[], line: number): void {
    switch (word) {
      case 'tree':
        this.#readTree(tokens);
        return;
      case 'clock':
        if (tokens[1] !== 'real' && tokens[1] !== 'stepped')
          throw new LineError(`invalid clock: expected real or stepped, got ${tokens[1] ?? 'nothing'}`);
        this.#clock = tokens[1];
        return;
      case 'began':
        this.#beganMs = Date.parse(tokens[1] ?? '');
        if (Number.isNaN(this.#beganMs))
          throw new LineError(
            `invalid time: expected one such as 2026-11-28T10:20:30.000Z, got ${tokens[1] ?? 'nothing'}`,
          );
        return;
      case 'bus':
        this.#readBus(tokens, line);
        return;
      case 'part':
        this.#readPart(tokens);
        return;
      case 'line':
        this.#readLine(tokens);
    }
  }

  #readTree([, file, hash]: readonly string[]): void {
    const name = nameOf(file);
    const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(hash ?? '') ?? [];
    if (name === undefined || sha256 === undefined)
      throw new LineError('invalid tree: expected a file and sha256: with 64 hex digits');
    this.#tree = { file: name, sha256 };
  }

  #readBus([, name = '', path]: readonly string[], declaredAt: number): void {
    const [, kind, number] = /^(i2c|spi)-(\d{1,9})$/.exec(name) ?? [];
    if (kind === undefined)
      throw new LineError(`invalid bus: expected a name such as i2c-1 or spi-0, got ${name || 'nothing'}`);
    if (this.#buses.has(name)) throw new LineError(`invalid bus: ${name} is declared twice`);
    this.#buses.set(name, {
      kind: kind as RecordedBus['kind'],
      number: Number(number),
      path: path === undefined ? '' : needed(path, 'path of the bus'),
      declaredAt,
    });
  }

  #readPart([, bus = '', unitText = '', nameToken, ...rest]: readonly string[]): void {
    const kind = this.#buses.get(bus)?.kind;
    if (kind === undefined)
      throw new LineError(`not found: bus ${bus}; declare it in a line before this one`);
    const isI2c = kind === 'i2c';
    if (!(isI2c ? /^[0-9a-f]{2,3}$/ : /^\d{1,9}$/).test(unitText))
      throw new LineError(
        `invalid part: expected ${isI2c ? 'an address' : 'a chip select'}, got ${unitText || 'nothing'}`,
      );
    const unit = Number.parseInt(unitText, isI2c ? 16 : 10);
    const numbers = new Map<string, number>();
    const compatible: string[] = [];
    for (const token of rest) {
      const [, key, value] = /^(address-width|size)=(\d{1,10})$/.exec(token) ?? [];
      if (key !== undefined) numbers.set(key, Number(value));
      else compatible.push(needed(token, 'compatible'));
    }
    this.#parts.push({
      bus,
      unit: isI2c && unitText.length === 3 ? unit + TEN_BIT_ADDRESS : unit,
      name: needed(nameToken, 'name of the part'),
      compatible,
      addressWidth: numbers.get('address-width'),
      size: numbers.get('size'),
    });
  }

  #readLine([, nameToken, controllerToken, number = '']: readonly string[]): void {
    const name = needed(nameToken, 'name of the line');
    const controller = needed(controllerToken, 'path of the controller');
    if (!/^\d{1,9}$/.test(number))
      throw new LineError(`invalid line: expected its number, got ${number || 'nothing'}`);
    if (this.#lines.has(name)) throw new LineError(`invalid line: ${name} is declared twice`);
    this.#lines.set(name, { name, controller, line: Number(number) });
  }
}

function needed(token: string | undefined, what: string): string {
  const name = nameOf(token);
  if (name === undefined)
    throw new LineError(
      `invalid ${what}: expected a name, quoted where it has blanks, got ${token ?? 'nothing'}`,
    );
  return name;
}
