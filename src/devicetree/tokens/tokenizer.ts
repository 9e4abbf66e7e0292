import { LimitError } from '../text/budget.ts';
import { hashStep, type Interner } from '../text/interner.ts';
import type { SourceText } from '../text/source.ts';
import {
  APOSTROPHE,
  BLANK,
  CLASS,
  DIGIT,
  NEWLINE,
  PAIRS,
  PUNCTUATION,
  plainNumber,
  QUOTE,
  SIMPLE,
  STARTS_PAIR,
  WORD_START,
} from './byte-classes.ts';
import { findGuard } from './include-guard.ts';
import { BACKSLASH, HASH, POINT, SLASH, STAR } from './punctuation.ts';
import * as T from './token-list.ts';
import { TokenList } from './token-list.ts';

/** Tokens that a text may have whatever its size, besides one for every two bytes. */
const MAX_TOKENS = 1_000_000;

/**
 * Cuts a text into tokens in one pass over its bytes. `raw` is text that no C preprocessor sees: there,
 * a backslash at a line's end means nothing and a string may go over lines.
 */
export function tokenize(source: SourceText, raw: boolean, interner: Interner): TokenList {
  return new Tokenizer(source, raw, interner).run();
}

export class Tokenizer {
  readonly #source: SourceText;
  readonly #bytes: Uint8Array;
  #end: number;
  readonly #raw: boolean;
  readonly #interner: Interner;
  readonly #spliced = new Map<number, string>();
  readonly #directives: number[] = [];
  #kinds: Uint8Array;
  #flags: Uint8Array;
  #starts: Int32Array;
  #ends: Int32Array;
  #ids: Int32Array;
  #count = 0;
  #at = 0;
  #flag: number = T.SPACE | T.LINE_START;

  constructor(
    source: SourceText,
    raw: boolean,
    interner: Interner,
    capacity = (source.bytes.length >> 2) + 8,
  ) {
    this.#source = source;
    this.#bytes = source.bytes;
    this.#end = source.bytes.length;
    this.#raw = raw;
    this.#interner = interner;
    this.#kinds = new Uint8Array(capacity);
    this.#flags = new Uint8Array(capacity);
    this.#starts = new Int32Array(capacity);
    this.#ends = new Int32Array(capacity);
    this.#ids = new Int32Array(capacity);
  }

