import type { Preprocessor } from '../preprocess/preprocessor.ts';
import type { Loc } from '../text/source.ts';
import type { U64 } from '../text/u64.ts';
import * as u64 from '../text/u64.ts';
import { escapedBytes, readInteger } from '../tokens/literals.ts';
import {
  AND,
  BANG,
  BAR,
  CARET,
  CLOSE,
  CLOSE_BRACE,
  COLON,
  COMMA,
  GREATER,
  LESS,
  MINUS,
  OPEN,
  PERCENT,
  PLUS,
  QUESTION,
  SEMICOLON,
  SLASH,
  STAR,
  TILDE,
} from '../tokens/punctuation.ts';
import * as T from '../tokens/token-list.ts';
import { SyntaxProblem, type TokenCursor } from './token-cursor.ts';

const MAX_DEPTH = 400;
/** Characters of one number, or of numbers that + and - join to one preprocessing number. */
const MAX_NUMBER = 2000;

/** Precedence of binary operators by token kind; 0 for what is none. */
export const PRECEDENCE: Uint8Array = (() => {
  const table = new Uint8Array(256);
  const levels: readonly (readonly number[])[] = [
    [T.OR_OR],
    [T.AND_AND],
    [BAR],
    [CARET],
    [AND],
    [T.EQ, T.NE],
    [LESS, GREATER, T.LE, T.GE],
    [T.LSHIFT, T.RSHIFT],
    [PLUS, MINUS],
    [STAR, SLASH, PERCENT],
  ];
  levels.forEach((kinds, level) => {
    for (const kind of kinds) table[kind] = level + 1;
  });
  return table;
})();

type Operation = (a: U64, b: U64) => U64;

/** What each binary operator computes, by token kind. No divisor is 0. */
const OPERATIONS: Readonly<Record<number, Operation>> = {
  [T.OR_OR]: (a, b) => truth(a !== 0 || b !== 0),
  [T.AND_AND]: (a, b) => truth(a !== 0 && b !== 0),
  [BAR]: u64.or,
  [CARET]: u64.xor,
  [AND]: u64.and,
  [T.EQ]: (a, b) => truth(a === b),
  [T.NE]: (a, b) => truth(a !== b),
  [LESS]: (a, b) => truth(a < b),
  [GREATER]: (a, b) => truth(a > b),
  [T.LE]: (a, b) => truth(a <= b),
  [T.GE]: (a, b) => truth(a >= b),
  [T.LSHIFT]: u64.shiftLeft,
  [T.RSHIFT]: u64.shiftRight,
  [PLUS]: u64.add,
  [MINUS]: u64.subtract,
  [STAR]: u64.multiply,
  [SLASH]: u64.divide,
  [PERCENT]: u64.remainder,
};

function truth(holds: boolean): U64 {
  return holds ? 1 : 0;
}

