import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  applyOverlaysToBlob,
  diagnosticText,
  FdtError,
  hostFiles,
  type ParseResult,
  parse,
  type Tree,
  toBlob,
} from '../../devicetree/core.ts';
import {
  bytesOrText,
  type FilePath,
  filePath,
  flag,
  listOf,
  neverEnds,
  type OptionChecks,
  path,
} from '../../input/index.ts';
import { BoardError } from '../board-error.ts';
import { treeFromBlob } from './tree-from-blob.ts';

export interface TreeOptions {
  /**
   * The device tree itself, as source text or as the bytes of a file: the board's file is not read then. Files that
   * the tree names are looked for in the folder of that file, or in the present one where no file is named.
   */
  readonly source?: string | Uint8Array;
  /** Overlay files (`.dts`, `.dtso`, `.dtbo`) to apply, in order. */
  readonly overlays?: readonly FilePath[];
  /** Directories of `#include`, searched before those of the source tree that the file lies in. */
  readonly includePaths?: readonly FilePath[];
  /** Writes the labels into `/__symbols__`, for those who get the tree as a blob. */
  readonly symbols?: boolean;
  /**
   * Folders and files whose models (`dtbus,model`) may run beside those below the board's own folder. A model is a
   * program: it may do all that this process may.
   */
  readonly trust?: readonly FilePath[];
}

export const treeChecks: OptionChecks<TreeOptions> = {
  source: bytesOrText,
  overlays: listOf('paths', path),
  includePaths: listOf('paths', path),
  symbols: flag,
  trust: listOf('paths', path),
};

/** The paths of an option. */
export function pathsOf(name: keyof TreeOptions, paths: readonly FilePath[] = []): readonly string[] {
  return paths.map((each, index) => filePath(`${name}[${index}]`, each));
}

/** Where a source tree keeps the headers of its device trees: Linux, U-Boot with Linux's trees, others. */
const HEADER_FOLDERS = ['scripts/dtc/include-prefixes', 'dts/upstream/include', 'include'];

/** A device tree as it was read. */
export interface BoardTree {
  readonly tree: Tree;
  /** The same as a blob, where it was read or made as one. */
  readonly blob: Uint8Array | undefined;
  /** The overlays as they were read. */
  readonly overlays: readonly { readonly file: string; readonly tree: Tree }[];
}

/**
 * Reads a board's device tree, source or blob, with overlays applied in order.
 * @throws {BoardError} with every diagnostic of the file
 */
export function readBoard(file: string, options: TreeOptions): BoardTree {
  const { source, symbols = false } = options;
  const overlays = pathsOf('overlays', options.overlays);
  const includePaths = pathsOf('includePaths', options.includePaths);
  // Symbols are what overlays refer to.
  const base = treeIn(
    'board',
    file,
    source === undefined ? readBytes('board', file) : Buffer.from(source as string),
    includePaths,
    symbols || overlays.length > 0,
  );
  if (overlays.length === 0) return { ...base, overlays: [] };
  const read = overlays.map((overlay) => ({
    file: overlay,
    ...treeIn('overlay', overlay, readBytes('overlay', overlay), includePaths, true),
  }));
  const [board, ...blobs] = [base, ...read].map(({ tree, blob }) => blob ?? toBlob(tree)) as [
    Uint8Array,
    ...Uint8Array[],
  ];
  try {
    const blob = applyOverlaysToBlob(board, blobs);
    return { tree: treeFromBlob(blob), blob, overlays: read };
  } catch (thrown) {
    if (!(thrown instanceof FdtError)) throw thrown;
    throw new BoardError(`${overlays.join(', ')}: cannot be applied to ${file}: ${thrown.message}`, {
      cause: thrown,
    });
  }
}

/** The tree alone; see `readBoard`. @throws {BoardError} */
export function loadTree(file: string, options: TreeOptions): Tree {
  return readBoard(file, options).tree;
}

export { toBlob };

type Role = 'board' | 'overlay';

function readBytes(what: Role, file: string): Uint8Array {
  try {
    const fifo = neverEnds(file);
    if (fifo !== undefined) throw new BoardError(fifo);
    return readFileSync(file);
  } catch (thrown) {
    if (thrown instanceof BoardError) throw thrown;
    throw new BoardError(unreadable(what, file, thrown as NodeJS.ErrnoException), { cause: thrown });
  }
}

function treeIn(
  what: Role,
  file: string,
  bytes: Uint8Array,
  includePaths: readonly string[],
  symbols: boolean,
): Omit<BoardTree, 'overlays'> {
  if (isBlob(bytes)) return { tree: treeFromBlob(bytes, file), blob: bytes };
  if (bytes.includes(0))
    throw new BoardError(
      `${file} is not a device tree: neither source nor a blob (which begins with d0 0d fe ed)`,
    );
  const options = {
    ...hostFiles(),
    includePathsAre: 'the include paths (--include)',
    asOverlay: what === 'overlay',
    includePaths: [...includePaths, ...headerFolders(file)],
    symbols,
  };
  return { tree: treeOf(parse(file, bytes, options), file), blob: undefined };
}

function unreadable(what: Role, file: string, { code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOENT':
      return `${what} not found: ${file}${what === 'board' ? '; use --board FILE or DTBUS_BOARD' : ''}`;
    case 'EISDIR':
      return `${file} is a folder: name the device tree in it, a .dts or .dtb`;
    case 'EACCES':
      return `no permission to read ${file}: see ls -l ${file}`;
    default:
      return `${file}: ${message}`;
  }
}

/** Where the source tree that `file` lies in keeps its headers: a vendor's board needs no options then. */
function headerFolders(file: string): string[] {
  let folder = dirname(resolve(file));
  for (;;) {
    const found = HEADER_FOLDERS.map((name) => join(folder, name)).filter((path) =>
      existsSync(join(path, 'dt-bindings')),
    );
    const above = dirname(folder);
    if (found.length > 0 || above === folder) return found;
    folder = above;
  }
}

function treeOf({ tree, diagnostics }: Pick<ParseResult, 'tree' | 'diagnostics'>, file: string): Tree {
  if (tree !== undefined) return tree;
  const text = diagnostics.map((diagnostic) => diagnosticText(diagnostic, file)).join('');
  throw new BoardError(`${file} cannot be read\n${text}`.trimEnd());
}

/** The magic number of a flattened device tree. Whatever else is wrong with it, it is no source. */
function isBlob(bytes: Uint8Array): boolean {
  return bytes[0] === 0xd0 && bytes[1] === 0x0d && bytes[2] === 0xfe && bytes[3] === 0xed;
}
