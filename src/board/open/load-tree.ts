import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { deniedSentence, messageOf } from '../../bus/index.ts';
import {
  applyOverlaysToBlob,
  checkOverlay,
  DELETION_IN_OVERLAY,
  diagnosticText,
  FdtError,
  hostFiles,
  isPlainOverlay,
  type MergedFragment,
  type ParseOptions,
  type PlaceInTree,
  parse,
  placeMerged,
  type Tree,
  toBlob,
} from '../../devicetree/core.ts';
import {
  absence,
  bytesAt,
  bytesOrText,
  type FilePath,
  type FileTrouble,
  filePath,
  flag,
  listOf,
  type OptionChecks,
  path,
} from '../../input/index.ts';
import { BoardError } from '../board-error.ts';
import { boardNotFound } from './board-not-found.ts';
import { placeOf } from './place-of.ts';
import { remoteHostsFor } from './remote-board.ts';
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

/** The files of this machine, as the reading of a tree asks for them. */
export interface TreeHost extends ReturnType<typeof hostFiles> {
  readonly exists: (path: string) => boolean;
}

export function treeHost(): TreeHost {
  return { ...hostFiles(), exists: existsSync };
}

/** What a tree is read from, but for what its source includes. */
export interface TreeSources {
  readonly board: TreeFile;
  readonly overlays: readonly TreeFile[];
  readonly includePaths: readonly string[];
  readonly symbols: boolean;
}

/** A device tree as it was read. */
export interface BoardTree {
  readonly tree: Tree;
  /** The same as a blob, where it was read or made as one. */
  readonly blob: Uint8Array | undefined;
  /** The overlays as they were read. */
  readonly overlays: readonly { readonly file: string; readonly tree: Tree }[];
  /** The nodes of which compiled overlays set properties, by path, with the file of the last that did. */
  readonly compiled: ReadonlyMap<string, string>;
}

/**
 * Reads a board's device tree, source or blob, with overlays applied in order.
 * @throws {BoardError} with every diagnostic of the file
 */
export function readBoard(file: string, options: TreeOptions): BoardTree {
  return readTree(treeSources(file, options), treeHost());
}

/** The files that options name. @throws {BoardError} one cannot be read */
export function treeSources(file: string, options: TreeOptions): TreeSources {
  const { source, symbols = false } = options;
  const includePaths = pathsOf('includePaths', options.includePaths);
  for (const folder of includePaths) checkFolder(folder);
  for (const trusted of pathsOf('trust', options.trust)) {
    const trouble = absence(trusted);
    if (trouble !== undefined)
      throw new BoardError(`--trust, a file or folder of models: ${trouble.sentence}`);
  }
  const board = {
    file,
    bytes: source === undefined ? readBytes('board', file) : Buffer.from(source as string),
  };
  const overlays = pathsOf('overlays', options.overlays).map((overlay) => ({
    file: overlay,
    bytes: readBytes('overlay', overlay),
  }));
  return { board, overlays, includePaths, symbols };
}

/** What is read, and how. */
interface Reading extends Pick<TreeSources, 'includePaths'> {
  readonly host: TreeHost;
}

/** The tree of these files. @throws {BoardError} with every diagnostic of the file */
export function readTree(sources: TreeSources, host: TreeHost): BoardTree {
  const read = readFiles(sources, host);
  const { board, overlays } = sources;
  const hosts = remoteHostsFor(board.file, read.tree);
  if (hosts === undefined) return read;
  const more = { file: board.file, bytes: Buffer.from(hosts) };
  return readFiles({ ...sources, overlays: [...overlays, more] }, host);
}

