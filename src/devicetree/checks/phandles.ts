import type { LiveNode } from '../tree/live-node.ts';
import type { LiveTree } from '../tree/live-tree.ts';

/** The nodes of a tree by phandle, looked up once for all checks. They run after phandles have been given. */
export class PhandleIndex {
  #tree: LiveTree | undefined;
  readonly #nodes = new Map<number, LiveNode>();

  node(tree: LiveTree, phandle: number): LiveNode | undefined {
    if (this.#tree !== tree) {
      this.#tree = tree;
      this.#nodes.clear();
      const nodes = tree.nodes();
      for (let i = 0; i < nodes.length; i++) {
        const node = nodes[i] as LiveNode;
        if (node.phandle !== 0 && !this.#nodes.has(node.phandle)) this.#nodes.set(node.phandle, node);
      }
    }
    return this.#nodes.get(phandle);
  }
}
