import type { Node, Tree } from '../../devicetree/index.ts';
import { isBus, type VirtioNode } from '../../frontend/index.ts';
import { hostNodeOf } from '../assemble/bind-bus.ts';

/**
 * Our properties that say nothing of what is outside of the bus they stand on, nor name a file: a tree with another is not
 * looked through.
 */
const OWN: readonly string[] = [
  'dtbus,host',
  'dtbus,power',
  'dtbus,pull-ups',
  'dtbus,real-time',
  'dtbus,set',
  'dtbus,simulate',
  'dtbus,strict',
  'dtbus,timeout-ms',
];

/**
 * For each bus of a source tree the buses that one can tell of from the other: by references from node to node (interrupts,
 * GPIO lines, supplies), over however many nodes. @returns paths by path, each with its own; undefined where that cannot be
 * known: the tree was a blob, phandles are written as numbers, or there are models, files, owners or faults
 */
export function connectedBuses(
  tree: Tree,
  devices: readonly VirtioNode[],
): Readonly<Record<string, readonly string[]>> | undefined {
  if (tree.root.span === undefined) return undefined;
  const buses = devices.filter(isBus).map(({ node }) => node);
  const wholes = new Set([...buses, ...buses.flatMap((bus) => hostNodeOf(bus) ?? [])]);
  const groups = new Groups(wholes);
  const simulated = new Set([...devices.map(({ node }) => node), ...wholes]);
  for (const node of tree.nodes()) {
    if (!isKnown(node)) return undefined;
    const targets = referencesOf(tree, node);
    if (targets === undefined) return undefined;
    for (const target of targets) {
      groups.join(node, target);
      // What stands at a node holds for those below it, as an interrupt parent does.
      if (simulated.has(groups.unitOf(target)))
        for (const whole of wholes) if (isBelow(whole, node)) groups.join(whole, target);
    }
  }
  const of = (bus: Node) => buses.filter((other) => groups.areJoined(bus, other)).map(({ path }) => path);
  return Object.fromEntries(buses.map((bus) => [bus.path, of(bus)]));
}

function isKnown(node: Node): boolean {
  return node.properties.every(({ name }) => !name.startsWith('dtbus,') || OWN.includes(name));
}

function isBelow(node: Node, above: Node): boolean {
  return node.parent !== undefined && (node.parent === above || isBelow(node.parent, above));
}

/** The nodes that a node refers to; undefined: it refers to some by their numbers. */
function referencesOf(tree: Tree, node: Node): readonly Node[] | undefined {
  const found: Node[] = [];
  for (const { name, markers, span, value } of node.properties) {
    // Those that nobody wrote are made where a reference needs one.
    if (name.endsWith('phandle') && span !== undefined) return undefined;
    // It came by way of a blob, as what an overlay was applied to, and may be a reference.
    if (span !== undefined && value.length > 0 && markers.length === 0) return undefined;
    for (const { kind, offset } of markers) {
      if (kind !== 'ref-phandle') continue;
      const phandle = new DataView(value.buffer, value.byteOffset, value.byteLength).getUint32(offset);
      const target = tree.byPhandle(phandle);
      if (target === undefined) return undefined;
      found.push(target);
    }
  }
  return found;
}

/** Nodes that belong together; what is below a bus or an adapter is one with it. */
class Groups {
  readonly #whole: ReadonlySet<Node>;
  readonly #above = new Map<Node, Node>();

  constructor(whole: ReadonlySet<Node>) {
    this.#whole = whole;
  }

  unitOf(node: Node): Node {
    for (let at: Node | undefined = node; at !== undefined; at = at.parent)
      if (this.#whole.has(at)) return at;
    return node;
  }

  join(a: Node, b: Node): void {
    const [first, second] = [this.#headOf(a), this.#headOf(b)];
    if (first !== second) this.#above.set(first, second);
  }

  areJoined(a: Node, b: Node): boolean {
    return this.#headOf(a) === this.#headOf(b);
  }

  #headOf(node: Node): Node {
    let head = this.unitOf(node);
    for (let next = this.#above.get(head); next !== undefined; next = this.#above.get(head)) head = next;
    return head;
  }
}
