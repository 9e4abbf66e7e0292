import { sameBytes } from '../text/bytes.ts';
import { isKeyword } from '../text/interner.ts';
import type { TextEdit } from '../text/source.ts';
import { ENDIF, IF_WORDS } from '../tokens/include-guard.ts';
import {
  AND,
  CLOSE,
  CLOSE_BRACE,
  COLON,
  HASH,
  OPEN,
  OPEN_BRACE,
  SEMICOLON,
  SLASH,
} from '../tokens/punctuation.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';

/** Of so many tokens a stretch is read again; of more, all of the source. */
const MOST_TOKENS = 4000;

/**
 * What of a text was changed: tokens of `was` that became others in `is`, each list the statements of one block, or empty where
 * only space and comments were changed.
 */
export interface ChangedStretch {
  readonly edit: TextEdit;
  readonly was: TokenList;
  readonly is: TokenList;
  /** What stands around the statements in the block. */
  readonly around: Around;
}

/** What stands in front of and behind statements of a block, as far as it counts for them. */
export interface Around {
  /** What is put in here is read. */
  readonly isRead: boolean;
  /** A property may stand here, as far as tokens tell. */
  readonly takesProperties: boolean;
  /** A node may stand here: no property follows. */
  readonly takesNodes: boolean;
  /** Whether the word numbered so stands there as the first of a statement, where it must be no macro. */
  readonly words: readonly number[];
}

/** A difference of two texts, with the end in the first, and in the second. */
interface Difference {
  readonly start: number;
  readonly end: number;
  readonly newEnd: number;
}

const LINE_FEED = 10;

/**
 * Where two texts begin to differ, and from where on they are the same again. What was put in or taken out is moved up to where
 * a line begins, if the same can be said of it there: between statements, that is.
 */
function difference(was: Uint8Array, is: Uint8Array): Difference {
  const most = Math.min(was.length, is.length);
  const start = longest(most, (n) => sameBytes(was.subarray(0, n), is.subarray(0, n)));
  const common = longest(most - start, (n) =>
    sameBytes(was.subarray(was.length - n), is.subarray(is.length - n)),
  );
  const end = was.length - common;
  const newEnd = is.length - common;
  if (start !== end && start !== newEnd) return { start, end, newEnd };
  const [longer, last] = start === end ? [is, newEnd] : [was, end];
  let up = 0;
  while (up < start && longer[start - up - 1] === longer[last - up - 1]) {
    if (longer[start - up - 1] === LINE_FEED)
      return { start: start - up, end: end - up, newEnd: newEnd - up };
    up++;
  }
  return { start, end, newEnd };
}

