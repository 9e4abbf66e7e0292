import { keyword } from '../text/interner.ts';
import { NOWHERE } from '../text/source.ts';
import { CLOSE, COMMA, HASH, OPEN, POINT } from '../tokens/punctuation.ts';
import { type Tok, tokAt } from '../tokens/tok.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';

const VA_ARGS = keyword('__VA_ARGS__');
const VA_OPT = keyword('__VA_OPT__');

/** A macro that is defined. Headers define thousands that nobody uses: a body is read when it is asked for. */
export class Macro {
  readonly id: number;
  /** Where the name stands in its definition. */
  readonly list: TokenList;
  readonly index: number;
  /** How many parameters; -1 for an object-like macro. */
  readonly params: number;
  readonly variadic: boolean;
  readonly hasPaste: boolean;
  /**
   * What stands inside of each `__VA_OPT__( )` of the body, where it is a token whose `param` counts on from the
   * parameters (C23 6.10.5.1).
   */
  readonly optional: readonly (readonly Tok[])[];
  /** Index of the first token behind the definition. */
  readonly end: number;
  /** Index of the one token that the body is, where it is one and no word; else -1. */
  readonly single: number;
  /** Tells a `__LINE__` from a macro that was defined; gives its one token. */
  readonly builtin: boolean;
  /** Being expanded: its name is not expanded inside. */
  disabled = false;
  #body: readonly Tok[] | undefined;

  constructor(
    list: TokenList,
    index: number,
    form: Pick<Macro, 'params' | 'variadic' | 'end' | 'single' | 'builtin'>,
    body?: Body,
  ) {
    this.id = list.ids[index] as number;
    this.list = list;
    this.index = index;
    this.params = form.params;
    this.variadic = form.variadic;
    this.hasPaste = body?.hasPaste ?? false;
    this.optional = body?.optional ?? NO_OPTIONAL;
    this.end = form.end;
    this.single = form.single;
    this.builtin = form.builtin;
    this.#body = body?.toks;
  }

  get name(): string {
    return this.list.text(this.index);
  }

  get body(): readonly Tok[] {
    // Only what is plain is left for later: tokens as they stand, without parameters or `##`.
    this.#body ??= Array.from({ length: this.end - this.index - 1 }, (_, i) => {
      const tok = tokAt(this.list, this.index + 1 + i, NOWHERE);
      return i === 0 ? { ...tok, space: false } : tok;
    });
    return this.#body;
  }
}

/** A macro whose value depends on where it stands. */
export function builtinMacro(list: TokenList): Macro {
  const form = { params: -1, variadic: false, end: 1, single: -1, builtin: true };
  return new Macro(list, 0, form, { toks: [], hasPaste: false, optional: NO_OPTIONAL });
}

/** Index of the first token of the line behind the one that `index` is on. */
export function nextLine(list: TokenList, index: number): number {
  const { flags } = list;
  let i = index;
  while (((flags[i] as number) & T.LINE_START) === 0) i++;
  return i;
}

/** Tokens of a macro's body. */
const MAX_BODY = 100_000;

/** A definition that cannot be one: what is wrong, and at which token. */
interface MacroProblem {
  readonly problem: string;
  readonly at: number;
}

interface Parameters {
  readonly ids: readonly number[];
  readonly variadic: boolean;
  /** Index behind the closing parenthesis. */
  readonly end: number;
}

function readParameters(list: TokenList, open: number, end: number): Parameters | MacroProblem {
  const { kinds, ids } = list;
  const names: number[] = [];
  let i = open + 1;
  if (kinds[i] === CLOSE && i < end) return { ids: names, variadic: false, end: i + 1 };
  for (;;) {
    let variadic = false;
    if (i < end && kinds[i] === T.IDENT) {
      if (names.includes(ids[i] as number)) {
        return { problem: `parameter ${list.text(i)} is named twice`, at: i };
      }
      names.push(ids[i++] as number);
    } else if (i < end && kinds[i] === POINT) names.push(VA_ARGS);
    else return { problem: 'a macro parameter is missing here', at: Math.min(i, end) };
    if (i + 2 < end && kinds[i] === POINT && kinds[i + 1] === POINT && kinds[i + 2] === POINT) {
      variadic = true;
      i += 3;
    }
    if (i < end && kinds[i] === CLOSE) return { ids: names, variadic, end: i + 1 };
    if (i >= end || kinds[i] !== COMMA || variadic) {
      return { problem: 'expected "," or ")" in the macro parameters', at: Math.min(i, end) };
    }
    i++;
  }
}

/** Reads the definition whose name is token `index` of `list`. */
export function readMacro(list: TokenList, index: number): Macro | MacroProblem {
  const { kinds, flags } = list;
  const end = nextLine(list, index + 1);
  const first = index + 1;
  if (first < end && kinds[first] === OPEN && ((flags[first] as number) & T.SPACE) === 0) {
    const parameters = readParameters(list, first, end);
    if ('problem' in parameters) return parameters;
    return withBody(list, index, parameters, parameters.end, end);
  }
  for (let i = first; i < end; i++) {
    if (kinds[i] === T.HASH_HASH) return withBody(list, index, undefined, first, end);
  }
  if (end - first > MAX_BODY) return { problem: `the macro has more than ${MAX_BODY} tokens`, at: first };
  const single = end === first + 1 && kinds[first] !== T.IDENT ? first : -1;
  return new Macro(list, index, {
    params: -1,
    variadic: false,
    end,
    single,
    builtin: false,
  });
}

