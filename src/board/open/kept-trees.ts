import { type Tree, toBlob, wasChanged } from '../../devicetree/core.ts';
import { findDevices, type VirtioNode } from '../../frontend/index.ts';
import { presentFolder } from '../../input/index.ts';
import { AskedHost, asText, isSame } from './asked-host.ts';
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

/** A tree, and what follows from it alone. All boards that are opened of the same files share it, and none changes it. */
export class ReadBoard {
  readonly tree: Tree;
  readonly devices: readonly VirtioNode[];
  readonly #file: string;
  readonly #made: Pick<BoardTree, 'overlays' | 'compiled'>;
  #blob: Uint8Array | undefined;
  #doubts: readonly TreeDoubt[] | undefined;
  readonly #origin: Origin;

  constructor(file: string, { tree, blob, ...made }: BoardTree, adopt: boolean, origin: Origin) {
    this.tree = tree;
    this.devices = findDevices(tree, { adopt });
    this.#file = file;
    this.#made = made;
    this.#blob = blob;
    this.#origin = origin;
  }

  /** All that the tree follows from, as a text; undefined where it follows from the time of now, too. */
  get origin(): string | undefined {
    const { how, sources, asked } = this.#origin;
    if (!asked.answersAgain) return undefined;
    return JSON.stringify([how, filesOf(sources).map(({ bytes }) => asText(bytes)), asked.answers]);
  }

  get blob(): Uint8Array {
    this.#blob ??= toBlob(this.tree);
    return this.#blob;
  }

  get doubts(): readonly TreeDoubt[] {
    this.#doubts ??= doubtsOf(this.#file, { tree: this.tree, ...this.#made }, this.devices);
    return this.#doubts;
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
 * or looked for, is what it was then, byte by byte. @throws {BoardError} as `readBoard`
 */
export function readKept(file: string, options: KeptOptions): ReadBoard {
  const { adopt = false } = options;
  const sources = treeSources(file, options);
  const { overlays, includePaths, symbols } = sources;
  const how = JSON.stringify([
    ...[presentFolder(), file, adopt, symbols, includePaths],
    overlays.map((overlay) => overlay.file),
  ]);
  const at = kept.findIndex((each) => each.how === how && isCurrent(each, sources));
  if (at >= 0) {
    const [known] = kept.splice(at, 1) as [Kept];
    kept.unshift(known);
    return known.read;
  }
  const asked = new AskedHost(treeHost());
  const read = new ReadBoard(file, readTree(sources, asked.host), adopt, { how, sources, asked });
  const bytes = filesOf(sources).reduce((sum, each) => sum + each.bytes.length, asked.bytes);
  if (asked.answersAgain) keep({ how, sources, asked, bytes, read });
  return read;
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
