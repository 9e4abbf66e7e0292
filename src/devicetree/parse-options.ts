import { anyObject, callback, flag, listOf, type OptionChecks, option, text } from '../input/index.ts';
import { SourceCache } from './preprocess/source-cache.ts';
import type { ReadFile, ReadRange } from './text/files.ts';
import type { SourceClock } from './text/source-clock.ts';
import { type ResolveOptions, resolveChecks } from './tree/resolve.ts';

/** A source as text (UTF-8) or bytes. */
export type SourceInput = string | Uint8Array;

export function bytesOf(source: SourceInput): Uint8Array {
  return typeof source === 'string' ? new TextEncoder().encode(source) : source;
}

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
  /** What is wrong with a symbolic link that leads nowhere, or with a folder that has the name, undefined for anything else: for the error of a file that is not there. */
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
