import { type Loc, NOWHERE, type SourceMap } from '../text/source.ts';
import { type LiveNode, type NodeState, type NodeStates, stateOf } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { LiveTree } from '../tree/live-tree.ts';

/** A tree as it was read first, in which nodes are in other states by now. */
export class ChangedTree {
  readonly first: LiveTree;
  readonly sources: SourceMap;
  readonly #states: Map<LiveNode, NodeState>;
  readonly #labels: Map<string, LiveNode | undefined>;

  constructor(
    first: LiveTree,
    sources: SourceMap,
    { states, labels }: Pick<ChangedTree, 'states' | 'labels'>,
  ) {
    this.first = first;
    this.sources = sources;
    this.#states = new Map(states);
    this.#labels = new Map(labels);
  }

  get states(): NodeStates {
    return this.#states;
  }

  /** Those that were added, and undefined for those that were taken away. */
  get labels(): ReadonlyMap<string, LiveNode | undefined> {
    return this.#labels;
  }

  /** What a state of the source has of it. */
  get parts(): Pick<ChangedTree, 'sources' | 'states' | 'labels'> {
    const { sources, states, labels } = this;
    return { sources, states, labels };
  }

  of(node: LiveNode): NodeState {
    return stateOf(node, this.#states);
  }

  set(node: LiveNode, state: Partial<NodeState>): void {
    const { allProperties, allSubnodes, allLabels, history, phandle } = this.of(node);
    this.#states.set(node, { allProperties, allSubnodes, allLabels, history, phandle, ...state });
  }

  setLabel(name: string, node: LiveNode | undefined): void {
    this.#labels.set(name, node);
  }

  /** The node of a label that one node has; undefined where there is none, or it was taken away. */
  byLabel(name: string): LiveNode | undefined {
    return this.#labels.has(name) ? this.#labels.get(name) : this.first.byLabel(name);
  }

  /** Every live node from `top` on, parents before their children; with those that are gone, if they are asked for. */
  nodes(top: LiveNode = this.first.root, withGone = false): readonly LiveNode[] {
    const list: LiveNode[] = [];
    const pending: LiveNode[] = top.deleted && !withGone ? [] : [top];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      list.push(node);
      const { allSubnodes } = this.of(node);
      for (let i = allSubnodes.length - 1; i >= 0; i--) {
        const child = allSubnodes[i] as LiveNode;
        if (withGone || !child.deleted) pending.push(child);
      }
    }
    return list;
  }

  /**
   * Every node that references were looked for in, in that order: also those that were omitted for want of a reference, as they
   * were then.
   */
  referring(): readonly LiveNode[] {
    const list: LiveNode[] = [];
    const pending: LiveNode[] = [this.first.root];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      const { allSubnodes, history } = this.of(node);
      if (node.deleted && (history.at(-1) ?? NOWHERE) <= NOWHERE) continue;
      list.push(node);
      for (let i = allSubnodes.length - 1; i >= 0; i--) pending.push(allSubnodes[i] as LiveNode);
    }
    return list;
  }

  /** The node whose first block begins at `loc`; undefined where that block does not last. */
  begunAt(loc: Loc): LiveNode | undefined {
    const node = this.nodes().find((each) => this.of(each).history[0] === loc);
    return node && (this.isGone(node) ? undefined : node);
  }

  /** The source deletes the node, or omits it, if perhaps not for good: what a block says of it may come to nothing. */
  isGone(node: LiveNode): boolean {
    return node.deleted || this.of(node).history.some((loc) => loc < 0);
  }

  /** Index in `list` in front of the first entry that the source has behind `loc`; no source has what was generated. */
  placeIn<T extends LiveNode | LiveProperty>(list: readonly T[], loc: Loc): number {
    const found = list.findIndex((entry) => !this.isBefore(this.#firstLoc(entry), loc));
    return found < 0 ? list.length : found;
  }

  /** What stands at `a` was read before what stands at `b`; false for what no source has. */
  isBefore(a: Loc | undefined, b: Loc): boolean {
    const { sources } = this;
    return a !== undefined && a > NOWHERE && sources.isBefore(sources.outermost(a), sources.outermost(b));
  }

  /** Where the source first says something of a node or property. */
  #firstLoc(entry: LiveNode | LiveProperty): Loc {
    if ('nameLoc' in entry) return this.of(entry).history[0] ?? entry.nameLoc;
    return entry.earlier?.[0] ?? entry.start;
  }
}
