import { type Macro, nextLine, readMacro } from '../preprocess/macro.ts';
import { keyword } from '../text/interner.ts';
import type { TextEdit } from '../text/source.ts';
import { HASH } from '../tokens/punctuation.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';
import { editBetween, endBefore, type Gap, isPlain, lineStart, nextSemicolon } from './changed-stretch.ts';

const DEFINE = keyword('define');
/** Of so many uses each is read again; of more, all of the source. */
const MOST_USES = 40;

/** The definition of a macro that became another. */
export interface ChangedMacro {
  readonly edit: TextEdit;
  /** Index of the name, in both texts. */
  readonly index: number;
  readonly macro: Macro;
}

/** The one macro that two texts define in two ways; undefined where they differ in anything else. */
export function changedMacro(
  was: TokenList,
  is: TokenList,
  { before, bytes }: Gap,
): ChangedMacro | undefined {
  const first = lineStart(was, before);
  const index = first + 2;
  const isDefine =
    was.kinds[first] === HASH && was.ids[first + 1] === DEFINE && was.kinds[first + 1] === T.IDENT;
  if (!isDefine || before < index || was.kinds[index] !== T.IDENT) return undefined;
  const end = nextLine(was, index + 1);
  const newEnd = nextLine(is, index + 1);
  if (newEnd - end !== is.kinds.length - was.kinds.length) return undefined;
  const edit = editBetween(was, is, first - 1, end - 1, bytes);
  const macro = edit && readMacro(is, index);
  if (edit === undefined || macro === undefined || 'problem' in macro) return undefined;
  return { edit, index, macro };
}

/** A statement of `list`: the tokens behind number `first` up to number `last`. */
export interface Use {
  readonly list: TokenList;
  readonly first: number;
  readonly last: number;
}

/**
 * The statements of `lists` that have the word of a macro, which is defined at token `index` of `definedIn`. Undefined where it
 * stands, or may be made, in anything else.
 */
export function usesOf(
  { id }: Macro,
  definedIn: TokenList,
  index: number,
  lists: readonly TokenList[],
): readonly Use[] | undefined {
  const uses: Use[] = [];
  for (const list of lists) {
    if (list.raw) continue;
    if (list.kinds.includes(T.HASH_HASH)) return undefined;
    let behind = 0;
    for (let at = list.ids.indexOf(id); at >= 0; at = list.ids.indexOf(id, at + 1)) {
      if (at < behind || list.kinds[at] !== T.IDENT || (list === definedIn && at === index)) continue;
      const first = endBefore(list, at - 1);
      const last = nextSemicolon(list, at);
      if (first < 0 || last < 0 || uses.length === MOST_USES) return undefined;
      if (!isPlain(list.stretch(first + 1, last + 1))) return undefined;
      uses.push({ list, first, last });
      behind = last;
    }
  }
  return uses;
}
