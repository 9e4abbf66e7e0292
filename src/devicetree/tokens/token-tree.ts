import { nextLine } from '../preprocess/macro.ts';
import { Interner } from '../text/interner.ts';
import { type Span, sourceText } from '../text/source.ts';
import { HASH } from './punctuation.ts';
import type { TokenList } from './token-list.ts';
import * as T from './token-list.ts';
import { tokenize } from './tokenizer.ts';

/**
 * A source as its author wrote it, for tools that show or change it: nothing is expanded, included or lost.
 * Every `leading` and `text` in order, and the tree's `trailing`, are the source again.
 */
export interface TokenTree {
  readonly children: readonly TokenTreeItem[];
  /** Space and comments behind the last token. */
  readonly trailing: string;
}

export type TokenTreeItem = SourceToken | TokenGroup;

export interface SourceToken {
  readonly kind:
    | 'word'
    | 'number'
    | 'string'
    | 'character'
    | 'punctuation'
    | 'directive'
    | 'unfinished'
    | 'other';
  /** As written; a directive (`#include …`) is one token up to the end of its line. */
  readonly text: string;
  /** Space and comments in front of it. */
  readonly leading: string;
  readonly span: Span;
}

/** What stands between brackets: `{ }`, `< >`, `[ ]` or `( )`. */
export interface TokenGroup {
  readonly kind: 'group';
  readonly open: SourceToken;
  readonly children: readonly TokenTreeItem[];
  /** Undefined where the source ends before it comes, or another closes a group further out. */
  readonly close: SourceToken | undefined;
}

const PARTNER: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['<', '>'],
  ['[', ']'],
  ['(', ')'],
]);
const DIRECTIVE =
  /^#[ \t]*(?:define|undef|include|include_next|import|if|ifdef|ifndef|elif|elifdef|elifndef|else|endif|error|warning|line|pragma)\b/;

function kindOf(kind: number): SourceToken['kind'] {
  switch (kind) {
    case T.IDENT:
      return 'word';
    case T.NUM:
    case T.PPNUM:
      return 'number';
    case T.STRING:
    case T.STRING_ESC:
      return 'string';
    case T.CHAR:
      return 'character';
    case T.UNTERMINATED:
      return 'unfinished';
    case T.OTHER:
      return 'other';
    default:
      return 'punctuation';
  }
}

/** Cuts the token list of a text into tokens as a reader sees them. */
class TokenReader {
  readonly #list: TokenList;
  readonly #path: string;
  #next = 0;
  #end = 0;
  /** Names may have `-` and `,` in them outside of all other brackets than braces. */
  #inValue = 0;

  constructor(list: TokenList, path: string) {
    this.#list = list;
    this.#path = path;
  }

  get trailing(): string {
    return this.#text(this.#end, this.#list.source.bytes.length);
  }

  #text(from: number, to: number): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#list.source.bytes.subarray(from, to));
  }

  /** Index of the last token of the one that begins at `first`. */
  #last(first: number): number {
    const { kinds, flags, starts, ends, source } = this.#list;
    const glued = (i: number): boolean => starts[i] === ends[i - 1];
    if (kinds[first] === HASH && ((flags[first] as number) & T.LINE_START) !== 0) {
      if (DIRECTIVE.test(source.text.slice(starts[first], (starts[first] as number) + 40))) {
        return Math.max(first, nextLine(this.#list, first + 1) - 1);
      }
    }
    let last = first;
    if (kinds[first] === T.OTHER) while (kinds[last + 1] === T.OTHER && glued(last + 1)) last++;
    else if (this.#inValue === 0 && T.IS_NAME_PART[kinds[first] as number] === 1) {
      while (T.IS_NAME_PART[kinds[last + 1] as number] === 1 && glued(last + 1)) last++;
    }
    return last;
  }

  next(): SourceToken | undefined {
    const { kinds, starts, ends } = this.#list;
    const first = this.#next;
    if (kinds[first] === T.EOF) return undefined;
    const last = this.#last(first);
    const from = starts[first] as number;
    const to = ends[last] as number;
    const leading = this.#text(this.#end, from);
    const text = this.#text(from, to);
    const isDirective = kinds[first] === HASH && DIRECTIVE.test(text);
    let kind: SourceToken['kind'] = isDirective ? 'directive' : kindOf(kinds[first] as number);
    if (last > first && !isDirective && kind !== 'other') kind = 'word';
    if ('<[('.includes(text)) this.#inValue++;
    else if (text === ';' || text === '{' || text === '}') this.#inValue = 0;
    else if ('>])'.includes(text)) this.#inValue = Math.max(0, this.#inValue - 1);
    this.#next = last + 1;
    this.#end = to;
    return { kind, text, leading, span: this.#span(from, to) };
  }

  #row = 0;

  #span(from: number, to: number): Span {
    const starts = this.#list.source.lineStarts();
    while ((starts[this.#row + 1] ?? Number.POSITIVE_INFINITY) <= from) this.#row++;
    let end = this.#row;
    while ((starts[end + 1] ?? Number.POSITIVE_INFINITY) <= to) end++;
    return {
      file: this.#path,
      line: this.#row + 1,
      column: from - (starts[this.#row] as number) + 1,
      endLine: end + 1,
      endColumn: to - (starts[end] as number) + 1,
    };
  }
}

/**
 * The tokens of a source, grouped by its brackets. Takes any text; columns count bytes of UTF-8.
 * @throws {LimitError} more than a million tokens, and one for every two bytes besides
 */
export function tokenTree(path: string, source: string): TokenTree {
  const text = sourceText(path, new TextEncoder().encode(source));
  const reader = new TokenReader(tokenize(text, false, new Interner()), path);
  const root: TokenTreeItem[] = [];
  const open: { readonly token: SourceToken; readonly closer: string; readonly children: TokenTreeItem[] }[] =
    [];
  /** How many groups wait for each closing bracket. */
  const waiting = new Map<string, number>();
  const closeTop = (close: SourceToken | undefined): void => {
    const top = open.pop();
    if (top === undefined) return;
    waiting.set(top.closer, (waiting.get(top.closer) ?? 0) - 1);
    const into = open.at(-1)?.children ?? root;
    into.push({ kind: 'group', open: top.token, children: top.children, close });
  };
  for (let token = reader.next(); token !== undefined; token = reader.next()) {
    const closer = token.kind === 'punctuation' ? PARTNER.get(token.text) : undefined;
    const closes = token.kind === 'punctuation' && '}>])'.includes(token.text);
    if (closer !== undefined) {
      open.push({ token, closer, children: [] });
      waiting.set(closer, (waiting.get(closer) ?? 0) + 1);
    } else if (closes && (waiting.get(token.text) ?? 0) > 0) {
      while (open.at(-1)?.closer !== token.text) closeTop(undefined);
      closeTop(token);
    } else (open.at(-1)?.children ?? root).push(token);
  }
  while (open.length > 0) closeTop(undefined);
  return { children: root, trailing: reader.trailing };
}

/** The source of a tree, or of what a tool made of one. */
export function tokenTreeText({ children, trailing }: TokenTree): string {
  const parts: string[] = [];
  const pending: TokenTreeItem[] = [...children].reverse();
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (item.kind !== 'group') {
      parts.push(item.leading, item.text);
      continue;
    }
    parts.push(item.open.leading, item.open.text);
    if (item.close !== undefined) pending.push(item.close);
    for (let i = item.children.length - 1; i >= 0; i--) pending.push(item.children[i] as TokenTreeItem);
  }
  parts.push(trailing);
  return parts.join('');
}
