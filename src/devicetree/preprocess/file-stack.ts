import type { Report, ReportDetails } from '../diagnostics/diagnostic.ts';
import { type Budget, LimitError } from '../text/budget.ts';
import {
  directoryOf,
  type FileRange,
  FileRefused,
  joinPath,
  type ReadFile,
  type ReadRange,
} from '../text/files.ts';
import { type Loc, NOWHERE, type SourceMap } from '../text/source.ts';
import type { SourceClock } from '../text/source-clock.ts';
import type { Tok } from '../tokens/tok.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';
import type { SourceCache } from './source-cache.ts';

/** gcc's and dtc's own limit. */
const MAX_INCLUDES = 200;
/** Bytes of included text that are read in all, and how often each file may be read on top of that. */
const MAX_INCLUDED = 32 * 1024 * 1024;
const REPEATED = 20;

export interface OpenCondition {
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

/** A file that was found. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file that a source names, whether it is there or not. */
export interface NamedFile {
  /** Reads the first that is there, whole or a stretch; undefined where none is. @throws {FileRefused} */
  read(range?: FileRange): FoundFile | undefined;
  /** What is wrong with a link of that name that leads nowhere. */
  fault(): string | undefined;
}

/** How files are read that a source names dtc's way, and what follows the source. */
export interface FileAccess {
  /** Texts that are read behind the source as one with it (`cat a b | cpp`). */
  readonly appended?: readonly FoundFile[] | undefined;
  readonly readFile: ReadFile;
  /** Without it, a stretch is cut from the whole. */
  readonly readRange?: ReadRange | undefined;
  /** Directories of `/include/` and `/incbin/`, in order (dtc `-i`). */
  readonly sourcePaths: readonly string[];
  /** Directories of `#include`, in order (cpp `-I`). */
  readonly includePaths?: readonly string[];
  /** See `ParseOptions.brokenLink`. */
  readonly brokenLink?: ((path: string) => string | undefined) | undefined;
}

/** What a parse shares with all of its parts. */
export interface ParseContext {
  /** Another one where a part of the source is read again. */
  sources: SourceMap;
  readonly report: Report;
  readonly cache: SourceCache;
  readonly budget: Budget;
  readonly clock: SourceClock;
  /** What the include paths are called where the caller's user sets them. */
  readonly includePathsAre: string;
}

/** The files that include each other, and the place in the innermost where the next token is read. */
export class FileStack {
  /** The innermost file and its columns, at hand for whoever reads token by token. */
  file: OpenedFile;
  list: TokenList;
  kinds: Uint8Array;
  flags: Uint8Array;
  ids: Int32Array;
  base: Loc = 0;
  /** Index of the next token. */
  pos = 0;
  /** The rest of the input was dropped: a comment without an end, or a limit. */
  cutOff = false;
  /** Names of headers that could not be read. */
  readonly missing: string[] = [];
  /** Paths of all files that were read, in order of first use. */
  readonly read = new Set<string>();
  readonly #context: ParseContext;
  readonly #access: FileAccess;
  readonly #stack: OpenedFile[] = [];
  /** Where the text of a list begins, the first time that it is read. */
  readonly #bases = new Map<TokenList, Loc>();
  /** The same for texts that were read again in part. */
  readonly #adopted = new Map<TokenList, Loc>();
  /** Lists that were opened more than once. */
  readonly #reopened = new Set<TokenList>();
  readonly #appended: FoundFile[];
  #readable = MAX_INCLUDED;

  constructor(list: TokenList, path: string, context: ParseContext, access: FileAccess) {
    this.#context = context;
    this.#access = access;
    this.#appended = [...(access.appended ?? [])];
    this.list = list;
    this.kinds = list.kinds;
    this.flags = list.flags;
    this.ids = list.ids;
    this.file = this.open(list, path, NOWHERE, -1);
  }

  /** How many files are open. */
  get depth(): number {
    return this.#stack.length;
  }

  /** The file that all others are included from. */
  get outermost(): OpenedFile {
    return this.#stack[0] as OpenedFile;
  }

  /** Bytes of all different texts so far. */
  bytes = 0;

