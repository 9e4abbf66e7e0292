import type { PhandleNumbers } from '../checks/check.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { COST } from '../text/budget.ts';
import { latin1, NOWHERE } from '../text/source.ts';
import { cellAt } from './getters.ts';
import { LiveNode } from './live-node.ts';
import { addLabel, LiveProperty } from './live-property.ts';
import type { LiveTree } from './live-tree.ts';
import type { Marker } from './tree.ts';

/**
 * What a blob carries so that overlays can be put on it or it can be one (dtc Documentation/
 * dt-object-internal.txt): labels as paths under `/__symbols__` (`-@`) or `/aliases` (`-A`), references to
 * other trees under `/__fixups__`, and those within the tree under `/__local_fixups__`.
 */

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function typeMarker(kind: 'string' | 'uint32', offset: number): Marker {
  return { kind, offset, ref: undefined, loc: NOWHERE };
}

/** The child of that name, made where it is missing. */
function childOf(parent: LiveNode, name: string): LiveNode {
  let child = parent.subnode(name);
  if (child === undefined) {
    child = new LiveNode(parent.tree, name);
    parent.addSubnode(child);
  }
  return child;
}

/** Appends entries of `kind` to a property, which is made where it is missing; they end at `ends` of `more`. */
function append(
  node: LiveNode,
  name: string,
  more: Uint8Array,
  ends: readonly number[],
  kind: 'string' | 'uint32',
): void {
  let property = node.property(name);
  if (property === undefined) {
    property = new LiveProperty(node, name);
    node.addProperty(property);
  }
  const { length } = property;
  const value = new Uint8Array(length + more.length);
  value.set(property.value);
  value.set(more, length);
  const markers = [...property.markers];
  let start = 0;
  for (const end of ends) {
    markers.push(typeMarker(kind, length + start));
    start = end;
  }
  property.setValue(value, 0, value.length, markers);
}

/**
 * One property a label with the path of its node (dtc `generate_label_tree`). With `phandles`, every node that
 * has or once had a label gets a phandle, so that an overlay can refer to it.
 */
export function writeLabels(
  tree: LiveTree,
  name: string,
  phandles: PhandleNumbers | undefined,
  report: Report,
): void {
  let target: LiveNode | undefined;
  for (const node of tree.nodes()) {
    if (node.allLabels.length === 0) continue;
    target ??= childOf(tree.root, name);
    for (const label of node.allLabels) {
      if (label.deleted) continue;
      if (target.has(label.name)) {
        // What a blob or an earlier run wrote stays; saying the same again is no conflict.
        if (latin1(target.property(label.name)?.value ?? new Uint8Array(0)) !== `${node.path}\0`) {
          report('labels', `label ${label.name} already exists in /${name}`, {
            severity: 'warning',
            start: label.loc,
            node: node.path,
            hint: `the entry in /${name} is kept; rename the label or the entry`,
          });
        }
        continue;
      }
      tree.budget.take(COST.property + 3 * node.path.length);
      const property = new LiveProperty(target, label.name);
      const path = bytesOf(node.path);
      property.setValue(path, 0, path.length, [typeMarker('string', 0)]);
      target.addProperty(property);
    }
    phandles?.of(node);
  }
}

/** Labels for the nodes that `/__symbols__` names, so that a blob turns into source with labels. */
export function readSymbols(tree: LiveTree, report: Report): void {
  const symbols = tree.root.subnode('__symbols__');
  if (symbols === undefined) return;
  for (const property of symbols.properties) {
    const end = property.value.indexOf(0);
    const path = latin1(property.value, 0, end < 0 ? property.length : end);
    const node = tree.below(tree.root, path);
    if (node !== undefined) node.allLabels = addLabel(node.allLabels, property.name, NOWHERE);
    else {
      report('symbols', `Path ${path} referenced in property __symbols__/${property.name} missing`, {
        severity: 'warning',
      });
    }
  }
}

/** Every reference by phandle, in tree order. Nodes that are added meanwhile are not visited. */
function* references(tree: LiveTree): Generator<{ node: LiveNode; property: LiveProperty; marker: Marker }> {
  for (const node of tree.nodes()) {
    for (const property of node.properties) {
      for (const marker of property.markers) {
        if (marker.kind === 'ref-phandle') yield { node, property, marker };
      }
    }
  }
}

