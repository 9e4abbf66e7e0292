import { wellFormed } from '../../bus/index.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import { type FaultText, parseFault } from '../../faults/index.ts';
import { oneLine } from '../../input/index.ts';

/** `dtbus,faults = "nack at=2", "offset by=1.5";` at a bus, a part or a GPIO controller. */
export const FAULTS = 'dtbus,faults';

/** A property that is no list of faults. */
export interface FaultDoubt {
  readonly node: Node;
  readonly property: string;
  readonly message: string;
}

/** What of a tree's faults is mistyped. */
export function doubtfulFaults(tree: Tree): readonly FaultDoubt[] {
  return [...nodesWithFaults(tree.root)].flatMap((node) =>
    faultsOf(node).flatMap((read) =>
      read instanceof TypeError ? { node, property: FAULTS, message: read.message } : [],
    ),
  );
}

/** The nodes that have the property, in the order of the tree. */
export function* nodesWithFaults(node: Node): Generator<Node> {
  if (node.has(FAULTS)) yield node;
  for (const child of node.children) yield* nodesWithFaults(child);
}

/** The faults of a node, or why one is none. */
export function faultsOf(node: Node): readonly (FaultText | TypeError)[] {
  const texts = wellFormed(() => node.strings(FAULTS));
  if (texts === undefined) return [];
  return texts.map((text) => {
    try {
      return parseFault(text);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return new TypeError(oneLine(`in "${text}": ${error.message}`));
    }
  });
}
