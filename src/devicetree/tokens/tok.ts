import { type Loc, NOWHERE, sourceText } from '../text/source.ts';
import {
  AND,
  BACKSLASH,
  BAR,
  COLON,
  GREATER,
  HASH,
  LESS,
  MINUS,
  PERCENT,
  PLUS,
  POINT,
  SLASH,
} from './punctuation.ts';
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

/** The token at `index` of `list`, whose text begins at location `base`. */
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

/** What must not stand right behind a punctuation character, lest it become another token of C. */
const JOINS_WITH: ReadonlyMap<number, string> = new Map([
  [GREATER, '>'],
  [LESS, '<%:'],
  [PLUS, '+'],
  [MINUS, '->'],
  [SLASH, '/*'],
  [PERCENT, ':%'],
  [AND, '&'],
  [BAR, '|'],
  [COLON, ':>'],
  [POINT, '.%'],
  [HASH, '#%'],
]);
/** What `=` must not stand right behind. */
const JOINS_EQUALS = new Set(
  [...'=!><+-*/%&|^'].map((char) => char.charCodeAt(0)).concat(T.LSHIFT, T.RSHIFT),
);

/** Whether printing token `b` right behind token `a` would make another token of them (gcc's rule). */
export function wouldPaste(a: number, b: number, bText: string): boolean {
  const first = b < 32 ? bText.charAt(0) : String.fromCharCode(b);
  if (first === '=' && JOINS_EQUALS.has(a)) return true;
  const isNumber = b === T.NUM || b === T.PPNUM;
  const isWord = b === T.IDENT || b === T.CHAR;
  switch (a) {
    case T.IDENT:
      if (isNumber) return /^\w+$/.test(bText);
      return isWord || b === T.STRING || b === T.STRING_ESC;
    case T.NUM:
    case T.PPNUM:
      return isNumber || isWord || '.+-'.includes(first);
    case BACKSLASH:
      return b === T.IDENT;
    default:
      return (JOINS_WITH.get(a)?.includes(first) ?? false) || (a === POINT && isNumber);
  }
}
