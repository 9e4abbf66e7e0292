import {
  cachedReader,
  type Diagnostic,
  fromBlob,
  parse,
  readDirectory,
  type Tree,
} from '../../devicetree/index.ts';
import { Failure } from './command.ts';
import { type DtIo, reasonOf } from './dt-io.ts';

export type InputFormat = 'dts' | 'dtb' | 'fs';

export interface ReadOptions {
  /** Undefined to go by the file itself. */
  readonly format: string | undefined;
  /** Directories in which included files are looked for. */
  readonly includePaths: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  /** Undefined to preprocess a source that has `#include`. */
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
  const preprocess = options.preprocess ?? (/\.dtso?$/.test(name) && hasInclude(bytes));
  const read = optional(io.readFile);
  const readFile = cachedReader((file) => (io.exists(file) ? read(file) : undefined));
  const { tree, diagnostics, dependencies } = parse(name, bytes, {
    readFile,
    includePaths,
    defines,
    preprocess,
    resolve: false,
  });
  return { format: 'dts', tree, diagnostics, dependencies };
}

function hasInclude(bytes: Uint8Array): boolean {
  return /^[ \t]*#[ \t]*include\b/m.test(Buffer.from(bytes).toString('latin1'));
}

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
