import type { Loc } from '../text/source.ts';
import type { LiveNode } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { ChangedTree } from './changed-tree.ts';

/** Properties that say something of the node itself, or of all nodes. */
const APART = new Set(['name', 'phandle', 'linux,phandle']);
/** Nodes that are nested deeper are read with all of the source, which has a limit. */
const MAX_DEPTH = 100;

/** A property that counts for more than itself, when it is changed in `node`. */
export function isApart(node: LiveNode, { name, markers, allLabels, deleted }: LiveProperty): boolean {
  if (APART.has(name) || deleted || allLabels.length > 0) return true;
  if (markers.some(({ kind }) => kind === 'ref-path' || kind === 'label')) return true;
  // The boot CPU is guessed by it.
  return name === 'reg' && node.parent?.name === 'cpus';
}

/** The value has the number of another node. */
export function refers({ markers }: LiveProperty): boolean {
  return markers.some(({ kind }) => kind === 'ref-phandle');
}

/** One of the values in `top` and below it does. */
export function refersBelow(tree: ChangedTree, top: LiveNode): boolean {
  return tree.nodes(top).some((node) => tree.of(node).allProperties.some(refers));
}

/** Adds `added`, a node by itself, to `parent`, where nothing of the tree depends on it. */
export function addNode(
  tree: ChangedTree,
  parent: LiveNode,
  added: LiveNode,
  knowsLabel: (name: string) => boolean,
): boolean {
  const { allSubnodes } = tree.of(parent);
  if (isSpecial(parent, added) || allSubnodes.some(({ name }) => name === added.name)) return false;
  for (const node of withAllBelow(added)) {
    const { allProperties, allSubnodes: below, allLabels, deleted, history } = node;
    if (deleted || history.length !== 2 || allProperties.some((each) => isApart(node, each))) return false;
    if (hasTwice(allProperties) || hasTwice(below)) return false;
    for (const { name } of allLabels) {
      // Labels of properties are looked up nowhere.
      if (tree.first.mayHaveDuplicateLabels || knowsLabel(name) || tree.labels.has(name)) return false;
      tree.setLabel(name, node);
    }
  }
  added.parent = parent;
  const list = [...allSubnodes];
  list.splice(tree.placeIn(list, added.history[0] ?? added.nameLoc), 0, added);
  tree.set(parent, { allSubnodes: list });
  return true;
}

/** Takes out the child of `parent` that was read as `gone`, where nothing of the tree depends on it. */
export function removeNode(
  tree: ChangedTree,
  parent: LiveNode,
  gone: LiveNode,
  locOf: (was: Loc) => Loc,
): boolean {
  const { allSubnodes } = tree.of(parent);
  const start = locOf(gone.history[0] as number);
  const found = allSubnodes.find((node) => node.name === gone.name && tree.of(node).history[0] === start);
  if (found === undefined || isSpecial(parent, found)) return false;
  for (const node of withAllBelow(found, tree)) {
    const { allProperties, allLabels, history, phandle } = tree.of(node);
    if (node.deleted || node.omitIfUnused || node.isReferenced || phandle !== 0) return false;
    // One block defines all of it: this.
    if (history.length !== 2 || allProperties.some((each) => isApart(node, each) || each.earlier))
      return false;
    for (const { name } of allLabels) tree.setLabel(name, undefined);
  }
  tree.set(parent, { allSubnodes: allSubnodes.filter((node) => node !== found) });
  return true;
}

/** The boot CPU is guessed by it, or its place says more than its contents. */
function isSpecial(parent: LiveNode, node: LiveNode): boolean {
  if (node.name === 'cpus' || parent.name === 'cpus' || node.name.startsWith('__')) return true;
  let depth = 0;
  for (let above: LiveNode | undefined = parent; above !== undefined; above = above.parent) depth++;
  return depth > MAX_DEPTH;
}

function withAllBelow(top: LiveNode, tree?: ChangedTree): readonly LiveNode[] {
  const list = [top];
  for (const node of list) list.push(...(tree?.of(node) ?? node).allSubnodes);
  return list;
}

export function hasTwice(entries: readonly { readonly name: string }[]): boolean {
  return new Set(entries.map(({ name }) => name)).size < entries.length;
}
