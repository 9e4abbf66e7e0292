import { type Budget, LimitError } from './budget.ts';
import { evaluate } from './condition.ts';
import type { Report } from './diagnostic.ts';
import { didYouMean } from './did-you-mean.ts';
import { directoryOf, joinPath, plainPath, type ReadFile } from './files.ts';
import { keyword } from './interner.ts';
import { builtinMacro, type Macro, nextLine, readMacro, sameMacro } from './macro.ts';
import type { Loc, SourceMap } from './source.ts';
import { NOWHERE, sourceText } from './source.ts';
import type { SourceCache } from './source-cache.ts';
import { substitute } from './substitute.ts';
import {
  NO_SPACE_PADDING,
  OWN_PADDING,
  PAD_NO_SPACE,
  PAD_NONE,
  PAD_OWN,
  PAD_SPACE,
  PADDING,
  SPACE_PADDING,
  type Tok,
  tokAt,
  wouldPaste,
} from './tok.ts';
import type { TokenList } from './token-list.ts';
import * as T from './token-list.ts';
import { tokenize } from './tokenizer.ts';

export interface PreprocessorOptions {
  readonly readFile: ReadFile;
  /** Directories of `#include`, in order (cpp `-I`). */
  readonly includePaths: readonly string[];
  /** Directories of `/include/` and `/incbin/`, in order (dtc `-i`). */
  readonly sourcePaths: readonly string[];
  /** Macros that are there from the start (cpp `-D`). */
  readonly defines: Readonly<Record<string, string>>;
  /** False: the text goes to the parser as it is; `#include` and macros mean nothing. */
  readonly preprocess: boolean;
}

const HASH = 35;
const OPEN = 40;
const CLOSE = 41;
const COMMA = 44;
const SLASH = 47;
const SEMICOLON = 59;
const GREATER = 62;
const CLOSE_BRACE = 125;

/** gcc's and dtc's own limit. */
const MAX_INCLUDES = 200;
/** How deep arguments may be macros with arguments. */
const MAX_EXPANSION_DEPTH = 300;
/** Bytes of included text that are read in all, and how often each file may be read on top of that. */
const MAX_INCLUDED = 32 * 1024 * 1024;
const REPEATED = 20;
/** Tokens of all arguments of one use of a macro. */
const MAX_ARGUMENT_TOKENS = 100_000;
/** Tokens that macros may yield, besides so many for each byte of source. */
const MAX_EXPANDED = 1_000_000;

const WORD = {
  define: keyword('define'),
  undef: keyword('undef'),
  include: keyword('include'),
  includeNext: keyword('include_next'),
  import: keyword('import'),
  if: keyword('if'),
  ifdef: keyword('ifdef'),
  ifndef: keyword('ifndef'),
  elif: keyword('elif'),
  elifdef: keyword('elifdef'),
  elifndef: keyword('elifndef'),
  else: keyword('else'),
  endif: keyword('endif'),
  error: keyword('error'),
  warning: keyword('warning'),
  line: keyword('line'),
  pragma: keyword('pragma'),
  ident: keyword('ident'),
  sccs: keyword('sccs'),
  defined: keyword('defined'),
  hasInclude: keyword('__has_include'),
  vaArgs: keyword('__VA_ARGS__'),
  once: keyword('once'),
} as const;

/** Macros whose value depends on where they stand. */
const BUILTINS = ['__FILE__', '__LINE__', '__COUNTER__', '__INCLUDE_LEVEL__', '__BASE_FILE__'] as const;

interface OpenCondition {
  /** Index of its `#if`. */
  readonly at: number;
  taken: boolean;
  sawElse: boolean;
}

/** One reading of a file. */
interface OpenedFile {
  readonly list: TokenList;
  readonly base: Loc;
  readonly path: string;
  readonly includedAt: Loc;
  /** Index in the include paths where it was found; -1 elsewhere. */
  readonly foundIn: number;
  readonly conditions: OpenCondition[];
  pos: number;
}

/** Tokens that are read before the file goes on: a macro's expansion, or a list to be expanded by itself. */
interface ExpansionFrame {
  readonly toks: readonly Tok[];
  next: number;
  readonly macro: Macro | undefined;
  /** A list that is expanded by itself: nothing is read behind its end. */
  readonly closed: boolean;
  /** The macro's name where it was used. */
  readonly name: Tok | undefined;
  readonly below: ExpansionFrame | undefined;
  /** Padding that comes before the first token. */
  lead: Tok | undefined;
  expansion: number;
}

/**
 * The C preprocessor for device-tree source: assembler mode of gcc's, token by token. `advance` moves to the
 * next token of the preprocessed text; `kind` and its neighbours describe it.
 */
export class Preprocessor {
  kind: number = T.EOF;
  /** White space, or a line's start, stands in front of the token. */
  space = true;
  list: TokenList;
  index = 0;
  /** Where the text of the token before this one ends: the place for what is missing there. */
  prevEnd: Loc = NOWHERE;
  /** The rest of the input was dropped: a comment without an end, or a limit. */
  cutOff = false;
  /** Names of headers that could not be read. */
  readonly missingHeaders: string[] = [];
  /** Paths of all files that were read, in order of first use. */
  readonly dependencies = new Set<string>();

  readonly #options: PreprocessorOptions;
  readonly #sources: SourceMap;
  readonly #report: Report;
  readonly #cache: SourceCache;
  readonly #macros: (Macro | undefined)[];
  readonly #none: (Macro | undefined)[] = [];
  /** Words that were defined, to take the definitions back at the end. */
  readonly #defined: number[] = [];
  readonly #bases = new Map<TokenList, Loc>();
  readonly #once = new Set<string>();
  readonly #stack: OpenedFile[] = [];
  readonly #builtins = new Map<number, (typeof BUILTINS)[number]>();

  #file: OpenedFile;
  #kinds: Uint8Array;
  #flags: Uint8Array;
  #ids: Int32Array;
  #pos = 0;
  #base: Loc = 0;
  /** Macros that count in this file: none in raw text. */
  #table: (Macro | undefined)[];