  /** @returns the tokens from `start` to before `end`, and behind them the end of the file */
  run(): TokenList {
    this.#cut();
    const list = new TokenList(this.#source, this.#raw, this.columns(this.#count));
    if (!this.#raw) list.guard = findGuard(list);
    return list;
  }

  #cut(): void {
    while (this.#at < this.#end) {
      if (this.#count === this.#kinds.length) this.#grow();
      this.#plain();
      // Where it stopped for want of room, it goes on with more.
      if (this.#at < this.#end && this.#count < this.#kinds.length) this.#special();
    }
    this.#flag |= T.LINE_START;
    this.#push(T.EOF, this.#end, this.#end, 0);
  }

  /** See `LineTokenizer`. */
  line(start: number, end: number): number {
    // The next line begins where the last one had its end.
    const first = Math.max(1, this.#count - 1);
    this.#count = first;
    this.#at = start;
    this.#end = end;
    this.#flag = T.SPACE | T.LINE_START;
    this.#cut();
    return first;
  }

  /** The first `count` tokens. */
  columns(count: number): ConstructorParameters<typeof TokenList>[2] {
    return {
      kinds: fitted(this.#kinds, count),
      flags: fitted(this.#flags, count),
      starts: fitted(this.#starts, count),
      ends: fitted(this.#ends, count),
      ids: fitted(this.#ids, count),
      directives: new Int32Array(this.#directives),
      spliced: this.#spliced,
    };
  }

  /**
   * What nearly all of a text is made of: space, words, numbers, plain strings, punctuation. Stops in front of anything
   * else. All state is in local variables, since most texts are read once, before any of this is compiled.
   */
  #plain(): void {
    const bytes = this.#bytes;
    const end = this.#end;
    const { text } = this.#source;
    const interner = this.#interner;
    const kinds = this.#kinds;
    const flags = this.#flags;
    const starts = this.#starts;
    const ends = this.#ends;
    const ids = this.#ids;
    const room = kinds.length;
    let count = this.#count;
    let flag = this.#flag;
    let at = this.#at;
    while (at < end && count < room) {
      let byte = bytes[at] as number;
      const what = CLASS[byte] as number;
      if (what & BLANK || byte === NEWLINE) {
        at++;
        flag = byte === NEWLINE ? T.SPACE | T.LINE_START : flag | T.SPACE;
        continue;
      }
      let next = at + 1;
      let kind = byte;
      let id = 0;
      if (what & WORD_START) {
        let hash = byte;
        for (byte = bytes[next] as number; next < end; byte = bytes[++next] as number) {
          if (((CLASS[byte] as number) & (WORD_START | DIGIT)) === 0) break;
          hash = ((hash << 5) - hash + byte) & 0xff_ffff; // hashStep
        }
        if (byte === BACKSLASH && this.#behindSplice(next) !== next) break;
        kind = T.IDENT;
        id = interner.ofHashed(text, at, next, hash);
      } else if (what & DIGIT) {
        next = this.#behindNumber(at);
        if (bytes[next] === BACKSLASH && this.#behindSplice(next) !== next) break;
        const value = plainNumber(bytes, at, next);
        kind = value < 0 ? T.PPNUM : T.NUM;
        if (value >= 0) id = value | 0;
      } else if (what & STARTS_PAIR) {
        kind = this.#pairAt(byte, next);
        if (kind !== byte) next++;
        else if (byte === HASH && flag & T.LINE_START) id = this.#directives.push(count) - 1;
      } else if (byte === QUOTE) {
        next = this.#behindString(next);
        if (next < 0) break;
        kind = T.STRING;
      } else if ((what & SIMPLE) === 0) break;
      kinds[count] = kind;
      flags[count] = flag;
      starts[count] = at;
      ends[count] = next;
      ids[count] = id;
      count++;
      flag = 0;
      at = next;
    }
    this.#count = count;
    this.#flag = flag;
    this.#at = at;
  }

  /** One token, or none, of a kind that `#plain` leaves. */
  #special(): void {
    const byte = this.#bytes[this.#at] as number;
    const what = CLASS[byte] as number;
    if (what & WORD_START) this.#word();
    else if (what & DIGIT) this.#number();
    else if (what & PUNCTUATION) this.#punctuation(byte);
    else this.#push(T.OTHER, this.#at, ++this.#at, 0);
  }

  #push(kind: number, start: number, end: number, id: number): void {
    const at = this.#count;
    if (at === this.#kinds.length) this.#grow();
    this.#kinds[at] = kind;
    this.#flags[at] = this.#flag;
    this.#starts[at] = start;
    this.#ends[at] = end;
    this.#ids[at] = id;
    this.#count = at + 1;
    this.#flag = 0;
  }

  #grow(): void {
    const limit = MAX_TOKENS + (this.#end >> 1);
    if (this.#kinds.length >= limit) {
      throw new LimitError(
        `${this.#source.path} has more than ${limit} tokens`,
        'check that this file is device-tree source',
      );
    }
    const capacity = Math.min(limit, (this.#kinds.length * 3) >> 1);
    const bigger = <A extends Uint8Array | Int32Array>(old: A, fresh: A): A => {
      fresh.set(old);
      return fresh;
    };
    this.#kinds = bigger(this.#kinds, new Uint8Array(capacity));
    this.#flags = bigger(this.#flags, new Uint8Array(capacity));
    this.#starts = bigger(this.#starts, new Int32Array(capacity));
    this.#ends = bigger(this.#ends, new Int32Array(capacity));
    this.#ids = bigger(this.#ids, new Int32Array(capacity));
  }

  /** Offset behind a backslash-newline at `at`, or `at` where there is none. */
  #behindSplice(at: number): number {
    if (this.#raw || this.#bytes[at] !== BACKSLASH) return at;
    let next = at + 1;
    while ((CLASS[this.#bytes[next] as number] as number) & BLANK) next++;
    return this.#bytes[next] === NEWLINE ? next + 1 : at;
  }

  #word(): void {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let hash = 0;
    let byte = bytes[at] as number;
    do {
      hash = hashStep(hash, byte);
      byte = bytes[++at] as number;
    } while (at < this.#end && (CLASS[byte] as number) & (WORD_START | DIGIT));
    if (byte === BACKSLASH && this.#behindSplice(at) !== at) {
      this.#splicedRun(start, at, T.IDENT);
      return;
    }
    this.#at = at;
    this.#push(T.IDENT, start, at, this.#interner.ofHashed(this.#source.text, start, at, hash));
  }

  #behindNumber(from: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = from;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if ((CLASS[byte] as number) & (WORD_START | DIGIT) || byte === POINT) continue;
      if (byte !== 0x2b && byte !== 0x2d) break;
      const before = (bytes[at - 1] as number) | 0x20;
      if (before !== 0x65 && before !== 0x70) break;
    }
    return at;
  }

  #number(): void {
    const start = this.#at;
    const at = this.#behindNumber(start);
    if (this.#bytes[at] === BACKSLASH && this.#behindSplice(at) !== at) {
      this.#splicedRun(start, at, T.PPNUM);
      return;
    }
    this.#at = at;
    const value = plainNumber(this.#bytes, start, at);
    if (value < 0) this.#push(T.PPNUM, start, at, 0);
    else this.#push(T.NUM, start, at, value | 0);
  }

  /** A word or number that goes on behind a backslash-newline. */
  #splicedRun(start: number, firstEnd: number, kind: number): void {
    const { text } = this.#source;
    let word = text.slice(start, firstEnd);
    let at = firstEnd;
    for (let next = this.#behindSplice(at); next !== at; next = this.#behindSplice(at)) {
      let stop = next;
      if (kind === T.PPNUM) stop = this.#behindNumber(next);
      else while ((CLASS[this.#bytes[stop] as number] as number) & (WORD_START | DIGIT)) stop++;
      word += text.slice(next, stop);
      at = stop;
      if (stop === next) break;
    }
    this.#at = at;
    if (word.length !== at - start) this.#spliced.set(this.#count, word);
    this.#push(kind, start, at, kind === T.IDENT ? this.#interner.of(word) : 0);
  }

  #punctuation(byte: number): void {
    const bytes = this.#bytes;
    const start = this.#at;
    const next = bytes[start + 1];
    if (byte === SLASH && (next === SLASH || next === STAR)) this.#comment(next);
    else if (byte === QUOTE || byte === APOSTROPHE) this.#quoted(byte);
    else if (byte === BACKSLASH && this.#behindSplice(start) !== start) this.#at = this.#behindSplice(start);
    else if (byte === POINT && next !== undefined && (CLASS[next] as number) & DIGIT) this.#number();
    else {
      this.#at = start + 1;
      this.#push(byte, start, start + 1, 0);
    }
  }

  /** Offset behind a string whose text begins at `from`; -1 for one that has a backslash, or no end on its line. */
  #behindString(from: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH || byte === NEWLINE) break;
    }
    return -1;
  }

  /** The kind of the pair that `byte` begins with the byte at `next`; `byte` where it begins none. */
  #pairAt(byte: number, next: number): number {
    const second = next < this.#end ? (this.#bytes[next] as number) : 128;
    return (second < 128 && (PAIRS[byte * 128 + second] as number)) || byte;
  }

  #comment(second: number): void {
    const bytes = this.#bytes;
    const start = this.#at;
    this.#flag |= T.SPACE;
    if (second === STAR) {
      const { text } = this.#source;
      const close = text.indexOf('*/', start + 2);
      if (close < 0) {
        this.#flag &= ~T.SPACE;
        this.#push(T.UNTERMINATED, start, this.#end, 0);
        this.#at = this.#end;
      } else this.#at = close + 2;
      return;
    }
    let at = start;
    for (;;) {
      const newline = bytes.indexOf(NEWLINE, at);
      if (newline < 0) {
        this.#at = this.#end;
        return;
      }
      let last = newline - 1;
      while (last > start && (CLASS[bytes[last] as number] as number) & BLANK) last--;
      if (this.#raw || bytes[last] !== BACKSLASH) {
        this.#at = newline;
        return;
      }
      at = newline + 1;
    }
  }

  #quoted(quote: number): void {
    const bytes = this.#bytes;
    const end = this.#end;
    const start = this.#at;
    let escaped = false;
    let splice = false;
    let at = start + 1;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === quote) break;
      if (byte === BACKSLASH) {
        escaped = true;
        const behind = this.#behindSplice(at);
        if (behind !== at) {
          splice = true;
          at = behind - 1;
        } else if (at + 1 < end && (bytes[at + 1] !== NEWLINE || this.#raw)) at++;
      } else if (byte === NEWLINE && !this.#raw) break;
    }
    if (bytes[at] !== quote) {
      this.#at = at;
      if (splice) this.#keepSpliced(start, at);
      this.#push(T.UNTERMINATED, start, at, 0);
      return;
    }
    this.#at = at + 1;
    if (splice) this.#keepSpliced(start, at + 1);
    const kind = quote === APOSTROPHE ? T.CHAR : escaped ? T.STRING_ESC : T.STRING;
    this.#push(kind, start, at + 1, 0);
  }

  #keepSpliced(start: number, end: number): void {
    this.#spliced.set(this.#count, this.#source.text.slice(start, end).replace(/\\[ \t\v\f\r]*\n/g, ''));
  }
}

/** The used part of a column; a copy where more of it is unused than used. */
function fitted<A extends Uint8Array | Int32Array>(column: A, count: number): A {
  const used = column.length - count > count ? column.slice(0, count) : column.subarray(0, count);
  return used as A;
}
