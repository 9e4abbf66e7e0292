import { type Loc, NOWHERE, type Span } from '../text/source.ts';
import {
  compatibleOf,
  regsOf,
  toOneString,
  toPhandles,
  toRows,
  toStrings,
  toTarget,
  toU32,
  toU32s,
  toU64,
} from './getters.ts';
// biome-ignore lint/suspicious/noImportCycles: a tree, its nodes and its properties refer to each other.
import { definitions, type Label, LiveProperty, liveLabels, NO_LABELS, NO_MARKERS } from './live-property.ts';
// biome-ignore lint/suspicious/noImportCycles: a tree, its nodes and its properties refer to each other.
import type { LiveTree } from './live-tree.ts';
import type { Definition, Marker, Node, PhandleArgs, Reg } from './tree.ts';

const NO_NODES: readonly LiveNode[] = [];
const NO_LOCS: readonly Loc[] = [];

/** What is in a node and what is known of it, where a source that was changed makes it another than it was first. */
export interface NodeState {
  /** Deleted ones included, as in `LiveNode`. */
  readonly allProperties: readonly LiveProperty[];
  readonly allSubnodes: readonly LiveNode[];
  readonly allLabels: readonly Label[];
  readonly history: readonly Loc[];
  readonly phandle: number;
}

/** States that take the place of the nodes' own. */
export type NodeStates = ReadonlyMap<LiveNode, NodeState>;

/** `node` as `states` say that it is. */
export function stateOf(node: LiveNode, states: NodeStates): NodeState {
  return states.get(node) ?? node;
}

/** From so many entries on a node finds its children and properties through a map. */
const INDEX_FROM = 12;

export class LiveNode implements Node {
  readonly name: string;
  readonly tree: LiveTree;
  parent: LiveNode | undefined = undefined;
  /** Deleted ones included. */
  allProperties: LiveProperty[] = [];
  /** Deleted ones included. Most nodes have none, and share an empty list. */
  allSubnodes: readonly LiveNode[] = NO_NODES;
  deleted = false;
  /** `/omit-if-no-ref/` */
  omitIfUnused = false;
  isReferenced = false;
  /** Where the name stands. */
  nameLoc: Loc = NOWHERE;
  /** From `{` to behind `};`, start and end in turn; deletions as in `definitions`. */
  history: readonly Loc[] = NO_LOCS;
  #labels: readonly Label[] = NO_LABELS;
  #phandle = 0;
  #path: string | undefined;
  #propertyIndex: Map<string, LiveProperty> | undefined;
  #subnodeIndex: Map<string, LiveNode> | undefined;

  constructor(tree: LiveTree, name: string) {
    this.tree = tree;
    this.name = name;
  }

  /** Deleted ones included. */
  get allLabels(): readonly Label[] {
    return this.#labels;
  }

  set allLabels(labels: readonly Label[]) {
    this.#labels = labels;
    this.tree.labelsChanged();
  }

  get phandle(): number {
    return this.#phandle;
  }

  set phandle(phandle: number) {
    this.#phandle = phandle;
    this.tree.phandlesChanged();
  }

  get baseName(): string {
    const at = this.name.indexOf('@');
    return at < 0 ? this.name : this.name.slice(0, at);
  }

  get unitAddress(): string {
    const at = this.name.indexOf('@');
    return at < 0 ? '' : this.name.slice(at + 1);
  }

