import type { Loc } from '../text/source.ts';
import type { LiveNode } from '../tree/live-node.ts';
import { LiveTree } from '../tree/live-tree.ts';
import type { Tree } from '../tree/tree.ts';
import type { MergedFragment } from './overlay.ts';

/**
 * Gives the nodes and properties of `merged`, which was read from what `applyOverlaysToBlob` made of these trees, their
 * places in the sources: a property has that of the last overlay that sets it. What is of a blob has none.
 * @returns by path the nodes of which an overlay that is a blob set properties, with the number of the last that did
 * @throws {TypeError} a tree that was not made by `parse` or `fromBlob`
 */
export function placeMerged(
  merged: Tree,
  base: Tree,
  overlays: readonly Tree[],
  fragments: readonly MergedFragment[],
): ReadonlyMap<string, number> {
  const tree = live(merged);
  const takeFrom = (other: LiveTree) => {
    const moved = tree.sources.adopt(other.sources);
    return (from: string, to: string) => takePlaces(other.byPath(from), tree.byPath(to), moved);
  };
  takeFrom(live(base))('/', '/');
  const takes = overlays.map((overlay) => takeFrom(live(overlay)));
  const ofBlobs = new Map<string, number>();
  for (const { overlay, content, target } of fragments)
    for (const path of takes[overlay]?.(content, target) ?? []) ofBlobs.set(path, overlay);
  return ofBlobs;
}

function live(tree: Tree): LiveTree {
  if (!(tree instanceof LiveTree)) throw new TypeError('this tree was not made by parse() or fromBlob()');
  return tree;
}

/** Of `from` and all below it, for what has the same names at `to`. @returns nodes that were given properties without a place */
function takePlaces(
  from: LiveNode | undefined,
  to: LiveNode | undefined,
  moved: (loc: Loc) => Loc,
): readonly string[] {
  const unplaced: string[] = [];
  const isBlob = from?.tree.sources.files.length === 0;
  // A loop, not recursion: nesting is the source's choice.
  const pending = [{ from, to }];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const { from: source, to: node } = pair;
    if (source === undefined || node === undefined) continue;
    if (node.nameLoc < 0) node.nameLoc = moved(source.nameLoc);
    for (let i = 0; i + 1 < source.history.length; i += 2) {
      const [start, end] = [source.history[i] as Loc, source.history[i + 1] as Loc];
      if (start >= 0) node.define(moved(start), moved(end));
    }
    for (const { name, start, end } of source.properties) {
      const property = node.property(name);
      if (property !== undefined) property.defineAt(moved(start), moved(end));
    }
    // What the board's source says of the node is not what was set.
    if (isBlob && source.properties.length > 0) {
      node.history = [];
      unplaced.push(node.path);
    }
    for (const child of source.subnodes) pending.push({ from: child, to: node.subnode(child.name) });
  }
  return unplaced;
}
