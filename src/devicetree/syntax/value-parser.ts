import type { Preprocessor } from '../preprocess/preprocessor.ts';
import type { Budget } from '../text/budget.ts';
import { type Loc, NOWHERE } from '../text/source.ts';
import type { U64 } from '../text/u64.ts';
import * as u64 from '../text/u64.ts';
import { escapedBytes } from '../tokens/literals.ts';
import {
  AND,
  BANG,
  CLOSE,
  CLOSE_BRACE,
  CLOSE_BYTES,
  COLON,
  COMMA,
  EQUALS,
  GREATER,
  LESS,
  OPEN,
  OPEN_BRACE,
  OPEN_BYTES,
  QUESTION,
  SEMICOLON,
  SLASH,
  TILDE,
} from '../tokens/punctuation.ts';
import * as T from '../tokens/token-list.ts';
import type { MarkerKind } from '../tree/tree.ts';
import { DataBuilder } from './data-builder.ts';
import { type ExpressionParser, PRECEDENCE } from './expression-parser.ts';
import { SyntaxProblem, type TokenCursor } from './token-cursor.ts';

/** Reads property values (the part of the grammar that dtc calls `propdata`). */
export class ValueParser {
  readonly data: DataBuilder;
  readonly #cursor: TokenCursor;
  readonly #pp: Preprocessor;
  readonly #expressions: ExpressionParser;
  /** A label stands inside of a value. */
  sawLabel = false;

  constructor(cursor: TokenCursor, expressions: ExpressionParser, budget: Budget) {
    this.#cursor = cursor;
    this.#pp = cursor.pp;
    this.#expressions = expressions;
    this.data = new DataBuilder(budget);
  }

