import { propertyText } from '../write/dts-writer.ts';
import type { Marker, Node, Property, Reservation, Tree } from './tree.ts';

export type ChangeKind = 'added' | 'removed' | 'changed';

export interface PropertyChange {
  readonly kind: ChangeKind;
  readonly name: string;
  /** The value as source, without `=` and `;`; empty for a property without a value. Undefined where it is not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface NodeChange {
  readonly kind: ChangeKind;
  readonly path: string;
  /** All properties of a node that was added or removed, the changed ones of a node that was changed. */
  readonly properties: readonly PropertyChange[];
}

export interface TreeDiff {
  readonly nodes: readonly NodeChange[];
  readonly reservations: { readonly added: readonly Reservation[]; readonly removed: readonly Reservation[] };
  readonly bootCpu: { readonly before: number; readonly after: number } | undefined;
}

/**
 * What makes `after` differ from `before`, node by node, in the order of `before` with what was added in its place.
 *
 * The order of nodes and properties does not count. Where the source is known, nor do the numbers of phandles: a
 * reference is the same when it leads to the same path.
 */
export function diffTrees(before: Tree, after: Tree): TreeDiff {
  const nodes: NodeChange[] = [];
  const paths = new PhandlePaths();
  const pending: (readonly [Node | undefined, Node | undefined])[] = [[before.root, after.root]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [old, now] = pair;
    const change = compareNodes(old, now, paths);
    if (change !== undefined) nodes.push(change);
    pending.push(...pairChildren(old, now).reverse());
  }
  const bootCpu =
    before.bootCpu === after.bootCpu ? undefined : { before: before.bootCpu, after: after.bootCpu };
  return { nodes, reservations: diffReservations(before, after), bootCpu };
}

/** True where `diff` has nothing. */
export function isEmptyDiff({ nodes, reservations, bootCpu }: TreeDiff): boolean {
  const { added, removed } = reservations;
  return nodes.length + added.length + removed.length === 0 && bootCpu === undefined;
}

function pairChildren(
  old: Node | undefined,
  now: Node | undefined,
): (readonly [Node | undefined, Node | undefined])[] {
  const nowByName = new Map(now?.subnodes.map((child) => [child.name, child]));
  const pairs: (readonly [Node | undefined, Node | undefined])[] = [];
  for (const child of old?.subnodes ?? []) {
    pairs.push([child, nowByName.get(child.name)]);
    nowByName.delete(child.name);
  }
  for (const child of nowByName.values()) pairs.push([undefined, child]);
  return pairs;
}

function compareNodes(
  old: Node | undefined,
  now: Node | undefined,
  paths: PhandlePaths,
): NodeChange | undefined {
  const properties: PropertyChange[] = [];
  const before = written(old);
  const after = written(now);
  for (const [name, property] of before) {
    const later = after.get(name);
    if (later !== undefined && isSame(property, later, paths)) continue;
    properties.push({
      kind: later === undefined ? 'removed' : 'changed',
      name,
      before: propertyText(property),
      after: later && propertyText(later),
    });
  }
  for (const [name, property] of after)
    if (!before.has(name))
      properties.push({ kind: 'added', name, before: undefined, after: propertyText(property) });

  const path = (old ?? now)?.path ?? '';
  if (old === undefined) return { kind: 'added', path, properties };
  if (now === undefined) return { kind: 'removed', path, properties };
  return properties.length === 0 ? undefined : { kind: 'changed', path, properties };
}

function isSame(old: Property, now: Property, paths: PhandlePaths): boolean {
  const { value: a } = old;
  const { value: b } = now;
  if (a.length !== b.length) return false;
  const shared = sharedReferences(old, now, paths);
  // A reference that leads elsewhere counts as different, also where its number is the same.
  const both = new Set(references(old).map(({ offset }) => offset));
  if (references(now).some(({ offset }) => both.has(offset) && !shared.has(offset))) return false;
  for (let i = 0; i < a.length; i++) {
    if (shared.has(i)) i += 3;
    else if (a[i] !== b[i]) return false;
  }
  return true;
}

/** The node's properties by name, without a phandle that no source wrote but that was given to it. */
function written(node: Node | undefined): ReadonlyMap<string, Property> {
  if (node === undefined) return new Map();
  const isFromSource = node.tree.sources.files.length > 0;
  const isWritten = ({ name, span }: Property): boolean =>
    !isFromSource || span !== undefined || (name !== 'phandle' && name !== 'linux,phandle');
  return new Map(node.properties.filter(isWritten).map((property) => [property.name, property]));
}

/** Offsets at which both values refer to the same path. */
function sharedReferences(old: Property, now: Property, paths: PhandlePaths): ReadonlySet<number> {
  const targets = new Map(references(old).map((marker) => [marker.offset, paths.target(old, marker)]));
  const shared = new Set<number>();
  for (const marker of references(now))
    if (targets.get(marker.offset) === paths.target(now, marker)) shared.add(marker.offset);
  return shared;
}

function references(property: Property): readonly Marker[] {
  return property.markers.filter((marker) => marker.kind === 'ref-phandle');
}

/** What references lead to, with each tree's phandles looked up once. */
class PhandlePaths {
  readonly #trees = new Map<Tree, Map<number, string>>();

  target(property: Property, { offset, ref }: Marker): string {
    const { value, node } = property;
    const phandle = new DataView(value.buffer, value.byteOffset, value.length).getUint32(offset);
    // An overlay's reference to another tree is known by its label only.
    return this.#of(node.tree).get(phandle) ?? `&${ref}`;
  }

  #of(tree: Tree): Map<number, string> {
    let paths = this.#trees.get(tree);
    if (paths === undefined) {
      paths = new Map();
      for (const node of tree.nodes()) if (node.phandle !== 0) paths.set(node.phandle, node.path);
      this.#trees.set(tree, paths);
    }
    return paths;
  }
}

function diffReservations(before: Tree, after: Tree): TreeDiff['reservations'] {
  const key = ({ address, size }: Reservation): string => `${address} ${size}`;
  const missingIn = (tree: Tree, list: readonly Reservation[]): Reservation[] => {
    const there = new Set(tree.reservations.map(key));
    return list.filter((reservation) => !there.has(key(reservation)));
  };
  return {
    added: missingIn(before, after.reservations),
    removed: missingIn(after, before.reservations),
  };
}

const SIGN: Readonly<Record<ChangeKind, string>> = { added: '+', removed: '-', changed: '~' };

/** The differences as text: a line a node, under it a line a property, `+` for what is new and `-` for what is gone. */
export function formatDiff(diff: TreeDiff): string {
  const lines: string[] = [];
  if (diff.bootCpu !== undefined) lines.push(`~ boot CPU ${diff.bootCpu.before} -> ${diff.bootCpu.after}`);
  for (const kind of ['removed', 'added'] as const)
    for (const { address, size } of diff.reservations[kind])
      lines.push(`${SIGN[kind]} /memreserve/ 0x${address.toString(16)} 0x${size.toString(16)};`);
  for (const node of diff.nodes) {
    lines.push(`${SIGN[node.kind]} ${node.path}`);
    for (const { name, before, after } of node.properties) {
      if (before !== undefined) lines.push(`    - ${assignment(name, before)}`);
      if (after !== undefined) lines.push(`    + ${assignment(name, after)}`);
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

function assignment(name: string, value: string): string {
  return value === '' ? `${name};` : `${name} = ${value};`;
}
