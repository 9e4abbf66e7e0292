import { isKeyword } from '../text/interner.ts';
import { sameBytes, type TextEdit } from '../text/source.ts';
import { CLOSE_BRACE, HASH, OPEN_BRACE, SEMICOLON, SLASH } from '../tokens/punctuation.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';

/** Of so many tokens a stretch is read again; of more, all of the source. */
const MOST_TOKENS = 4000;

/**
 * What of a text was changed: tokens of `was` that became others in `is`, each list the statements of one block that are
 * properties, or empty where only space and comments were changed.
 */
export interface ChangedStretch {
  readonly edit: TextEdit;
  readonly was: TokenList;
  readonly is: TokenList;
}

/** A difference of two texts, with the end in the first, and in the second. */
interface Difference {
  readonly start: number;
  readonly end: number;
  readonly newEnd: number;
}

/** Where two texts begin to differ, and from where on they are the same again. */
function difference(was: Uint8Array, is: Uint8Array): Difference {
  const most = Math.min(was.length, is.length);
  const start = longest(most, (n) => sameBytes(was.subarray(0, n), is.subarray(0, n)));
  const common = longest(most - start, (n) =>
    sameBytes(was.subarray(was.length - n), is.subarray(is.length - n)),
  );
  return { start, end: was.length - common, newEnd: is.length - common };
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

/** The stretch in which two texts differ; undefined where it is not as `ChangedStretch` says. */
export function changedStretch(was: TokenList, is: TokenList): ChangedStretch | undefined {
  const gap = difference(was.source.bytes, is.source.bytes);
  const behind = Math.min(firstFrom(was, gap.end), was.kinds.length - 1);
  let before = behind - 1;
  while (before >= 0 && (was.ends[before] as number) > gap.start) before--;
  if (before === behind - 1 && is.kinds.length === was.kinds.length)
    return inDirective(was, behind) ? undefined : stretch(was, is, before, before, gap);
  // Between two ends of statements, the second of which may be the last token of what was changed.
  for (const last of [behind - 1, nextSemicolon(was, behind)]) {
    if (was.kinds[last] !== SEMICOLON) continue;
    const first = endBefore(was, Math.min(before, last - 1));
    const found = first < 0 ? undefined : stretch(was, is, first, last, gap);
    if (found !== undefined && isPlain(found.was) && isPlain(found.is)) return found;
  }
  return undefined;
}

/** The last token up to `index` behind which a property may stand; -1 where there is none. */
function endBefore({ kinds }: TokenList, index: number): number {
  let i = index;
  while (i >= 0 && kinds[i] !== SEMICOLON && kinds[i] !== OPEN_BRACE) i--;
  return i;
}

function nextSemicolon({ kinds }: TokenList, index: number): number {
  const found = kinds.indexOf(SEMICOLON, index);
  return found < 0 || found - index > MOST_TOKENS ? -1 : found;
}

/** Token `index` goes on with a line that begins with `#`, in which space may count. */
function inDirective({ kinds, flags }: TokenList, index: number): boolean {
  if (((flags[index] as number) & T.LINE_START) !== 0) return false;
  let i = index;
  while (i > 0 && ((flags[i] as number) & T.LINE_START) === 0) i--;
  return kinds[i] === HASH;
}

/**
 * The tokens behind number `first` up to number `last` of `was`, and what they became. The text up to the end of the first is
 * the same, and so is all from the token behind the last on: both lists have the same tokens there.
 */
function stretch(
  was: TokenList,
  is: TokenList,
  first: number,
  last: number,
  gap: Difference,
): ChangedStretch | undefined {
  const newLast = last + is.kinds.length - was.kinds.length;
  if (newLast < first || last - first > MOST_TOKENS || newLast - first > MOST_TOKENS) return undefined;
  const start = first < 0 ? 0 : (was.ends[first] as number);
  const end = was.starts[last + 1] as number;
  const newEnd = is.starts[newLast + 1] as number;
  const goesOn =
    newEnd - end === gap.newEnd - gap.end &&
    was.kinds[last + 1] === is.kinds[newLast + 1] &&
    was.flags[last + 1] === is.flags[newLast + 1] &&
    (first < 0 || (is.ends[first] === start && was.kinds[first] === is.kinds[first]));
  if (!goesOn || start > gap.start || end < gap.end || end === start || was.guard !== is.guard)
    return undefined;
  return {
    edit: { start, end, newEnd },
    was: was.stretch(first + 1, last + 1),
    is: is.stretch(first + 1, newLast + 1),
  };
}

/** Nothing but properties that name no files, as far as tokens tell. */
function isPlain({ kinds, flags, ids, spliced }: TokenList): boolean {
  const { length } = kinds;
  if (spliced.size > 0) return false;
  for (let i = 0; i < length - 1; i++) {
    const kind = kinds[i] as number;
    if (kind === OPEN_BRACE || kind === CLOSE_BRACE || kind === SLASH) return false;
    if (kind === T.UNTERMINATED || kind === T.OTHER) return false;
    if (kind !== HASH || ((flags[i] as number) & T.LINE_START) === 0) continue;
    const startsLine = ((flags[i + 1] as number) & T.LINE_START) !== 0;
    if (startsLine || kinds[i + 1] !== T.IDENT || isKeyword(ids[i + 1] as number)) return false;
  }
  return length === 1 || kinds[length - 2] === SEMICOLON;
}