/** The macro whose body is tokens `from` to before `end`, with its parameters and `##` worked out. */
function withBody(
  list: TokenList,
  index: number,
  parameters: Parameters | undefined,
  from: number,
  end: number,
): Macro | MacroProblem {
  if (end - from > MAX_BODY) return { problem: `the macro has more than ${MAX_BODY} tokens`, at: from };
  const body = readBody(list, from, end, parameters, 'a macro');
  if ('problem' in body) return body;
  const params = parameters?.ids.length ?? -1;
  const variadic = parameters?.variadic ?? false;
  return new Macro(list, index, { params, variadic, end, single: -1, builtin: false }, body);
}

/** The body of a macro, or of a `__VA_OPT__( )` in it. */
interface Body {
  readonly toks: readonly Tok[];
  readonly hasPaste: boolean;
  readonly optional: readonly (readonly Tok[])[];
}

const NO_OPTIONAL: Body['optional'] = [];

function readBody(
  list: TokenList,
  from: number,
  end: number,
  parameters: Parameters | undefined,
  of: 'a macro' | '__VA_OPT__',
): Body | MacroProblem {
  const { kinds, ids } = list;
  const toks: Tok[] = [];
  const optional: (readonly Tok[])[] = [];
  let hasPaste = false;
  for (let at = from; at < end; at++) {
    if (kinds[at] === T.HASH_HASH) {
      const before = toks.pop();
      if (before === undefined || at + 1 >= end)
        return { problem: `"##" cannot be at either end of ${of}`, at };
      toks.push({ ...before, paste: true });
      hasPaste = true;
      continue;
    }
    const isFirst = toks.length === 0 && of === 'a macro';
    const space = !isFirst && ((list.flags[at] as number) & T.SPACE) !== 0;
    // In assembler text a "#" that no parameter follows is a plain character.
    const quoted = kinds[at] === HASH && at + 1 < end && isParameter(list, at + 1, parameters);
    if (quoted) at++;
    const tok = { ...tokAt(list, at, NOWHERE), space, stringify: quoted };
    if (!isParameter(list, at, parameters)) toks.push(tok);
    else if (ids[at] !== VA_OPT) toks.push({ ...tok, param: parameters.ids.indexOf(tok.id) });
    else {
      if (of === '__VA_OPT__') return { problem: '__VA_OPT__ cannot be nested', at };
      const close = closing(list, at + 1, end);
      if (close < 0) return { problem: '__VA_OPT__ needs ( ) behind it', at };
      const inside = readBody(list, at + 2, close, parameters, '__VA_OPT__');
      if ('problem' in inside) return inside;
      if (inside.hasPaste) hasPaste = true;
      toks.push({ ...tok, param: parameters.ids.length + optional.push(inside.toks) - 1 });
      at = close;
    }
  }
  return { toks, hasPaste, optional };
}

/** Something stands for the token when the macro is used: an argument, or what is inside of `__VA_OPT__( )`. */
function isParameter(
  list: TokenList,
  at: number,
  parameters: Parameters | undefined,
): parameters is Parameters {
  if (parameters === undefined || list.kinds[at] !== T.IDENT) return false;
  const id = list.ids[at] as number;
  return parameters.ids.includes(id) || (id === VA_OPT && parameters.variadic);
}

/** Index of the parenthesis that closes the one at `open`; -1 where there is none. */
function closing({ kinds }: TokenList, open: number, end: number): number {
  if (open >= end || kinds[open] !== OPEN) return -1;
  let depth = 0;
  for (let at = open; at < end; at++) {
    if (kinds[at] === OPEN) depth++;
    else if (kinds[at] === CLOSE && --depth === 0) return at;
  }
  return -1;
}

/** Whether two definitions say the same (C11 6.10.3p2), so that repeating one is no mistake. */
export function sameMacro(a: Macro, b: Macro): boolean {
  if (a === b) return true;
  if (a.params !== b.params || a.variadic !== b.variadic) return false;
  if (a.optional.length !== b.optional.length || !sameToks(a.body, b.body)) return false;
  return a.optional.every((inside, i) => sameToks(inside, b.optional[i] as readonly Tok[]));
}

function sameToks(a: readonly Tok[], b: readonly Tok[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((tok, i) => {
    const other = b[i] as Tok;
    return (
      tok.kind === other.kind &&
      tok.param === other.param &&
      tok.paste === other.paste &&
      tok.stringify === other.stringify &&
      (i === 0 || tok.space === other.space) &&
      tok.list.text(tok.index) === other.list.text(other.index)
    );
  });
}
