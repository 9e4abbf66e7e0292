import type { Preprocessor } from '../preprocess/preprocessor.ts';
import { type Loc, NOWHERE } from '../text/source.ts';
import type { U64 } from '../text/u64.ts';
import * as u64 from '../text/u64.ts';
import {
  AND,
  BANG,
  CLOSE_BRACE,
  CLOSE_BYTES,
  COLON,
  COMMA,
  EQUALS,
  GREATER,
  LESS,
  OPEN,
  OPEN_BRACE,
  QUESTION,
  SEMICOLON,
  TILDE,
} from '../tokens/punctuation.ts';
import * as T from '../tokens/token-list.ts';
import type { MarkerKind } from '../tree/tree.ts';
import type { DataBuilder } from './data-builder.ts';
import { type ExpressionParser, PRECEDENCE } from './expression-parser.ts';
import type { TokenCursor } from './token-cursor.ts';

/** What a marker calls elements of each size in bits. */
const ELEMENT_KINDS: Readonly<Record<number, MarkerKind>> = {
  8: 'uint8',
  16: 'uint16',
  32: 'uint32',
  64: 'uint64',
};

/** Reads the values that are rows of numbers: `<1 2>`, `/bits/ 16 <1 2>` and `[01 02]`, into `data`. */
export class ArrayParser {
  /** A label stands inside of a value. */
  sawLabel = false;
  readonly #data: DataBuilder;
  readonly #cursor: TokenCursor;
  readonly #pp: Preprocessor;
  readonly #expressions: ExpressionParser;

  constructor(data: DataBuilder, cursor: TokenCursor, expressions: ExpressionParser) {
    this.#data = data;
    this.#cursor = cursor;
    this.#pp = cursor.pp;
    this.#expressions = expressions;
  }

  /** The label at the current token: it marks the place in the value. */
  label(): void {
    const loc = this.#pp.loc();
    this.sawLabel = true;
    this.#data.mark('label', this.#cursor.takeLabel(), loc);
  }

  /** Cells of 32 bits, behind the `<`. */
  cells(): void {
    const data = this.#data;
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
          if (!this.#element(32)) return;
      }
    }
  }

  /** One element of an array, of the rarer kinds. @returns false at the array's end */
  #element(bits: number): boolean {
    const pp = this.#pp;
    if (this.#cursor.atLabel()) {
      this.label();
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
        this.#data.integer(value, bits);
        return true;
      }
      case T.IDENT:
        this.#data.integer(this.#expressions.unknownWord(), bits);
        return true;
      case GREATER:
        pp.advance();
        return false;
      case AND:
        this.#misplacedReference(bits);
        return true;
      default:
        return this.#misplaced();
    }
  }

  #misplacedReference(bits: number): void {
    this.#cursor.here(
      'References are only allowed in arrays with 32-bit elements.',
      'write it in plain < >',
      'reference',
    );
    this.#cursor.reference();
    this.#data.integer((1n << BigInt(bits)) - 1n, bits);
  }

  /** What cannot be an element of an array, as its author may have meant it. @returns false where the array ends here */
  #misplaced(): boolean {
    const pp = this.#pp;
    switch (pp.kind) {
      case T.RSHIFT:
      case T.GE:
        // The end of the array and something else ran together, as in `<1>>`.
        return this.#cursor.giveUp(`${this.#cursor.shown()} does not belong here`, 'one ">" ends the array');
      case SEMICOLON:
      case CLOSE_BRACE:
      case OPEN_BRACE:
      case EQUALS:
      case T.EOF:
        this.#cursor.missing('">" is missing', 'close the list of cells here');
        return false;
      case T.STRING:
      case T.STRING_ESC:
        this.#cursor.here('a string is not allowed inside < >', 'close the cells first: <1>, "text"');
        break;
      case COMMA:
        this.#cursor.here('cells are separated by spaces', 'remove the comma, or write <1>, <2>');
        break;
      case T.UNTERMINATED:
        return this.#cursor.unfinished();
      default:
        if (!isOperator(pp.kind)) this.#cursor.giveUp(`unexpected ${this.#cursor.shown()} inside < >`);
        this.#cursor.here(
          `arithmetic needs parentheses: ${this.#cursor.shown()}`,
          'write <(1 + 2)>',
          'syntax',
        );
    }
    pp.advance();
    return true;
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
  bytes(): void {
    const pp = this.#pp;
    this.#data.mark('uint8', undefined, NOWHERE);
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
      this.#rowOfBytes();
    }
  }

  /** Hexadecimal digits without a space, at whose end a label may begin: `12ablabel:`. */
  #rowOfBytes(): void {
    const pp = this.#pp;
    const { text } = pp;
    const labelled = pp.followedBy(COLON);
    let i = 0;
    for (; i < text.length; i += 2) {
      if (labelled && /^[a-zA-Z_]/.test(text.slice(i))) break;
      const byte = /^[0-9a-fA-F]{2}/.exec(text.slice(i, i + 2));
      if (byte === null) {
        this.#cursor.giveUp(
          `invalid bytes "${text}"`,
          'write each byte as two hexadecimal digits, without 0x: [00 ff 1234]',
        );
      }
      this.#data.byte(Number.parseInt(byte[0], 16));
    }
    if (labelled && i < text.length) {
      const loc = pp.loc() + i;
      this.sawLabel = true;
      this.#data.mark('label', this.#cursor.takeLabel().slice(i), loc);
    } else pp.advance();
  }

  /** An array of elements of another size, from behind `/bits/`. */
  bits(): void {
    const pp = this.#pp;
    const start = pp.loc();
    const end = pp.endLoc();
    if (pp.kind !== T.NUM && pp.kind !== T.PPNUM) {
      this.#cursor.giveUp(`invalid element size ${this.#cursor.shown()}`, 'write /bits/ 8, 16, 32 or 64');
    }
    let bits = Number(this.#expressions.integer());
    if (!Object.hasOwn(ELEMENT_KINDS, bits)) {
      this.#cursor.report('syntax', 'Array elements must be 8, 16, 32 or 64-bits', { start, end });
      bits = 32;
    }
    if (pp.kind !== LESS) this.#cursor.giveUp(`"<" must follow /bits/ ${bits}`, `write /bits/ ${bits} <...>`);
    pp.advance();
    this.#data.mark(ELEMENT_KINDS[bits] as MarkerKind, undefined, NOWHERE);
    while (this.#element(bits));
  }
}

function isOperator(kind: number): boolean {
  return (PRECEDENCE[kind] as number) > 0 || kind === TILDE || kind === BANG || kind === QUESTION;
}
