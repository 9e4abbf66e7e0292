import type { SourceMap } from '../text/source.ts';
import { LiveNode, type NodeStates, stateOf } from './live-node.ts';
import type { LiveProperty } from './live-property.ts';
import { LiveTree } from './live-tree.ts';

/** A tree like `tree`, which shares nothing with it that can be changed; its places are looked up in `sources`. */
export function copyTree(tree: LiveTree, sources: SourceMap, states: NodeStates): LiveTree {
  const copy = new LiveTree(sources);
  copy.plugin = tree.plugin;
  copy.bootCpu = tree.bootCpu;
  copy.mayHaveDuplicateLabels = tree.mayHaveDuplicateLabels;
  copy.reservations.push(...tree.reservations);
  copy.budget.resemble(tree.budget);
  const values = new Values();
  const pending: [LiveNode, LiveNode][] = [[tree.root, copy.root]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [from, to] = pair;
    const state = stateOf(from, states);
    to.resemble(from, state);
    to.allProperties = state.allProperties.map((property) => values.copy(property, to));
    if (state.allSubnodes.length > 0)
      to.allSubnodes = state.allSubnodes.map((child) => {
        const node = new LiveNode(copy, child.name);
        node.parent = to;
        pending.push([child, node]);
        return node;
      });
  }
  return copy;
}

const CHUNK = 64 * 1024;

/** Values of copied properties, one behind the other in large pieces of memory. */
class Values {
  #bytes = new Uint8Array(CHUNK);
  #at = 0;

  copy(property: LiveProperty, node: LiveNode): LiveProperty {
    const { length } = property;
    if (this.#at + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(Math.max(CHUNK, length));
      this.#at = 0;
    }
    this.#at += length;
    return property.copy(node, this.#bytes, this.#at - length);
  }
}
