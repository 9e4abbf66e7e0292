import { type Tree, type TreeForm, toBlob, treeOf, wasChanged } from '../../devicetree/core.ts';
import { findDevices, type VirtioNode } from '../../frontend/index.ts';
import { presentFolder } from '../../input/index.ts';
import {
  type Answered,
  AskedHost,
  answersTheSame,
  base64Of,
  hostOfThen,
  isSame,
} from '../known/asked-host.ts';
import { doubtsOf, type TreeDoubt } from './check-tree.ts';
import {
  type BoardTree,
  readTree,
  type TreeFile,
  type TreeOptions,
  type TreeSources,
  treeHost,
  treeSources,
} from './load-tree.ts';

/** Trees that are kept at most, and bytes of all files that they were read from. */
const MOST_TREES = 8;
const MOST_BYTES = 4 << 20;

/** How a board's tree is read. */
export interface KeptOptions extends TreeOptions {
  readonly adopt?: boolean;
}

/** All that a tree follows from, byte by byte. */
export interface OriginText {
  /** How it was read: options, and the names of its files. */
  readonly how: string;
  /** The files that options name, in base64. */
  readonly files: readonly string[];
  /** What was asked of the machine's files, and the answers. */
  readonly answers: readonly Answered[];
}

/** A tree that was read before, and its origin. */
export interface KeptTree extends OriginText {
  readonly tree: TreeForm;
}

/** A tree, and what follows from it alone. All boards that are opened of the same files share it, and none changes it. */
export class ReadBoard {
  readonly tree: Tree;
  readonly devices: readonly VirtioNode[];
  readonly #file: string;
  readonly #adopt: boolean;
  readonly #read: () => BoardTree;
  #blob: Uint8Array | undefined;
  #doubts: readonly TreeDoubt[] | undefined;
  readonly #origin: () => OriginText | undefined;

  /** @param read what was read in earnest, which may be read later for a tree that was kept */
  constructor(
    file: string,
    adopt: boolean,
    tree: Tree,
    read: () => BoardTree,
    origin: () => OriginText | undefined,
  ) {
    this.tree = tree;
    this.devices = findDevices(tree, { adopt });
    this.#file = file;
    this.#adopt = adopt;
    this.#read = read;
    this.#origin = origin;
  }

  /** Undefined where the tree follows from the time of now, too. */
  get origin(): OriginText | undefined {
    return this.#origin();
  }

  get blob(): Uint8Array {
    this.#blob ??= this.#read().blob ?? toBlob(this.#read().tree);
    return this.#blob;
  }

  get doubts(): readonly TreeDoubt[] {
    this.#doubts ??= this.#findDoubts();
    return this.#doubts;
  }

  #findDoubts(): readonly TreeDoubt[] {
    const read = this.#read();
    const isRead = read.tree === this.tree;
    return doubtsOf(this.#file, read, isRead ? this.devices : findDevices(read.tree, { adopt: this.#adopt }));
  }
}

/** What a tree was read from. */
interface Origin {
  /** How it was read: options, and the names of its files. */
  readonly how: string;
  readonly sources: TreeSources;
  readonly asked: AskedHost;
}

interface Kept extends Origin {
  readonly bytes: number;
  readonly read: ReadBoard;
}

/** The one that was used last is the first. */
const kept: Kept[] = [];

/**
 * `readBoard`, and its devices. What a test suite opens again and again is read once: as long as each file that was read,
 * or looked for, is what it was then, byte by byte. @param known what another process has read, which may be of other files
 * @throws {BoardError} as `readBoard`
 */
export function readKept(file: string, options: KeptOptions, known?: KeptTree): ReadBoard {
  const { adopt = false } = options;
  const sources = treeSources(file, options);
  const { overlays, includePaths, symbols } = sources;
  const how = JSON.stringify([
    ...[presentFolder(), file, adopt, symbols, includePaths],
    overlays.map((overlay) => overlay.file),
  ]);
  const before = known?.how === how ? readBefore(known, file, sources, adopt) : undefined;
  if (before !== undefined) return before;
  const at = kept.findIndex((each) => each.how === how && isCurrent(each, sources));
  if (at >= 0) {
    const [known] = kept.splice(at, 1) as [Kept];
    kept.unshift(known);
    return known.read;
  }
  const asked = new AskedHost(treeHost());
  const made = readTree(sources, asked.host);
  const origin = () => (asked.answersAgain ? textOf({ how, sources, asked }) : undefined);
  const read = new ReadBoard(file, adopt, made.tree, () => made, origin);
  const bytes = filesOf(sources).reduce((sum, each) => sum + each.bytes.length, asked.bytes);
  if (asked.answersAgain) keep({ how, sources, asked, bytes, read });
  return read;
}

function textOf({ how, sources, asked }: Origin): OriginText {
  return { how, files: filesOf(sources).map(({ bytes }) => base64Of(bytes)), answers: asked.answers };
}

/** The tree that was kept, where these files and all that was asked for are what they were; undefined where it is to be read. */
function readBefore(
  known: KeptTree,
  file: string,
  sources: TreeSources,
  adopt: boolean,
): ReadBoard | undefined {
  try {
    const files = filesOf(sources);
    for (let i = 0; i < files.length; i++)
      if (base64Of((files[i] as TreeFile).bytes) !== known.files[i]) return undefined;
    const machine = treeHost();
    if (!answersTheSame(machine, known.answers)) return undefined;
    let made: BoardTree | undefined;
    const read = (): BoardTree => {
      made ??= readTree(sources, hostOfThen(machine, known.answers));
      return made;
    };
    return new ReadBoard(
      file,
      adopt,
      treeOf(known.tree, () => read().tree),
      read,
      () => known,
    );
  } catch {
    // It has not the form of what this package keeps.
    return undefined;
  }
}

function isCurrent({ sources, asked, read }: Kept, now: TreeSources): boolean {
  const files = filesOf(now);
  return (
    filesOf(sources).every(({ bytes }, index) => isSame(bytes, (files[index] as TreeFile).bytes)) &&
    !wasChanged(read.tree) &&
    asked.answersTheSame()
  );
}

function filesOf({ board, overlays }: TreeSources): readonly TreeFile[] {
  return [board, ...overlays];
}

function keep(tree: Kept): void {
  if (tree.bytes > MOST_BYTES) return;
  kept.unshift(tree);
  let bytes = 0;
  const fits = (each: Kept, index: number) => {
    bytes += each.bytes;
    return index < MOST_TREES && bytes <= MOST_BYTES;
  };
  kept.splice(0, kept.length, ...kept.filter(fits));
}