function readFiles({ board, overlays, includePaths, symbols }: TreeSources, host: TreeHost): BoardTree {
  const { file } = board;
  const reading = { includePaths, host };
  // What is plain text follows the board's text, up to the first overlay that can only be applied to a blob.
  const isPlain = ({ file: path, bytes }: TreeFile): boolean =>
    isText(bytes) && isPlainOverlay(path, bytes, parseOptions(path, reading));
  const firstApplied = isText(board.bytes) ? overlays.findIndex((overlay) => !isPlain(overlay)) : 0;
  const appended = firstApplied < 0 ? overlays : overlays.slice(0, firstApplied);
  const applied = overlays.slice(appended.length);
  // Symbols are what overlays refer to.
  const base = readBase(board, appended, reading, symbols || applied.length > 0);
  if (applied.length === 0) return { ...base, overlays: [], compiled: new Map() };
  const read = applied.map((overlay) => ({
    file: overlay.file,
    ...(isPlain(overlay)
      ? readPlain(overlay, reading)
      : treeIn(overlay, { ...parseOptions(overlay.file, reading), asOverlay: true, symbols: true })),
  }));
  const [blob, ...blobs] = [base, ...read].map((each) => each.blob ?? toBlob(each.tree)) as [
    Uint8Array,
    ...Uint8Array[],
  ];
  try {
    const fragments: MergedFragment[] = [];
    const merged = applyOverlaysToBlob(blob, blobs, (fragment) => fragments.push(fragment));
    const tree = treeFromBlob(merged);
    const trees = read.map((overlay) => overlay.tree);
    const ofBlobs = placeMerged(tree, base.tree, trees, fragments);
    const compiled = new Map([...ofBlobs].map(([path, index]) => [path, applied[index]?.file ?? file]));
    return { tree, blob: merged, overlays: read, compiled };
  } catch (thrown) {
    if (!(thrown instanceof FdtError)) throw thrown;
    const { file: name, tree } = read[firstRefused(blob, blobs)] as (typeof read)[number];
    const place = (thrown.at && placeIn(tree, thrown.at)) ?? name;
    throw new BoardError(`${place}: cannot be applied to ${file}: ${thrown.message}`, { cause: thrown });
  }
}

/** Of a property, of its node, or of what the source wrote in the braces of a fragment that it does not name. */
function placeIn(tree: Tree, { path, property }: PlaceInTree): string | undefined {
  return placeOf(tree, path, property) ?? placeOf(tree, `${path}/__overlay__`);
}

/** Which of some overlays is the first that cannot be applied, where one cannot. */
function firstRefused(base: Uint8Array, overlays: readonly Uint8Array[]): number {
  return overlays.findIndex((_, index) => {
    try {
      applyOverlaysToBlob(base, overlays.slice(0, index + 1));
      return false;
    } catch {
      return true;
    }
  });
}

/** Where headers are looked for is a folder. @throws {BoardError} */
function checkFolder(path: string): void {
  const trouble = absence(path);
  if (trouble !== undefined) throw new BoardError(`--include, a folder for #include: ${trouble.sentence}`);
  if (!statSync(path).isDirectory())
    throw new BoardError(
      `${path} is not a folder: --include takes the folders of headers; to add a file, #include it in the board or apply it with -o`,
    );
}

/** The board's own tree, with the plain texts that follow it. */
function readBase(
  board: TreeFile,
  appended: readonly TreeFile[],
  reading: Reading,
  symbols: boolean,
): ReadTree {
  const options = { ...parseOptions(board.file, reading), symbols };
  if (appended.length === 0) return treeIn(board, options);
  const texts = appended.map(({ file, bytes }) => ({ path: file, source: bytes }));
  try {
    return treeIn(board, { ...options, appended: texts });
  } catch (thrown) {
    // What is wrong with the board alone is none of its overlays' faults.
    treeIn(board, options);
    throw thrown;
  }
}

/** A plain overlay that cannot follow the board's text: read as fragments, which can add and change. */
function readPlain(overlay: TreeFile, reading: Reading): ReadTree {
  const { file } = overlay;
  const remedy =
    "this overlay is text that follows a board's source: name the .dts of the board instead of its blob, and this " +
    'overlay before all others; deletions and references inside of nodes need that';
  try {
    const read = treeIn(overlay, {
      ...parseOptions(file, reading),
      asOverlay: true,
      symbols: true,
    });
    const deletions = checkOverlay(read.tree).filter(({ code }) => code === DELETION_IN_OVERLAY);
    if (deletions.length === 0) return read;
    const text = deletions.map((diagnostic) => diagnosticText(diagnostic, file)).join('');
    throw new BoardError(`${file} cannot be applied`, { more: text.trimEnd() });
  } catch (thrown) {
    if (!(thrown instanceof BoardError)) throw thrown;
    const [sentence = '', ...lines] = [...thrown.message.split('\n'), remedy];
    throw new BoardError(sentence, { cause: thrown, more: lines.join('\n') });
  }
}

