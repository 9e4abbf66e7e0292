import { PADDING, type Tok } from '../tokens/tok.ts';
import * as T from '../tokens/token-list.ts';

/** What a preprocessor condition comes to, or what is wrong with it. */
type Condition = { readonly holds: boolean } | { readonly problem: string; readonly at: Tok | undefined };

/** 64 bits, signed unless `unsigned` (C11 6.10.1: intmax_t and uintmax_t). */
interface Value {
  readonly value: bigint;
  readonly unsigned: boolean;
}

class ConditionError extends Error {
  readonly at: Tok | undefined;

  constructor(sentence: string, at: Tok | undefined) {
    super(sentence);
    this.at = at;
  }
}

/** Binary operators by how they are spelled: precedence. */
const PRECEDENCE: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

type Operation = (x: bigint, y: bigint) => bigint | boolean;

/** What each binary operator computes of two values of one type; shifts, whose operands may differ, are apart. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  '||': (x, y) => x !== 0n || y !== 0n,
  '&&': (x, y) => x !== 0n && y !== 0n,
  '|': (x, y) => x | y,
  '^': (x, y) => x ^ y,
  '&': (x, y) => x & y,
  '==': (x, y) => x === y,
  '!=': (x, y) => x !== y,
  '<': (x, y) => x < y,
  '>': (x, y) => x > y,
  '<=': (x, y) => x <= y,
  '>=': (x, y) => x >= y,
  '+': (x, y) => x + y,
  '-': (x, y) => x - y,
  '*': (x, y) => x * y,
  '/': (x, y) => x / y,
  '%': (x, y) => x % y,
};

const MAX_NESTING = 200;

class ConditionParser {
  readonly #toks: readonly Tok[];
  readonly #texts: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(toks: readonly Tok[]) {
    this.#toks = toks.filter((tok) => tok.kind !== PADDING);
    this.#texts = this.#toks.map((tok) => tok.list.text(tok.index));
  }

  parse(): boolean {
    if (this.#toks.length === 0) throw new ConditionError('the condition is missing', undefined);
    const result = this.#ternary(true);
    if (this.#at < this.#toks.length) this.#fail(`${this.#texts[this.#at]} does not belong here`);
    return result.value !== 0n;
  }

  #fail(sentence: string): never {
    throw new ConditionError(sentence, this.#toks[Math.min(this.#at, this.#toks.length - 1)]);
  }

  #take(text: string): boolean {
    if (this.#texts[this.#at] !== text) return false;
    this.#at++;
    return true;
  }

  /** `live` is false in a part whose value is not used: dividing by zero there is no mistake. */
  #ternary(live: boolean): Value {
    if (++this.#depth > MAX_NESTING) this.#fail('the condition is nested too deep');
    const condition = this.#binary(1, live);
    let result = condition;
    if (this.#take('?')) {
      const holds = condition.value !== 0n;
      const yes = this.#ternary(live && holds);
      if (!this.#take(':')) this.#fail('":" is missing in the condition');
      const no = this.#ternary(live && !holds);
      const unsigned = yes.unsigned || no.unsigned;
      result = clip((holds ? yes : no).value, unsigned);
    }
    this.#depth--;
    return result;
  }

  #binary(least: number, live: boolean): Value {
    let left = this.#unary(live);
    for (;;) {
      const operator = this.#texts[this.#at] ?? '';
      const precedence = Object.hasOwn(PRECEDENCE, operator) ? (PRECEDENCE[operator] as number) : 0;
      if (precedence < least || precedence === 0) return left;
      this.#at++;
      const used =
        operator === '&&' ? live && left.value !== 0n : operator === '||' ? live && left.value === 0n : live;
      const right = this.#binary(precedence + 1, used);
      left = this.#apply(operator, left, right, live);
    }
  }

  #apply(operator: string, a: Value, b: Value, live: boolean): Value {
    const unsigned = a.unsigned || b.unsigned;
    if (operator === '<<') return shift(a, b.value);
    if (operator === '>>') return shift(a, -b.value);
    const x = clip(a.value, unsigned).value;
    const y = clip(b.value, unsigned).value;
    if (y === 0n && (operator === '/' || operator === '%')) {
      if (live) this.#fail('division by zero in the condition');
      return { value: 0n, unsigned };
    }
    const result = (OPERATIONS[operator] as Operation)(x, y);
    // What is true or false is a signed number (C11 6.5.8p6).
    return typeof result === 'boolean'
      ? { value: result ? 1n : 0n, unsigned: false }
      : clip(result, unsigned);
  }

  #unary(live: boolean): Value {
    if (++this.#depth > MAX_NESTING) this.#fail('the condition is nested too deep');
    const value = this.#operand(live);
    this.#depth--;
    return value;
  }

  #operand(live: boolean): Value {
    if (this.#take('!')) return { value: this.#unary(live).value === 0n ? 1n : 0n, unsigned: false };
    if (this.#take('~')) {
      const inner = this.#unary(live);
      return clip(~inner.value, inner.unsigned);
    }
    if (this.#take('-')) {
      const inner = this.#unary(live);
      return clip(-inner.value, inner.unsigned);
    }
    if (this.#take('+')) return this.#unary(live);
    if (this.#take('(')) {
      const inner = this.#ternary(live);
      if (!this.#take(')')) this.#fail('")" is missing in the condition');
      return inner;
    }
    const tok = this.#toks[this.#at];
    if (tok === undefined) this.#fail('the condition ends too early');
    const text = this.#texts[this.#at] as string;
    let value: Value | undefined;
    if (tok.kind === T.NUM || tok.kind === T.PPNUM) value = number(text);
    else if (tok.kind === T.CHAR) value = character(text);
    // A word that is no macro is 0 (C11 6.10.1p4).
    else if (tok.kind === T.IDENT) value = { value: 0n, unsigned: false };
    if (value === undefined) this.#fail(`${text} is not a value; expected a number, a character or a name`);
    this.#at++;
    return value;
  }
}

function clip(value: bigint, unsigned: boolean): Value {
  return { value: unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value), unsigned };
}

