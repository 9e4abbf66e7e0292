import { formOf } from '../../devicetree/core.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import type { VirtioNode } from '../../frontend/index.ts';
import type { KeptTree, ReadBoard } from '../open/kept-trees.ts';
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

/** What is known of a board that came up, when nothing was said of it. */
export interface KnownFact extends KeptTree {
  readonly connected: ReturnType<typeof connectedBuses>;
}

/** Of a fact, as a text. */
const MOST_LENGTH = 1 << 21;

/**
 * What is known of a board from when it was opened before: that nothing was said of it. It is the same board while all that
 * it was read from is what it was then, byte by byte; then nobody need look for what is wrong with it, and buses that nobody
 * uses need not be made.
 */
export class KnownBoard {
  readonly #use: SingleUse;
  readonly #board: ReadBoard;
  readonly #fact: KnownFact | undefined;

  /** @param fact what the board was read from may be another */
  constructor(use: SingleUse, board: ReadBoard, fact: KnownFact | undefined) {
    this.#use = use;
    this.#board = board;
    this.#fact = fact !== undefined && board.origin === fact ? fact : undefined;
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
    if (origin === undefined) return;
    const form = formOf(tree);
    if (form === undefined) return;
    const { connectedBuses } = await import('./connected-buses.ts');
    const fact: KnownFact = { ...origin, tree: form, connected: connectedBuses(tree, devices) };
    const text = JSON.stringify(fact);
    if (text.length <= MOST_LENGTH) this.#use.facts.note(text);
  }
}

function usedBus({ node }: SingleUse, { tree, devices }: ReadBoard): VirtioNode | undefined {
  if (typeof node === 'function') {
    const bus = node(tree)?.parent;
    return devices.find((device) => device.node === bus);
  }
  const [, kind, number] = /^\/dev\/(i2c-|spidev)(\d+)/.exec(node) ?? [];
  return devices.find(
    (device) => device.kind === (kind === 'i2c-' ? 'i2c' : 'spi') && device.number === Number(number),
  );
}

/** What was noted; undefined where it is no JSON. Whether it has its form shows when it is used. */
export function factIn({ known }: KeptFacts): KnownFact | undefined {
  try {
    return known === undefined ? undefined : (JSON.parse(known) as KnownFact);
  } catch {
    return undefined;
  }
}
