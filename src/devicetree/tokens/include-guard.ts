import { keyword } from '../text/interner.ts';
import type { TokenList } from './token-list.ts';
import * as T from './token-list.ts';

const IFNDEF = keyword('ifndef');
export const IF_WORDS = new Set([keyword('if'), keyword('ifdef'), IFNDEF]);
const ELSE_WORDS = new Set([keyword('else'), keyword('elif'), keyword('elifdef'), keyword('elifndef')]);
export const ENDIF = keyword('endif');

/** The word of a file that is `#ifndef WORD` … `#endif` from end to end; 0 where it is not. */
export function findGuard(list: TokenList): number {
  const { kinds, ids, flags, directives } = list;
  const first = directives[0];
  if (first !== 0 || kinds[1] !== T.IDENT || ids[1] !== IFNDEF || kinds[2] !== T.IDENT) return 0;
  if (((flags[3] as number) & T.LINE_START) === 0) return 0;
  let depth = 0;
  for (let i = 0; i < directives.length; i++) {
    const word = (directives[i] as number) + 1;
    if (kinds[word] !== T.IDENT) continue;
    const id = ids[word] as number;
    if (IF_WORDS.has(id)) depth++;
    else if (ELSE_WORDS.has(id) && depth === 1) return 0;
    else if (id === ENDIF && --depth === 0) {
      return i === directives.length - 1 && kinds[word + 1] === T.EOF ? (ids[2] as number) : 0;
    }
  }
  return 0;
}
