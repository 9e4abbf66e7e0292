import {
  cachedReader,
  type Diagnostic,
  fromBlob,
  parse,
  readDirectory,
  SourceCache,
  type Tree,
} from '../../devicetree/index.ts';
import { Failure, UsageError } from './command.ts';
import { type DtIo, reasonOf } from './dt-io.ts';

type InputFormat = 'dts' | 'dtb' | 'fs';

interface ReadOptions {
  /** Undefined to go by the file itself. */
  readonly format: string | undefined;
  /** Directories in which included files are looked for. */
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  /** Undefined to preprocess a `.dts` or `.dtso` with `#include`, or that cannot be read without. */
  readonly preprocess: boolean | undefined;
}

export interface ReadTree {
  readonly format: InputFormat;
  /** Not resolved yet; undefined where there are errors. */
  readonly tree: Tree | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Files that were read, as a Makefile wants to know. */
  readonly dependencies: readonly string[];
}

const MAGIC = [0xd0, 0x0d, 0xfe, 0xed];

/** Reads a tree in any form: source, blob, directory. Throws `Failure` where there is nothing to read. */
export function readTree(path: string, options: ReadOptions, io: DtIo): ReadTree {
  const bytes = isDirectory(path, io) ? undefined : readInput(path, io);
  const format = options.format ?? guessFormat(path, bytes);
  const name = path === '-' ? '<stdin>' : path;
  switch (format) {
    case 'dts':
      if (bytes === undefined) throw new Failure(`FATAL ERROR: Couldn't open "${path}": is a directory`);
      return readSource(name, bytes, options, io);
    case 'dtb':
      if (bytes === undefined) throw new Failure(`FATAL ERROR: Couldn't open "${path}": is a directory`);
      return { format, ...fromBlob(bytes, name), dependencies: [name] };
    case 'fs': {
      const read = readDirectory(path, { readFile: optional(io.readFile), list: optional(io.list) });
      return { format, ...read, dependencies: [] };
    }
    default:
      throw new Failure(`FATAL ERROR: Unknown input format "${format}"; use dts, dtb or fs`);
  }
}

function readSource(name: string, bytes: Uint8Array, options: ReadOptions, io: DtIo): ReadTree {
  const { includePaths, defines } = options;
  const read = optional(io.readFile);
  const sources = io.sources ?? { readFile: (file: string) => (io.exists(file) ? read(file) : undefined) };
  const readFile = cachedReader(sources.readFile ?? (() => undefined));
  const cache = SourceCache.forOneRead();
  const settings = { ...sources, readFile, includePaths, defines, cache, resolve: false };
  const parsed = (preprocess: boolean): ReadTree => {
    try {
      const includePathsAre = 'the include paths (-i)';
      return { format: 'dts', ...parse(name, bytes, { ...settings, includePathsAre, preprocess }) };
    } catch (thrown) {
      // Of `--define`.
      if (thrown instanceof RangeError && thrown.message.startsWith('cannot define '))
        throw new UsageError(thrown.message);
      throw thrown;
    }
  };
  if (options.preprocess !== undefined) return parsed(options.preprocess);
  const text = Buffer.from(bytes).toString('latin1');
  const byName = /\.dtso?$/.test(name);
  if (byName && INCLUDE.test(text)) return parsed(true);
  const plain = parsed(false);
  if (plain.tree !== undefined || !FOR_CPP.test(text)) return plain;
  // What dtc refuses, and the C preprocessor has to do with, is meant for both.
  return byName ? parsed(true) : { ...plain, diagnostics: withAdvice(plain.diagnostics) };
}

/** The first error says what reads such a source. */
function withAdvice(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const first = diagnostics.findIndex(({ severity }) => severity === 'error');
  const hint = 'the source uses the C preprocessor: add --cpp';
  return diagnostics.map((diagnostic, i) => (i === first ? { ...diagnostic, hint } : diagnostic));
}

const INCLUDE = /^[ \t]*#[ \t]*include\b/m;
/** A line that begins as a directive of the C preprocessor, or a macro that it defines itself. */
const FOR_CPP =
  /^[ \t]*#[ \t]*(include|define|undef|if|ifdef|ifndef|error|warning|pragma)\b|\b__(DATE|TIME|TIMESTAMP|FILE|LINE|COUNTER)__\b/m;

function isDirectory(path: string, io: DtIo): boolean {
  return path !== '-' && optional(io.list)(path) !== undefined;
}

function readInput(path: string, io: DtIo): Uint8Array {
  try {
    return io.readFile(path);
  } catch (error) {
    throw new Failure(`FATAL ERROR: Couldn't open "${path}": ${reasonOf(error)}`);
  }
}

/** What `path` and what is in it say: a directory, a blob's magic number, the name's ending; else source. */
function guessFormat(path: string, bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return 'fs';
  if (MAGIC.every((byte, i) => bytes[i] === byte)) return 'dtb';
  return formatOfName(path) ?? 'dts';
}

/** The format that a file's name stands for. */
export function formatOfName(path: string): string | undefined {
  const formats: Record<string, string> = { dts: 'dts', yaml: 'yaml', dtb: 'dtb', dtbo: 'dtb' };
  return formats[/\.([^./]*)$/.exec(path)?.[1]?.toLowerCase() ?? ''];
}

/** `read` without exceptions: what is not there is undefined. */
function optional<T>(read: (path: string) => T): (path: string) => T | undefined {
  return (path) => {
    try {
      return read(path);
    } catch {
      return undefined;
    }
  };
}
