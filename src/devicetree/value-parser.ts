import type { Budget } from './budget.ts';
import { DataBuilder } from './data-builder.ts';
import type { Report, ReportDetails } from './diagnostic.ts';
import { escapedBytes, readInteger } from './literals.ts';
import type { Preprocessor } from './preprocessor.ts';
import type { Loc } from './source.ts';
import { NOWHERE } from './source.ts';
import * as T from './token-list.ts';
import type { MarkerKind } from './tree.ts';
import type { U64 } from './u64.ts';
import * as u64 from './u64.ts';

const APOSTROPHES: number = 2;
const PERCENT: number = 37;
const AND: number = 38;
const OPEN: number = 40;
const CLOSE: number = 41;
const STAR: number = 42;
const PLUS: number = 43;
const COMMA: number = 44;
const MINUS: number = 45;
const SLASH: number = 47;
const COLON: number = 58;
const SEMICOLON: number = 59;
const LESS: number = 60;
const EQUALS: number = 61;
const GREATER: number = 62;
const QUESTION: number = 63;
const OPEN_BYTES: number = 91;
const CLOSE_BYTES: number = 93;
const CARET: number = 94;
const OPEN_BRACE: number = 123;
const BAR: number = 124;
const CLOSE_BRACE: number = 125;
const TILDE: number = 126;
const BANG: number = 33;

const MAX_EXPRESSION_DEPTH: number = 400;
/** Characters of one number, or of numbers that + and - join to one preprocessing number. */
const MAX_NUMBER = 2000;

