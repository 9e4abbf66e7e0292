import type { PropertyValue } from '../blob/blob-splice.ts';
import type { Loc } from '../text/source.ts';
import { cellAt } from '../tree/getters.ts';
import type { LiveNode } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { Marker } from '../tree/tree.ts';

/** Properties that say something of the node itself, or of all nodes. */
const APART = new Set(['name', 'phandle', 'linux,phandle']);

/** What a node became when some of its statements were read again. */
export interface ChangedNode {
  readonly properties: readonly LiveProperty[];
  /** The values that are others now; undefined where the properties themselves are. */
  readonly values: readonly PropertyValue[] | undefined;
}

/** Statements that are properties, as they were and as they are; of the old ones names and references count. */
interface Statements {
  readonly was: readonly LiveProperty[];
  readonly is: readonly LiveProperty[];
  /** Where an old one is in the tree. */
  readonly locOf: (was: LiveProperty) => Loc;
}

/**
 * The properties of `node`, which are `now`, with some of its statements changed. Undefined where more than these properties
 * depends on it: phandles, the order of properties that other blocks define too, values that show again.
 */
export function changeProperties(
  node: LiveNode,
  now: readonly LiveProperty[],
  { was, is, locOf }: Statements,
): ChangedNode | undefined {
  if ([...was, ...is].some((each) => isApart(node, each))) return undefined;
  const least = Math.min(was.length, is.length);
  const front = firstWhere(least, (i) => was[i]?.name !== is[i]?.name);
  const back = firstWhere(least - front, (i) => was.at(-1 - i)?.name !== is.at(-1 - i)?.name);
  const list = [...now];
  const gone = was.slice(front, was.length - back);
  const come = is.slice(front, is.length - back);
  if (!gone.every((old) => remove(list, old, locOf(old)))) return undefined;
  if (come.length > 0) {
    const before = indexOf(list, was[front - 1], locOf);
    const at = before >= 0 ? before + 1 : indexOf(list, was[was.length - back], locOf);
    if (at < 0 || !come.every((each, i) => insert(list, at + i, each))) return undefined;
  }
  const values: PropertyValue[] = [];
  for (let i = 0; i < was.length; i++) {
    if (i >= front && i < was.length - back) continue;
    const old = was[i] as LiveProperty;
    const now = is[i < front ? i : i + is.length - was.length] as LiveProperty;
    const property = change(list, old, locOf(old), now);
    if (property === undefined) return undefined;
    if (property.start === now.start) values.push({ node, name: property.name, value: property.value });
  }
  return { properties: list, values: gone.length + come.length > 0 ? undefined : values };
}

/** The lowest number below `most` for which `holds`, or `most`. */
function firstWhere(most: number, holds: (n: number) => boolean): number {
  let n = 0;
  while (n < most && !holds(n)) n++;
  return n;
}

function isApart(node: LiveNode, { name, markers }: LiveProperty): boolean {
  if (APART.has(name) || markers.some(({ kind }) => kind === 'ref-path' || kind === 'label')) return true;
  // The boot CPU is guessed by it.
  return name === 'reg' && node.parent?.name === 'cpus';
}

/** The index of the property that `statement` defines first, so that its place in the order is that of the statement; else -1. */
function indexOf(
  list: readonly LiveProperty[],
  statement: LiveProperty | undefined,
  locOf: (was: LiveProperty) => Loc,
): number {
  if (statement === undefined) return -1;
  const loc = locOf(statement);
  return list.findIndex(
    ({ name, start, earlier }) => name === statement.name && (earlier?.[0] ?? start) === loc,
  );
}

/** Takes out a property that nothing but the statement at `loc` defines, and that refers to no node. */
function remove(list: LiveProperty[], { name, markers }: LiveProperty, loc: Loc): boolean {
  const at = list.findIndex((each) => each.name === name && each.start === loc && each.earlier === undefined);
  if (at < 0 || references(markers).length > 0) return false;
  list.splice(at, 1);
  return true;
}

/** Puts in a property that is new and refers to no node. */
function insert(list: LiveProperty[], at: number, property: LiveProperty): boolean {
  if (list.some((each) => each.name === property.name) || references(property.markers).length > 0)
    return false;
  list.splice(at, 0, property);
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
  const [before, now, resolved] = [was, is, property].map((each) => references(each.markers)) as Marker[][];
  if (before === undefined || now === undefined || resolved === undefined) return undefined;
  const same = now.length === before.length && now.length === resolved.length;
  if (!same || now.some(({ ref }, i) => ref !== before[i]?.ref)) return undefined;
  changed.setValue(is.value.slice(), 0, is.length, is.markers);
  for (const [i, { offset }] of now.entries())
    changed.setCell(offset, cellAt(property.value, (resolved[i] as Marker).offset));
  changed.start = is.start;
  changed.end = is.end;
  return changed;
}

function references(markers: readonly Marker[]): readonly Marker[] {
  return markers.filter(({ kind }) => kind === 'ref-phandle');
}