/** Reads numbers: literals, characters, and expressions in parentheses. */
export class ExpressionParser {
  readonly #cursor: TokenCursor;
  readonly #pp: Preprocessor;
  #depth = 0;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
    this.#pp = cursor.pp;
  }

  /** A literal or an expression in parentheses. */
  integer(): U64 {
    // What an expression that was given up left behind does not count.
    this.#depth = 0;
    return this.#primary();
  }

  #primary(): U64 {
    const pp = this.#pp;
    switch (pp.kind) {
      case T.NUM: {
        const value = (pp.list.ids[pp.index] as number) >>> 0;
        pp.advance();
        return value;
      }
      case T.PPNUM:
        return this.#number();
      case T.CHAR:
        return this.#character();
      case OPEN:
        return this.#parenthesised();
      default:
        return this.#cursor.giveUp(`${this.#cursor.shown()} is not a number`);
    }
  }

  #number(): U64 {
    const pp = this.#pp;
    const { text } = pp;
    if (text.length > MAX_NUMBER)
      this.#cursor.giveUp(`the number has ${text.length} characters; at most ${MAX_NUMBER} are allowed`);
    if (text.startsWith('.')) this.#cursor.giveUp(`"${text}" is not a number`, 'use whole numbers');
    const { value, length, problem } = readInteger(text);
    if (problem !== undefined) this.#cursor.here(problem, undefined, 'number');
    if (length < text.length) {
      const rest = text.slice(length);
      if (/^[+-]/.test(rest)) pp.putBack(rest);
      else {
        const hint = /^[uUlL]+$/.test(rest)
          ? 'use U, L, UL, LL or ULL, in capitals'
          : rest.startsWith('.')
            ? 'use whole numbers'
            : undefined;
        this.#cursor.here(`invalid suffix "${rest}" on the number ${text.slice(0, length)}`, hint, 'number');
      }
    }
    pp.advance();
    return value;
  }

  #character(): U64 {
    const pp = this.#pp;
    const { text } = pp;
    const bytes = escapedBytes(text.slice(1, -1));
    if (bytes === undefined) this.#cursor.here('\\x needs a hexadecimal digit after it', undefined, 'number');
    else if (bytes.length === 0)
      this.#cursor.here('Empty character literal', "write a character between the '", 'number');
    else if (bytes.length > 1) {
      this.#cursor.here(
        `Character literal has ${bytes.length} characters instead of 1`,
        'write text in double quotes, outside of < >',
        'number',
      );
    }
    pp.advance();
    return bytes?.[0] ?? 0;
  }

  #parenthesised(): U64 {
    const pp = this.#pp;
    pp.advance();
    const value = this.#ternary();
    if (pp.kind !== CLOSE) {
      if (pp.kind === SEMICOLON || pp.kind === GREATER || pp.kind === T.EOF || pp.kind === CLOSE_BRACE) {
        this.#cursor.missing('")" is missing', 'close the expression here');
        return value;
      }
      if (this.#isOperand()) {
        this.#cursor.here(`an operator is missing before ${this.#cursor.shown()}`);
        while (this.#isOperand()) this.#unary();
        if (pp.kind === CLOSE) pp.advance();
        return value;
      }
      this.#cursor.giveUp(`${this.#cursor.shown()} does not belong in an expression`);
    }
    pp.advance();
    return value;
  }

  #isOperand(): boolean {
    const { kind } = this.#pp;
    return (
      kind === T.NUM ||
      kind === T.PPNUM ||
      kind === T.CHAR ||
      kind === OPEN ||
      (kind === T.IDENT && !this.#pp.followedBy(COLON))
    );
  }

  #ternary(): U64 {
    if (++this.#depth > MAX_DEPTH) {
      this.#cursor.giveUp(`the expression is nested more than ${MAX_DEPTH} deep`);
    }
    let value = this.#binary(1);
    if (this.#pp.kind === QUESTION) {
      this.#pp.advance();
      const yes = this.#ternary();
      if (this.#pp.kind !== COLON)
        this.#cursor.giveUp(`":" is missing before ${this.#cursor.shown()}`, 'write (a ? b : c)');
      this.#pp.advance();
      const no = this.#ternary();
      value = value !== 0 ? yes : no;
    }
    this.#depth--;
    return value;
  }

  #binary(least: number): U64 {
    let left = this.#unary();
    for (;;) {
      const { kind } = this.#pp;
      const precedence = PRECEDENCE[kind] as number;
      if (precedence < least || precedence === 0) return left;
      const at = this.#pp.loc();
      const behindLeft = this.#pp.prevEnd;
      this.#pp.advance();
      if (kind === GREATER && (this.#pp.kind === SEMICOLON || this.#pp.kind === COMMA)) {
        // No comparison, but the end of the cells.
        this.#cursor.report('syntax', '")" is missing', {
          start: behindLeft,
          hint: 'close the expression here',
        });
        throw new SyntaxProblem();
      }
      const right = this.#binary(precedence + 1);
      left = this.#apply(kind, left, right, at);
    }
  }

  #apply(kind: number, a: U64, b: U64, at: Loc): U64 {
    if (b === 0 && (kind === SLASH || kind === PERCENT)) {
      this.#cursor.report('number', 'Division by zero', {
        start: at,
        end: at + 1,
        hint: 'both sides of && || and ?: are always evaluated',
      });
      return 0;
    }
    return (OPERATIONS[kind] as Operation)(a, b);
  }

  #unary(): U64 {
    const pp = this.#pp;
    const { kind } = pp;
    if (kind === MINUS || kind === TILDE || kind === BANG) {
      if (++this.#depth > MAX_DEPTH) {
        this.#cursor.giveUp(`the expression is nested more than ${MAX_DEPTH} deep`);
      }
      pp.advance();
      const value = this.#unary();
      this.#depth--;
      return kind === MINUS ? u64.negate(value) : kind === TILDE ? u64.invert(value) : value === 0 ? 1 : 0;
    }
    if (kind === T.NE) {
      // `!=` at a value's place can only be "!" in front of nothing.
      return this.#cursor.giveUp(`a value is missing before ${this.#cursor.shown()}`);
    }
    if (kind === T.IDENT) {
      if (pp.followedBy(COLON)) {
        return this.#cursor.giveUp(
          `${pp.text}: is a label here`,
          `put a space before the ":" if ${pp.text} is meant as a value`,
        );
      }
      return this.unknownWord();
    }
    return this.#primary();
  }

  /** A word where a value belongs: a macro that is not defined. Counts as 0. */
  unknownWord(): U64 {
    const pp = this.#pp;
    const word = pp.text;
    // What a header that is missing would define is no error of its own.
    if (pp.missingHeaders.length === 0) {
      const call = pp.followedBy(OPEN);
      this.#cursor.here(
        `Unexpected '${word}': macro not defined`,
        () => {
          const near = pp.macroLike(word);
          if (near !== undefined) return `did you mean ${near}?`;
          return `include the header that defines it${call ? '' : `, or write &${word} if a node is meant`}`;
        },
        'number',
      );
    }
    pp.advance();
    if (pp.kind === OPEN && !pp.space) this.#skipParentheses();
    return 0;
  }

  /** Moves behind the `)` that belongs to the current `(`. */
  #skipParentheses(): void {
    const pp = this.#pp;
    let depth = 0;
    for (; pp.kind !== T.EOF && pp.kind !== SEMICOLON; pp.advance()) {
      if (pp.kind === OPEN) depth++;
      else if (pp.kind === CLOSE && --depth === 0) {
        pp.advance();
        return;
      }
    }
  }
}
