import type { Preprocessor } from '../preprocess/preprocessor.ts';
import type { Budget } from '../text/budget.ts';
import { type FileRange, FileRefused } from '../text/files.ts';
import { NOWHERE } from '../text/source.ts';
import { escapedBytes } from '../tokens/literals.ts';
import { AND, CLOSE, COMMA, LESS, OPEN, OPEN_BYTES, SEMICOLON, SLASH } from '../tokens/punctuation.ts';
import * as T from '../tokens/token-list.ts';
import { ArrayParser } from './array-parser.ts';
import { DataBuilder } from './data-builder.ts';
import type { ExpressionParser } from './expression-parser.ts';
import { SyntaxProblem, type TokenCursor } from './token-cursor.ts';

/** Reads property values (the part of the grammar that dtc calls `propdata`). */
export class ValueParser {
  readonly data: DataBuilder;
  readonly #arrays: ArrayParser;
  readonly #cursor: TokenCursor;
  readonly #pp: Preprocessor;
  readonly #expressions: ExpressionParser;

  constructor(cursor: TokenCursor, expressions: ExpressionParser, budget: Budget) {
    this.#cursor = cursor;
    this.#pp = cursor.pp;
    this.#expressions = expressions;
    this.data = new DataBuilder(budget);
    this.#arrays = new ArrayParser(this.data, cursor, expressions);
  }

  /** A label stood inside of a value. */
  get sawLabel(): boolean {
    return this.#arrays.sawLabel;
  }

  /** A value from behind the `=` up to the `;`, put together in `data`. */
  value(): void {
    const { data } = this;
    const pp = this.#pp;
    data.begin();
    for (;;) {
      while (this.#cursor.atLabel()) this.#arrays.label();
      this.#element();
      while (this.#cursor.atLabel()) this.#arrays.label();
      if (pp.kind === COMMA) pp.advance();
      else if (this.#startsElement())
        this.#cursor.missing('"," is missing between two values', 'add a comma here');
      else return;
    }
  }

  #startsElement(): boolean {
    const { kind } = this.#pp;
    return kind === T.STRING || kind === T.STRING_ESC || kind === LESS || kind === OPEN_BYTES || kind === AND;
  }

  #element(): void {
    const { data } = this;
    const pp = this.#pp;
    if (pp.kind === T.UNTERMINATED) this.#cursor.unfinished();
    switch (pp.kind) {
      case LESS:
        pp.advance();
        data.mark('uint32', undefined, NOWHERE);
        this.#arrays.cells();
        return;
      case T.STRING:
        data.mark('string', undefined, NOWHERE);
        data.string(
          pp.list.source.bytes,
          (pp.list.starts[pp.index] as number) + 1,
          (pp.list.ends[pp.index] as number) - 1,
        );
        pp.advance();
        return;
      case T.STRING_ESC:
        data.mark('string', undefined, NOWHERE);
        data.append(this.#escaped());
        data.byte(0);
        return;
      case OPEN_BYTES:
        this.#arrays.bytes();
        return;
      case AND: {
        const loc = pp.loc();
        const ref = this.#cursor.reference();
        data.mark('string', ref, loc);
        data.mark('ref-path', ref, loc);
        return;
      }
      case SLASH:
        this.#directive();
        return;
      default:
        this.#misplaced();
    }
  }

  /** What cannot begin a value, as its author may have meant it. */
  #misplaced(): never {
    const pp = this.#pp;
    switch (pp.kind) {
      case SEMICOLON:
        return this.#cursor.giveUp(
          'a value is missing before ";"',
          'write "name;" for a property without a value',
        );
      case T.NUM:
      case T.PPNUM:
      case OPEN:
        return this.#cursor.giveUp(
          `${this.#cursor.shown()} must be inside < >`,
          'write <1 2 3> for cells, or "text" for a string',
        );
      case T.IDENT:
        return this.#cursor.giveUp(
          `${this.#cursor.shown()} is not a value`,
          `write "${pp.text}" for a string, <${pp.text}> for a number, &${pp.text} for a node`,
        );
      default:
        return this.#cursor.giveUp(
          `${this.#cursor.shown()} is not a value`,
          'a value is "text", <cells>, [bytes], &label or /incbin/("file")',
        );
    }
  }

  #escaped(): readonly number[] {
    const bytes = escapedBytes(this.#pp.text.slice(1, -1));
    if (bytes === undefined) this.#cursor.here('\\x needs a hexadecimal digit after it', undefined, 'string');
    this.#pp.advance();
    return bytes ?? [];
  }

  /** `/bits/` or `/incbin/`, at its first slash. */
  #directive(): void {
    const start = this.#pp.loc();
    const word = this.#cursor.keyword();
    if (word === 'bits') this.#arrays.bits();
    else if (word === 'incbin') this.#incbin();
    else {
      this.#cursor.report('syntax', `/${word}/ does not belong in a value`, { start, end: this.#pp.prevEnd });
      throw new SyntaxProblem();
    }
  }

  #incbin(): void {
    const { data } = this;
    const pp = this.#pp;
    const expect = (kind: number, what: string): void => {
      if (pp.kind !== kind)
        this.#cursor.giveUp(
          `${what} is missing in /incbin/`,
          'write /incbin/("file") or /incbin/("file", offset, size)',
        );
      pp.advance();
    };
    expect(OPEN, '"("');
    if (pp.kind !== T.STRING && pp.kind !== T.STRING_ESC)
      this.#cursor.giveUp('/incbin/ needs a file name in quotes');
    const start = pp.loc();
    const end = pp.endLoc();
    const name = String.fromCharCode(...(escapedBytes(pp.text.slice(1, -1)) ?? []));
    // Taken before the next token, which may be in the file that included this one.
    const file = pp.besides(name);
    pp.advance();
    let range: FileRange | undefined;
    if (pp.kind === COMMA) {
      pp.advance();
      const offset = Number(this.#expressions.integer());
      expect(COMMA, 'the size');
      range = { offset, size: Number(this.#expressions.integer()) };
    }
    expect(CLOSE, '")"');
    data.mark('none', undefined, NOWHERE);
    try {
      const found = file.read(range);
      if (found !== undefined) {
        data.append(found.bytes);
        const got = found.bytes.length;
        // dtc says nothing: findings/dtc-incbin-short.sh.
        if (range !== undefined && got < range.size)
          this.#cursor.report(
            'incbin',
            `${name} is too short: expected a size of ${range.size} from offset ${range.offset} on, got ${got}`,
            {
              severity: 'warning',
              start,
              end,
              hint: 'the property has the bytes that are there, as with dtc',
            },
          );
      } else
        this.#cursor.report('incbin', `cannot find ${name}`, {
          start,
          end,
          hint: file.fault() ?? `it is looked for beside this file and in ${pp.includePathsAre}`,
        });
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      this.#cursor.report('incbin', `cannot read ${name}: ${error.message}`, { start, end });
    }
  }
}
