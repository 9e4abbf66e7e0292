import type { LiveNode } from '../tree/live-node.ts';
import type { LiveTree } from '../tree/live-tree.ts';

/** The nodes of the labels of a source, as far as it was read. */
export class LabelTable {
  readonly #tree: LiveTree;
  readonly #nodes = new Map<string, LiveNode>();
  /** Labels that are on more than one node: the first in the tree counts. */
  readonly #ambiguous = new Set<string>();
  /** Labels that were looked for: of references outside of all nodes. */
  readonly wanted = new Set<string>();

  constructor(tree: LiveTree) {
    this.#tree = tree;
  }

  add(label: string, node: LiveNode): void {
    const known = this.#nodes.get(label);
    if (known !== undefined && known !== node && !known.deleted) this.#ambiguous.add(label);
    this.#nodes.set(label, node);
  }

  /** A label was found, or looked for. */
  knows(label: string): boolean {
    return this.#nodes.has(label) || this.wanted.has(label);
  }

  names(): Iterable<string> {
    return this.#nodes.keys();
  }

  /** The node that `&ref` or `&{ref}` means at this point of the source. */
  find(ref: string): LiveNode | undefined {
    const tree = this.#tree;
    if (ref.startsWith('/')) return tree.below(tree.root, ref);
    const slash = ref.indexOf('/');
    const label = slash < 0 ? ref : ref.slice(0, slash);
    this.wanted.add(label);
    let node = this.#ambiguous.has(label) ? tree.byLabel(label) : this.#nodes.get(label);
    if (node !== undefined && !hasLabel(node, label)) node = tree.byLabel(label);
    return node === undefined || slash < 0 ? node : tree.below(node, ref.slice(slash + 1));
  }

  /**
   * Tells the tree what was found out, so that it need not look again. `elsewhere`: there are labels of
   * properties or inside of values, too.
   */
  handOver(elsewhere: boolean): void {
    if (this.#ambiguous.size > 0) return;
    this.#tree.adoptLabels(this.#nodes);
    this.#tree.mayHaveDuplicateLabels = elsewhere;
  }
}

function hasLabel(node: LiveNode, name: string): boolean {
  return !node.deleted && node.allLabels.some((label) => !label.deleted && label.name === name);
}
