import { Budget } from './budget.ts';
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
import type { Loc, Span } from './source.ts';
import { NOWHERE, SourceMap } from './source.ts';
import type { Definition, Marker, Node, PhandleArgs, Property, Reg, Reservation, Tree } from './tree.ts';

/**
 * The tree while it is built and changed; to the outside it is a `Tree`, which cannot be written.
 *
 * As in dtc, deleting leaves a mark: a property or node that is deleted and defined again gets its old place
 * back, and the marks count in a few places where dtc looks at them. Outside this room nobody sees them.
 */

/** A label in front of a node or property. A deleted one that comes again keeps its place in the order. */
export interface Label {
  readonly name: string;
  readonly loc: Loc;
  deleted: boolean;
}

/** Puts a label first, as dtc does, unless it is there already. */
export function addLabel(labels: readonly Label[], name: string, loc: Loc): readonly Label[] {
  for (const label of labels) {
    if (label.name === name) {
      label.deleted = false;
      return labels;
    }
  }
  return [{ name, loc, deleted: false }, ...labels];
}

function liveLabels(labels: readonly Label[]): readonly string[] {
  return labels.length === 0 ? NO_NAMES : labels.filter((label) => !label.deleted).map((label) => label.name);
}

const NO_NAMES: readonly string[] = [];
export const NO_LABELS: readonly Label[] = [];
export const NO_MARKERS: readonly Marker[] = [];
/** The markers of by far the most values: all cells, or one string. */
export const ONLY_CELLS: readonly Marker[] = [{ kind: 'uint32', offset: 0, ref: undefined, loc: NOWHERE }];
export const ONLY_STRING: readonly Marker[] = [{ kind: 'string', offset: 0, ref: undefined, loc: NOWHERE }];
const NO_BYTES = new Uint8Array(0);

/** History is kept flat: start, end, start, end, …; a deletion has its two locations negated minus 2. */
function definitions(tree: LiveTree, history: readonly Loc[]): readonly Definition[] {
  const list: Definition[] = [];
  for (let i = 0; i + 1 < history.length; i += 2) {
    const start = history[i] as Loc;
    const end = history[i + 1] as Loc;
    const deleted = start < NOWHERE;
    const span = deleted ? tree.sources.span(-2 - start, -2 - end) : tree.sources.span(start, end);
    list.push({ kind: deleted ? 'delete' : 'set', span });
  }
  return list;
}

function noteDeleted(history: Loc[], start: Loc, end: Loc): void {
  if (start !== NOWHERE) history.push(-2 - start, -2 - end);
}

export class LiveProperty implements Property {
  readonly name: string;
  node: LiveNode;
  markers: readonly Marker[] = NO_MARKERS;
  allLabels: readonly Label[] = NO_LABELS;
  deleted = false;
  /** Where the value that holds is defined. */
  start: Loc = NOWHERE;
  end: Loc = NOWHERE;
  /** Definitions and deletions before the one that holds. */
  earlier: Loc[] | undefined;
  #bytes: Uint8Array = NO_BYTES;
  #from = 0;
  #length = 0;

  constructor(node: LiveNode, name: string) {
    this.node = node;
    this.name = name;
  }

  get length(): number {
    return this.#length;
  }

  get value(): Uint8Array {
    if (this.#bytes.length !== this.#length) {
      this.#bytes = this.#bytes.subarray(this.#from, this.#from + this.#length);
      this.#from = 0;
    }
    return this.#bytes;
  }

  /** The value is `length` bytes of `bytes` from `from`, which nobody else writes. */
  setValue(bytes: Uint8Array, from: number, length: number, markers: readonly Marker[]): void {
    this.#bytes = bytes;
    this.#from = from;
    this.#length = length;
    this.markers = markers;
  }

