import type { Interner } from '../text/interner.ts';
import { type SourceText, sourceText } from '../text/source.ts';
import { LineTokenizer } from '../tokens/line-tokenizer.ts';
import { HASH, OPEN } from '../tokens/punctuation.ts';
import type { TokenList } from '../tokens/token-list.ts';
import { type Macro, readMacro } from './macro.ts';

/** Longer headers are cut into tokens whole: there are limits to what one may hold. */
const MAX_HEADER = 1 << 20;
/** The same for a line. */
const MAX_LINE = 50_000;

// All of them match in one way only, so that what they do not match is found out at once.

/** Blanks, empty lines and comments. */
const BETWEEN = /(?:[ \t\r\n]|\/\*[\s\S]*?\*\/|\/\/[^\\\n]*\n)*/y;
const COMMENT = String.raw`\/\*[^*]*(?:\*(?!\/)[^*]*)*\*\/`;
const TO_LINE_END = String.raw`(?:\/\/[^\\\n]*)?(?:\n|$)`;
/** The end of a line that goes on in the next. */
const SPLICE = String.raw`\\[ \t\r]*\n`;
const STRING = String.raw`"[^"\\\n]*"`;
const DEFINE_NAME = /#[ \t]*define[ \t]+(?!defined\b)([A-Za-z_]\w*)(?![^( \t\r\n/])/y;
const BODY = new RegExp(
  String.raw`[^\\\n"'\/]*(?:(?:${COMMENT}|${SPLICE}|${STRING})[^\\\n"'\/]*)*${TO_LINE_END}`,
  'y',
);
const IFNDEF = new RegExp(
  String.raw`#[ \t]*ifndef[ \t]+([A-Za-z_]\w*)[ \t\r]*(?:${COMMENT}[ \t\r]*)?${TO_LINE_END}`,
  'y',
);
const ENDIF = new RegExp(String.raw`#[ \t]*endif[ \t\r]*(?:${COMMENT}[ \t\r]*)?${TO_LINE_END}`, 'y');

/** Offset behind what `pattern` matches in `text` from `at` on; -1 where it does not. */
function behind(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** The word that `pattern` finds there; its `lastIndex` is behind that. */
function wordAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[1];
}

/**
 * A header that does nothing but define macros, as those of bindings: thousands, of which a board uses some. Only their names
 * are read; a line is cut into tokens when its macro is used.
 */
export class Definitions {
  /** Of each macro, in order. */
  readonly names: readonly string[];
  /** See `TokenList`; the word of the guard is one of `names`, too. */
  readonly guard: number;
  readonly #starts: readonly number[];
  readonly #ends: readonly number[];
  readonly #tokens: LineTokenizer;
  readonly #macros: Macro[] = [];

  private constructor(source: SourceText, interner: Interner, lines: DefinedLines) {
    this.names = lines.names;
    this.#starts = lines.starts;
    this.#ends = lines.ends;
    this.guard = lines.guard === undefined ? 0 : interner.of(lines.guard);
    this.#tokens = new LineTokenizer(source, interner, lines.room);
  }

  /** The header at `path`, if it is one without mistakes; its words will be `interner`'s. */
  static read(path: string, bytes: Uint8Array, interner: Interner): Definitions | undefined {
    if (bytes.length > MAX_HEADER) return undefined;
    const source = sourceText(path, bytes);
    const lines = linesOf(source.text);
    if (lines === undefined) return undefined;
    const definitions = new Definitions(source, interner, lines);
    const isRight = (index: number): boolean => definitions.#macro(index) !== undefined;
    return lines.notPlain.every(isRight) ? definitions : undefined;
  }

  /** The tokens of lines that were asked for; the first is the end of the file. */
  get list(): TokenList {
    return this.#tokens.list;
  }

  /** The macro that line `index` defines. */
  macro(index: number): Macro {
    return this.#macro(index) as Macro;
  }

  /** Undefined for a line that defines none. */
  #macro(index: number): Macro | undefined {
    const known = this.#macros[index];
    if (known !== undefined) return known;
    const hash = this.#tokens.line(this.#starts[index] as number, this.#ends[index] as number);
    const macro = readMacro(this.list, hash + 2);
    if ('problem' in macro) return undefined;
    this.#macros[index] = macro;
    return macro;
  }
}

interface DefinedLines {
  readonly names: readonly string[];
  /** Offset of each line's first byte, and of the one behind its last. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly guard: string | undefined;
  /** Lines that could be wrong: with parameters, or a "#". */
  readonly notPlain: readonly number[];
  /** Tokens that the lines have at most. */
  readonly room: number;
}

/** Undefined for a text that has anything else than definitions, comments, and a guard around them. */
function linesOf(text: string): DefinedLines | undefined {
  const names: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const notPlain: number[] = [];
  let at = behind(BETWEEN, text, 0);
  const guard = wordAt(IFNDEF, text, at);
  if (guard !== undefined) at = IFNDEF.lastIndex;
  let room = 0;
  for (;;) {
    if (text.charCodeAt(at) !== HASH) at = behind(BETWEEN, text, at);
    const name = wordAt(DEFINE_NAME, text, at);
    if (name === undefined) break;
    const behindName = DEFINE_NAME.lastIndex;
    const end = behind(BODY, text, behindName);
    if (end < 0 || end - at > MAX_LINE) return undefined;
    // Each of what follows the name is one at most, and "#", "define" and the name are three.
    room += end - at - name.length;
    const sign = text.indexOf('#', at + 1);
    if (text.charCodeAt(behindName) === OPEN || (sign >= 0 && sign < end)) notPlain.push(names.length);
    names.push(name);
    starts.push(at);
    ends.push(end);
    at = end;
  }
  if (guard !== undefined) {
    at = behind(ENDIF, text, at);
    if (at < 0) return undefined;
    at = behind(BETWEEN, text, at);
  }
  return at === text.length ? { names, starts, ends, guard, notPlain, room } : undefined;
}
