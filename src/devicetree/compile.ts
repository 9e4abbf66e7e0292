import {
  anyObject,
  bytesOrText,
  callback,
  checkOptions,
  flag,
  listOf,
  type OptionChecks,
  option,
  text,
} from '../input/index.ts';
import { readBlob } from './blob/blob-reader.ts';
import { type BlobOptions, blobChecks, writeBlob } from './blob/blob-writer.ts';
import { type Diagnostic, Reporter } from './diagnostics/diagnostic.ts';
import type { ParseContext } from './preprocess/file-stack.ts';
import { Preprocessor, type PreprocessorOptions } from './preprocess/preprocessor.ts';
import { SourceCache } from './preprocess/source-cache.ts';
import { Parser } from './syntax/parser.ts';
import { type Budget, LimitError } from './text/budget.ts';
import { FileRefused, type ReadFile, type ReadRange } from './text/files.ts';
import { NOWHERE, SourceMap, sourceText } from './text/source.ts';
import { BARE_CLOCK, type SourceClock } from './text/source-clock.ts';
import { LiveTree } from './tree/live-tree.ts';
import { type ResolveOptions, resolveChecks, resolveTree } from './tree/resolve.ts';
import type { Tree } from './tree/tree.ts';

/** How a source is read. */
export interface ParseOptions extends ResolveOptions {
  /** Reads the files that the source names; without it there are none. */
  readonly readFile?: ReadFile | undefined;
  /** Directories of `#include`, in order (cpp `-I`). */
  readonly includePaths?: readonly string[] | undefined;
  /** Directories of `/include/` and `/incbin/`, in order (dtc `-i`). Default: `includePaths`. */
  readonly sourcePaths?: readonly string[] | undefined;
  /** Macros that are there from the start, besides `__DTS__` (cpp `-D`). */
  readonly defines?: Readonly<Record<string, string>> | undefined;
  /** Default true; false: no C preprocessor, as plain dtc. */
  readonly preprocess?: boolean | undefined;
  /** Reads the stretch that an `/incbin/` names; without it, it is cut from what `readFile` gives. */
  readonly readRange?: ReadRange | undefined;
  /** What is wrong with a symbolic link that leads nowhere, undefined for anything else: for the error of a file that is not there. */
  readonly brokenLink?: ((path: string) => string | undefined) | undefined;
  /** What `__DATE__`, `__TIME__` and `__TIMESTAMP__` say. Default: the present, and no times of files. */
  readonly clock?: SourceClock | undefined;
  /** What the caller's user calls the include paths, with the option that adds one. Default: the include paths. */
  readonly includePathsAre?: string | undefined;
  /**
   * True: the source is an overlay, whatever its first lines say. One without `/dts-v1/;` is read as Zephyr's and
   * U-Boot's are, as text that follows a board's: its `/ { … };` is for the root of the board.
   */
  readonly asOverlay?: boolean | undefined;
  /**
   * Texts that follow the source and are read as one with it, macros and labels included: Zephyr's overlays. Those for
   * which `isPlainOverlay` is true.
   */
  readonly appended?: readonly { readonly path: string; readonly source: SourceInput }[] | undefined;
  /** Default true; false: references stay open, nothing is checked or generated. */
  readonly resolve?: boolean | undefined;
  /** Tokenised headers, to be shared by many calls. Default: one for the process. */
  readonly cache?: SourceCache | undefined;
}

export const parseChecks: OptionChecks<ParseOptions> = {
  ...resolveChecks,
  readFile: callback,
  includePaths: listOf('paths', text),
  sourcePaths: listOf('paths', text),
  defines: anyObject,
  preprocess: flag,
  readRange: callback,
  brokenLink: callback,
  clock: anyObject,
  includePathsAre: text,
  asOverlay: flag,
  appended: listOf('{ path, source }', anyObject),
  resolve: flag,
  cache: option('a SourceCache', (value) => value instanceof SourceCache),
};

const compileChecks: OptionChecks<ParseOptions & BlobOptions> = { ...parseChecks, ...blobChecks };

/** @throws {TypeError} no name, no source, an option of `caller` that is not known or wrong */
export function checkSource<T>(
  caller: string,
  path: string,
  source: SourceInput,
  options: T,
  checks: OptionChecks<T>,
): void {
  text('path', path);
  bytesOrText('source', source);
  checkOptions(caller, options, checks);
}

export interface ParseResult {
  /** Undefined where there are errors. */
  readonly tree: Tree | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that was read, in order of first use: for a Makefile. */
  readonly dependencies: readonly string[];
}

/** `ParseResult` for other parts of this room, which may change the tree. */
interface LiveResult extends ParseResult {
  /** What could be read, errors or not; undefined where there is no source at all. */
  readonly partial: LiveTree | undefined;
  readonly tree: LiveTree | undefined;
  readonly reporter: Reporter;
}

/** What all parts of one reading of a source share. */
export function contextOf(
  sources: SourceMap,
  reporter: Pick<Reporter, 'report'>,
  cache: SourceCache,
  budget: Budget,
  { clock = BARE_CLOCK, includePathsAre = 'the include paths' }: ParseOptions,
): ParseContext {
  return { sources, report: reporter.report, cache, budget, clock, includePathsAre };
}

