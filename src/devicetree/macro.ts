import { CLOSE, COMMA, HASH, OPEN, POINT } from './punctuation.ts';
import { NOWHERE } from './source.ts';
import { type Tok, tokAt } from './tok.ts';
import type { TokenList } from './token-list.ts';
import * as T from './token-list.ts';

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
    form: Pick<Macro, 'params' | 'variadic' | 'hasPaste' | 'end' | 'single' | 'builtin'>,
    body?: readonly Tok[],
  ) {
    this.id = list.ids[index] as number;
    this.list = list;
    this.index = index;
    this.params = form.params;
    this.variadic = form.variadic;
    this.hasPaste = form.hasPaste;
    this.end = form.end;
    this.single = form.single;
    this.builtin = form.builtin;
    this.#body = body;
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
  const form = { params: -1, variadic: false, hasPaste: false, end: 1, single: -1, builtin: true };
  return new Macro(list, 0, form, []);
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
export interface MacroProblem {
  readonly problem: string;
  readonly at: number;
}

interface Parameters {
  readonly ids: readonly number[];
  readonly variadic: boolean;
  /** Index behind the closing parenthesis. */
  readonly end: number;
}

function readParameters(
  list: TokenList,
  open: number,
  end: number,
  vaArgs: number,
): Parameters | MacroProblem {
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
    } else if (i < end && kinds[i] === POINT) names.push(vaArgs);
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

/** Reads the definition whose name is token `index` of `list`. `vaArgs` is the word `__VA_ARGS__`. */
export function readMacro(list: TokenList, index: number, vaArgs: number): Macro | MacroProblem {
  const { kinds, flags } = list;
  const end = nextLine(list, index + 1);
  const first = index + 1;
  if (first < end && kinds[first] === OPEN && ((flags[first] as number) & T.SPACE) === 0) {
    const parameters = readParameters(list, first, end, vaArgs);
    if ('problem' in parameters) return parameters;
    return withBody(list, index, parameters, parameters.end, end);
  }
  for (let i = first; i < end; i++) {
    if (kinds[i] === T.HASH_HASH) return withBody(list, index, undefined, first, end);
  }
  if (end - first > MAX_BODY) return { problem: `a macro of more than ${MAX_BODY} tokens`, at: first };
  const single = end === first + 1 && kinds[first] !== T.IDENT ? first : -1;
  return new Macro(list, index, {
    params: -1,
    variadic: false,
    hasPaste: false,
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
  const { kinds, ids } = list;
  if (end - from > MAX_BODY) return { problem: `a macro of more than ${MAX_BODY} tokens`, at: from };
  const body: Tok[] = [];
  let hasPaste = false;
  for (let at = from; at < end; at++) {
    if (kinds[at] === T.HASH_HASH) {
      const before = body.pop();
      if (before === undefined || at + 1 >= end) {
        return { problem: '"##" cannot be at either end of a macro', at };
      }
      body.push({ ...before, paste: true });
      hasPaste = true;
      continue;
    }
    const tok = tokAt(list, at, NOWHERE);
    const space = body.length > 0 && tok.space;
    const next =
      kinds[at] === HASH && at + 1 < end && kinds[at + 1] === T.IDENT ? (ids[at + 1] as number) : 0;
    // In assembler text a "#" that no parameter follows is a plain character.
    const quoted = parameters?.ids.indexOf(next) ?? -1;
    if (quoted >= 0) {
      at++;
      body.push({ ...tokAt(list, at, NOWHERE), space, param: quoted, stringify: true });
    } else {
      const param = tok.kind === T.IDENT ? (parameters?.ids.indexOf(tok.id) ?? -1) : -1;
      body.push({ ...tok, space, param });
    }
  }
  const params = parameters?.ids.length ?? -1;
  const variadic = parameters?.variadic ?? false;
  return new Macro(list, index, { params, variadic, hasPaste, end, single: -1, builtin: false }, body);
}

/** Whether two definitions say the same (C11 6.10.3p2), so that repeating one is no mistake. */
export function sameMacro(a: Macro, b: Macro): boolean {
  if (a === b) return true;
  if (a.params !== b.params || a.variadic !== b.variadic || a.body.length !== b.body.length) return false;
  return a.body.every((tok, i) => {
    const other = b.body[i] as Tok;
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
