import { bytesOrText, callback, checkOptions, type OptionChecks, text } from '../input/index.ts';
import { optionsThatCount, Recorder, readAgain } from './again/again.ts';
import { type ReadSource as KeptParts, KeptSource } from './again/kept-source.ts';
import { readBlob } from './blob/blob-reader.ts';
import { type BlobOptions, blobChecks, isUsualBlob, writeBlob } from './blob/blob-writer.ts';
import { type Diagnostic, Reporter } from './diagnostics/diagnostic.ts';
import { bytesOf, type ParseOptions, parseChecks, type SourceInput } from './parse-options.ts';
import type { ParseContext } from './preprocess/file-stack.ts';
import { Preprocessor, type PreprocessorOptions } from './preprocess/preprocessor.ts';
import { SourceCache } from './preprocess/source-cache.ts';
import { Parser } from './syntax/parser.ts';
import { type Budget, LimitError } from './text/budget.ts';
import { FileRefused, type ReadFile } from './text/files.ts';
import { NOWHERE, SourceMap, sourceText } from './text/source.ts';
import { BARE_CLOCK } from './text/source-clock.ts';
import { LiveTree } from './tree/live-tree.ts';
import { type ResolveOptions, resolveTree } from './tree/resolve.ts';
import type { Tree } from './tree/tree.ts';

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
  /** What is kept of it for when a text of it is changed. */
  readonly kept: KeptSource | undefined;
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

/** Reads the text `bytes`, which nobody else writes, called `path` in messages. */
function parseLive(path: string, bytes: Uint8Array, options: ParseOptions, cache: SourceCache): LiveResult {
  const sources = new SourceMap();
  const reporter = new Reporter(sources);
  const tree = new LiveTree(sources);
  const access = accessOf(options);
  const recorder = new Recorder(access.readFile);
  cache.begin();
  cache.busy = true;
  let preprocessor: Preprocessor | undefined;
  let kept: KeptSource | undefined;
  try {
    const context = contextOf(sources, reporter, cache, tree.budget, options);
    preprocessor = new Preprocessor(path, bytes, context, { ...access, readFile: recorder.readFile });
    const parser = new Parser(preprocessor, tree, reporter, options.asOverlay ?? false);
    parser.parse();
    if (options.resolve !== false) {
      if (reporter.errors === 0) resolveTree(tree, reporter, options);
      else if (preprocessor.missingHeaders.length === 0)
        checkBroken(tree, reporter, options, parser.lostLabels);
    }
    if (!cache.isForOneRead)
      kept = keep({ path, bytes, tree, reporter, context, preprocessor, parser }, options, recorder);
    cache.kept = kept;
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    const start = preprocessor?.loc() ?? sources.open(sourceText(path, bytes), NOWHERE);
    reporter.report('limit', error.message, { start, hint: error.hint });
  } finally {
    if (kept === undefined) preprocessor?.finish();
    cache.busy = false;
  }
  return {
    tree: reporter.errors === 0 ? tree : undefined,
    partial: tree,
    diagnostics: [...reporter.diagnostics],
    dependencies: [...(preprocessor?.dependencies ?? [path])],
    kept,
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

/**
 * Reads device-tree source, preprocesses it, resolves references, and checks what a tree must be to be
 * written. `path` is its name in messages; what it includes is looked for beside it.
 */
export function parse(path: string, source: SourceInput, options: ParseOptions = {}): ParseResult {
  checkSource('parse', path, source, options, parseChecks);
  return readSource(path, source, options).result;
}

/** A source that was read, and what is kept of it. */
interface Reading {
  readonly result: ParseResult;
  readonly kept: KeptSource | undefined;
}

function readSource(path: string, source: SourceInput, options: ParseOptions): Reading {
  // A copy: what is kept of a source must not change with its caller's bytes.
  const bytes = new Uint8Array(bytesOf(source));
  const cache = freeCache(options.cache);
  const again = readAgain(cache, path, bytes, options);
  if (again === undefined) {
    const { tree, diagnostics, dependencies, kept } = parseLive(path, bytes, options, cache);
    return { result: { tree, diagnostics, dependencies }, kept };
  }
  const { copy, files, dependencies, kept } = again;
  const readFile = (name: string): Uint8Array | undefined => files.get(name);
  let tree: LiveTree | undefined;
  const result = {
    get tree(): Tree | undefined {
      tree ??= copy() ?? parseLive(path, bytes, { ...options, readFile }, new SourceCache()).tree;
      return tree;
    },
    diagnostics: [],
    dependencies,
  };
  return { result, kept };
}

function keep(
  read: Omit<KeptParts, 'options' | 'symbols' | 'phandleFormat' | 'files' | 'dependencies'>,
  options: ParseOptions,
  { isSteady, files }: Recorder,
): KeptSource | undefined {
  const asked = optionsThatCount(options);
  if (asked === undefined || !isSteady) return undefined;
  const { symbols = false, phandleFormat = 'epapr' } = options;
  const dependencies = [...read.preprocessor.dependencies];
  const parts = { ...read, options: asked, symbols, phandleFormat, files, dependencies };
  return KeptSource.canBe(parts) ? new KeptSource(parts) : undefined;
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
    if (bytes !== undefined) return readSource(path, bytes, options).result;
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
  const { result, kept } = readSource(path, source, options);
  let blob = isUsualBlob(options) ? kept?.blob : undefined;
  // The tree of a source that was read again is made when somebody asks for it: its usual blob needs none.
  if (blob === undefined && result.tree !== undefined) blob = writeBlob(asLive(result.tree), options);
  return Object.assign(result, { blob });
}

/** Reads a blob. Its bytes are copied: the tree does not change with them. */
export function fromBlob(
  blob: Uint8Array,
  path?: string,
): { readonly tree: Tree | undefined; readonly diagnostics: readonly Diagnostic[] } {
  // Not `slice`, by which a Buffer is not copied.
  return readBlob(new Uint8Array(blob), path);
}