/** How a preprocessor reads for one who gave `options`. */
export function accessOf(options: ParseOptions): PreprocessorOptions {
  return {
    readFile: options.readFile ?? (() => undefined),
    readRange: options.readRange,
    brokenLink: options.brokenLink,
    includePaths: options.includePaths ?? [],
    sourcePaths: options.sourcePaths ?? options.includePaths ?? [],
    defines: { __DTS__: '1', ...options.defines },
    preprocess: options.preprocess ?? true,
    appended: options.appended?.map((text) => ({ path: text.path, bytes: bytesOf(text.source) })),
  };
}

const SHARED_CACHE = new SourceCache();

/** A cache that no running parse uses; a reader may, in the middle of one, start another. */
function freeCache(wanted: SourceCache | undefined): SourceCache {
  const cache = wanted ?? SHARED_CACHE;
  return cache.busy ? new SourceCache() : cache;
}

/** Reads the text `bytes`, called `path` in messages. */
function parseLive(path: string, bytes: Uint8Array, options: ParseOptions = {}): LiveResult {
  const sources = new SourceMap();
  const reporter = new Reporter(sources);
  const tree = new LiveTree(sources);
  const cache = freeCache(options.cache);
  cache.begin();
  cache.busy = true;
  let preprocessor: Preprocessor | undefined;
  try {
    const context = contextOf(sources, reporter, cache, tree.budget, options);
    preprocessor = new Preprocessor(path, bytes, context, accessOf(options));
    const parser = new Parser(preprocessor, tree, reporter, options.asOverlay ?? false);
    parser.parse();
    if (options.resolve !== false) {
      if (reporter.errors === 0) resolveTree(tree, reporter, options);
      else if (preprocessor.missingHeaders.length === 0)
        checkBroken(tree, reporter, options, parser.lostLabels);
    }
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    const start = preprocessor?.loc() ?? sources.open(sourceText(path, bytes), NOWHERE);
    reporter.report('limit', error.message, { start, hint: error.hint });
  } finally {
    preprocessor?.finish();
    cache.busy = false;
  }
  return {
    tree: reporter.errors === 0 ? tree : undefined,
    partial: tree,
    diagnostics: reporter.diagnostics,
    dependencies: [...(preprocessor?.dependencies ?? [path])],
    reporter,
  };
}

/** What else is wrong with a source that has syntax errors, as far as those leave it to be seen. */
function checkBroken(
  tree: LiveTree,
  reporter: Reporter,
  options: ResolveOptions,
  lostLabels: ReadonlySet<string>,
): void {
  const quiet = new Reporter(tree.sources);
  resolveTree(tree, quiet, options);
  for (const diagnostic of quiet.diagnostics) {
    if (diagnostic.severity !== 'error') continue;
    const lost = [...lostLabels].some((label) => diagnostic.message.includes(`"${label}`));
    if (!lost) reporter.add(diagnostic);
  }
}

/** A source as text (UTF-8) or bytes. */
export type SourceInput = string | Uint8Array;

function bytesOf(source: SourceInput): Uint8Array {
  return typeof source === 'string' ? new TextEncoder().encode(source) : source;
}

/**
 * Reads device-tree source, preprocesses it, resolves references, and checks what a tree must be to be
 * written. `path` is its name in messages; what it includes is looked for beside it.
 */
export function parse(path: string, source: SourceInput, options: ParseOptions = {}): ParseResult {
  checkSource('parse', path, source, options, parseChecks);
  return readSource(path, source, options);
}

function readSource(path: string, source: SourceInput, options: ParseOptions): ParseResult {
  const { tree, diagnostics, dependencies } = parseLive(path, bytesOf(source), options);
  return { tree, diagnostics, dependencies };
}

/** `parse` for a file that `readFile` reads. */
export function parseFile(
  path: string,
  options: ParseOptions & { readonly readFile: ReadFile },
): ParseResult {
  checkSource('parseFile', path, '', options, parseChecks);
  callback('readFile', options.readFile);
  const reporter = new Reporter(new SourceMap());
  try {
    const bytes = options.readFile(path);
    if (bytes !== undefined) return readSource(path, bytes, options);
    reporter.report('include', `cannot read ${path}`, { hint: 'check the name' });
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    reporter.report('include', `cannot read ${path}: ${error.message}`);
  }
  return { tree: undefined, diagnostics: reporter.diagnostics, dependencies: [path] };
}

/** The blob (flattened device tree) of a tree. @throws {RangeError} an unknown blob version */
export function toBlob(tree: Tree, options: BlobOptions = {}): Uint8Array {
  checkOptions('toBlob', options, blobChecks);
  return writeBlob(asLive(tree), options);
}

function asLive(tree: Tree): LiveTree {
  if (tree instanceof LiveTree) return tree;
  throw new TypeError('this tree was not made by parse() or fromBlob()');
}

/** Source to blob. The blob is undefined where there are errors. */
export function compile(
  path: string,
  source: SourceInput,
  options: ParseOptions & BlobOptions = {},
): ParseResult & { readonly blob: Uint8Array | undefined } {
  checkSource('compile', path, source, options, compileChecks);
  const result = readSource(path, source, options);
  return { ...result, blob: result.tree === undefined ? undefined : writeBlob(asLive(result.tree), options) };
}

/** Reads a blob. Its bytes are copied: the tree does not change with them. */
export function fromBlob(
  blob: Uint8Array,
  path?: string,
): { readonly tree: Tree | undefined; readonly diagnostics: readonly Diagnostic[] } {
  return readBlob(blob.slice(), path);
}