  get path(): string {
    if (this.#path !== undefined) return this.#path;
    const names: string[] = [];
    let top: LiveNode = this;
    for (; top.parent !== undefined; top = top.parent) names.push(top.name);
    const path = names.length === 0 && top.name === '' ? '/' : [top.name, ...names.reverse()].join('/');
    // Kept only for a node that hangs in a tree: one that is still moved gets another path.
    if (top === this.tree.root) this.#path = path;
    return path;
  }

  get properties(): readonly LiveProperty[] {
    return this.allProperties.some((property) => property.deleted)
      ? this.allProperties.filter((property) => !property.deleted)
      : this.allProperties;
  }

  get subnodes(): readonly LiveNode[] {
    return this.allSubnodes.some((node) => node.deleted)
      ? this.allSubnodes.filter((node) => !node.deleted)
      : this.allSubnodes;
  }

  get children(): readonly LiveNode[] {
    return this.allSubnodes.filter((node) => !node.deleted && node.isAvailable);
  }

  get labels(): readonly string[] {
    return liveLabels(this.allLabels);
  }

  get compatible(): readonly string[] {
    return compatibleOf(this);
  }

  get isAvailable(): boolean {
    const status = this.property('status');
    if (status === undefined) return true;
    const bytes = status.value;
    const word = String.fromCharCode(...bytes.subarray(0, 8));
    return word === 'okay\0' || word === 'ok\0';
  }

  get span(): Span | undefined {
    return this.definitions.find((definition) => definition.kind === 'set')?.span;
  }

  get definitions(): readonly Definition[] {
    const { tree, history } = this.inSource;
    return definitions(tree, history);
  }

  get regs(): readonly Reg[] {
    return regsOf(this);
  }

  /** Itself; of a tree that was kept without its source, the same node with it. */
  get inSource(): LiveNode {
    return this.tree.withSource?.().byPath(this.path) ?? this;
  }

  /** The first property of that name, deleted or not. */
  findProperty(name: string): LiveProperty | undefined {
    const list = this.allProperties;
    if (this.#propertyIndex !== undefined) return this.#propertyIndex.get(name);
    if (list.length < INDEX_FROM) {
      // By its index, as `of` takes three times as long in code that no compiler has seen yet.
      for (let i = 0; i < list.length; i++) if ((list[i] as LiveProperty).name === name) return list[i];
      return undefined;
    }
    const index = new Map<string, LiveProperty>();
    for (let i = 0; i < list.length; i++) {
      const property = list[i] as LiveProperty;
      if (!index.has(property.name)) index.set(property.name, property);
    }
    this.#propertyIndex = index;
    return index.get(name);
  }

  /** The first child of that name, deleted or not. */
  findSubnode(name: string): LiveNode | undefined {
    const list = this.allSubnodes;
    if (this.#subnodeIndex !== undefined) return this.#subnodeIndex.get(name);
    if (list.length < INDEX_FROM) {
      for (let i = 0; i < list.length; i++) if ((list[i] as LiveNode).name === name) return list[i];
      return undefined;
    }
    const index = new Map<string, LiveNode>();
    for (const node of list) if (!index.has(node.name)) index.set(node.name, node);
    this.#subnodeIndex = index;
    return index.get(name);
  }

  property(name: string): LiveProperty | undefined {
    const first = this.findProperty(name);
    return first?.deleted === true ? liveOne(this.allProperties, name) : first;
  }

  subnode(name: string): LiveNode | undefined {
    const first = this.findSubnode(name);
    return first?.deleted === true ? liveOne(this.allSubnodes, name) : first;
  }

  /** The node is there, and so is that label of it. */
  hasLabel(name: string): boolean {
    if (this.deleted) return false;
    const labels = this.#labels;
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i] as Label;
      if (label.name === name && !label.deleted) return true;
    }
    return false;
  }

  addProperty(property: LiveProperty): void {
    property.node = this;
    this.allProperties.push(property);
    if (this.#propertyIndex !== undefined && !this.#propertyIndex.has(property.name)) {
      this.#propertyIndex.set(property.name, property);
    }
  }

  /** Notes a block that defines the node, from its `{` to behind its `};`. */
  define(start: Loc, end: Loc): void {
    if (this.history === NO_LOCS) this.history = [start, end];
    else (this.history as Loc[]).push(start, end);
  }

  /** All that is in the node was read: gives back the room that its lists have for more. */
  settle(): void {
    if (this.allProperties.length > 0) this.allProperties = this.allProperties.slice();
    if (this.allSubnodes.length > 0) this.allSubnodes = this.allSubnodes.slice();
  }

  addSubnode(node: LiveNode): void {
    node.parent = this;
    if (node.#labels.length > 0 || node.allSubnodes.length > 0) this.tree.labelsChanged();
    if (this.allSubnodes === NO_NODES) this.allSubnodes = [node];
    else (this.allSubnodes as LiveNode[]).push(node);
    if (this.#subnodeIndex !== undefined && !this.#subnodeIndex.has(node.name)) {
      this.#subnodeIndex.set(node.name, node);
    }
  }

  /** Becomes the same as `other`, a node of another tree in `state`, but for its properties and children. */
  resemble(other: LiveNode, { history, allLabels, phandle }: NodeState): void {
    this.deleted = other.deleted;
    this.omitIfUnused = other.omitIfUnused;
    this.isReferenced = other.isReferenced;
    this.nameLoc = other.nameLoc;
    if (history.length > 0) this.history = history.slice();
    if (allLabels.length > 0) this.#labels = allLabels.map((label) => ({ ...label }));
    this.#phandle = phandle;
    this.#path = other.#path;
  }

  /** Takes an entry out for good, without a mark. */
  remove(entry: LiveProperty | LiveNode): void {
    if (entry instanceof LiveNode) this.allSubnodes = this.allSubnodes.filter((node) => node !== entry);
    else {
      const at = this.allProperties.indexOf(entry);
      if (at >= 0) this.allProperties.splice(at, 1);
    }
    this.#propertyIndex = undefined;
    this.#subnodeIndex = undefined;
  }

  /** A property that no source wrote. */
  setProperty(name: string, value: Uint8Array, markers: readonly Marker[] = NO_MARKERS): LiveProperty {
    let property = this.property(name);
    if (property === undefined) {
      property = new LiveProperty(this, name);
      this.addProperty(property);
    }
    property.setValue(value, 0, value.length, markers);
    return property;
  }

  /** Deletes the node and all in it, but for the marks. */
  delete(start: Loc = NOWHERE, end: Loc = start): void {
    // A loop, not recursion: nesting is the source's choice.
    const pending: LiveNode[] = [this];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      node.deleted = true;
      for (const child of node.allSubnodes) if (!child.deleted) pending.push(child);
      for (const property of node.allProperties) if (!property.deleted) property.delete(start, end);
      for (const label of node.allLabels) label.deleted = true;
      if (start !== NOWHERE) node.define(-2 - start, -2 - end);
    }
  }

  /** Sorts properties and children by name, everywhere below too (dtc `-s`). */
  sort(): void {
    const pending: LiveNode[] = [this];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      node.allProperties.sort(byName);
      node.allSubnodes = [...node.allSubnodes].sort(byName);
      pending.push(...node.allSubnodes);
    }
  }

