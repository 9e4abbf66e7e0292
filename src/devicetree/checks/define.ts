import { type Loc, latin1, NOWHERE } from '../text/source.ts';
import type { LiveNode } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { Check } from './check.ts';

/** What the files of this folder share: how a check is written down, and how it looks at a tree. */

/** A check that warns by default. `requires`: the checks whose failure makes it pointless. */
export function warning(name: string, requires: readonly string[], run: Check['run']): Check {
  return { name, level: 'warning', requires, run };
}

/** A check whose failure refuses the tree. */
export function error(name: string, requires: readonly string[], run: Check['run']): Check {
  return { name, level: 'error', requires, run };
}

/** A check that only runs when it is asked for (`-W`, `-E`). */
export function onDemand(name: string, requires: readonly string[], run: Check['run']): Check {
  return { name, level: 'off', requires, run };
}

/** The check for nodes only that have `property`, or one whose name is meant. */
export function having(property: Check['having'], check: Check): Check {
  return { ...check, having: property };
}

/** The check for the root only, or for nodes that have children. */
export function among(nodes: 'root' | 'parents', check: Check): Check {
  return { ...check, among: nodes };
}

/** Whether the value has `text` among its strings. */
export function holdsString({ value }: LiveProperty, text: string): boolean {
  for (let start = 0, end = value.indexOf(0); end >= 0; start = end + 1, end = value.indexOf(0, start))
    if (end - start === text.length && latin1(value, start, end) === text) return true;
  return false;
}

/** The place of the node's name, for what is wrong with the name itself. */
export function atName(node: LiveNode): { readonly start?: Loc; readonly end?: Loc } {
  return node.nameLoc === NOWHERE ? {} : { start: node.nameLoc, end: node.nameLoc + node.name.length };
}

/** The value of a property that is one cell; undefined without it and for another length. */
export function cellOf(node: LiveNode, name: string): number | undefined {
  const property = node.property(name);
  return property?.length === 4 ? property.cell(0) : undefined;
}

/** The whole cells of a value; up to 3 bytes at its end are left out. */
export function cellsOf(property: LiveProperty): number[] {
  const cells: number[] = [];
  for (let at = 0; at + 4 <= property.length; at += 4) cells.push(property.cell(at));
  return cells;
}

/** The value up to its first NUL. */
export function textOf(property: Pick<LiveProperty, 'value'>): string {
  const { value } = property;
  const end = value.indexOf(0);
  return latin1(value, 0, end < 0 ? value.length : end);
}

/** `#address-cells` of the node for its children, 2 where it is not given (Devicetree Specification 2.3.5). */
export function addressCells(node: LiveNode): number {
  return cellOf(node, '#address-cells') ?? 2;
}

/** `#size-cells` of the node for its children, 1 where it is not given. */
export function sizeCells(node: LiveNode): number {
  return cellOf(node, '#size-cells') ?? 1;
}

/** True for a phandle that points at something: not 0, and not the -1 that an overlay has for "not known yet". */
export function isPhandle(value: number): boolean {
  return value !== 0 && value !== 0xffff_ffff;
}

/** `length` is a multiple of `of`; of 0, only 0 is. */
export function isMultiple(length: number, of: number): boolean {
  return of === 0 ? length === 0 : length % of === 0;
}

/** Lower-case hexadecimal digits, without a prefix. */
export function hex(value: number | bigint): string {
  return value.toString(16);
}

/** `1 byte`, `8 bytes` */
export function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}
