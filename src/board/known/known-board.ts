import type { Node, Tree } from '../../devicetree/index.ts';
import type { VirtioNode } from '../../frontend/index.ts';
import type { connectedBuses } from './connected-buses.ts';

/** What processes of one user and one build of this package tell the next of a board. */
export interface KeptFacts {
  /** What was noted last, whole, of this board or of another. */
  readonly known: string | undefined;
  /** Never throws: who cannot keep a fact finds it out again. */
  note(text: string): void;
}

/** For whom a board is opened: one who uses a single node, or a single part, and keeps what is known of boards. */
export interface SingleUse {
  readonly facts: KeptFacts;
  /** `/dev/i2c-1` or `/dev/spidev0.0`; or what finds the part's node, undefined where it is none of the tree's */
  readonly node: string | ((tree: Tree) => Node | undefined);
}

/** A board that was read. */
interface Origins {
  readonly tree: Tree;
  readonly devices: readonly VirtioNode[];
  readonly origin: string | undefined;
}

interface Fact {
  readonly origin: string;
  readonly connected: ReturnType<typeof connectedBuses>;
}

/** Of what a tree was read from, as a text. */
const MOST_LENGTH = 1 << 20;

/**
 * What is known of a board from when it was opened before: that nothing was said of it. It is the same board while all that
 * it was read from is what it was then, byte by byte; then nobody need look for what is wrong with it, and buses that nobody
 * uses need not be made.
 */
export class KnownBoard {
  readonly #use: SingleUse;
  readonly #board: Origins;
  readonly #fact: Fact | undefined;

  constructor(use: SingleUse, board: Origins) {
    this.#use = use;
    this.#board = board;
    const { origin } = board;
    const fact = origin === undefined ? undefined : factIn(use.facts.known);
    this.#fact = fact?.origin === origin ? fact : undefined;
  }

  /** Whether the board came up before, and nothing was said of it. */
  get isGood(): boolean {
    return this.#fact !== undefined;
  }

  /** Paths of the buses that must be made; undefined: all of them. */
  get needed(): readonly string[] | undefined {
    const used = usedBus(this.#use, this.#board);
    return used && this.#fact?.connected?.[used.node.path];
  }

  /** Keeps that the board came up, and that nothing was said of it. What finds out more is loaded when it is called. */
  async note(): Promise<void> {
    const { tree, devices, origin } = this.#board;
    if (origin === undefined || origin.length > MOST_LENGTH) return;
    const { connectedBuses } = await import('./connected-buses.ts');
    const fact: Fact = { origin, connected: connectedBuses(tree, devices) };
    this.#use.facts.note(JSON.stringify(fact));
  }
}

function usedBus({ node }: SingleUse, { tree, devices }: Origins): VirtioNode | undefined {
  if (typeof node === 'function') {
    const bus = node(tree)?.parent;
    return devices.find((device) => device.node === bus);
  }
  const [, kind, number] = /^\/dev\/(i2c-|spidev)(\d+)/.exec(node) ?? [];
  return devices.find(
    (device) => device.kind === (kind === 'i2c-' ? 'i2c' : 'spi') && device.number === Number(number),
  );
}

function factIn(text: string | undefined): Fact | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Fact);
  } catch {
    return undefined;
  }
}
