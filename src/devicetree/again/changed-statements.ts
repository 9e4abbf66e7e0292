import type { PropertyValue } from '../blob/blob-splice.ts';
import type { Loc } from '../text/source.ts';
import { cellAt } from '../tree/getters.ts';
import type { LiveNode } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { Marker } from '../tree/tree.ts';
import { addNode, isApart, refers, refersBelow, removeNode } from './changed-nodes.ts';
import type { Around } from './changed-stretch.ts';
import type { ChangedTree } from './changed-tree.ts';

/** Statements of one block, as they were and as they are, each as a node by itself; of the old ones names and references count. */
export interface Statements {
  readonly was: LiveNode;
  readonly is: LiveNode;
  /** Where what stood in an old one is in the tree. */
  readonly locOf: (was: Loc) => Loc;
  readonly around: Around;
  /** The source has a label of that name, or looks for one. */
  readonly knowsLabel: (name: string) => boolean;
  /** The source deletes what is called so where there is nothing of the name. */
  readonly deletesInVain: (name: string) => boolean;
}

/** What came of changed statements besides the tree. */
export interface Outcome {
  /** The values that are others now; undefined where more than these is. */
  readonly values: readonly PropertyValue[] | undefined;
  /** References came, went, or lead elsewhere: phandles may be numbered anew. */
  readonly refersAnew: boolean;
}

/**
 * Changes some of the statements of a block of `node`. Undefined where more than these properties and nodes depends on it: values
 * that show again, nodes that other blocks define too, labels. `tree` is of no use then.
 */
export function changeStatements(
  tree: ChangedTree,
  node: LiveNode,
  statements: Statements,
): Outcome | undefined {
  const { around, locOf, knowsLabel, deletesInVain } = statements;
  const gone = statements.was.allSubnodes;
  const come = statements.is.allSubnodes;
  if (come.length > 0 && !(around.isRead && around.takesNodes)) return undefined;
  if (come.some(({ name }) => deletesInVain(name))) return undefined;
  if (!gone.every((each) => removeNode(tree, node, each, locOf))) return undefined;
  if (!come.every((each) => addNode(tree, node, each, knowsLabel))) return undefined;
  const outcome = changeProperties(tree, node, statements);
  if (outcome === undefined || gone.length + come.length === 0) return outcome;
  const refersAnew = outcome.refersAnew || [...gone, ...come].some((each) => refersBelow(tree, each));
  return { values: undefined, refersAnew };
}

function changeProperties(
  tree: ChangedTree,
  node: LiveNode,
  { was: { allProperties: was }, is: { allProperties: is }, locOf, around, deletesInVain }: Statements,
): Outcome | undefined {
  if ([...was, ...is].some((each) => isApart(node, each))) return undefined;
  const least = Math.min(was.length, is.length);
  const front = firstWhere(least, (i) => was[i]?.name !== is[i]?.name);
  const back = firstWhere(least - front, (i) => was.at(-1 - i)?.name !== is.at(-1 - i)?.name);
  const list = [...tree.of(node).allProperties];
  const gone = was.slice(front, was.length - back);
  const come = is.slice(front, is.length - back);
  if (!gone.every((old) => remove(list, old, locOf(old.start)))) return undefined;
  // Where an old one was, another may be.
  const takes = around.isRead && (around.takesProperties || was.length > 0);
  if (come.length > 0 && !takes) return undefined;
  if (come.some(({ name }) => deletesInVain(name))) return undefined;
  let refersAnew = [...gone, ...come].some(refers);
  const values: PropertyValue[] = [];
  for (let i = 0; i < was.length; i++) {
    if (i >= front && i < was.length - back) continue;
    const old = was[i] as LiveProperty;
    const now = is[i < front ? i : i + is.length - was.length] as LiveProperty;
    const property = change(list, old, locOf(old.start), now);
    if (property === undefined) return undefined;
    if (property.start !== now.start) continue;
    values.push({ node, name: property.name, value: property.value });
    if (!referToSame(old.markers, now.markers)) refersAnew = true;
  }
  // Those around them have their new places by now.
  if (!come.every((each) => insertProperty(tree, list, each))) return undefined;
  tree.set(node, { allProperties: list });
  return { values: gone.length + come.length > 0 || refersAnew ? undefined : values, refersAnew };
}

/** The lowest number below `most` for which `holds`, or `most`. */
function firstWhere(most: number, holds: (n: number) => boolean): number {
  let n = 0;
  while (n < most && !holds(n)) n++;
  return n;
}

/** Takes out a property that nothing but the statement at `loc` defines. */
function remove(list: LiveProperty[], { name }: LiveProperty, loc: Loc): boolean {
  const at = list.findIndex((each) => each.name === name && each.start === loc && each.earlier === undefined);
  if (at < 0) return false;
  list.splice(at, 1);
  return true;
}

/** Puts in a property that is new. @returns false where it is not */
export function insertProperty(tree: ChangedTree, list: LiveProperty[], property: LiveProperty): boolean {
  if (list.some((each) => each.name === property.name)) return false;
  list.splice(tree.placeIn(list, property.start), 0, property);
  return true;
}

/** Changes what the statement at `loc` did into what `is` does. @returns the property; undefined where it cannot be known */
function change(
  list: LiveProperty[],
  was: LiveProperty,
  loc: Loc,
  is: LiveProperty,
): LiveProperty | undefined {
  const at = list.findIndex(
    ({ name, start, earlier }) => name === was.name && (start === loc || earlier?.includes(loc)),
  );
  const property = list[at];
  if (property === undefined) return undefined;
  const changed = property.copy(property.node, new Uint8Array(property.length), 0);
  list[at] = changed;
  if (property.start !== loc) {
    const i = changed.earlier?.indexOf(loc) ?? -1;
    changed.earlier?.splice(i, 2, is.start, is.end);
    return i % 2 === 0 ? changed : undefined;
  }
  changed.setValue(is.value.slice(), 0, is.length, is.markers);
  if (referToSame(was.markers, is.markers)) {
    const resolved = references(property.markers);
    if (resolved.length !== references(is.markers).length) return undefined;
    for (const [i, { offset }] of references(is.markers).entries())
      changed.setCell(offset, cellAt(property.value, (resolved[i] as Marker).offset));
  }
  changed.start = is.start;
  changed.end = is.end;
  return changed;
}

function referToSame(a: readonly Marker[], b: readonly Marker[]): boolean {
  const [one, other] = [references(a), references(b)];
  return one.length === other.length && one.every(({ ref }, i) => ref === other[i]?.ref);
}

function references(markers: readonly Marker[]): readonly Marker[] {
  return markers.filter(({ kind }) => kind === 'ref-phandle');
}