/** The greatest number up to `most` for which `holds`, which holds for all below it. */
function longest(most: number, holds: (n: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Index of the first token that starts at `offset` or behind it. */
function firstFrom({ starts }: TokenList, offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The tokens between which two lists differ. */
export interface Gap {
  /** The last token in front of what differs, of both lists; -1 where there is none. */
  readonly before: number;
  /** The first behind it, of the old list. */
  readonly behind: number;
  readonly bytes: Difference;
}

export function gapBetween(was: TokenList, is: TokenList): Gap {
  const bytes = difference(was.source.bytes, is.source.bytes);
  const more = is.kinds.length - was.kinds.length;
  const moved = bytes.newEnd - bytes.end;
  let behind = Math.min(firstFrom(was, bytes.end), was.kinds.length - 1);
  // A token that what was put in became a part of is another.
  while (behind < was.kinds.length - 1 && is.starts[behind + more] !== (was.starts[behind] as number) + moved)
    behind++;
  let before = behind - 1;
  while (before >= 0 && ((was.ends[before] as number) > bytes.start || is.ends[before] !== was.ends[before]))
    before--;
  return { before, behind, bytes };
}

/** The stretch in which two texts differ; undefined where it is not as `ChangedStretch` says. */
export function changedStretch(was: TokenList, is: TokenList, gap: Gap): ChangedStretch | undefined {
  const { before, behind } = gap;
  if (before === behind - 1 && is.kinds.length === was.kinds.length)
    return inDirective(was, behind) ? undefined : stretch(was, is, before, before, gap.bytes);
  const first = endBefore(was, before);
  if (first < 0) return undefined;
  // Up to the end of a statement, which may be the last token of what was changed, or be put in behind one.
  for (const last of new Set([Math.max(first, behind - 1), nextSemicolon(was, behind)])) {
    if (last !== first && was.kinds[last] !== SEMICOLON) continue;
    const found = stretch(was, is, first, last, gap.bytes);
    if (found !== undefined && isPlain(found.was) && isPlain(found.is)) return found;
  }
  return undefined;
}

/** The last token up to `index` behind which a statement may stand; -1 where there is none. */
export function endBefore({ kinds }: TokenList, index: number): number {
  let i = index;
  while (i >= 0 && kinds[i] !== SEMICOLON && kinds[i] !== OPEN_BRACE) i--;
  return i;
}

/** The end of the statement that goes on at token `index`. */
export function nextSemicolon({ kinds }: TokenList, index: number): number {
  let depth = 0;
  for (let i = index; i < kinds.length && i < index + MOST_TOKENS; i++) {
    const kind = kinds[i];
    if (kind === SEMICOLON && depth === 0) return i;
    if (kind === OPEN_BRACE) depth++;
    else if (kind === CLOSE_BRACE && depth-- === 0) return -1;
  }
  return -1;
}

/** Whether the tokens behind number `index` are read whenever the file is: in no condition, and in no argument of a macro. */
export function isAlwaysRead({ kinds, ids, directives, guard }: TokenList, index: number): boolean {
  // The first condition of a file with a guard is around all of it.
  let open = guard === 0 ? 0 : -1;
  for (const at of directives) {
    if (at > index) break;
    const id = ids[at + 1] as number;
    if (kinds[at + 1] !== T.IDENT) continue;
    if (IF_WORDS.has(id)) open++;
    else if (id === ENDIF) open--;
  }
  return open === 0 && countUpTo(kinds, index, OPEN) === countUpTo(kinds, index, CLOSE);
}

/** How many tokens up to `index` are of a kind; found by V8, as the token may be the ten thousandth. */
function countUpTo(kinds: Uint8Array, index: number, kind: number): number {
  let count = 0;
  for (let at = kinds.indexOf(kind); at >= 0 && at <= index; at = kinds.indexOf(kind, at + 1)) count++;
  return count;
}

/** See `Around`; token `first` is the last in front of the statements, `last` the last of them. */
function aroundOf(list: TokenList, first: number, last: number): Around {
  const { kinds, ids } = list;
  const words: number[] = [];
  const firstWord = (index: number): boolean => {
    // Behind a directive stands who knows what.
    if (isDirective(list, index)) return false;
    if (kinds[index] === T.IDENT) words.push(ids[index] as number);
    return T.IS_NAME_PART[kinds[index] as number] === 1;
  };
  const takesProperties =
    kinds[first] === OPEN_BRACE ||
    (kinds[first - 1] !== CLOSE_BRACE && firstWord(endBefore(list, first - 1) + 1));
  let next = last + 1;
  const follows = firstWord(next);
  while (follows && T.IS_NAME_PART[kinds[next] as number] === 1) {
    next++;
    // A label.
    if (kinds[next] === COLON) next++;
  }
  const takesNodes = kinds[last + 1] === CLOSE_BRACE || (follows && kinds[next] === OPEN_BRACE);
  const isRead = kinds[first - 1] !== AND && isAlwaysRead(list, first);
  return { isRead, takesProperties, takesNodes, words };
}

/** Token `index` begins a directive, and not a name as `#address-cells`. */
function isDirective(list: TokenList, index: number): boolean {
  if (list.kinds[index] !== HASH || !list.has(index, T.LINE_START)) return false;
  const next = index + 1;
  return list.has(next, T.LINE_START) || list.kinds[next] !== T.IDENT || isKeyword(list.ids[next] as number);
}

/** Token `index` goes on with a line that begins with `#`, in which space may count. */
function inDirective(list: TokenList, index: number): boolean {
  return !list.has(index, T.LINE_START) && list.kinds[lineStart(list, index)] === HASH;
}

/** The first token of the line that token `index` is in. */
export function lineStart(list: TokenList, index: number): number {
  let first = index;
  while (first > 0 && !list.has(first, T.LINE_START)) first--;
  return first;
}

/** Whether it makes no difference that token `index` begins a line in one text only: not where a directive begins or ends. */
function mayMoveInLine(was: TokenList, is: TokenList, first: number, index: number): boolean {
  return (
    was.kinds[index] !== HASH &&
    [was, is].every((list) => list.has(first + 1, T.LINE_START) && list.kinds[first + 1] !== HASH)
  );
}

/**
 * The edit of the text between token `first` and the token behind `last`, where the text up to the end of the first is the same,
 * and so is all from the token behind the last on: both lists have the same tokens there. Undefined where it is not so.
 */
export function editBetween(
  was: TokenList,
  is: TokenList,
  first: number,
  last: number,
  gap: Difference,
): TextEdit | undefined {
  const newLast = last + is.kinds.length - was.kinds.length;
  if (newLast < first) return undefined;
  const start = first < 0 ? 0 : (was.ends[first] as number);
  const end = was.starts[last + 1] as number;
  const newEnd = is.starts[newLast + 1] as number;
  const goesOn =
    newEnd - end === gap.newEnd - gap.end &&
    was.kinds[last + 1] === is.kinds[newLast + 1] &&
    (was.flags[last + 1] === is.flags[newLast + 1] || mayMoveInLine(was, is, first, last + 1)) &&
    (first < 0 || (is.ends[first] === start && was.kinds[first] === is.kinds[first]));
  if (!goesOn || start > gap.start || end < gap.end || end === start || was.guard !== is.guard)
    return undefined;
  return { start, end, newEnd };
}

/**
 * The tokens behind number `first` up to number `last` of `was`, and what they became.
 */
function stretch(
  was: TokenList,
  is: TokenList,
  first: number,
  last: number,
  gap: Difference,
): ChangedStretch | undefined {
  const newLast = last + is.kinds.length - was.kinds.length;
  if (last - first > MOST_TOKENS || newLast - first > MOST_TOKENS) return undefined;
  const edit = editBetween(was, is, first, last, gap);
  if (edit === undefined) return undefined;
  return {
    edit,
    was: was.stretch(first + 1, last + 1),
    is: is.stretch(first + 1, newLast + 1),
    around: aroundOf(is, first, newLast),
  };
}

/** Whole statements of a block that delete nothing and name no files, as far as tokens tell. */
export function isPlain(list: TokenList): boolean {
  const { kinds, spliced } = list;
  const { length } = kinds;
  if (spliced.size > 0) return false;
  let depth = 0;
  for (let i = 0; i < length - 1; i++) {
    const kind = kinds[i] as number;
    if (kind === OPEN_BRACE) depth++;
    else if (kind === CLOSE_BRACE && --depth < 0) return false;
    if (kind === SLASH || kind === T.UNTERMINATED || kind === T.OTHER) return false;
    if (isDirective(list, i)) return false;
  }
  return depth === 0 && (length === 1 || kinds[length - 2] === SEMICOLON);
}
