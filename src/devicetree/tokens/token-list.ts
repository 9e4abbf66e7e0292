import type { SourceText } from '../text/source.ts';

/**
 * Preprocessing tokens (C11 6.4), the grain that both the preprocessor and the language are read in: a
 * property name like `fsl,pins` is three of them without space between. A single punctuation character is its
 * own kind, the character's code (33 to 126); the others are below 32.
 */
export const EOF: number = 0;
export const IDENT: number = 1;
/** A whole number of dtc's language that fits 32 bits, without suffix; its value is its `id`. */
export const NUM: number = 2;
/** Any other preprocessing number. */
export const PPNUM: number = 3;
/** A string without backslashes. */
export const STRING: number = 4;
export const STRING_ESC: number = 5;
export const CHAR: number = 6;
/** A quote that has no partner on its line, with the rest of the line. */
export const UNTERMINATED: number = 7;
/** A byte that stands for nothing. */
export const OTHER: number = 8;
export const LSHIFT: number = 10;
export const RSHIFT: number = 11;
export const LE: number = 12;
export const GE: number = 13;
export const EQ: number = 14;
export const NE: number = 15;
export const AND_AND: number = 16;
export const OR_OR: number = 17;
export const HASH_HASH: number = 18;

/** White space stands in front of the token; so it does of a line's first. */
export const SPACE: number = 1;
/** First token of a logical line. */
export const LINE_START: number = 2;

/** Kinds that can be part of a property or node name (dtc's PROPNODECHAR). */
export const IS_NAME_PART: Uint8Array = (() => {
  const table = new Uint8Array(256);
  for (const kind of [IDENT, NUM, PPNUM, HASH_HASH]) table[kind] = 1;
  for (const char of ',._+*#?@-') table[char.charCodeAt(0)] = 1;
  return table;
})();

/** The tokens of one text. Arrays in step, so that a file of a megabyte is a handful of objects. */
export class TokenList {
  readonly source: SourceText;
  /** Not C: no directives, no macros, strings may go over lines. */
  readonly raw: boolean;
  /** The last entry is `EOF`. */
  readonly kinds: Uint8Array;
  readonly flags: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** `IDENT`: number of the word. `NUM`: the value. `#` that starts a line: its index in `directives`. */
  readonly ids: Int32Array;
  /** Indices of every `#` that starts a line. */
  readonly directives: Int32Array;
  /** Texts of tokens that have a backslash-newline inside. */
  readonly spliced: ReadonlyMap<number, string>;
  /** What was found out about a directive once and holds whenever it is read, by its index: the macro that it defines. */
  readonly memo: unknown[] = [];
  /** The word whose definition makes a second reading yield nothing; 0 where there is none. */
  guard = 0;

  constructor(
    source: SourceText,
    raw: boolean,
    columns: Pick<TokenList, 'kinds' | 'flags' | 'starts' | 'ends' | 'ids' | 'directives' | 'spliced'>,
  ) {
    this.source = source;
    this.raw = raw;
    this.kinds = columns.kinds;
    this.flags = columns.flags;
    this.starts = columns.starts;
    this.ends = columns.ends;
    this.ids = columns.ids;
    this.directives = columns.directives;
    this.spliced = columns.spliced;
  }

  /** The token's characters, backslash-newlines taken out. */
  text(index: number): string {
    const spliced = this.spliced.get(index);
    return spliced ?? this.source.text.slice(this.starts[index], this.ends[index]);
  }

  /** Whether the token has a flag, such as `SPACE`. */
  has(index: number, flag: number): boolean {
    return ((this.flags[index] as number) & flag) !== 0;
  }

  /** Tokens `from` to before `to`, as a list by itself: no directives. */
  stretch(from: number, to: number): TokenList {
    const kinds = this.kinds.slice(from, to + 1);
    kinds[to - from] = EOF;
    const spliced = new Map<number, string>();
    for (const [index, text] of this.spliced)
      if (index >= from && index < to) spliced.set(index - from, text);
    return new TokenList(this.source, this.raw, {
      kinds,
      flags: this.flags.slice(from, to + 1),
      starts: this.starts.slice(from, to + 1),
      ends: this.ends.slice(from, to + 1),
      ids: this.ids.slice(from, to + 1),
      directives: new Int32Array(0),
      spliced,
    });
  }

  /** Bytes of memory that the list holds on to. */
  get cost(): number {
    return this.kinds.length * 14 + this.source.bytes.length * 2;
  }
}