/** The tree alone; see `readBoard`. @throws {BoardError} */
export function loadTree(file: string, options: TreeOptions): Tree {
  return readBoard(file, options).tree;
}

export { toBlob };

type Role = 'board' | 'overlay';

export interface TreeFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

type ReadTree = Omit<BoardTree, 'overlays' | 'compiled'>;

function readBytes(what: Role, file: string): Uint8Array {
  try {
    return bytesAt(file, (trouble, cause) => new BoardError(unreadable(what, file, trouble), { cause }));
  } catch (thrown) {
    if (thrown instanceof BoardError) throw thrown;
    throw new BoardError(deniedSentence(thrown) ?? `${file}: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function treeIn({ file, bytes }: TreeFile, options: ParseOptions): ReadTree {
  if (isBlob(bytes)) return { tree: treeFromBlob(bytes, file), blob: bytes };
  if (!isText(bytes))
    throw new BoardError(
      `${file} is not a device tree: neither source nor a blob (which begins with d0 0d fe ed)`,
    );
  const { tree, diagnostics } = parse(file, bytes, options);
  if (tree !== undefined) return { tree, blob: undefined };
  const meant = diagnostics.some(({ code }) => code === 'header') ? misplaced(file, bytes) : '';
  if (meant !== '') throw new BoardError(meant);
  const text = diagnostics.map((diagnostic) => diagnosticText(diagnostic, file)).join('');
  throw new BoardError(`${file} cannot be read`, { more: text.trimEnd() });
}

function parseOptions(file: string, { includePaths, host: { exists, ...host } }: Reading): ParseOptions {
  return {
    ...host,
    includePathsAre: 'the include paths (--include)',
    includePaths: [...includePaths, ...headerFolders(file, exists)],
  };
}

function unreadable(what: Role, file: string, { kind, sentence }: FileTrouble): string {
  if (kind === 'absent') return what === 'board' ? boardNotFound(file) : `${what} not found: ${file}`;
  return kind === 'folder' ? `${file} is a folder: name the device tree in it, a .dts or .dtb` : sentence;
}

/** Where the source tree that `file` lies in keeps its headers: a vendor's board needs no options then. */
function headerFolders(file: string, exists: TreeHost['exists']): string[] {
  let folder = dirname(resolve(file));
  for (;;) {
    const found = HEADER_FOLDERS.map((name) => join(folder, name)).filter((path) =>
      exists(join(path, 'dt-bindings')),
    );
    const above = dirname(folder);
    if (found.length > 0 || above === folder) return found;
    folder = above;
  }
}

/** The magic number of a flattened device tree. Whatever else is wrong with it, it is no source. */
function isBlob(bytes: Uint8Array): boolean {
  return bytes[0] === 0xd0 && bytes[1] === 0x0d && bytes[2] === 0xfe && bytes[3] === 0xed;
}

/** A source, good or bad, and no blob. */
function isText(bytes: Uint8Array): boolean {
  return !isBlob(bytes) && !bytes.includes(0);
}

/** What a text without a header is, that was given as a board. */
function misplaced(file: string, bytes: Uint8Array): string {
  if (file.endsWith('.dtsi')) return `${file} is a part of boards: name the .dts that includes it`;
  const text = Buffer.from(bytes).toString('latin1');
  const isOverlay = file.endsWith('.overlay') || /^(?:\s|\/\*[\s\S]*?\*\/|\/\/.*|#.*)*&/.test(text);
  return isOverlay ? `${file} is an overlay, not a board: name the board, and add this file with -o` : '';
}