  #frame: ExpansionFrame | undefined;
  #pad = PAD_NONE;
  /** The frame that the current token came from; or the macro of one token that it is, and where it was used. */
  #via: ExpansionFrame | undefined;
  #viaMacro: Macro | undefined;
  #viaIndex = 0;
  #tokBase: Loc = 0;
  /** The use of a macro in a file that the tokens being expanded stem from. */
  #use: { readonly macro: Macro; readonly name: Tok } | undefined;
  /** Memory of the tree that is made. */
  readonly #tree: Budget;
  #budget = MAX_EXPANDED;
  #readable = MAX_INCLUDED;
  #depth = 0;
  #counter = 0;
  /** A quote was found without a partner up to the end: looking again for each would take forever. */
  #partnerless = false;

  constructor(
    path: string,
    bytes: Uint8Array,
    context: {
      readonly sources: SourceMap;
      readonly report: Report;
      readonly cache: SourceCache;
      readonly budget: Budget;
    },
    options: PreprocessorOptions,
  ) {
    this.#options = options;
    this.#sources = context.sources;
    this.#report = context.report;
    this.#cache = context.cache;
    this.#tree = context.budget;
    this.#macros = context.cache.macros;
    this.#table = this.#macros;
    const raw = !options.preprocess;
    const list = tokenize(sourceText(path, bytes), raw, this.#cache.interner);
    this.list = list;
    this.#kinds = list.kinds;
    this.#flags = list.flags;
    this.#ids = list.ids;
    this.#file = this.#open(list, path, NOWHERE, -1);
    if (!raw) {
      try {
        this.#predefine();
      } catch (error) {
        this.finish();
        throw error;
      }
    }
    this.#macros.length = Math.max(this.#macros.length, this.#cache.interner.size);
  }

  /** Takes back every definition, so that the next parse finds a clean table. */
  finish(): void {
    for (let frame = this.#frame; frame !== undefined; frame = frame.below) {
      if (frame.macro !== undefined) frame.macro.disabled = false;
    }
    for (const id of this.#defined) this.#macros[id] = undefined;
  }

  // ---- the stream

  advance(): void {
    if (this.#pos > 0) this.prevEnd = this.#base + (this.#file.list.ends[this.#pos - 1] as number);
    for (;;) {
      if (this.#frame !== undefined && this.#advanceInFrame()) return;
      const i = this.#pos++;
      const kind = this.#kinds[i] as number;
      if (kind === T.IDENT) {
        const macro = this.#table[this.#ids[i] as number];
        if (macro !== undefined && this.#enterInFile(macro, i)) {
          if (this.#viaMacro !== undefined) return;
          continue;
        }
      } else if (kind === HASH && ((this.#flags[i] as number) & T.LINE_START) !== 0) {
        if (this.#directive(i)) continue;
      } else if (kind === SLASH) {
        if (this.#kinds[i + 1] === T.IDENT && this.#ids[i + 1] === WORD.include && this.#dtcInclude(i))
          continue;
      } else if (kind === T.EOF) {
        this.#pos = i;
        if (this.#leaveFile()) continue;
      } else if (kind === T.UNTERMINATED && !this.#file.list.raw && this.#acrossLines(i)) continue;
      this.#via = undefined;
      this.#viaMacro = undefined;
      this.#tokBase = this.#base;
      this.list = this.#file.list;
      this.index = i;
      const space = ((this.#flags[i] as number) & T.SPACE) !== 0;
      this.space = this.#pad === PAD_NONE ? space : this.#padded(kind, space);
      this.kind = kind;
      return;
    }
  }

  /** Location of the current token; for one out of a macro, a location that knows the way. */
  loc(): Loc {
    if (this.#via !== undefined) {
      return this.#sources.origin(this.#spelling(), this.#expansionOf(this.#via));
    }
    if (this.#viaMacro !== undefined) {
      const used = this.#base + (this.#file.list.starts[this.#viaIndex] as number);
      return this.#sources.origin(this.#spelling(), this.#expansionAt(this.#viaMacro, used));
    }
    return this.#tokBase + (this.list.starts[this.index] as number);
  }

  /** Where the current token's text ends; for one out of a macro, where the macro's use ends. */
  endLoc(): Loc {
    if (this.#pos === 0) return this.#base;
    return this.#base + (this.#file.list.ends[this.#pos - 1] as number);
  }

  get text(): string {
    return this.list.text(this.index);
  }

  /** True while the current token and the next come straight from a file. */
  get inFile(): boolean {
    return this.#frame === undefined && this.#viaMacro === undefined && this.#via === undefined;
  }

  /** The word is a macro here. */
  isMacro(id: number): boolean {
    return this.#table[id] !== undefined;
  }

  /** Goes on behind token `index` of the current file, which the caller has read itself. */
  continueBehind(index: number): void {
    this.#pos = index + 1;
  }

  /** The next token is `kind` and stands right behind the current one. */
  followedBy(kind: number): boolean {
    for (let frame = this.#frame; frame !== undefined; frame = frame.below) {
      if (frame.lead !== undefined) return false;
      for (let i = frame.next; i < frame.toks.length; i++) {
        const tok = frame.toks[i] as Tok;
        if (tok.kind !== PADDING) return tok.kind === kind && !tok.space;
        if (tok.id === PAD_SPACE) return false;
      }
      if (frame.closed) return false;
    }
    return this.#kinds[this.#pos] === kind && ((this.#flags[this.#pos] as number) & T.SPACE) === 0;
  }

  /** Makes `text`, the end of the current token, come next as tokens of their own, macros left alone. */
  putBack(text: string): void {
    const list = this.#cache.scrap(text, true);
    const toks = Array.from({ length: list.kinds.length - 1 }, (_, i) => ({
      ...tokAt(list, i, NOWHERE),
      space: i > 0 && ((list.flags[i] as number) & T.SPACE) !== 0,
      noExpand: true,
    }));
    this.#frame = {
      toks,
      next: 0,
      macro: undefined,
      closed: false,
      name: undefined,
      below: this.#frame,
      lead: undefined,
      expansion: -1,
    };
  }

  /** Every macro name that is defined, for "did you mean". */
  *macroNames(): Generator<string, void, undefined> {
    for (const id of this.#defined) if (this.#macros[id] !== undefined) yield this.#cache.interner.name(id);
  }

  /** The bytes of a file that the current one names: its own directory first, then the source paths. */
  readBeside(name: string): { readonly path: string; readonly bytes: Uint8Array } | undefined {
    const directories = name.startsWith('/')
      ? ['']
      : [directoryOf(this.#file.path), ...this.#options.sourcePaths];
    for (const directory of directories) {
      const path = joinPath(directory, name);
      const bytes = this.#options.readFile(path);
      if (bytes !== undefined) {
        if (!this.dependencies.has(path)) this.#tree.allow(bytes.length);
        this.dependencies.add(path);
        return { path, bytes };
      }
    }
    return undefined;
  }

  // ---- space between tokens

  #padBy(pad: number): void {
    if (this.#pad === PAD_NONE || this.#pad === PAD_OWN) this.#pad = pad;
    else if (this.#pad === PAD_NO_SPACE && pad === PAD_OWN) this.#pad = PAD_OWN;
  }

  #padded(kind: number, own: boolean): boolean {
    const space = this.#pad === PAD_SPACE || (this.#pad === PAD_OWN && own);
    this.#pad = PAD_NONE;
    return space || wouldPaste(this.kind, kind, kind < 32 ? this.list.text(this.index) : '');
  }

  // ---- files

  #open(list: TokenList, path: string, includedAt: Loc, foundIn: number): OpenedFile {
    const base = this.#sources.open(list.source, includedAt);
    const size = list.source.bytes.length;
    if (!this.#bases.has(list)) {
      this.#bases.set(list, base);
      this.#budget += size;
      this.#readable += REPEATED * size;
      this.#tree.allow(size);
    }
    this.#readable -= size + 100;
    if (this.#readable < 0) {
      throw new LimitError(
        'the same files are included over and over',
        'do files include each other more than once?',
      );
    }
    this.dependencies.add(path);
    const file: OpenedFile = { list, base, path, includedAt, foundIn, conditions: [], pos: 0 };
    this.#stack.push(file);
    if (this.#stack.length > 1) this.#file.pos = this.#pos;
    this.#show(file);
    const last = list.kinds.length - 2;
    if (list.kinds[last] === T.UNTERMINATED && list.text(last).startsWith('/*')) {
      this.cutOff = true;
      const start = base + (list.starts[last] as number);
      this.#report('syntax', 'the comment has no end', { start, end: start + 2, hint: 'close it with */' });
    }
    return file;
  }

  #show(file: OpenedFile): void {
    this.#file = file;
    this.#kinds = file.list.kinds;
    this.#flags = file.list.flags;
    this.#ids = file.list.ids;
    this.#pos = file.pos;
    this.#base = file.base;
    this.#table = file.list.raw ? this.#none : this.#macros;
    this.#macros.length = Math.max(this.#macros.length, this.#cache.interner.size);
  }

  /** @returns false at the end of the outermost file */
  #leaveFile(): boolean {
    const { conditions } = this.#file;
    for (const { at } of conditions.splice(0)) {
      this.#complain('directive', 'this condition has no #endif', at, at + 1, {
        hint: 'add #endif at the end of what it is about',
      });
    }
    if (this.#stack.length === 1) return false;
    this.#stack.pop();
    this.#show(this.#stack.at(-1) as OpenedFile);
    return true;
  }

  #enterFile(path: string, bytes: Uint8Array, raw: boolean, at: Loc, foundIn: number): void {
    if (this.#stack.length >= MAX_INCLUDES) {
      const again = this.#stack.some((file) => file.path === path);
      const what = again ? `${path} includes itself` : 'files include each other';
      this.#report('include', `${what} more than ${MAX_INCLUDES} deep`, {
        start: at,
        hint: 'remove one #include of the circle, or guard the file with #ifndef, #define and #endif',
      });
      this.#stop();
      return;
    }
    this.#open(this.#cache.tokens(path, bytes, raw), path, at, foundIn);
  }

  /** Goes to the end of everything: more input would only repeat what was reported. */
  #stop(): void {
    for (let frame = this.#frame; frame !== undefined; frame = frame.below) {
      if (frame.macro !== undefined) frame.macro.disabled = false;
    }
    this.#frame = undefined;
    this.cutOff = true;
    for (const file of this.#stack) {
      file.conditions.length = 0;
      file.pos = file.list.kinds.length - 1;
    }
    this.#pos = this.#file.pos;
  }

  /** dtc's `/include/ "file"`: the text of the file, which no preprocessor has seen. */
  #dtcInclude(i: number): boolean {
    const { list } = this.#file;
    const glued = (index: number): boolean => ((this.#flags[index] as number) & T.SPACE) === 0;
    if (this.#kinds[i + 2] !== SLASH || !glued(i + 1) || !glued(i + 2)) return false;
    const kind = this.#kinds[i + 3];
    if (kind !== T.STRING && kind !== T.STRING_ESC) return false;
    const name = list.text(i + 3).slice(1, -1);
    this.#pos = i + 4;
    const found = this.readBeside(name);
    if (found === undefined) this.#noFile(name, i + 3, i + 4);
    else this.#enterFile(found.path, found.bytes, true, this.#base + (list.starts[i] as number), -1);
    return true;
  }

  #noFile(name: string, from: number, to: number): void {
    this.missingHeaders.push(name);
    this.#complain('include', `cannot find ${name}`, from, to, {
      hint: 'check the name, or add the directory that it is in to the include paths (-i)',
    });
  }

  /** Reports about tokens `from` to before `to` of the current file. */
  #complain(code: string, message: string, from: number, to: number, more: Parameters<Report>[2] = {}): void {
    const { starts, ends } = this.#file.list;
    this.#report(code, message, {
      start: this.#base + (starts[from] as number),
      end: this.#base + (ends[Math.max(from, to - 1)] as number),
      ...more,
    });
  }

  /**
   * A string that goes over lines. The C preprocessor takes its lines apart like any others, and dtc puts
   * them together again: so does this, with the text as the preprocessor would print it.
   */
  #acrossLines(first: number): boolean {
    const { list } = this.#file;
    const at = this.#base + (list.starts[first] as number);
    const place = this.#sources.place(at);
    if (place === undefined || this.#partnerless) return false;
    if (list.text(first).startsWith('/*')) return false;
    let text = `\n${' '.repeat(place.column - 1)}${list.text(first)}`;
    let quote = openQuote(list.text(first), '');
    let line = place.line;
    const depth = this.#stack.length;
    const startPos = this.#pos;
    // The unfinished token itself must not be read again by the call below, only its successors.
    for (;;) {
      const lineDone = this.#frame === undefined && ((this.#flags[this.#pos] as number) & T.LINE_START) !== 0;
      if (lineDone && (quote === '' || this.#kinds[this.#pos] === T.EOF)) break;
      this.#advanceWithin();
      if (this.kind === T.EOF || this.#stack.length !== depth) break;
      const here = this.#sources.place(this.loc());
      if (here !== undefined && here.line > line) {
        text += '\n'.repeat(here.line - line) + ' '.repeat(here.column - 1);
        line = here.line;
      } else if (this.space) text += ' ';
      text += this.text;
      quote = openQuote(this.text, quote);
    }
    if (quote !== '' || this.#stack.length !== depth) {
      // No partner anywhere: leave the line as it is, the parser says what is wrong.
      this.#partnerless = true;
      if (this.#stack.length === depth) this.#pos = startPos;
      return false;
    }
    const joined = this.#cache.scrap(text, true);
    const source = { ...joined.source, path: list.source.path };
    const file = this.#open(withSource(joined, source), this.#file.path, this.#file.includedAt, -1);
    this.#sources.addLineMarker(file.base, place.line, place.file);
    return true;
  }

  /** `advance` without joining lines. */
  #advanceWithin(): void {
    const i = this.#pos;
    if (this.#frame === undefined && this.#kinds[i] === T.UNTERMINATED) {
      this.#pos++;
      this.#via = undefined;
      this.#viaMacro = undefined;
      this.#tokBase = this.#base;
      this.list = this.#file.list;
      this.index = i;
      this.space = ((this.#flags[i] as number) & T.SPACE) !== 0;
      this.kind = T.UNTERMINATED;
    } else this.advance();
  }

  // ---- macros

  #predefine(): void {
    const constants = { __STDC__: '1', __STDC_HOSTED__: '1', __ASSEMBLER__: '1', ...this.#options.defines };
    for (const [name, value] of Object.entries(constants)) {
      const macro = readMacro(this.#cache.scrap(`${name} ${value}`), 0, WORD.vaArgs);
      if ('problem' in macro) throw new RangeError(`cannot define ${name}: ${macro.problem}`);
      this.#define(macro);
    }
    for (const name of BUILTINS) {
      const list = this.#cache.scrap(name);
      this.#builtins.set(list.ids[0] as number, name);
      this.#define(builtinMacro(list));
    }
  }

  #define(macro: Macro): void {
    this.#macros[macro.id] = macro;
    this.#defined.push(macro.id);
  }

  /** Starts the expansion of a macro whose name is token `i` of the file. @returns false: not a use of it */
  #enterInFile(macro: Macro, i: number): boolean {
    const { single } = macro;
    if (single >= 0) {
      // By far the most frequent: a name for a number.
      const { list } = macro;
      const kind = list.kinds[single] as number;
      const white = ((this.#flags[i] as number) & T.SPACE) !== 0;
      if (this.#pad !== PAD_NONE) this.#padBy(white ? PAD_SPACE : PAD_NO_SPACE);
      const before = this.kind;
      this.list = list;
      this.index = single;
      this.space = white || this.#pad === PAD_SPACE || wouldPaste(before, kind, '0');
      this.kind = kind;
      this.#pad = PAD_OWN;
      this.#via = undefined;
      this.#viaMacro = macro;
      this.#viaIndex = i;
      this.#tokBase = NOWHERE;
      this.#budget--;
      return true;
    }
    this.#viaMacro = undefined;
    return this.#enter(macro, tokAt(this.#file.list, i, this.#base));
  }

  /** Delivers the next token of the frames. @returns false when they are used up */
  #advanceInFrame(): boolean {
    for (;;) {
      const frame = this.#frame;
      const tok = this.#nextOfFrames();
      if (tok === undefined) return false;
      if (tok.kind === PADDING) {
        this.#padBy(tok.id);
        continue;
      }
      this.list = tok.list;
      this.index = tok.index;
      this.space = this.#pad === PAD_NONE ? tok.space : this.#padded(tok.kind, tok.space);
      this.kind = tok.kind;
      this.#via = this.#frame ?? frame;
      this.#viaMacro = undefined;
      this.#tokBase = tok.base;
      return true;
    }
  }

  /** The next token of the frames, macros in it expanded; undefined at the end of them, or of a closed list. */
  #nextOfFrames(): Tok | undefined {
    for (;;) {
      const frame = this.#frame;
      if (frame === undefined) return undefined;
      const { lead } = frame;
      if (lead !== undefined) {
        frame.lead = undefined;
        return lead;
      }
      const tok = frame.toks[frame.next];
      if (tok === undefined) {
        if (frame.closed) return undefined;
        this.#leaveFrame(frame);
        return OWN_PADDING;
      }
      frame.next++;
      if (--this.#budget < 0) {
        this.#tooMuch();
        return undefined;
      }
      if (tok.kind !== T.IDENT || tok.noExpand) return tok;
      const macro = this.#macros[tok.id];
      if (macro === undefined) return tok;
      if (macro.disabled) return { ...tok, noExpand: true };
      if (!this.#enter(macro, tok)) return tok;
    }
  }

  #leaveFrame(frame: ExpansionFrame): void {
    if (frame.macro !== undefined) frame.macro.disabled = false;
    this.#frame = frame.below;
  }

  #tooMuch(): void {
    const use = this.#use;
    const start = use === undefined ? NOWHERE : this.#tokLoc(use.name);
    this.#report('macro', `macro ${use?.macro.name ?? ''} expands to too much text`, {
      start,
      end: start + (use?.macro.name.length ?? 0),
      hint: 'does it use macros that double themselves?',
    });
    this.#stop();
  }

  #tokLoc(tok: Tok): Loc {
    const base = tok.base === NOWHERE ? (this.#bases.get(tok.list) ?? NOWHERE) : tok.base;
    return base === NOWHERE ? NOWHERE : base + (tok.list.starts[tok.index] as number);
  }

  #spelling(): Loc {
    const base = this.#tokBase === NOWHERE ? (this.#bases.get(this.list) ?? NOWHERE) : this.#tokBase;
    return base === NOWHERE ? NOWHERE : base + (this.list.starts[this.index] as number);
  }

  #expansionAt(macro: Macro, used: Loc): number {
    const base = this.#bases.get(macro.list);
    const definedAt = base === undefined ? NOWHERE : base + (macro.list.starts[macro.index] as number);
    return this.#sources.expansion(macro.name, used, definedAt);
  }

  #expansionOf(frame: ExpansionFrame): number {
    if (frame.expansion >= 0) return frame.expansion;
    let below = frame.below;
    while (below !== undefined && below.macro === undefined) below = below.below;
    const { name, macro } = frame;
    if (name === undefined || macro === undefined) {
      return below === undefined ? this.#sources.expansion('', NOWHERE, NOWHERE) : this.#expansionOf(below);
    }
    let used = this.#tokLoc(name);
    if (below !== undefined) used = this.#sources.origin(used, this.#expansionOf(below));
    frame.expansion = this.#expansionAt(macro, used);
    return frame.expansion;
  }

  /** Starts the expansion of a macro. @returns false where a function-like one has no arguments here */
  #enter(macro: Macro, name: Tok): boolean {
    if (this.#frame === undefined) this.#use = { macro, name };
    let toks = macro.body;
    if (macro.builtin) toks = [this.#builtin(macro, name)];
    else if (macro.params >= 0) {
      if (!this.#takeOpen()) return false;
      const args = this.#arguments(macro, name);
      // What cannot be used as a macro stands for a 0, so that the value around it stays readable.
      if (args === undefined) toks = [tokAt(this.#cache.scrap('0'), 0, NOWHERE)];
      else if (this.#depth >= MAX_EXPANSION_DEPTH) {
        this.#report('macro', `uses of macros are nested more than ${MAX_EXPANSION_DEPTH} deep`, {
          start: this.#tokLoc(name),
        });
        this.#stop();
        return true;
      } else toks = substitute(macro, args, (list) => this.#expand(list), this.#scrap);
    } else if (macro.hasPaste) toks = substitute(macro, [], (list) => this.#expand(list), this.#scrap);
    if (this.#budget < 0) return true;
    macro.disabled = true;
    this.#frame = {
      toks,
      next: 0,
      macro,
      closed: false,
      name,
      below: this.#frame,
      lead: name.space ? SPACE_PADDING : NO_SPACE_PADDING,
      expansion: -1,
    };
    return true;
  }

  /** A token that a macro makes of others. Its length counts: strings of strings grow without end. */
  readonly #scrap = (text: string): TokenList => {
    this.#budget -= text.length >> 2;
    if (this.#budget >= 0) return this.#cache.scrap(text);
    this.#tooMuch();
    return this.#cache.scrap('0');
  };

  #builtin(macro: Macro, name: Tok): Tok {
    const kind = this.#builtins.get(macro.id);
    let outermost = name;
    for (let frame = this.#frame; frame !== undefined; frame = frame.below)
      if (frame.name) outermost = frame.name;
    const place = this.#sources.place(this.#tokLoc(outermost));
    const quoted = (path: string): string => `"${path.replace(/[\\"]/g, '\\$&')}"`;
    let text = '0';
    if (kind === '__FILE__') text = quoted(place?.file ?? this.#file.path);
    else if (kind === '__BASE_FILE__') text = quoted((this.#stack[0] as OpenedFile).path);
    else if (kind === '__LINE__') text = String(place?.line ?? 0);
    else if (kind === '__COUNTER__') text = String(this.#counter++);
    else text = String(this.#stack.length - 1);
    return tokAt(this.#cache.scrap(text), 0, NOWHERE);
  }

  /** Takes the `(` that makes a name the use of a function-like macro, wherever it stands. */
  #takeOpen(): boolean {
    for (let frame = this.#frame; frame !== undefined; frame = frame.below) {
      let next = frame.next;
      while (frame.toks[next]?.kind === PADDING) next++;
      const tok = frame.toks[next];
      if (tok === undefined) {
        if (frame.closed) return false;
        continue;
      }
      if (tok.kind !== OPEN) return false;
      while (this.#frame !== undefined && this.#frame !== frame) this.#leaveFrame(this.#frame);
      frame.next = next + 1;
      frame.lead = undefined;
      return true;
    }
    if (this.#kinds[this.#pos] !== OPEN) return false;
    while (this.#frame !== undefined) this.#leaveFrame(this.#frame);
    this.#pos++;
    return true;
  }

  /** The next token as it is written; undefined at the end of the file or of a closed list. */
  #nextRaw(): Tok | undefined {
    for (;;) {
      const frame = this.#frame;
      if (frame === undefined) {
        const i = this.#pos;
        const kind = this.#kinds[i] as number;
        if (kind === T.EOF) return undefined;
        this.#pos = i + 1;
        if (kind === HASH && ((this.#flags[i] as number) & T.LINE_START) !== 0 && this.#directive(i))
          continue;
        return tokAt(this.#file.list, i, this.#base);
      }
      if (frame.lead !== undefined) {
        frame.lead = undefined;
        continue;
      }
      const tok = frame.toks[frame.next];
      if (tok === undefined) {
        if (frame.closed) return undefined;
        this.#leaveFrame(frame);
        continue;
      }
      frame.next++;
      if (--this.#budget < 0) {
        this.#tooMuch();
        return undefined;
      }
      if (tok.kind === T.IDENT && !tok.noExpand && this.#macros[tok.id]?.disabled) {
        return { ...tok, noExpand: true };
      }
      return tok;
    }
  }

  /** The arguments of a use of `macro`, behind the `(`; undefined where they do not fit, which is reported. */
  #arguments(macro: Macro, name: Tok): readonly (readonly Tok[])[] | undefined {
    const args: Tok[][] = [[]];
    const start = this.#pos;
    const file = this.#file;
    let depth = 0;
    let taken = 0;
    for (;;) {
      const tok = this.#nextRaw();
      if (tok === undefined) {
        if (this.#budget >= 0) {
          this.#report('macro', `the arguments of macro ${macro.name} have no end`, {
            start: this.#tokLoc(name),
            end: this.#tokLoc(name) + macro.name.length,
            hint: 'a ")" is missing',
          });
          if (this.#frame === undefined && this.#file === file) this.#pos = this.#endOfArguments(start);
        }
        return undefined;
      }
      if (--this.#budget < 0 || ++taken > MAX_ARGUMENT_TOKENS) {
        const start = this.#tokLoc(name);
        this.#report('macro', `the arguments of macro ${macro.name} are too long`, {
          start,
          end: start + macro.name.length,
          hint: 'is a ")" missing?',
        });
        this.#stop();
        return undefined;
      }
      const last = args.at(-1) as Tok[];
      if (tok.kind === OPEN) depth++;
      else if (tok.kind === CLOSE && depth-- === 0) break;
      else if (tok.kind === COMMA && depth === 0 && !(macro.variadic && args.length >= macro.params)) {
        args.push([]);
        continue;
      }
      if (tok.kind !== PADDING || last.length > 0) last.push(tok);
    }
    for (const arg of args) while (arg.at(-1)?.kind === PADDING) arg.pop();
    const { params } = macro;
    const given = args.length === 1 && args[0]?.length === 0 && params === 0 ? 0 : args.length;
    if (given === params || (macro.variadic && given === params - 1)) {
      while (args.length < params) args.push([]);
      return args;
    }
    const base = this.#bases.get(macro.list);
    const defined = base === undefined ? NOWHERE : base + (macro.list.starts[macro.index] as number);
    this.#report('macro', `macro ${macro.name} takes ${count(params)} but is given ${given}`, {
      start: this.#tokLoc(name),
      end: this.#tokLoc(name) + macro.name.length,
      notes: [{ message: `${macro.name} is defined here`, start: defined, end: defined + macro.name.length }],
    });
    return undefined;
  }

  /** Where to go on behind arguments without end: what cannot be part of them, most likely. */
  #endOfArguments(from: number): number {
    let i = from;
    while (this.#kinds[i] !== T.EOF && ![SEMICOLON, GREATER, CLOSE_BRACE].includes(this.#kinds[i] as number))
      i++;
    return i;
  }

  /** A list of tokens with all macros in it expanded, as an argument is before it is put in. */
  #expand(toks: readonly Tok[]): readonly Tok[] {
    if (!toks.some((tok) => tok.kind === T.IDENT && this.#macros[tok.id] !== undefined)) return toks;
    this.#depth++;
    const list: ExpansionFrame = {
      toks,
      next: 0,
      macro: undefined,
      closed: true,
      name: undefined,
      below: this.#frame,
      lead: undefined,
      expansion: -1,
    };
    this.#frame = list;
    const expanded: Tok[] = [];
    for (let tok = this.#nextOfFrames(); tok !== undefined; tok = this.#nextOfFrames()) expanded.push(tok);
    if (this.#frame === list) this.#frame = list.below;
    this.#depth--;
    return expanded;
  }

  // ---- directives

  /** The `#` at `i` starts a line. @returns false: no directive, but text (a property like `#size-cells`) */
  #directive(i: number): boolean {
    const { list } = this.#file;
    const word = i + 1;
    if (((this.#flags[word] as number) & T.LINE_START) !== 0) {
      if (list.raw) return false;
      this.#pos = word;
      return true;
    }
    const kind = this.#kinds[word];
    if (kind === T.NUM) return this.#lineMarker(i, word);
    if (kind !== T.IDENT) return false;
    const id = this.#ids[word] as number;
    if (list.raw) return id === WORD.line && this.#lineMarker(i, word + 1);
    switch (id) {
      case WORD.define:
        this.#defineHere(i);
        return true;
      case WORD.ifdef:
      case WORD.ifndef:
        this.#ifDefined(i, id === WORD.ifdef);
        return true;
      case WORD.if:
        this.#openCondition(i, this.#condition(word));
        return true;
      case WORD.else:
      case WORD.elif:
      case WORD.elifdef:
      case WORD.elifndef:
        this.#otherwise(i, id === WORD.else);
        return true;
      case WORD.endif:
        if (this.#file.conditions.pop() === undefined)
          this.#complain('directive', '#endif without #if', i, word + 1);
        this.#pos = nextLine(list, word);
        return true;
      case WORD.include:
      case WORD.includeNext:
      case WORD.import:
        this.#include(i, id);
        return true;
      case WORD.undef:
        this.#undefine(word);
        return true;
      case WORD.error:
      case WORD.warning:
        this.#userMessage(i, id === WORD.error);
        return true;
      case WORD.line:
        if (this.#lineMarker(i, word + 1)) return true;
        this.#complain('directive', '#line needs a line number', i, word + 1);
        this.#pos = nextLine(list, word);
        return true;
      case WORD.pragma:
        if (this.#ids[word + 1] === WORD.once && this.#kinds[word + 1] === T.IDENT) {
          this.#once.add(plainPath(this.#file.path));
        }
        this.#pos = nextLine(list, word);
        return true;
      case WORD.ident:
      case WORD.sccs:
        this.#pos = nextLine(list, word);
        return true;
      default:
        return false;
    }
  }

  /** `# 12 "file"` and `#line 12 "file"`: what follows is from there. */
  #lineMarker(i: number, number: number): boolean {
    const { list } = this.#file;
    if (this.#kinds[number] !== T.NUM || ((this.#flags[number] as number) & T.LINE_START) !== 0) return false;
    const end = nextLine(list, number);
    const name = number + 1;
    const quoted = name < end && (this.#kinds[name] === T.STRING || this.#kinds[name] === T.STRING_ESC);
    if (!quoted && (name < end || this.#kinds[i + 1] === T.NUM)) return false;
    const at = this.#base + (list.starts[i] as number);
    const file = quoted
      ? list.text(name).slice(1, -1).replace(/\\(.)/g, '$1')
      : (this.#sources.place(at)?.file ?? '');
    this.#sources.addLineMarker(at, (this.#ids[number] as number) >>> 0, file);
    this.#pos = end;
    return true;
  }

  #defineHere(i: number): void {
    const { list } = this.#file;
    let macro = list.memo[i] as Macro | undefined;
    if (macro === undefined) {
      const name = i + 2;
      if (this.#kinds[name] !== T.IDENT || ((this.#flags[name] as number) & T.LINE_START) !== 0) {
        this.#complain('directive', '#define needs a name', i, i + 2);
        this.#pos = nextLine(list, i + 1);
        return;
      }
      const read = readMacro(list, name, WORD.vaArgs);
      if ('problem' in read) {
        this.#complain('directive', read.problem, Math.max(read.at, name), read.at + 1);
        this.#pos = nextLine(list, name);
        return;
      }
      macro = read;
      list.memo[i] = macro;
    }
    this.#pos = macro.end;
    const known = this.#macros[macro.id];
    if (known !== undefined && known !== macro && !sameMacro(known, macro)) this.#redefined(macro, known);
    this.#macros[macro.id] = macro;
    this.#defined.push(macro.id);
  }

  #redefined(macro: Macro, known: Macro): void {
    const base = this.#bases.get(known.list);
    const start = base === undefined ? NOWHERE : base + (known.list.starts[known.index] as number);
    this.#complain(
      'macro',
      `macro ${macro.name} is defined again, and differently`,
      macro.index,
      macro.index + 1,
      {
        severity: 'warning',
        hint: 'the later definition counts from here; use #undef where that is meant',
        notes: [{ message: `${macro.name} is first defined here`, start, end: start + macro.name.length }],
      },
    );
  }

  #undefine(word: number): void {
    const name = word + 1;
    this.#pos = nextLine(this.#file.list, word);
    if (this.#kinds[name] !== T.IDENT || name >= this.#pos) {
      this.#complain('directive', '#undef needs a name', word, word + 1);
      return;
    }
    this.#macros[this.#ids[name] as number] = undefined;
  }

  #userMessage(i: number, isError: boolean): void {
    const { list } = this.#file;
    const end = nextLine(list, i + 1);
    const from = list.starts[i + 2] as number;
    const to = list.ends[end - 1] as number;
    const text = end > i + 2 ? list.source.text.slice(from, to) : '';
    this.#complain('user', text === '' ? `#${isError ? 'error' : 'warning'}` : text, i, end, {
      severity: isError ? 'error' : 'warning',
    });
    this.#pos = end;
  }

  #ifDefined(i: number, wanted: boolean): void {
    const name = i + 2;
    if (this.#kinds[name] !== T.IDENT || ((this.#flags[name] as number) & T.LINE_START) !== 0) {
      this.#complain('directive', `#${wanted ? 'ifdef' : 'ifndef'} needs a name`, i, i + 2);
      this.#openCondition(i, false);
      return;
    }
    this.#openCondition(i, (this.#macros[this.#ids[name] as number] !== undefined) === wanted);
  }

  #openCondition(i: number, holds: boolean): void {
    this.#file.conditions.push({ at: i, taken: holds, sawElse: false });
    if (holds) this.#pos = nextLine(this.#file.list, i + 1);
    else this.#skip(this.#ids[i] as number);
  }

  /** `#else` or `#elif` behind a part that was read: the rest is skipped. */
  #otherwise(i: number, isElse: boolean): void {
    const condition = this.#file.conditions.at(-1);
    if (condition === undefined) {
      this.#complain('directive', `#${this.#file.list.text(i + 1)} without #if`, i, i + 2);
      this.#pos = nextLine(this.#file.list, i + 1);
      return;
    }
    this.#checkElse(condition, i, isElse);
    this.#skip(this.#ids[i] as number);
  }

  #checkElse(condition: OpenCondition, i: number, isElse: boolean): void {
    if (condition.sawElse) {
      const { starts } = this.#file.list;
      this.#complain('directive', `#${this.#file.list.text(i + 1)} behind #else`, i, i + 2, {
        notes: [
          { message: 'the condition begins here', start: this.#base + (starts[condition.at] as number) },
        ],
      });
    }
    if (isElse) condition.sawElse = true;
  }

  /** Skips from directive number `ordinal` to the part of its condition that is read, or behind `#endif`. */
  #skip(ordinal: number): void {
    const { list, conditions } = this.#file;
    const { directives } = list;
    const condition = conditions.at(-1) as OpenCondition;
    let depth = 0;
    for (let o = ordinal + 1; o < directives.length; o++) {
      const i = directives[o] as number;
      const word = i + 1;
      if (this.#kinds[word] !== T.IDENT || ((this.#flags[word] as number) & T.LINE_START) !== 0) continue;
      const id = this.#ids[word] as number;
      if (id === WORD.if || id === WORD.ifdef || id === WORD.ifndef) depth++;
      else if (id === WORD.endif && depth-- === 0) {
        conditions.pop();
        this.#pos = nextLine(list, word);
        return;
      } else if (depth === 0 && id === WORD.else) {
        this.#checkElse(condition, i, true);
        if (condition.taken) continue;
        condition.taken = true;
        this.#pos = nextLine(list, word);
        return;
      } else if (depth === 0 && (id === WORD.elif || id === WORD.elifdef || id === WORD.elifndef)) {
        this.#checkElse(condition, i, false);
        if (condition.taken) continue;
        const name = this.#macros[this.#ids[word + 1] as number];
        condition.taken =
          id === WORD.elif ? this.#condition(word) : (name !== undefined) === (id === WORD.elifdef);
        if (!condition.taken) continue;
        this.#pos = nextLine(list, word);
        return;
      }
    }
    this.#pos = list.kinds.length - 1;
  }

  /** Evaluates what stands behind `#if` or `#elif`, token `word`. */
  #condition(word: number): boolean {
    const { list } = this.#file;
    const end = nextLine(list, word);
    const toks: Tok[] = [];
    for (let i = word + 1; i < end; i++) {
      const id = this.#kinds[i] === T.IDENT ? (this.#ids[i] as number) : 0;
      if (id === WORD.defined) {
        const inside = this.#kinds[i + 1] === OPEN && i + 1 < end ? i + 2 : i + 1;
        if (inside >= end || this.#kinds[inside] !== T.IDENT) {
          this.#complain('directive', '"defined" needs a name', i, i + 1);
          return false;
        }
        toks.push(this.#truth(this.#macros[this.#ids[inside] as number] !== undefined));
        i = inside + (inside === i + 2 && this.#kinds[inside + 1] === CLOSE ? 1 : 0);
      } else if (id === WORD.hasInclude && this.#kinds[i + 1] === OPEN) {
        let close = i + 2;
        while (close < end && this.#kinds[close] !== CLOSE) close++;
        const target = this.#headerName(i + 2, close);
        toks.push(this.#truth(target !== undefined && this.#find(target, 0) !== undefined));
        i = close;
      } else toks.push(tokAt(list, i, this.#base));
    }
    const result = evaluate(this.#expand(toks));
    if ('holds' in result) return result.holds;
    if (this.#budget < 0) return false;
    const start = result.at === undefined ? NOWHERE : this.#tokLoc(result.at);
    if (start === NOWHERE) this.#complain('directive', result.problem, word - 1, word + 1);
    else this.#report('directive', result.problem, { start, end: start + 1 });
    return false;
  }

  #truth(holds: boolean): Tok {
    return tokAt(this.#cache.scrap(holds ? '1' : '0'), 0, NOWHERE);
  }

  /** The header that tokens `from` to before `to` name; undefined where they name none. */
  #headerName(from: number, to: number): { readonly name: string; readonly angled: boolean } | undefined {
    const { list } = this.#file;
    if (from >= to) return undefined;
    const kind = this.#kinds[from];
    if (kind === T.STRING || kind === T.STRING_ESC)
      return { name: list.text(from).slice(1, -1), angled: false };
    const start = list.starts[from] as number;
    const text = list.source.text.slice(start, list.source.text.indexOf('\n', start) >>> 0);
    const angled = /^<([^>\n]+)>/.exec(text);
    if (angled !== null) return { name: angled[1] as string, angled: true };
    const toks = this.#expand(Array.from({ length: to - from }, (_, k) => tokAt(list, from + k, this.#base)));
    const printed = toks
      .filter((tok) => tok.kind !== PADDING)
      .map((tok) => (tok.space ? ' ' : '') + tok.list.text(tok.index))
      .join('')
      .trim();
    const match = /^"([^"]+)"|^<([^>]+)>/.exec(printed);
    if (match === null) return undefined;
    return { name: (match[1] ?? match[2]) as string, angled: match[2] !== undefined };
  }

  /** Looks a header up; `from` is the first of the include paths to look in, -1 the file's own directory. */
  #find(
    header: { readonly name: string; readonly angled: boolean },
    from: number,
  ): { readonly path: string; readonly bytes: Uint8Array; readonly foundIn: number } | undefined {
    const { name } = header;
    const { readFile, includePaths } = this.#options;
    if (name.startsWith('/')) {
      const bytes = readFile(name);
      return bytes === undefined ? undefined : { path: name, bytes, foundIn: -1 };
    }
    if (!header.angled && from === 0) {
      const path = joinPath(directoryOf(this.#file.path), name);
      const bytes = readFile(path);
      if (bytes !== undefined) return { path, bytes, foundIn: -1 };
    }
    for (let i = from; i < includePaths.length; i++) {
      const path = joinPath(includePaths[i] as string, name);
      const bytes = readFile(path);
      if (bytes !== undefined) return { path, bytes, foundIn: i };
    }
    return undefined;
  }

  #include(i: number, id: number): void {
    const { list } = this.#file;
    const end = nextLine(list, i + 1);
    const header = this.#headerName(i + 2, end);
    this.#pos = end;
    if (header === undefined) {
      this.#complain('include', '#include needs "file" or <file>', i, Math.max(end, i + 2));
      return;
    }
    const found = this.#find(header, id === WORD.includeNext ? this.#file.foundIn + 1 : 0);
    if (found === undefined) {
      this.#noFile(header.name, i + 2, end);
      return;
    }
    const plain = plainPath(found.path);
    if (this.#once.has(plain)) return;
    if (id === WORD.import) this.#once.add(plain);
    const tokens = this.#cache.tokens(found.path, found.bytes, false);
    if (tokens.guard !== 0 && this.#macros[tokens.guard] !== undefined) return;
    this.#enterFile(found.path, found.bytes, false, this.#base + (list.starts[i] as number), found.foundIn);
  }

  /** A macro whose name is near `word`. */
  macroLike(word: string): string | undefined {
    return didYouMean(word, this.macroNames());
  }
}

function count(params: number): string {
  return params === 1 ? 'one argument' : `${params === 0 ? 'no' : params} arguments`;
}

/** The quote that is open behind `text`, if `before` was open in front of it. */
function openQuote(text: string, before: string): string {
  let open = before;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (open === '') {
      if (char === '"' || char === "'") open = char;
    } else if (char === '\\') i++;
    else if (char === open) open = '';
  }
  return open;
}

function withSource(list: TokenList, source: TokenList['source']): TokenList {
  return Object.assign(Object.create(Object.getPrototypeOf(list)), list, { source }) as TokenList;
}
