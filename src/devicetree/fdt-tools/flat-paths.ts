import { latin1 } from '../text/source.ts';
import { FdtError } from './fdt-error.ts';

/** What paths are followed in. */
interface Followed {
  readonly root: number;
  child(node: number, name: string): number | undefined;
  get(node: number, name: string): Uint8Array | undefined;
}

/**
 * The node at `path`, which may start with an alias instead of `/`.
 * Throws `FDT_ERR_BADPATH` for a path that is neither, `FDT_ERR_NOTFOUND` when a component is missing.
 */
export function nodeAt(tree: Followed, path: string): number {
  let node = tree.root;
  let rest = path;
  if (!path.startsWith('/')) {
    const alias = path.split('/', 1)[0] as string;
    const target = aliasTarget(tree, alias);
    if (path === '' || target === undefined) throw new FdtError('FDT_ERR_BADPATH', `"${path}"`);
    node = nodeAt(tree, target);
    rest = path.slice(alias.length);
  }
  for (const component of rest.split('/')) {
    if (component === '') continue;
    const child = tree.child(node, component);
    if (child === undefined) throw new FdtError('FDT_ERR_NOTFOUND', `"${component}" of "${path}"`);
    node = child;
  }
  return node;
}

function aliasTarget(tree: Followed, name: string): string | undefined {
  const aliases = tree.child(tree.root, 'aliases');
  const value = aliases === undefined ? undefined : tree.get(aliases, name);
  // Only absolute paths, so that aliases cannot lead in circles.
  if (value === undefined || value[0] !== 0x2f || value.at(-1) !== 0) return undefined;
  return latin1(value.subarray(0, value.indexOf(0)));
}