const MALFORMED = 'is malformed, so that references could not be added to it';

/** `/__fixups__`: by label, where in this tree its phandle belongs. */
export function writeFixups(tree: LiveTree, report: Report): void {
  let fixups: LiveNode | undefined;
  const known = new Map<string, Set<string> | undefined>();
  const found = new Map<string, string[]>();
  for (const { node, property, marker } of references(tree)) {
    const ref = marker.ref ?? '';
    if (tree.byReference(ref) !== undefined) continue;
    fixups ??= childOf(tree.root, '__fixups__');
    const place = { start: marker.loc, node: node.path, property: property.name };
    if (ref.includes('/')) {
      report('fixups', `cannot write a fixup for the reference to path &{${ref}}`, {
        ...place,
        hint: 'refer to a label; only labels can be looked up in another tree',
      });
      continue;
    }
    if (node.path.includes(':') || property.name.includes(':')) {
      report('fixups', 'a fixup cannot name a node or property that has a ":" in its name', place);
      continue;
    }
    if (!known.has(ref)) known.set(ref, stringsOf(fixups.property(ref)?.value));
    const list = known.get(ref);
    if (list === undefined) {
      report('fixups', `/__fixups__:${ref} ${MALFORMED}`, { severity: 'warning' });
      continue;
    }
    const entry = `${node.path}:${property.name}:${marker.offset}`;
    if (list.has(entry)) continue;
    tree.budget.take(4 * (COST.marker + entry.length));
    const more = found.get(ref);
    if (more === undefined) found.set(ref, [entry]);
    else more.push(entry);
  }
  for (const [ref, entries] of found) {
    const ends: number[] = [];
    for (const entry of entries) ends.push((ends.at(-1) ?? 0) + entry.length + 1);
    append(fixups as LiveNode, ref, bytesOf(entries.join('\0')), ends, 'string');
  }
}

/** The strings in a value; undefined where it is not strings. */
function stringsOf(value: Uint8Array | undefined): Set<string> | undefined {
  if (value === undefined || value.length === 0) return new Set();
  if (value[value.length - 1] !== 0) return undefined;
  return new Set(latin1(value, 0, value.length - 1).split('\0'));
}

/** `/__local_fixups__`: a mirror of the tree with the offsets of all phandles that point into this tree. */
export function writeLocalFixups(tree: LiveTree, report: Report): void {
  const offsets = new Map<LiveProperty, number[]>();
  for (const { property, marker } of references(tree)) {
    if (tree.byReference(marker.ref ?? '') === undefined) continue;
    const list = offsets.get(property);
    if (list === undefined) offsets.set(property, [marker.offset]);
    else list.push(marker.offset);
  }
  if (offsets.size === 0) return;
  const top = childOf(tree.root, '__local_fixups__');
  for (const [{ node, name }, wanted] of offsets) {
    const names: string[] = [];
    for (let above = node; above.parent !== undefined; above = above.parent) names.push(above.name);
    tree.budget.take(names.length * COST.marker);
    const mirror = names.reverse().reduce(childOf, top);
    const known = mirror.property(name);
    if (known !== undefined && known.length % 4 !== 0) {
      report('fixups', `${mirror.path}:${name} ${MALFORMED}`, { severity: 'warning' });
      continue;
    }
    const there = new Set<number>();
    for (let i = 0; known !== undefined && i < known.length; i += 4) there.add(cellAt(known.value, i));
    const more = wanted.filter((offset) => !there.has(offset));
    if (more.length === 0) continue;
    const cells = new Uint8Array(4 * more.length);
    for (const [i, offset] of more.entries()) new DataView(cells.buffer).setUint32(4 * i, offset);
    const ends = more.map((_, i) => 4 * (i + 1));
    append(mirror, name, cells, ends, 'uint32');
  }
}

/**
 * Adds a marker to a value that may have some, or nothing where the same stands there. Offsets ascend, and at
 * one offset the type comes first.
 */
