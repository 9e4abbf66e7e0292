import { didYouMean } from '../../input/index.ts';
import { preprocessedBytes, withoutByteOrderMark } from '../text/bytes.ts';
import { keyword } from '../text/interner.ts';
import { type Loc, NOWHERE, sourceText } from '../text/source.ts';
import { HASH, SLASH } from '../tokens/punctuation.ts';
import { PAD_NO_SPACE, PAD_NONE, PAD_OWN, PAD_SPACE, PADDING, tokAt, wouldPaste } from '../tokens/tok.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';
import { tokenize } from '../tokens/tokenizer.ts';
import { Directives } from './directives.ts';
import { type FileAccess, FileStack, type NamedFile, type ParseContext } from './file-stack.ts';
import { type JoinedLines, LineJoiner } from './line-joiner.ts';
import type { Macro } from './macro.ts';
import { type ExpansionFrame, MacroExpander } from './macro-expander.ts';
import { MacroTable } from './macro-table.ts';

export interface PreprocessorOptions extends FileAccess {
  /** Directories of `#include`, in order (cpp `-I`). */
  readonly includePaths: readonly string[];
  /** Macros that are there from the start (cpp `-D`). */
  readonly defines: Readonly<Record<string, string>>;
  /** False: the text goes to the parser as it is; `#include` and macros mean nothing. */
  readonly preprocess: boolean;
}