/** Precedence of binary operators by token kind; 0 for what is none. */
const PRECEDENCE: Uint8Array = (() => {
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

/** A syntax error that was reported; the statement it is in is given up. */
export class SyntaxProblem extends Error {
  /** The statement's end was passed already: nothing is to be skipped. */
  readonly passed: boolean;

  constructor(passed = false) {
    super();
    this.passed = passed;
  }
}

/** Reads numbers, expressions and property values (the part of the grammar below `propdata`). */
export class ValueParser {
  readonly pp: Preprocessor;
  readonly report: Report;
  readonly data: DataBuilder;
  /** Labels inside text that was given up: a reference to one is not reported as leading nowhere. */
  readonly lostLabels = new Set<string>();
  /** A label stands inside of a value. */
  sawLabel = false;
  #depth = 0;

  constructor(pp: Preprocessor, budget: Budget, report: Report) {
    this.pp = pp;
    this.data = new DataBuilder(budget);
    this.report = report;
  }

  /** Reports at the current token. */
  here(message: string, hint?: ReportDetails['hint'], code = 'syntax'): void {
    if (this.#isCutOff()) return;
    this.report(code, message, { start: this.pp.loc(), end: this.pp.endLoc(), hint });
  }

  /** Reports that something is missing behind the token before this one. */
  missing(message: string, hint?: string): void {
    if (this.#isCutOff()) return;
    const at = this.pp.prevEnd === NOWHERE ? this.pp.loc() : this.pp.prevEnd;
    this.report('syntax', message, { start: at, hint });
  }

  /** The rest of the input was dropped, which was reported: what is missing at its end is no news. */
  #isCutOff(): boolean {
    return this.pp.cutOff && this.pp.kind === T.EOF;
  }

  /** Reports at the current token and gives the statement up. */
  giveUp(message: string, hint?: string): never {
    this.here(message, hint);
    throw new SyntaxProblem();
  }

  /** The current token as it stands in a message. */
  shown(): string {
    const { pp } = this;
    if (pp.kind === T.EOF) return 'the end of the file';
    if (pp.kind === T.UNTERMINATED) return 'an unfinished string or comment';
    const text = pp.text;
    return text.length > 40 ? `${text.slice(0, 37)}...` : `"${text}"`;
  }

  /** A label behind which the current token's `:` stands right away; moves behind it. */
  atLabel(): boolean {
    return this.pp.kind === T.IDENT && this.pp.followedBy(COLON);
  }

  takeLabel(): string {
    const label = this.pp.text;
    this.pp.advance();
    this.pp.advance();
    return label;
  }

  /** `&label`, `&{/path}` or `&{label/path}`; the reference without its signs. The current token is `&`. */
  reference(): string {
    const { pp } = this;
    pp.advance();
    if (pp.kind === T.IDENT && !pp.space) {
      const label = pp.text;
      pp.advance();
      return label;
    }
    if (pp.kind !== OPEN_BRACE || pp.space) {
      this.giveUp('a label or {/path} must stand right behind "&"', 'write &label or &{/path/of/node}');
    }
    let path = '';
    for (pp.advance(); !pp.space && (pp.kind === SLASH || T.IS_NAME_PART[pp.kind] === 1); pp.advance()) {
      path += pp.text;
    }
    if (pp.kind !== CLOSE_BRACE || pp.space)
      this.giveUp('"}" must end the path of a reference', 'write &{/path/of/node}');
    pp.advance();
    if (path === '') this.giveUp('the reference names no path', 'write &{/path/of/node}');
    return path;
  }

  // ---- numbers

  /** A literal or an expression in parentheses. Gives 0 and reports where there is neither. */
  integer(): U64 {
    const { pp } = this;
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
        return this.giveUp(`${this.shown()} is not a number`);
    }
  }

  #number(): U64 {
    const { pp } = this;
    const { text } = pp;
    if (text.length > MAX_NUMBER) this.giveUp(`a number of ${text.length} characters`);
    if (text.startsWith('.')) this.giveUp(`"${text}" is not a number`, 'the language has whole numbers only');
    const { value, length, problem } = readInteger(text);
    if (problem !== undefined) this.here(problem, undefined, 'number');
    if (length < text.length) {
      const rest = text.slice(length);
      if (/^[+-]/.test(rest)) pp.putBack(rest);
      else {
        const hint = /^[uUlL]+$/.test(rest)
          ? 'suffixes are U, L, UL, LL and ULL, in capitals'
          : rest.startsWith('.')
            ? 'the language has whole numbers only'
            : undefined;
        this.here(`"${rest}" cannot stand behind the number ${text.slice(0, length)}`, hint, 'number');
      }
    }
    pp.advance();
    return value;
  }

  #character(): U64 {
    const { pp } = this;
    const { text } = pp;
    const bytes = escapedBytes(text.slice(1, 1 - APOSTROPHES));
    if (bytes === undefined) this.here('\\x needs a hexadecimal digit behind it', undefined, 'number');
    else if (bytes.length === 0)
      this.here('Empty character literal', "write a character between the '", 'number');
    else if (bytes.length > 1) {
      this.here(
        `Character literal has ${bytes.length} characters instead of 1`,
        'write text in double quotes, outside of < >',
        'number',
      );
    }
    pp.advance();
    return bytes?.[0] ?? 0;
  }

  #parenthesised(): U64 {
    const { pp } = this;
    pp.advance();
    const value = this.#ternary();
    if (pp.kind !== CLOSE) {
      if (pp.kind === SEMICOLON || pp.kind === GREATER || pp.kind === T.EOF || pp.kind === CLOSE_BRACE) {
        this.missing('")" is missing', 'close the expression here');
        return value;
      }
      if (this.#isOperand()) {
        this.here(`an operator is missing in front of ${this.shown()}`);
        while (this.#isOperand()) this.#unary();
        if (pp.kind === CLOSE) pp.advance();
        return value;
      }
      this.giveUp(`${this.shown()} does not belong in an expression`);
    }
    pp.advance();
    return value;
  }

  #isOperand(): boolean {
    const { kind } = this.pp;
    return (
      kind === T.NUM ||
      kind === T.PPNUM ||
      kind === T.CHAR ||
      kind === OPEN ||
      (kind === T.IDENT && !this.pp.followedBy(COLON))
    );
  }

  #ternary(): U64 {
    if (++this.#depth > MAX_EXPRESSION_DEPTH) {
      this.#depth = 0;
      this.giveUp(`the expression is nested more than ${MAX_EXPRESSION_DEPTH} deep`);
    }
    let value = this.#binary(1);
    if (this.pp.kind === QUESTION) {
      this.pp.advance();
      const yes = this.#ternary();
      if (this.pp.kind !== COLON)
        this.giveUp(`":" is missing in front of ${this.shown()}`, 'write (a ? b : c)');
      this.pp.advance();
      const no = this.#ternary();
      value = value !== 0 ? yes : no;
    }
    this.#depth--;
    return value;
  }

  #binary(least: number): U64 {
    let left = this.#unary();
    for (;;) {
      const { kind } = this.pp;
      const precedence = PRECEDENCE[kind] as number;
      if (precedence < least || precedence === 0) return left;
      const at = this.pp.loc();
      const behindLeft = this.pp.prevEnd;
      this.pp.advance();
      if (kind === GREATER && (this.pp.kind === SEMICOLON || this.pp.kind === COMMA)) {
        // No comparison, but the end of the cells.
        this.report('syntax', '")" is missing', { start: behindLeft, hint: 'close the expression here' });
        throw new SyntaxProblem();
      }
      const right = this.#binary(precedence + 1);
      left = this.#apply(kind, left, right, at);
    }
  }

  #apply(kind: number, a: U64, b: U64, at: Loc): U64 {
    switch (kind) {
      case T.OR_OR:
        return a !== 0 || b !== 0 ? 1 : 0;
      case T.AND_AND:
        return a !== 0 && b !== 0 ? 1 : 0;
      case BAR:
        return u64.or(a, b);
      case CARET:
        return u64.xor(a, b);
      case AND:
        return u64.and(a, b);
      case T.EQ:
        return a === b ? 1 : 0;
      case T.NE:
        return a !== b ? 1 : 0;
      case LESS:
        return a < b ? 1 : 0;
      case GREATER:
        return a > b ? 1 : 0;
      case T.LE:
        return a <= b ? 1 : 0;
      case T.GE:
        return a >= b ? 1 : 0;
      case T.LSHIFT:
        return u64.shiftLeft(a, b);
      case T.RSHIFT:
        return u64.shiftRight(a, b);
      case PLUS:
        return u64.add(a, b);
      case MINUS:
        return u64.subtract(a, b);
      case STAR:
        return u64.multiply(a, b);
      default:
        if (b === 0) {
          this.report('number', 'Division by zero', {
            start: at,
            end: at + 1,
            hint: 'both sides of && || and ?: are always computed',
          });
          return 0;
        }
        return kind === SLASH ? u64.divide(a, b) : u64.remainder(a, b);
    }
  }

  #unary(): U64 {
    const { pp } = this;
    const { kind } = pp;
    if (kind === MINUS || kind === TILDE || kind === BANG) {
      if (++this.#depth > MAX_EXPRESSION_DEPTH) {
        this.#depth = 0;
        this.giveUp(`the expression is nested more than ${MAX_EXPRESSION_DEPTH} deep`);
      }
      pp.advance();
      const value = this.#unary();
      this.#depth--;
      return kind === MINUS ? u64.negate(value) : kind === TILDE ? u64.invert(value) : value === 0 ? 1 : 0;
    }
    if (kind === T.NE) {
      // `!=` at a value's place can only be "!" in front of nothing.
      return this.giveUp(`a value is missing in front of ${this.shown()}`);
    }
    if (kind === T.IDENT) {
      if (pp.followedBy(COLON)) {
        return this.giveUp(
          `${pp.text}: is a label here`,
          `put a space in front of the ":" if ${pp.text} is meant as a value`,
        );
      }
      return this.unknownWord();
    }
    return this.integer();
  }

  /** A word where a value belongs: a macro that is not defined. Counts as 0. */
  unknownWord(): U64 {
    const { pp } = this;
    const word = pp.text;
    // Without the header that defines it, every use of its macros would be reported.
    if (pp.missingHeaders.length === 0) {
      const call = pp.followedBy(OPEN);
      this.here(
        `Unexpected '${word}': no macro of that name is defined`,
        () => {
          const near = pp.macroLike(word);
          if (near !== undefined) return `did you mean ${near}?`;
          return `include the header that defines it${call ? '' : `, or write &${word} if a node is meant`}`;
        },
        'number',
      );
    } else this.here(`Unexpected '${word}'`, `it may be defined in ${pp.missingHeaders[0]}`, 'number');
    pp.advance();
    if (pp.kind === OPEN && !pp.space) this.#skipParentheses();
    return 0;
  }

  /** Moves behind the `)` that belongs to the current `(`. */
  #skipParentheses(): void {
    const { pp } = this;
    let depth = 0;
    for (; pp.kind !== T.EOF && pp.kind !== SEMICOLON; pp.advance()) {
      if (pp.kind === OPEN) depth++;
      else if (pp.kind === CLOSE && --depth === 0) {
        pp.advance();
        return;
      }
    }
  }

  // ---- values

  /** A value from behind the `=` up to the `;`, put together in `data`. */
  value(): void {
    const { pp, data } = this;
    data.begin();
    for (;;) {
      while (this.atLabel()) this.#label();
      this.#element();
      while (this.atLabel()) this.#label();
      if (pp.kind === COMMA) pp.advance();
      else if (this.#startsElement()) this.missing('"," is missing between two values', 'add a comma here');
      else return;
    }
  }

  #startsElement(): boolean {
    const { kind } = this.pp;
    return kind === T.STRING || kind === T.STRING_ESC || kind === LESS || kind === OPEN_BYTES || kind === AND;
  }

  #label(): void {
    const loc = this.pp.loc();
    this.sawLabel = true;
    this.data.mark('label', this.takeLabel(), loc);
  }

  #element(): void {
    const { pp, data } = this;
    if (pp.kind === T.UNTERMINATED) this.unfinished();
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
        const ref = this.reference();
        data.mark('string', ref, loc);
        data.mark('ref-path', ref, loc);
        return;
      }
      case SLASH:
        this.#directive();
        return;
      case SEMICOLON:
        this.giveUp('a value is missing in front of ";"', 'write "name;" for a property without a value');
        return;
      case T.NUM:
      case T.PPNUM:
      case OPEN:
        this.giveUp(`${this.shown()} must stand in < >`, 'write <1 2 3> for cells, or "text" for a string');
        return;
      case T.IDENT:
        this.giveUp(
          `${this.shown()} is not a value`,
          `write "${pp.text}" for a string, <${pp.text}> for a number, &${pp.text} for a node`,
        );
        return;
      default:
        this.giveUp(
          `${this.shown()} is not a value`,
          'a value is "text", <cells>, [bytes], &label or /incbin/("file")',
        );
    }
  }

  #escaped(): readonly number[] {
    const bytes = escapedBytes(this.pp.text.slice(1, -1));
    if (bytes === undefined) this.here('\\x needs a hexadecimal digit behind it', undefined, 'string');
    this.pp.advance();
    return bytes ?? [];
  }

  /** Cells of 32 bits, behind the `<`. */
  #cells(): void {
    const { pp, data } = this;
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
          data.mark('ref-phandle', this.reference(), loc);
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
    const { pp, data } = this;
    if (this.atLabel()) {
      this.#label();
      return true;
    }
    switch (pp.kind) {
      case T.NUM:
      case T.PPNUM:
      case T.CHAR:
      case OPEN: {
        const start = pp.loc();
        const value = this.integer();
        if (!u64.fits(value, bits)) this.#truncated(value, bits, start);
        data.integer(value, bits);
        return true;
      }
      case T.IDENT:
        data.integer(this.unknownWord(), bits);
        return true;
      case GREATER:
        pp.advance();
        return false;
      case T.RSHIFT:
      case T.GE:
        // The end of the array and something else ran together, as in `<1>>`.
        return this.giveUp(`${this.shown()} does not belong here`, 'one ">" ends the array');
      case AND:
        this.here(
          'References are only allowed in arrays with 32-bit elements.',
          'write it in plain < >',
          'reference',
        );
        this.reference();
        data.integer((1n << BigInt(bits)) - 1n, bits);
        return true;
      case SEMICOLON:
      case CLOSE_BRACE:
      case OPEN_BRACE:
      case EQUALS:
      case T.EOF:
        this.missing('">" is missing', 'close the list of cells here');
        return false;
      case T.STRING:
      case T.STRING_ESC:
        this.here('a string cannot stand between < >', 'close the cells first: <1>, "text"');
        pp.advance();
        return true;
      case COMMA:
        this.here('cells are separated by spaces', 'remove the comma, or write <1>, <2>');
        pp.advance();
        return true;
      case T.UNTERMINATED:
        return this.unfinished();
      default:
        if (
          (PRECEDENCE[pp.kind] as number) > 0 ||
          pp.kind === TILDE ||
          pp.kind === BANG ||
          pp.kind === QUESTION
        ) {
          this.here(`arithmetic needs parentheses: ${this.shown()}`, 'write <(1 + 2)>', 'syntax');
          pp.advance();
          return true;
        }
        return this.giveUp(`${this.shown()} does not belong between < >`);
    }
  }

  #truncated(value: U64, bits: number, start: Loc): void {
    const mask = (1n << BigInt(bits)) - 1n;
    const hex = (number: bigint, digits: number): string => `0x${number.toString(16).padStart(digits, '0')}`;
    this.report(
      'truncated',
      `Value ${hex(BigInt(value), 16)} truncated to ${hex(BigInt(value) & mask, bits / 4)}`,
      {
        severity: 'warning',
        start,
        end: this.pp.prevEnd,
        hint: bits === 32 ? 'write /bits/ 64 <...> or two cells for a larger value' : undefined,
      },
    );
  }

  /** `[12 34ab]` */
  #bytes(): void {
    const { pp, data } = this;
    data.mark('uint8', undefined, NOWHERE);
    pp.advance();
    for (;;) {
      if (pp.kind === CLOSE_BYTES) {
        pp.advance();
        return;
      }
      if (pp.kind === SEMICOLON || pp.kind === T.EOF || pp.kind === CLOSE_BRACE) {
        this.missing('"]" is missing', 'close the list of bytes here');
        return;
      }
      const { text } = pp;
      const labelled = pp.followedBy(COLON);
      let i = 0;
      for (; i < text.length; i += 2) {
        if (labelled && /^[a-zA-Z_]/.test(text.slice(i))) break;
        const byte = /^[0-9a-fA-F]{2}/.exec(text.slice(i, i + 2));
        if (byte === null) {
          this.giveUp(
            `"${text}" is not a row of bytes`,
            'each byte is two hexadecimal digits, without 0x: [00 ff 1234]',
          );
        }
        data.byte(Number.parseInt(byte[0], 16));
      }
      if (labelled && i < text.length) {
        const loc = pp.loc() + i;
        this.sawLabel = true;
        data.mark('label', this.takeLabel().slice(i), loc);
      } else pp.advance();
    }
  }

  /** `/bits/` or `/incbin/`, at its first slash. */
  #directive(): void {
    const start = this.pp.loc();
    const word = this.keyword();
    if (word === 'bits') this.#bits();
    else if (word === 'incbin') this.#incbin();
    else {
      this.report('syntax', `/${word}/ does not belong in a value`, { start, end: this.pp.prevEnd });
      throw new SyntaxProblem();
    }
  }

  /** The word between two slashes; the current token is the first of them, and what follows both is next. */
  keyword(): string {
    const { pp } = this;
    const start = pp.loc();
    pp.advance();
    let word = '';
    for (; !pp.space && T.IS_NAME_PART[pp.kind] === 1; pp.advance()) word += pp.text;
    if (word === '' || pp.kind !== SLASH || pp.space) {
      this.report('syntax', word === '' ? '"/" does not belong here' : `"/" is missing behind /${word}`, {
        start: word === '' ? start : pp.prevEnd,
        hint: word === '' ? undefined : `write /${word}/`,
      });
      throw new SyntaxProblem();
    }
    pp.advance();
    return word;
  }

  #bits(): void {
    const { pp, data } = this;
    const kinds: Readonly<Record<number, MarkerKind>> = {
      8: 'uint8',
      16: 'uint16',
      32: 'uint32',
      64: 'uint64',
    };
    const start = pp.loc();
    const end = pp.endLoc();
    if (pp.kind !== T.NUM && pp.kind !== T.PPNUM) {
      this.giveUp(`${this.shown()} is not the size of the elements`, 'write /bits/ 8, 16, 32 or 64');
    }
    let bits = Number(this.integer());
    if (!Object.hasOwn(kinds, bits)) {
      this.report('syntax', 'Array elements must be 8, 16, 32 or 64-bits', { start, end });
      bits = 32;
    }
    if (pp.kind !== LESS) this.giveUp(`"<" must follow /bits/ ${bits}`, `write /bits/ ${bits} <...>`);
    pp.advance();
    data.mark(kinds[bits] as MarkerKind, undefined, NOWHERE);
    while (this.#array(bits));
  }

  #incbin(): void {
    const { pp, data } = this;
    const expect = (kind: number, what: string): void => {
      if (pp.kind !== kind)
        this.giveUp(
          `${what} is missing in /incbin/`,
          'write /incbin/("file") or /incbin/("file", offset, size)',
        );
      pp.advance();
    };
    expect(OPEN, '"("');
    if (pp.kind !== T.STRING && pp.kind !== T.STRING_ESC) this.giveUp('/incbin/ needs a file name in quotes');
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
      offset = Number(this.integer());
      expect(COMMA, 'the size');
      size = Number(this.integer());
    }
    expect(CLOSE, '")"');
    data.mark('none', undefined, NOWHERE);
    if (found === undefined) {
      this.report('incbin', `cannot find ${name}`, {
        start,
        end,
        hint: 'it is looked for beside this file and in the include paths (-i)',
      });
    } else data.append(found.bytes.subarray(offset, Math.min(offset + size, found.bytes.length)));
  }

  // ---- recovery

  /** Gives up at a quote or comment without end. A quote takes its line with it, and so the statement's `;`. */
  unfinished(): never {
    const { text } = this.pp;
    if (text.startsWith('/*')) this.here('the comment has no end', 'close it with */');
    else this.here(`the ${text[0] === "'" ? 'character' : 'string'} has no end`, `close it with ${text[0]}`);
    this.pp.advance();
    throw new SyntaxProblem(true);
  }

  /**
   * Gives up a statement: moves behind its `;`, or in front of the `}` that ends the block it is in. Blocks in
   * between are skipped whole.
   */
  skipStatement(): void {
    const { pp } = this;
    this.#depth = 0;
    let depth = 0;
    for (; pp.kind !== T.EOF; pp.advance()) {
      if (pp.kind === SEMICOLON && depth === 0) {
        pp.advance();
        return;
      }
      if (pp.kind === OPEN_BRACE) depth++;
      else if (pp.kind === CLOSE_BRACE && depth-- === 0) return;
      else if (pp.kind === T.IDENT && pp.followedBy(COLON)) this.lostLabels.add(pp.text);
    }
  }
}
