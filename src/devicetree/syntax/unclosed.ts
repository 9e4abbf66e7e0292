import { CLOSE_BRACE, OPEN_BRACE } from '../tokens/punctuation.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';

/** A block that was left open, as far as the indentation tells. */
interface Unclosed {
  /** Index of its `{`, and of the token behind which `};` is missing. */
  readonly open: number;
  readonly behind: number;
}

/** Deeper nesting is not looked through. */
const MAX_OPEN = 1000;

/** How far the lines of tokens are indented, in bytes; asked for in ascending order. */
function indents(list: TokenList): (index: number) => number {
  const { text } = list.source;
  let line = 0;
  return (index) => {
    const at = list.starts[index] as number;
    for (let next = text.indexOf('\n', line); next >= 0 && next < at; next = text.indexOf('\n', line))
      line = next + 1;
    let first = line;
    while (text[first] === ' ' || text[first] === '\t') first++;
    return first - line;
  };
}

/**
 * The block of a file that most likely lacks its `};`: the innermost one whose line is indented deeper than the
 * `}` that would close it, where that `}` stands below the line of a block further out.
 */
export function findUnclosed(list: TokenList): Unclosed | undefined {
  const { kinds, flags } = list;
  const indentOf = indents(list);
  const open: { readonly index: number; readonly indent: number }[] = [];
  for (let i = 0; i < kinds.length; i++) {
    if (open.length > MAX_OPEN) return undefined;
    if (kinds[i] === OPEN_BRACE) open.push({ index: i, indent: indentOf(i) });
    else if (kinds[i] === CLOSE_BRACE) {
      const top = open.pop();
      if (top === undefined) return undefined;
      if (((flags[i] as number) & T.LINE_START) === 0) continue;
      const indent = indentOf(i);
      if (indent < top.indent && open.some((block) => block.indent === indent)) {
        return { open: top.index, behind: i - 1 };
      }
    }
  }
  return undefined;
}