const INCLUDE = keyword('include');

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

  readonly #context: ParseContext;
  readonly #files: FileStack;
  readonly #macros: MacroTable;
  readonly #expander: MacroExpander;
  readonly #directives: Directives;
  readonly #joiner: LineJoiner;
  #pad = PAD_NONE;
  /** The frame that the current token came from; or the macro of one token that it is, and where it was used. */
  #via: ExpansionFrame | undefined;
  #viaMacro: Macro | undefined;
  #viaIndex = 0;
  #tokBase: Loc = 0;
  #namesFiles = false;

  /** @throws {RangeError} a name among `defines` that none can have */
  constructor(path: string, bytes: Uint8Array, context: ParseContext, options: PreprocessorOptions) {
    this.#context = context;
    const text = options.preprocess ? preprocessedBytes(bytes) : withoutByteOrderMark(bytes);
    this.list = tokenize(sourceText(path, text), !options.preprocess, context.cache.interner);
    this.#files = new FileStack(this.list, path, context, options);
    this.#macros = new MacroTable(context.cache);
    this.#expander = new MacroExpander(this.#files, this.#macros, context, (i) => this.#directives.run(i));
    this.#directives = new Directives(this.#files, this.#macros, context, options, (toks) =>
      this.#expander.expand(toks),
    );
    this.#joiner = new LineJoiner(this.#files, context, this);
    try {
      if (options.preprocess) this.#macros.predefine(options.defines);
    } catch (error) {
      this.finish();
      throw error;
    }
    this.#macros.reserve();
  }

  /** Takes back every definition, so that the next parse finds a clean table. */
  finish(): void {
    this.#macros.release();
  }

  advance(): void {
    const files = this.#files;
    const expander = this.#expander;
    if (files.pos > 0) this.prevEnd = files.endBehind();
    for (;;) {
      if (expander.frame !== undefined && this.#advanceInMacro()) return;
      const i = files.pos++;
      const kind = files.kinds[i] as number;
      if (kind === T.IDENT) {
        const macro = files.list.raw ? undefined : this.#macros.byId[files.ids[i] as number];
        if (macro !== undefined && this.#enter(macro, i)) {
          if (this.#viaMacro !== undefined) return;
          continue;
        }
      } else if (kind === HASH && files.startsLine(i)) {
        if (this.#directives.run(i)) continue;
      } else if (kind === SLASH) {
        if (files.kinds[i + 1] === T.IDENT && files.ids[i + 1] === INCLUDE && this.#include(i)) continue;
      } else if (kind === T.EOF) {
        files.pos = i;
        if (files.leave()) {
          // The next text has words of its own.
          this.#macros.reserve();
          continue;
        }
      } else if (kind === T.UNTERMINATED && !files.list.raw && this.#joinLines(i)) continue;
      this.#take(i);
      return;
    }
  }

  /** Makes token `i` of the file the current one. */
  #take(i: number): void {
    const files = this.#files;
    const kind = files.kinds[i] as number;
    this.#via = undefined;
    this.#viaMacro = undefined;
    this.#tokBase = files.base;
    this.list = files.list;
    this.index = i;
    const space = files.isSpaced(i);
    this.space = this.#pad === PAD_NONE ? space : this.#padded(kind, space);
    this.kind = kind;
  }

  /** Moves to the next token of a macro's expansion. @returns false when it is used up */
  #advanceInMacro(): boolean {
    const expander = this.#expander;
    for (;;) {
      const { frame } = expander;
      const tok = expander.next();
      if (tok === undefined) return false;
      if (tok.kind === PADDING) {
        this.#padBy(tok.id);
        continue;
      }
      this.list = tok.list;
      this.index = tok.index;
      this.space = this.#pad === PAD_NONE ? tok.space : this.#padded(tok.kind, tok.space);
      this.kind = tok.kind;
      this.#via = expander.frame ?? frame;
      this.#viaMacro = undefined;
      this.#tokBase = tok.base;
      return true;
    }
  }

  /**
   * Starts the expansion of a macro whose name is token `i` of the file. A macro of one token, by far the most
   * frequent, is delivered at once. @returns false: not a use of it
   */
  #enter(macro: Macro, i: number): boolean {
    const { single, list } = macro;
    if (single < 0) {
      this.#viaMacro = undefined;
      return this.#expander.enter(macro, tokAt(this.#files.list, i, this.#files.base));
    }
    const kind = list.kinds[single] as number;
    const white = this.#files.isSpaced(i);
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
    this.#expander.count();
    return true;
  }

  /** dtc's `/include/ "file"`: the text of the file, which no preprocessor has seen. */
  #include(i: number): boolean {
    const files = this.#files;
    const { list, kinds } = files;
    if (kinds[i + 2] !== SLASH || files.isSpaced(i + 1) || files.isSpaced(i + 2)) return false;
    if (kinds[i + 3] !== T.STRING && kinds[i + 3] !== T.STRING_ESC) return false;
    const name = list.text(i + 3).slice(1, -1);
    files.pos = i + 4;
    const found = files.findOrComplain(files.besides(name).read, name, i + 3, i + 4);
    if (found !== undefined) {
      const { path, bytes } = found;
      files.include(path, () => this.#context.cache.tokens(path, bytes, true), files.locAt(i), -1);
    }
    this.#macros.reserve();
    return true;
  }

  // ---- strings over several lines

  #joinLines(i: number): boolean {
    const joined: JoinedLines | undefined = this.#joiner.join(i);
    if (joined === undefined) return false;
    const { path, includedAt } = this.#files.file;
    const { base } = this.#files.open(joined.list, path, includedAt, -1);
    this.#context.sources.addLineMarker(base, joined.line, joined.file);
    return true;
  }

  /** The next token begins a line of the file. */
  get atLineEnd(): boolean {
    return this.#expander.frame === undefined && this.#files.startsLine(this.#files.pos);
  }

  /** `advance`, but an unfinished string is a token as it stands. */
  advanceInLine(): void {
    const files = this.#files;
    if (this.#expander.frame === undefined && files.kinds[files.pos] === T.UNTERMINATED) {
      this.#take(files.pos++);
    } else this.advance();
  }

  // ---- space between tokens

  #padBy(pad: number): void {
    if (this.#pad === PAD_NONE || this.#pad === PAD_OWN) this.#pad = pad;
    else if (this.#pad === PAD_NO_SPACE && pad === PAD_OWN) this.#pad = PAD_OWN;
  }

  #padded(kind: number, own: boolean): boolean {
    const space = this.#pad === PAD_SPACE || (this.#pad === PAD_OWN && own);
    this.#pad = PAD_NONE;
    return space || wouldPaste(this.kind, kind, kind < 32 ? this.text : '');
  }

  // ---- about the current token

  get text(): string {
    return this.list.text(this.index);
  }

  /** The text of tokens `first` to `last`, which stand side by side: one string wherever the same is written. */
  shared(list: TokenList, first: number, last: number): string {
    const { interner } = this.#context.cache;
    if (first === last && list.kinds[first] === T.IDENT) return interner.name(list.ids[first] as number);
    const { bytes, text } = list.source;
    return interner.shared(bytes, list.starts[first] as number, list.ends[last] as number, text);
  }

  /** Location of the current token; for one out of a macro, a location that knows the way. */
  loc(): Loc {
    const files = this.#files;
    if (this.#via === undefined && this.#viaMacro === undefined) {
      return this.#tokBase + (this.list.starts[this.index] as number);
    }
    const expansion =
      this.#via === undefined
        ? this.#expander.expansionAt(this.#viaMacro as Macro, files.locAt(this.#viaIndex))
        : this.#expander.expansionOf(this.#via);
    return this.#context.sources.origin(files.spelling(this.list, this.index, this.#tokBase), expansion);
  }

  /** Where the current token's text ends; for one out of a macro, where the macro's use ends. */
  endLoc(): Loc {
    return this.#files.endBehind();
  }

  /** The next token is `kind` and stands right behind the current one. */
  followedBy(kind: number): boolean {
    const files = this.#files;
    const inMacro = this.#expander.frame === undefined ? undefined : this.#expander.followedBy(kind);
    return inMacro ?? (files.kinds[files.pos] === kind && !files.isSpaced(files.pos));
  }

  /** Makes `text`, the end of the current token, come next as tokens of their own, macros left alone. */
  putBack(text: string): void {
    this.#expander.putBack(this.#context.cache.scrap(text, true));
  }

  /** True while the current token and the next come straight from a file. */
  get inFile(): boolean {
    return this.#expander.frame === undefined && this.#viaMacro === undefined && this.#via === undefined;
  }

  /** Goes on behind token `index` of the current file, which the caller has read itself. */
  continueBehind(index: number): void {
    this.#files.pos = index + 1;
  }

  // ---- reading a stretch again

  /**
   * A stretch of text that was changed can be read by itself: what came before it depends on no place or time, has used up no
   * limit, and is all there.
   */
  get canReadAgain(): boolean {
    const { sources } = this.#context;
    const isPlain = !this.#namesFiles && !this.#expander.usedBuiltins && !sources.hasLineMarkers;
    return isPlain && !this.cutOff && this.missingHeaders.length === 0 && this.#expander.isModest;
  }

  /** See `FileStack`. */
  openedOnce(path: string): TokenList | undefined {
    return this.#files.openedOnce(path);
  }

  /** The macros in `list`, which is read at `at`, mean there what they mean at the end of the source. */
  macrosHold(list: TokenList, at: Loc): boolean {
    const isBefore = (macro: Macro): boolean => this.#files.wasReadBefore(macro.list, macro.index, at);
    return this.#macros.hold(list, isBefore);
  }

  /** The tokens of all texts that were read. */
  get lists(): Iterable<TokenList> {
    return this.#files.lists;
  }

  /** The macro that is defined at token `index` of `list`, and nowhere else. */
  onlyMacroAt(list: TokenList, index: number): Macro | undefined {
    const macro = this.#macros.byId[list.ids[index] as number];
    const isOnly = macro?.list === list && macro.index === index && !this.#macros.rewritten.has(macro.id);
    return isOnly ? macro : undefined;
  }

  /** Puts another macro in the place of one; its text begins at `base`, where that is not known. */
  redefine(macro: Macro, base?: Loc): void {
    if (base !== undefined) this.#files.adopt(macro.list, base);
    this.#macros.byId[macro.id] = macro;
  }

  /** Moves to the first token of `list`, which no directive is in, behind the end of everything, for as long as `read` takes. */
  readAgain<T>(list: TokenList, includedAt: Loc, read: () => T): T {
    this.#files.open(list, list.source.path, includedAt, -1);
    this.#macros.reserve();
    this.advance();
    try {
      return read();
    } finally {
      this.#files.forget(list);
    }
  }

  // ---- about the whole

  /** The word is a macro here. */
  isMacro(id: number): boolean {
    return !this.#files.list.raw && this.#macros.byId[id] !== undefined;
  }

  /** A macro whose name is near `word`. */
  macroLike(word: string): string | undefined {
    return didYouMean(word, this.#macros.names());
  }

  /** The rest of the input was dropped: a comment without an end, or a limit. */
  get cutOff(): boolean {
    return this.#files.cutOff;
  }

  /** Names of headers that could not be read. */
  get missingHeaders(): readonly string[] {
    return this.#files.missing;
  }

  /** Paths of all files that were read, in order of first use. */
  get dependencies(): ReadonlySet<string> {
    return this.#files.read;
  }

  /** Reads a file that the current one names, beside it or in the source paths; also later, when another is current. */
  besides(name: string): NamedFile {
    this.#namesFiles = true;
    return this.#files.besides(name);
  }

  /** What the include paths are called where the caller's user sets them. */
  get includePathsAre(): string {
    return this.#context.includePathsAre;
  }
}
