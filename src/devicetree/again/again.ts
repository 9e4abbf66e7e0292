import type { ParseOptions } from '../parse-options.ts';
import type { SourceCache } from '../preprocess/source-cache.ts';
import { sameBytes } from '../text/bytes.ts';
import type { ReadFile } from '../text/files.ts';
import { KeptSource, type ReadAgain } from './kept-source.ts';

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && sameBytes(a, b));
}

/** A reader that keeps what it gave; `isSteady` is false once it gave two answers for one path, or refused one. */
export class Recorder {
  readonly files = new Map<string, Uint8Array | undefined>();
  isSteady = true;
  readonly #read: ReadFile;

  constructor(read: ReadFile) {
    this.#read = read;
  }

  readonly readFile: ReadFile = (path) => {
    const steady = this.isSteady;
    this.isSteady = false;
    const bytes = this.#read(path);
    this.isSteady = steady && (!this.files.has(path) || isSame(this.files.get(path), bytes));
    this.files.set(path, bytes);
    return bytes;
  };
}

/**
 * All that a tree depends on besides its files, as a text; undefined where a change in one place can have other effects than
 * there, or is not seen in the texts.
 */
export function optionsThatCount(options: ParseOptions): string | undefined {
  const { checks, levels, aliases, fixups, sort, asOverlay, appended, resolve } = options;
  if (checks !== undefined || levels !== undefined || appended !== undefined || resolve === false)
    return undefined;
  if (aliases || fixups || sort || asOverlay) return undefined;
  const { includePaths = [], sourcePaths = includePaths, defines = {}, preprocess = true } = options;
  const { symbols = false, phandleFormat, bootCpu } = options;
  return JSON.stringify([
    includePaths,
    sourcePaths,
    Object.entries(defines),
    preprocess,
    symbols,
    String(phandleFormat),
    String(bootCpu),
  ]);
}

/** The source that `cache` has kept, if it is that of `path`, as it is now; see `KeptSource`. */
export function readAgain(
  cache: SourceCache,
  path: string,
  bytes: Uint8Array,
  options: ParseOptions,
): (ReadAgain & { readonly kept: KeptSource }) | undefined {
  const { kept } = cache;
  const asked = optionsThatCount(options);
  if (!(kept instanceof KeptSource) || asked === undefined) return undefined;
  cache.busy = true;
  // Whatever interrupts this: half-way it is of no use.
  cache.kept = undefined;
  try {
    const again = kept.again(path, bytes, asked, options.readFile ?? (() => undefined));
    if (again !== undefined) cache.kept = kept;
    return again && { ...again, kept };
  } finally {
    if (cache.kept === undefined) kept.close();
    cache.busy = false;
  }
}