  has(property: string): boolean {
    return this.property(property) !== undefined;
  }

  #read<T>(name: string, read: (property: LiveProperty) => T): T | undefined {
    const property = this.property(name);
    return property === undefined ? undefined : read(property);
  }

  bytes(property: string): Uint8Array | undefined {
    return this.#read(property, (found) => found.value.slice());
  }

  string(property: string): string | undefined {
    return this.#read(property, toOneString);
  }

  strings(property: string): readonly string[] | undefined {
    return this.#read(property, toStrings);
  }

  u32(property: string): number | undefined {
    return this.#read(property, toU32);
  }

  u32s(property: string): readonly number[] | undefined {
    return this.#read(property, toU32s);
  }

  u64(property: string): bigint | undefined {
    return this.#read(property, toU64);
  }

  cells(property: string, width: number): readonly (readonly number[])[] | undefined {
    return this.#read(property, (found) => toRows(found, width));
  }

  target(property: string): Node | undefined {
    return this.#read(property, toTarget);
  }

  phandles(property: string, cellsName: string | undefined): readonly PhandleArgs[] | undefined {
    return this.#read(property, (found) => toPhandles(found, cellsName));
  }
}

/** The first of that name that is not deleted. By itself, as what a closure needs is made at each call of what has one. */
function liveOne<T extends { readonly name: string; readonly deleted: boolean }>(
  list: readonly T[],
  name: string,
): T | undefined {
  return list.find((entry) => !entry.deleted && entry.name === name);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
