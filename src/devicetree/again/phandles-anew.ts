import type { PhandleFormat } from '../checks/check.ts';
import { NOWHERE } from '../text/source.ts';
import { cellAt } from '../tree/getters.ts';
import type { LiveNode } from '../tree/live-node.ts';
import { LiveProperty, ONLY_CELLS, ONLY_STRING } from '../tree/live-property.ts';
import type { ChangedTree } from './changed-tree.ts';

const NAMES: Readonly<Record<PhandleFormat, readonly string[]>> = {
  epapr: ['phandle'],
  legacy: ['linux,phandle'],
  both: ['linux,phandle', 'phandle'],
};

/**
 * Numbers phandles as they are numbered in a tree that is read anew, and fills all references in. @returns false where a
 * reference leads nowhere, or more than numbers depends on it; `tree` is of no use then
 */
export function numberPhandles(tree: ChangedTree, format: PhandleFormat): boolean {
  const nodes = tree.referring();
  const numbers = new Map<LiveNode, number>();
  const taken = new Set<number>();
  for (const node of nodes) {
    for (const property of tree.of(node).allProperties) {
      if (property.start === NOWHERE || property.deleted) continue;
      if (property.name !== 'phandle' && property.name !== 'linux,phandle') continue;
      // A node that asks for a number by referring to itself.
      if (property.markers !== ONLY_CELLS) return false;
      taken.add(node.phandle);
      numbers.set(node, node.phandle);
    }
  }
  let next = 1;
  const numberOf = (node: LiveNode): number => {
    const known = numbers.get(node);
    if (known !== undefined) return known;
    while (taken.has(next)) next++;
    numbers.set(node, next);
    return next++;
  };
  for (const node of nodes) if (!fillReferences(tree, node, numberOf)) return false;
  // One that is omitted without a reference has lost its last.
  const lost = (node: LiveNode): boolean => tree.of(node).phandle !== 0 && !numbers.has(node);
  if (nodes.some((node) => node.omitIfUnused && lost(node))) return false;
  for (const node of nodes) givePhandle(tree, node, numbers.get(node) ?? 0, NAMES[format]);
  return true;
}

function fillReferences(tree: ChangedTree, node: LiveNode, numberOf: (node: LiveNode) => number): boolean {
  const { allProperties } = tree.of(node);
  let list: LiveProperty[] | undefined;
  for (let i = 0; i < allProperties.length; i++) {
    const property = allProperties[i] as LiveProperty;
    const { markers } = property;
    if (markers === ONLY_CELLS || markers === ONLY_STRING || property.start === NOWHERE) continue;
    let filled: LiveProperty | undefined;
    for (const { kind, ref = '', offset } of markers) {
      if (kind !== 'ref-phandle') continue;
      const target = ref.includes('/') ? tree.first.byReference(ref) : tree.byLabel(ref);
      // One that was omitted may be needed now.
      if (target === undefined || target.deleted || (target.omitIfUnused && target.phandle === 0))
        return false;
      const number = numberOf(target);
      if (cellAt(property.value, offset) === number) continue;
      filled ??= property.copy(node, new Uint8Array(property.length), 0);
      filled.setCell(offset, number);
    }
    if (filled === undefined) continue;
    list ??= [...allProperties];
    list[i] = filled;
  }
  if (list !== undefined) tree.set(node, { allProperties: list });
  return true;
}

function givePhandle(tree: ChangedTree, node: LiveNode, number: number, names: readonly string[]): void {
  const { phandle, allProperties } = tree.of(node);
  if (phandle === number) return;
  const list = allProperties.filter(({ name, start }) => start !== NOWHERE || !names.includes(name));
  for (const name of number === 0 ? [] : names) {
    const property = new LiveProperty(node, name);
    property.setValue(new Uint8Array(4), 0, 4, ONLY_CELLS);
    property.setCell(0, number);
    list.push(property);
  }
  tree.set(node, { phandle: number, allProperties: list });
}
