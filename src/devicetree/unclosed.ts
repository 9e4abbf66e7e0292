import type { TokenList } from './token-list.ts';
import * as T from './token-list.ts';

const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** A block that was left open, as far as the indentation tells. */
export interface Unclosed {
  /** Index of its `{`, and of the token behind which `};` is missing. */
  readonly open: number;
  readonly behind: number;
}

/** How far the line of token `index` is indented, in bytes; undefined where the token is not its first. */
function indentOf(list: TokenList, index: number): number {
  const { text } = list.source;
  let line = list.starts[index] as number;
  while (line > 0 && text[line - 1] !== '\n') line--;
  let at = line;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at - line;
}

/**
 * The block of a file that most likely lacks its `};`: the innermost one whose line is indented deeper than the
 * `}` that would close it, where that `}` stands below the line of a block further out.
 */
export function findUnclosed(list: TokenList): Unclosed | undefined {
  const { kinds, flags } = list;
  const open: { readonly index: number; readonly indent: number }[] = [];
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] === OPEN_BRACE) open.push({ index: i, indent: indentOf(list, i) });
    else if (kinds[i] === CLOSE_BRACE) {
      const top = open.pop();
      if (top === undefined) return undefined;
      if (((flags[i] as number) & T.LINE_START) === 0) continue;
      const indent = indentOf(list, i);
      if (indent < top.indent && open.some((block) => block.indent === indent)) {
        return { open: top.index, behind: i - 1 };
      }
    }
  }
  return undefined;
}
