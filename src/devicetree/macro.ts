import type { Loc } from './source.ts';
import { NOWHERE, sourceText } from './source.ts';
import * as T from './token-list.ts';
import { TokenList } from './token-list.ts';

/** Stands where the preprocessor prints no token but must not let two tokens run together. */
export const PADDING = 9;

/** A token on its way through macro expansion. */
export interface Tok {
  readonly kind: number;
  readonly id: number;
  readonly list: TokenList;
  readonly index: number;
  /** Location of the first byte of the text it is spelled in; `NOWHERE` where that is a macro's body. */
  readonly base: Loc;
  readonly space: boolean;
  /** In a macro's body: number of the parameter that it is; -1 for none. */
  readonly param: number;
  /** In a body: the parameter is to become a string (`#`). */
  readonly stringify: boolean;
  /** In a body: the next token is to be joined to this one (`##`). */
  readonly paste: boolean;
  /** A macro's own name inside its expansion: never expanded again (C11 6.10.3.4). */
  readonly noExpand: boolean;
}

export interface Macro {
  readonly name: string;
  readonly id: number;
  /** Where the name stands in its definition. */
  readonly list: TokenList;
  readonly index: number;
  /** How many parameters; -1 for an object-like macro. */
  readonly params: number;
  readonly variadic: boolean;
  readonly body: readonly Tok[];
  readonly hasPaste: boolean;
  /** Index of the first token behind the definition. */
  readonly end: number;
  /** Tells a `__LINE__` from a macro that was defined; gives its one token. */
  readonly builtin: boolean;
  /** Being expanded: its name is not expanded inside. */
  disabled: boolean;
}

/** What padding says about the space in front of the next token: none pending, ask the token, no, yes. */
export const PAD_NONE = 0;
export const PAD_OWN = 1;
export const PAD_NO_SPACE = 2;
export const PAD_SPACE = 3;

const NO_TOKENS = new TokenList(sourceText('<macro>', new Uint8Array(0)), true, {
  kinds: Uint8Array.of(T.EOF),
  flags: Uint8Array.of(0),
  starts: Int32Array.of(0),
  ends: Int32Array.of(0),
  ids: Int32Array.of(0),
  directives: new Int32Array(0),
  spliced: new Map(),
});

function padding(pad: number): Tok {
  return { ...tokAt(NO_TOKENS, 0, NOWHERE), kind: PADDING, id: pad, space: pad === PAD_SPACE };
}

export const OWN_PADDING: Tok = padding(PAD_OWN);
export const NO_SPACE_PADDING: Tok = padding(PAD_NO_SPACE);
export const SPACE_PADDING: Tok = padding(PAD_SPACE);

export function tokAt(list: TokenList, index: number, base: Loc): Tok {
  return {
    kind: list.kinds[index] as number,
    id: list.ids[index] as number,
    list,
    index,
    base,
    space: ((list.flags[index] as number) & T.SPACE) !== 0,
    param: -1,
    stringify: false,
    paste: false,
    noExpand: false,
  };
}

/** Index of the first token of the line behind the one that `index` is on. */
export function nextLine(list: TokenList, index: number): number {
  const { flags } = list;
  let i = index;
  while (((flags[i] as number) & T.LINE_START) === 0) i++;
  return i;
}

const HASH = 35;
const OPEN = 40;
const CLOSE = 41;
const COMMA = 44;
const POINT = 46;

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
  const { kinds, ids, flags } = list;
  const end = nextLine(list, index + 1);
  let at = index + 1;
  let parameters: Parameters | undefined;
  if (at < end && kinds[at] === OPEN && ((flags[at] as number) & T.SPACE) === 0) {
    const read = readParameters(list, at, end, vaArgs);
    if ('problem' in read) return read;
    parameters = read;
    at = read.end;
  }
  const body: Tok[] = [];
  let hasPaste = false;
  if (end - at > MAX_BODY) return { problem: `a macro of more than ${MAX_BODY} tokens`, at };
  for (; at < end; at++) {
    let kind = kinds[at] as number;
    if (kind === T.HASH_HASH) {
      const before = body.pop();
      if (before === undefined || at + 1 >= end) {
        return { problem: '"##" cannot be at either end of a macro', at };
      }
      body.push({ ...before, paste: true });
      hasPaste = true;
      continue;
    }
    let stringify = false;
    let space = ((flags[at] as number) & T.SPACE) !== 0;
    if (kind === HASH && parameters !== undefined) {
      const next = at + 1 < end && kinds[at + 1] === T.IDENT ? (ids[at + 1] as number) : 0;
      // In assembler text a "#" that no parameter follows is a plain character.
      if (next !== 0 && parameters.ids.includes(next)) {
        stringify = true;
        kind = T.IDENT;
        at++;
      }
    }
    const tok = tokAt(list, at, NOWHERE);
    const param = kind === T.IDENT && parameters !== undefined ? parameters.ids.indexOf(tok.id) : -1;
    if (body.length === 0) space = false;
    body.push({ ...tok, space, param, stringify });
  }
  return {
    name: list.text(index),
    id: ids[index] as number,
    list,
    index,
    params: parameters?.ids.length ?? -1,
    variadic: parameters?.variadic ?? false,
    body,
    hasPaste,
    end,
    builtin: false,
    disabled: false,
  };
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

/** The arguments as a string literal (C11 6.10.3.2). */
export function stringified(toks: readonly Tok[]): string {
  let text = '';
  let space = false;
  for (const tok of toks) {
    if (tok.kind === PADDING) {
      space ||= tok.space;
      continue;
    }
    if (text !== '' && (tok.space || space)) text += ' ';
    space = false;
    const spelled = tok.list.text(tok.index);
    const quoted = tok.kind === T.STRING || tok.kind === T.STRING_ESC || tok.kind === T.CHAR;
    text += quoted ? spelled.replace(/[\\"]/g, '\\$&') : spelled;
  }
  // A last backslash that escapes nothing would make the quote behind it part of the text.
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) text = text.slice(0, -1);
  return `"${text}"`;
}

/** Whether printing token `b` right behind token `a` would make another token of them (gcc's rule). */
export function wouldPaste(a: number, b: number, bText: string): boolean {
  const c = b < 32 ? bText : String.fromCharCode(b);
  const first = c[0] as string;
  if (
    first === '=' &&
    ('=!><+-*/%&|^'.includes(String.fromCharCode(a)) || a === T.LSHIFT || a === T.RSHIFT)
  ) {
    return true;
  }
  switch (a) {
    case T.IDENT:
      return (
        b === T.IDENT || b === T.NUM || b === T.PPNUM || b === T.CHAR || b === T.STRING || b === T.STRING_ESC
      );
    case T.NUM:
    case T.PPNUM:
      return b === T.IDENT || b === T.NUM || b === T.PPNUM || b === T.CHAR || '.+-'.includes(first);
    case 62:
      return first === '>';
    case 60:
      return '<%:'.includes(first);
    case 43:
      return first === '+';
    case 45:
      return '->'.includes(first);
    case 47:
      return '/*'.includes(first);
    case 37:
      return ':%'.includes(first);
    case 38:
      return first === '&';
    case 124:
      return first === '|';
    case 58:
      return ':>'.includes(first);
    case 46:
      return '.%'.includes(first) || b === T.PPNUM || b === T.NUM;
    case 35:
      return '#%'.includes(first);
    case 92:
      return b === T.IDENT;
    default:
      return false;
  }
}