  /** A value from behind the `=` up to the `;`, put together in `data`. */
  value(): void {
    const { data } = this;
    const pp = this.#pp;
    data.begin();
    for (;;) {
      while (this.#cursor.atLabel()) this.#label();
      this.#element();
      while (this.#cursor.atLabel()) this.#label();
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

  #label(): void {
    const loc = this.#pp.loc();
    this.sawLabel = true;
    this.data.mark('label', this.#cursor.takeLabel(), loc);
  }

  #element(): void {
    const { data } = this;
    const pp = this.#pp;
    if (pp.kind === T.UNTERMINATED) this.#cursor.unfinished();
    switch (pp.kind) {
      case LESS:
        pp.advance();
        data.mark('uint32', undefined, NOWHERE);
        this.#cells();
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
        this.#bytes();
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
      case SEMICOLON:
        this.#cursor.giveUp(
          'a value is missing in front of ";"',
          'write "name;" for a property without a value',
        );
        return;
      case T.NUM:
      case T.PPNUM:
      case OPEN:
        this.#cursor.giveUp(
          `${this.#cursor.shown()} must stand in < >`,
          'write <1 2 3> for cells, or "text" for a string',
        );
        return;
      case T.IDENT:
        this.#cursor.giveUp(
          `${this.#cursor.shown()} is not a value`,
          `write "${pp.text}" for a string, <${pp.text}> for a number, &${pp.text} for a node`,
        );
        return;
      default:
        this.#cursor.giveUp(
          `${this.#cursor.shown()} is not a value`,
          'a value is "text", <cells>, [bytes], &label or /incbin/("file")',
        );
    }
  }

  #escaped(): readonly number[] {
    const bytes = escapedBytes(this.#pp.text.slice(1, -1));
    if (bytes === undefined)
      this.#cursor.here('\\x needs a hexadecimal digit behind it', undefined, 'string');
    this.#pp.advance();
    return bytes ?? [];
  }

  /** Cells of 32 bits, behind the `<`. */
  #cells(): void {
    const { data } = this;
    const pp = this.#pp;
    for (;;) {
      switch (pp.kind) {
        case T.NUM:
          data.cell(pp.list.ids[pp.index] as number);
          pp.advance();
          break;
        case GREATER:
          pp.advance();
          return;
        case AND: {
          const loc = pp.loc();
          data.mark('ref-phandle', this.#cursor.reference(), loc);
          data.cell(0xffff_ffff);
          break;
        }
        default:
          if (!this.#array(32)) return;
      }
    }
  }

  /** One element of an array, of the rarer kinds. @returns false at the array's end */
  #array(bits: number): boolean {
    const { data } = this;
    const pp = this.#pp;
    if (this.#cursor.atLabel()) {
      this.#label();
      return true;
    }
    switch (pp.kind) {
      case T.NUM:
      case T.PPNUM:
      case T.CHAR:
      case OPEN: {
        const start = pp.loc();
        const value = this.#expressions.integer();
        if (!u64.fits(value, bits)) this.#truncated(value, bits, start);
        data.integer(value, bits);
        return true;
      }
      case T.IDENT:
        data.integer(this.#expressions.unknownWord(), bits);
        return true;
      case GREATER:
        pp.advance();
        return false;
      case T.RSHIFT:
      case T.GE:
        // The end of the array and something else ran together, as in `<1>>`.
        return this.#cursor.giveUp(`${this.#cursor.shown()} does not belong here`, 'one ">" ends the array');
      case AND:
        this.#cursor.here(
          'References are only allowed in arrays with 32-bit elements.',
          'write it in plain < >',
          'reference',
        );
        this.#cursor.reference();
        data.integer((1n << BigInt(bits)) - 1n, bits);
        return true;
      case SEMICOLON:
      case CLOSE_BRACE:
      case OPEN_BRACE:
      case EQUALS:
      case T.EOF:
        this.#cursor.missing('">" is missing', 'close the list of cells here');
        return false;
      case T.STRING:
      case T.STRING_ESC:
        this.#cursor.here('a string cannot stand between < >', 'close the cells first: <1>, "text"');
        pp.advance();
        return true;
      case COMMA:
        this.#cursor.here('cells are separated by spaces', 'remove the comma, or write <1>, <2>');
        pp.advance();
        return true;
      case T.UNTERMINATED:
        return this.#cursor.unfinished();
      default:
        if (
          (PRECEDENCE[pp.kind] as number) > 0 ||
          pp.kind === TILDE ||
          pp.kind === BANG ||
          pp.kind === QUESTION
        ) {
          this.#cursor.here(
            `arithmetic needs parentheses: ${this.#cursor.shown()}`,
            'write <(1 + 2)>',
            'syntax',
          );
          pp.advance();
          return true;
        }
        return this.#cursor.giveUp(`${this.#cursor.shown()} does not belong between < >`);
    }
  }

  #truncated(value: U64, bits: number, start: Loc): void {
    const mask = (1n << BigInt(bits)) - 1n;
    const hex = (number: bigint, digits: number): string => `0x${number.toString(16).padStart(digits, '0')}`;
    this.#cursor.report(
      'truncated',
      `Value ${hex(BigInt(value), 16)} truncated to ${hex(BigInt(value) & mask, bits / 4)}`,
      {
        severity: 'warning',
        start,
        end: this.#pp.prevEnd,
        hint: bits === 32 ? 'write /bits/ 64 <...> or two cells for a larger value' : undefined,
      },
    );
  }

  /** `[12 34ab]` */
  #bytes(): void {
    const { data } = this;
    const pp = this.#pp;
    data.mark('uint8', undefined, NOWHERE);
    pp.advance();
    for (;;) {
      if (pp.kind === CLOSE_BYTES) {
        pp.advance();
        return;
      }
      if (pp.kind === SEMICOLON || pp.kind === T.EOF || pp.kind === CLOSE_BRACE) {
        this.#cursor.missing('"]" is missing', 'close the list of bytes here');
        return;
      }
      const { text } = pp;
      const labelled = pp.followedBy(COLON);
      let i = 0;
      for (; i < text.length; i += 2) {
        if (labelled && /^[a-zA-Z_]/.test(text.slice(i))) break;
        const byte = /^[0-9a-fA-F]{2}/.exec(text.slice(i, i + 2));
        if (byte === null) {
          this.#cursor.giveUp(
            `"${text}" is not a row of bytes`,
            'each byte is two hexadecimal digits, without 0x: [00 ff 1234]',
          );
        }
        data.byte(Number.parseInt(byte[0], 16));
      }
      if (labelled && i < text.length) {
        const loc = pp.loc() + i;
        this.sawLabel = true;
        data.mark('label', this.#cursor.takeLabel().slice(i), loc);
      } else pp.advance();
    }
  }

  /** `/bits/` or `/incbin/`, at its first slash. */
  #directive(): void {
    const start = this.#pp.loc();
    const word = this.#cursor.keyword();
    if (word === 'bits') this.#bits();
    else if (word === 'incbin') this.#incbin();
    else {
      this.#cursor.report('syntax', `/${word}/ does not belong in a value`, { start, end: this.#pp.prevEnd });
      throw new SyntaxProblem();
    }
  }

  #bits(): void {
    const { data } = this;
    const pp = this.#pp;
    const kinds: Readonly<Record<number, MarkerKind>> = {
      8: 'uint8',
      16: 'uint16',
      32: 'uint32',
      64: 'uint64',
    };
    const start = pp.loc();
    const end = pp.endLoc();
    if (pp.kind !== T.NUM && pp.kind !== T.PPNUM) {
      this.#cursor.giveUp(
        `${this.#cursor.shown()} is not the size of the elements`,
        'write /bits/ 8, 16, 32 or 64',
      );
    }
    let bits = Number(this.#expressions.integer());
    if (!Object.hasOwn(kinds, bits)) {
      this.#cursor.report('syntax', 'Array elements must be 8, 16, 32 or 64-bits', { start, end });
      bits = 32;
    }
    if (pp.kind !== LESS) this.#cursor.giveUp(`"<" must follow /bits/ ${bits}`, `write /bits/ ${bits} <...>`);
    pp.advance();
    data.mark(kinds[bits] as MarkerKind, undefined, NOWHERE);
    while (this.#array(bits));
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
    // Looked up before the next token, which may be in the file that included this one.
    const found = pp.readBeside(name);
    pp.advance();
    let offset = 0;
    let size = Number.POSITIVE_INFINITY;
    if (pp.kind === COMMA) {
      pp.advance();
      offset = Number(this.#expressions.integer());
      expect(COMMA, 'the size');
      size = Number(this.#expressions.integer());
    }
    expect(CLOSE, '")"');
    data.mark('none', undefined, NOWHERE);
    if (found === undefined) {
      this.#cursor.report('incbin', `cannot find ${name}`, {
        start,
        end,
        hint: 'it is looked for beside this file and in the include paths (-i)',
      });
    } else data.append(found.bytes.subarray(offset, Math.min(offset + size, found.bytes.length)));
  }
}
