import { Budget } from '../text/budget.ts';
import { SourceMap } from '../text/source.ts';
import { toOneString } from './getters.ts';
// biome-ignore lint/suspicious/noImportCycles: a tree, its nodes and its properties refer to each other.
import { LiveNode } from './live-node.ts';
import type { Reservation, Tree } from './tree.ts';

/**
 * The tree while it is built and changed; to the outside it is a `Tree`, which cannot be written.
 *
 * As in dtc, deleting leaves a mark: a property or node that is deleted and defined again gets its old place
 * back, and the marks count in a few places where dtc looks at them. Outside this room nobody sees them.
 */
export class LiveTree implements Tree {
  readonly root: LiveNode;
  plugin = false;
  bootCpu = 0;
  /** It was changed after it was read: what is known of it may not hold any more. */
  wasChanged = false;
  /** False where whoever built the tree has seen that every label comes once. */
  mayHaveDuplicateLabels = true;
  readonly reservations: Reservation[] = [];
  /** Of a tree that was kept without its source: the same tree with it. What needs more than a `Tree` has is done with that. */
  readonly withSource: (() => LiveTree) | undefined;
  #sources: SourceMap | undefined;
  #budget: Budget | undefined;
  #labelIndex: Map<string, LiveNode> | undefined;
  #phandleIndex: Map<number, LiveNode> | undefined;

  constructor(sources?: SourceMap, withSource?: () => LiveTree) {
    this.#sources = sources;
    this.withSource = withSource;
    this.root = new LiveNode(this, '');
  }

  get sources(): SourceMap {
    this.#sources ??= this.withSource?.().sources ?? new SourceMap();
    return this.#sources;
  }

  get budget(): Budget {
    this.#budget ??= new Budget();
    return this.#budget;
  }

  /** Every live node of now, parents before their children, in tree order. */
  nodes(): readonly LiveNode[] {
    const list: LiveNode[] = [];
    const pending: LiveNode[] = this.root.deleted ? [] : [this.root];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      list.push(node);
      for (let i = node.allSubnodes.length - 1; i >= 0; i--) {
        const child = node.allSubnodes[i] as LiveNode;
        if (!child.deleted) pending.push(child);
      }
    }
    return list;
  }

  byPath(path: string): LiveNode | undefined {
    if (path.startsWith('/')) return this.below(this.root, path);
    const slash = path.indexOf('/');
    const start = this.alias(slash < 0 ? path : path.slice(0, slash));
    if (start === undefined || slash < 0) return start;
    return this.below(start, path.slice(slash));
  }

  /** The node at `path` below `start`. */
  below(start: LiveNode, path: string): LiveNode | undefined {
    let node: LiveNode | undefined = start.deleted ? undefined : start;
    for (const name of path.split('/')) {
      if (name === '') continue;
      node = node?.subnode(name);
    }
    return node;
  }

  /** The first live node with that label, in tree order. */
  byLabel(label: string): LiveNode | undefined {
    const known = this.#labelIndex?.get(label);
    // What was deleted since is found out here: a node does not know all that die with it.
    if (known === undefined ? this.#labelIndex !== undefined : known.hasLabel(label)) return known;
    this.#indexLabels();
    return this.#labelIndex?.get(label);
  }

  byPhandle(phandle: number): LiveNode | undefined {
    if (phandle === 0 || phandle === 0xffff_ffff) return undefined;
    if (this.#phandleIndex === undefined || this.#phandleIndex.get(phandle)?.deleted === true)
      this.#indexPhandles();
    return this.#phandleIndex?.get(phandle);
  }

  /** The first node of each label, from someone who knows; it counts until labels change. */
  adoptLabels(index: Map<string, LiveNode>): void {
    this.#labelIndex = index;
  }

  /** The next look-up of a label looks at the whole tree again. */
  labelsChanged(): void {
    this.#labelIndex = undefined;
  }

  phandlesChanged(): void {
    this.#phandleIndex = undefined;
  }

  #indexLabels(): void {
    const index = new Map<string, LiveNode>();
    for (const node of this.nodes()) {
      for (const { name, deleted } of node.allLabels) if (!deleted && !index.has(name)) index.set(name, node);
    }
    this.#labelIndex = index;
  }

  #indexPhandles(): void {
    const index = new Map<number, LiveNode>();
    for (const node of this.nodes()) if (!index.has(node.phandle)) index.set(node.phandle, node);
    this.#phandleIndex = index;
  }

  byCompatible(compatible: string): readonly LiveNode[] {
    return [...this.nodes()].filter((node) => node.compatible.includes(compatible));
  }

  alias(name: string): LiveNode | undefined {
    const property = this.root.subnode('aliases')?.property(name);
    if (property === undefined) return undefined;
    const path = toOneString(property);
    return path.startsWith('/') ? this.below(this.root, path) : undefined;
  }

  /** What `&ref` or `&{ref}` means: a label, a path, or a label and a path below it. */
  byReference(ref: string): LiveNode | undefined {
    if (ref.startsWith('/')) return this.below(this.root, ref);
    const slash = ref.indexOf('/');
    if (slash < 0) return this.byLabel(ref);
    const start = this.byLabel(ref.slice(0, slash));
    return start === undefined ? undefined : this.below(start, ref.slice(slash + 1));
  }
}