  /** @throws {LimitError} the same files over and over */
  open(list: TokenList, path: string, includedAt: Loc, foundIn: number): OpenedFile {
    const base = this.#context.sources.open(list.source, includedAt);
    const size = list.source.bytes.length;
    if (!this.#bases.has(list)) {
      this.#bases.set(list, base);
      this.bytes += size;
      this.#readable += REPEATED * size;
      this.#context.budget.allow(size);
    } else this.#reopened.add(list);
    this.#readable -= size + 100;
    if (this.#readable < 0) {
      throw new LimitError(
        'the same files are included over and over',
        'check for files that include each other',
      );
    }
    this.read.add(path);
    const file: OpenedFile = { list, base, path, includedAt, foundIn, conditions: [], pos: 0 };
    if (this.#stack.length > 0) this.file.pos = this.pos;
    this.#stack.push(file);
    this.#show(file);
    this.#checkEnd(file);
    return file;
  }

  #show(file: OpenedFile): void {
    this.file = file;
    this.list = file.list;
    this.kinds = file.list.kinds;
    this.flags = file.list.flags;
    this.ids = file.list.ids;
    this.pos = file.pos;
    this.base = file.base;
  }

  #checkEnd({ list, base }: OpenedFile): void {
    const last = list.kinds.length - 2;
    if (list.kinds[last] !== T.UNTERMINATED || !list.text(last).startsWith('/*')) return;
    this.cutOff = true;
    const start = base + (list.starts[last] as number);
    this.#context.report('syntax', 'the comment is not closed', {
      start,
      end: start + 2,
      hint: 'close it with */',
    });
  }

  /** Opens a file that another names at `at`; `tokens` gives its tokens. */
  include(path: string, tokens: () => TokenList, at: Loc, foundIn: number): void {
    if (this.#stack.length < MAX_INCLUDES) {
      this.open(tokens(), path, at, foundIn);
      return;
    }
    const again = this.#stack.some((file) => file.path === path);
    const what = again ? `${path} includes itself` : 'files include each other';
    this.#context.report('include', `${what} more than ${MAX_INCLUDES} deep`, {
      start: at,
      hint: 'remove one of these #includes, or guard the file with #ifndef, #define and #endif',
    });
    this.dropRest();
  }

  /** Goes back to the file that included this one, or on to the next. @returns false at the end of the last */
  leave(): boolean {
    for (const { at } of this.file.conditions.splice(0)) {
      this.complain('directive', 'this condition has no #endif', at, at + 1, {
        hint: 'add #endif at the end of the conditional part',
      });
    }
    if (this.#stack.length === 1) return !this.cutOff && this.#next();
    this.#stack.pop();
    this.#show(this.#stack.at(-1) as OpenedFile);
    return true;
  }

  /** Opens the next of the texts that follow. @returns false where there is none */
  #next(): boolean {
    const next = this.#appended.shift();
    if (next === undefined) return false;
    const list = this.#context.cache.tokens(next.path, next.bytes, this.list.raw);
    this.#stack.pop();
    this.pos = this.open(list, next.path, NOWHERE, -1).pos = headerLength(list);
    return true;
  }

  /** Forgets a list that was read to its end, and no macro is in. */
  forget(list: TokenList): void {
    this.#bases.delete(list);
  }

  /** The text of `list` begins at `base`: macros are defined in it. */
  adopt(list: TokenList, base: Loc): void {
    this.#adopted.set(list, base);
  }

  /** The tokens of all texts that were read. */
  get lists(): Iterable<TokenList> {
    return this.#bases.keys();
  }

  /** The tokens of the file at `path`, where it was opened once. */
  openedOnce(path: string): TokenList | undefined {
    const lists = [...this.#bases.keys()].filter((list) => list.source.path === path);
    const [list] = lists;
    return lists.length > 1 || list === undefined || this.#reopened.has(list) ? undefined : list;
  }

  /**
   * Whether what is token `index` of `list` was read before `at`, as far as that is known; what stands in no file was there
   * from the start.
   */
  wasReadBefore(list: TokenList, index: number, at: Loc): boolean {
    const loc = this.spelling(list, index, NOWHERE);
    return loc === NOWHERE || (!this.#reopened.has(list) && this.#context.sources.isBefore(loc, at));
  }

  /** Goes to the end of everything: more input would only repeat what was reported. */
  dropRest(): void {
    this.cutOff = true;
    for (const file of this.#stack) {
      file.conditions.length = 0;
      file.pos = file.list.kinds.length - 1;
    }
    this.pos = this.file.pos;
  }

  /** The token at `index` of the innermost file begins a line. */
  startsLine(index: number): boolean {
    return ((this.flags[index] as number) & T.LINE_START) !== 0;
  }

  /** White space stands in front of the token at `index` of the innermost file. */
  isSpaced(index: number): boolean {
    return ((this.flags[index] as number) & T.SPACE) !== 0;
  }

  /** Location of a token of the innermost file. */
  locAt(index: number): Loc {
    return this.base + (this.list.starts[index] as number);
  }

  /** Where the token before the next one ends. */
  endBehind(): Loc {
    return this.pos === 0 ? this.base : this.base + (this.list.ends[this.pos - 1] as number);
  }

  /** Location of a token wherever it is spelled; `base` is that of its text, where it is known. */
  spelling(list: TokenList, index: number, base: Loc): Loc {
    const from = base === NOWHERE ? (this.#bases.get(list) ?? this.#adopted.get(list) ?? NOWHERE) : base;
    return from === NOWHERE ? NOWHERE : from + (list.starts[index] as number);
  }

  tokLoc(tok: Tok): Loc {
    return this.spelling(tok.list, tok.index, tok.base);
  }

  /** Reports about tokens `from` to before `to` of the innermost file. */
  complain(code: string, message: string, from: number, to: number, more: ReportDetails = {}): void {
    const end = this.base + (this.list.ends[Math.max(from, to - 1)] as number);
    this.#context.report(code, message, { start: this.locAt(from), end, ...more });
  }

  /** What `find` finds; a file that is not there or not to be read is reported at tokens `from` to before `to`. */
  findOrComplain<T>(find: () => T | undefined, name: string, from: number, to: number): T | undefined {
    try {
      const found = find();
      if (found !== undefined) return found;
      const { includePaths = [], sourcePaths } = this.#access;
      this.complain('include', `cannot find ${name}`, from, to, {
        hint:
          this.#faultIn(this.#directoriesFor(name, [...includePaths, ...sourcePaths]), name) ??
          `check the name, or add its directory to ${this.#context.includePathsAre}`,
      });
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      this.complain('include', `cannot read ${name}: ${error.message}`, from, to);
    }
    this.missing.push(name);
    return undefined;
  }

  /** Where a name of the innermost file is looked for: in its own directory first, then in others. */
  #directoriesFor(name: string, others: readonly string[]): readonly string[] {
    return name.startsWith('/') ? [''] : [directoryOf(this.file.path), ...others];
  }

  /** The remedy where a folder or a link of that name is there, but not what the link names: of a source tree that was copied in part. */
  #faultIn(directories: readonly string[], name: string): string | undefined {
    for (const directory of directories) {
      const fault = this.#access.brokenLink?.(joinPath(directory, name));
      if (fault !== undefined) return `${fault}: add that file`;
    }
    return undefined;
  }

  /**
   * Where a file may be that the innermost one names, dtc's way: in its own directory first, then in the source paths.
   * What is returned reads the first that is there, whole or a stretch, also when the innermost file is another.
   */
  besides(name: string): NamedFile {
    const directories = this.#directoriesFor(name, this.#access.sourcePaths);
    return {
      read: (range) => {
        for (const directory of directories) {
          const path = joinPath(directory, name);
          const bytes = range === undefined ? this.#access.readFile(path) : this.#readRange(path, range);
          if (bytes === undefined) continue;
          if (!this.read.has(path)) this.#context.budget.allow(bytes.length);
          this.read.add(path);
          return { path, bytes };
        }
        return undefined;
      },
      fault: () => this.#faultIn(directories, name),
    };
  }

  #readRange(path: string, range: FileRange): Uint8Array | undefined {
    const { readFile, readRange } = this.#access;
    return readRange === undefined
      ? readFile(path)?.subarray(range.offset, range.offset + range.size)
      : readRange(path, range);
  }
}

/** How many tokens a `/dts-v1/;` at the top of a text has, which only the first text needs. */
function headerLength({ source, starts }: TokenList): number {
  const header = /^\/dts-v1\/\s*;/.exec(source.text.slice(starts[0]));
  if (header === null) return 0;
  const end = (starts[0] as number) + header[0].length;
  return starts.findIndex((start) => start >= end);
}