  setCell(offset: number, value: number): void {
    const at = this.#from + offset;
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  /** Copies the value into `to` at `at`. */
  copyTo(to: Uint8Array, at: number): void {
    const from = this.#from;
    const length = this.#length;
    if (length > 64) {
      to.set(this.value, at);
      return;
    }
    for (let i = 0; i < length; i++) to[at + i] = this.#bytes[from + i] as number;
  }

  get labels(): readonly string[] {
    return liveLabels(this.allLabels);
  }

  get span(): Span | undefined {
    return this.node.tree.sources.span(this.start, this.end);
  }

  get definitions(): readonly Definition[] {
    const history = [...(this.earlier ?? [])];
    if (this.start !== NOWHERE) history.push(this.start, this.end);
    return definitions(this.node.tree, history);
  }

  /** Takes the value, labels and place of a later definition of the same name. */
  replaceBy(later: LiveProperty): void {
    for (const label of later.allLabels) this.allLabels = addLabel(this.allLabels, label.name, label.loc);
    this.#bytes = later.#bytes;
    this.#from = later.#from;
    this.#length = later.#length;
    this.markers = later.markers;
    if (this.start !== NOWHERE) {
      this.earlier ??= [];
      this.earlier.push(this.start, this.end);
    }
    this.start = later.start;
    this.end = later.end;
    this.deleted = false;
  }

  delete(start: Loc = NOWHERE, end: Loc = start): void {
    this.deleted = true;
    for (const label of this.allLabels) label.deleted = true;
    if (start !== NOWHERE) {
      this.earlier ??= [];
      if (this.start !== NOWHERE) this.earlier.push(this.start, this.end);
      noteDeleted(this.earlier, start, end);
      this.start = NOWHERE;
      this.end = NOWHERE;
    }
  }
}

const NO_NODES: readonly LiveNode[] = [];
const NO_LOCS: readonly Loc[] = [];

/** From so many entries on a node finds its children and properties through a map. */
const INDEX_FROM = 12;

export class LiveNode implements Node {
  readonly name: string;
  readonly tree: LiveTree;
  parent: LiveNode | undefined = undefined;
  /** Deleted ones included. */
  readonly allProperties: LiveProperty[] = [];
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
    let path = top.name === '' ? '/' : top.name;
    for (const name of names.reverse()) path = path.endsWith('/') ? path + name : `${path}/${name}`;
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
    return definitions(this.tree, this.history);
  }

  get regs(): readonly Reg[] {
    return regsOf(this);
  }

  /** The first property of that name, deleted or not. */
  findProperty(name: string): LiveProperty | undefined {
    const list = this.allProperties;
    if (this.#propertyIndex !== undefined) return this.#propertyIndex.get(name);
    if (list.length < INDEX_FROM) {
      for (const property of list) if (property.name === name) return property;
      return undefined;
    }
    const index = new Map<string, LiveProperty>();
    for (const property of list) if (!index.has(property.name)) index.set(property.name, property);
    this.#propertyIndex = index;
    return index.get(name);
  }

  /** The first child of that name, deleted or not. */
  findSubnode(name: string): LiveNode | undefined {
    const list = this.allSubnodes;
    if (this.#subnodeIndex !== undefined) return this.#subnodeIndex.get(name);
    if (list.length < INDEX_FROM) {
      for (const node of list) if (node.name === name) return node;
      return undefined;
    }
    const index = new Map<string, LiveNode>();
    for (const node of list) if (!index.has(node.name)) index.set(node.name, node);
    this.#subnodeIndex = index;
    return index.get(name);
  }

  property(name: string): LiveProperty | undefined {
    const first = this.findProperty(name);
    if (first === undefined || !first.deleted) return first;
    return this.allProperties.find((property) => !property.deleted && property.name === name);
  }

  subnode(name: string): LiveNode | undefined {
    const first = this.findSubnode(name);
    if (first === undefined || !first.deleted) return first;
    return this.allSubnodes.find((node) => !node.deleted && node.name === name);
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

  addSubnode(node: LiveNode): void {
    node.parent = this;
    if (node.#labels.length > 0 || node.allSubnodes.length > 0) this.tree.labelsChanged();
    if (this.allSubnodes === NO_NODES) this.allSubnodes = [node];
    else (this.allSubnodes as LiveNode[]).push(node);
    if (this.#subnodeIndex !== undefined && !this.#subnodeIndex.has(node.name)) {
      this.#subnodeIndex.set(node.name, node);
    }
  }

  /** Puts a property or node first in its list, as libfdt does. */
  prepend(entry: LiveProperty | LiveNode): void {
    if (entry instanceof LiveProperty) {
      entry.node = this;
      this.allProperties.unshift(entry);
      this.#propertyIndex = undefined;
    } else {
      entry.parent = this;
      this.tree.labelsChanged();
      this.tree.phandlesChanged();
      this.allSubnodes = [entry, ...this.allSubnodes];
      this.#subnodeIndex = undefined;
    }
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

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

export interface LiveReservation extends Reservation {
  readonly address: bigint;
  readonly size: bigint;
  readonly labels: readonly string[];
}

export class LiveTree implements Tree {
  readonly root: LiveNode;
  readonly sources: SourceMap;
  plugin = false;
  bootCpu = 0;
  /** False where whoever built the tree has seen that every label comes once. */
  mayHaveDuplicateLabels = true;
  readonly reservations: LiveReservation[] = [];
  readonly budget = new Budget();
  #labelIndex: Map<string, LiveNode> | undefined;
  #phandleIndex: Map<number, LiveNode> | undefined;

  constructor(sources: SourceMap = new SourceMap()) {
    this.sources = sources;
    this.root = new LiveNode(this, '');
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
    // What was deleted since is found out here: a node does not know all that die with it.
    const holds = (node: LiveNode | undefined): boolean =>
      node === undefined ||
      (!node.deleted && node.allLabels.some((own) => !own.deleted && own.name === label));
    if (this.#labelIndex === undefined || !holds(this.#labelIndex.get(label))) this.#indexLabels();
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
