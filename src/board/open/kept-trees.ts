import { type Tree, toBlob, wasChanged } from '../../devicetree/core.ts';
import { findDevices, type VirtioNode } from '../../frontend/index.ts';
import { presentFolder } from '../../input/index.ts';
import { doubtsOf, type TreeDoubt } from './check-tree.ts';
import {
  type BoardTree,
  readTree,
  type TreeFile,
  type TreeHost,
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

/** The files of this machine, with all that was asked of them. */
class AskedHost {
  readonly host: TreeHost;
  /** Whether to ask again can show that the tree is what it was. The time of now was not asked for, and nothing failed. */
  answersAgain = true;
  /** Of all files that were read. */
  bytes = 0;
  readonly #asked = new Map<string, { readonly ask: () => unknown; readonly answer: unknown }>();

  constructor(machine: TreeHost) {
    const { exists, readFile, readRange, brokenLink } = machine;
    const { clock } = machine;
    const timed = <T>(time: T): T => {
      this.answersAgain = false;
      return time;
    };
    this.host = {
      exists: (path) => this.#note(`exists ${path}`, () => exists(path)),
      readFile: (path) => this.#note(`read ${path}`, () => readFile(path)),
      readRange: (path, range) =>
        this.#note(`read ${range.offset} ${range.size} ${path}`, () => readRange(path, range)),
      brokenLink: (path) => this.#note(`link ${path}`, () => brokenLink(path)),
      clock: {
        now: () => timed(clock.now()),
        modified: (path) => timed(clock.modified?.(path)),
        get sourceDateEpoch() {
          return timed(clock.sourceDateEpoch);
        },
      },
    };
  }

  /** What was asked, and the answers. */
  get answers(): readonly (readonly [question: string, answer: unknown])[] {
    return [...this.#asked].map(([what, { answer }]) => [what, asText(answer)]);
  }

  /** Asks all of it again. */
  answersTheSame(): boolean {
    try {
      for (const { ask, answer } of this.#asked.values()) if (!isSame(ask(), answer)) return false;
      return true;
    } catch {
      // Who reads it in earnest says why it cannot be read any more.
      return false;
    }
  }

  #note<T>(what: string, ask: () => T): T {
    let answer: T;
    try {
      answer = ask();
    } catch (error) {
      this.answersAgain = false;
      throw error;
    }
    const before = this.#asked.get(what);
    if (before !== undefined && !isSame(before.answer, answer)) this.answersAgain = false;
    if (before === undefined && answer instanceof Uint8Array) this.bytes += answer.length;
    this.#asked.set(what, { ask, answer });
    return answer;
  }
}

function asText(answer: unknown): unknown {
  return answer instanceof Uint8Array ? Buffer.from(answer).toString('base64') : answer;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}