function addMarker(property: LiveProperty, marker: Marker): void {
  const markers = [...property.markers];
  let at = markers.findIndex((other) => other.offset >= marker.offset);
  if (at < 0) at = markers.length;
  const isHere = (index: number): boolean => markers[index]?.offset === marker.offset;
  if (isHere(at) && markers[at]?.kind !== 'ref-phandle' && markers[at]?.kind !== 'label') at++;
  if (isHere(at) && markers[at]?.kind === marker.kind) return;
  markers.splice(at, 0, marker);
  property.markers = markers;
}

/** References that a blob's `/__fixups__` tells of, as markers, so that source shows them as labels. */
export function readFixups(tree: LiveTree, report: Report): void {
  const warn = (message: string): void => report('fixups', message, { severity: 'warning' });
  const fixups = tree.root.subnode('__fixups__');
  for (const fixup of fixups?.properties ?? []) {
    const label = fixup.name;
    const text = latin1(fixup.value);
    for (const entry of text.split('\0').slice(0, -1)) {
      const [path, name, number] = splitEntry(entry);
      if (path === undefined || name === undefined || number === undefined) {
        warn(`Malformed fixup entry for label ${label}`);
        continue;
      }
      const node = tree.below(tree.root, path);
      const property = node?.property(name);
      const offset = leadingInteger(number);
      if (node === undefined) warn(`Label ${label} references non-existing node ${path}`);
      else if (property === undefined) {
        warn(`Label ${label} references non-existing property ${name} in node ${path}`);
      } else if (!(offset >= 0 && offset + 4 <= property.length)) {
        warn(`Label ${label} contains invalid offset for property ${name} in node ${path}`);
      } else addMarker(property, { kind: 'ref-phandle', offset, ref: label, loc: NOWHERE });
    }
    if (text !== '' && !text.endsWith('\0')) warn(`Malformed fixup entry for label ${label}`);
  }
}

/** What C's `strtol` with base 0 makes of a text: the number that it begins with, 0 where it begins with none. */
function leadingInteger(text: string): number {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text);
  if (match === null) return 0;
  const digits = match[2] as string;
  const value = Number.parseInt(digits, /^0[xX]/.test(digits) ? 16 : digits.startsWith('0') ? 8 : 10);
  return match[1] === '-' ? -value : value;
}

/** `/path:property:offset` in three. */
function splitEntry(entry: string): readonly (string | undefined)[] {
  const first = entry.indexOf(':');
  const second = first < 0 ? -1 : entry.indexOf(':', first + 1);
  if (second < 0) return [];
  return [entry.slice(0, first), entry.slice(first + 1, second), entry.slice(second + 1)];
}

/** References within the tree that `/__local_fixups__` tells of, as markers. */
export function readLocalFixups(tree: LiveTree, report: Report): void {
  const warn = (message: string): void => report('fixups', message, { severity: 'warning' });
  const top = tree.root.subnode('__local_fixups__');
  const pending: [LiveNode, LiveNode][] = top === undefined ? [] : [[top, tree.root]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [mirror, node] = pair;
    for (const offsets of mirror.properties) {
      const property = node.property(offsets.name);
      if (property === undefined) {
        warn(`Property ${offsets.name} in ${node.path} referenced in __local_fixups__ missing`);
      } else if (offsets.length % 4 !== 0) {
        warn(`property ${offsets.name} in ${mirror.path} malformed`);
      } else {
        for (let i = 0; i < offsets.length; i += 4) markLocal(tree, property, cellAt(offsets.value, i), warn);
      }
    }
    for (const below of mirror.subnodes) {
      const child = node.subnode(below.name);
      if (child === undefined) warn(`node ${node.path}/${below.name} referenced in __local_fixups__ missing`);
      else pending.push([below, child]);
    }
  }
}

function markLocal(
  tree: LiveTree,
  property: LiveProperty,
  offset: number,
  warn: (message: string) => void,
): void {
  if (property.length < offset + 4) {
    warn(`property ${property.name} too short to contain a phandle at offset ${offset}`);
    return;
  }
  const phandle = cellAt(property.value, offset);
  const target = tree.byPhandle(phandle);
  if (target === undefined) {
    warn(`node referenced by phandle 0x${phandle.toString(16)} in property ${property.name} not found`);
    return;
  }
  addMarker(property, {
    kind: 'ref-phandle',
    offset,
    ref: target.allLabels[0]?.name ?? target.path,
    loc: NOWHERE,
  });
}