function shift(a: Value, by: bigint): Value {
  if (by <= -64n || by >= 64n) return clip(by < 0n && a.value < 0n ? -1n : 0n, a.unsigned);
  return clip(by >= 0n ? a.value << by : a.value >> -by, a.unsigned);
}

function number(text: string): Value | undefined {
  const parts = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)([uUlL]*)$/.exec(text);
  if (parts === null) return undefined;
  const digits = parts[1] as string;
  const suffix = (parts[2] as string).toLowerCase();
  if (!['', 'u', 'l', 'ul', 'lu', 'll', 'ull', 'llu'].includes(suffix)) return undefined;
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const unsigned = suffix.includes('u') || value >= 1n << 63n;
  return value < 1n << 64n ? { value, unsigned } : undefined;
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27 };

function character(text: string): Value | undefined {
  const parts = /^'(?:([^\\])|\\x([0-9a-fA-F]+)|\\([0-7]{1,3})|\\(.))'$/s.exec(text);
  if (parts === null) return undefined;
  const [, plain, hex, octal, letter] = parts;
  let code = 0;
  if (plain !== undefined) code = plain.charCodeAt(0);
  else if (hex !== undefined) code = Number.parseInt(hex.slice(-2), 16);
  else if (octal !== undefined) code = Number.parseInt(octal, 8) & 0xff;
  else if (letter !== undefined) code = ESCAPES[letter] ?? letter.charCodeAt(0);
  return { value: BigInt.asIntN(8, BigInt(code)), unsigned: false };
}

/** Evaluates the tokens of an `#if`, macros expanded and `defined` replaced. */
export function evaluate(toks: readonly Tok[]): Condition {
  try {
    return { holds: new ConditionParser(toks).parse() };
  } catch (error) {
    if (error instanceof ConditionError) return { problem: error.message, at: error.at };
    throw error;
  }
}
