import { FdtError } from './fdt-error.ts';
import type { FlatNode, FlatTree } from './flat-tree.ts';

/** What fdtput does to nodes. */

/** Adds the node `path` names; its parent must be there. Throws `FdtError`. */
export function createNode(tree: FlatTree, path: string): FlatNode {
  const slash = path.lastIndexOf('/');
  if (slash < 0) throw new FdtError('FDT_ERR_BADPATH', `"${path}"`);
  const parent = slash === 0 ? tree.root : tree.at(path.slice(0, slash));
  return tree.addChild(parent, path.slice(slash + 1));
}

/** Adds what is missing of the nodes on `path`. @returns the last one */
export function createPath(tree: FlatTree, path: string): FlatNode {
  let node: FlatNode = tree.root;
  for (const name of path.split('/'))
    if (name !== '') node = tree.child(node, name) ?? tree.addChild(node, name);
  return node;
}
