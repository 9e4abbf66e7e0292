import { readable } from './readable.ts';
import type { Node, PhandleArgs, Property, Reg } from './tree.ts';
import { PropertyError } from './tree.ts';

/** Typed readings of property values; each throws a `PropertyError` where the form is wrong. */

function fail(property: Property, sentence: string): never {
  throw new PropertyError(property.node, property.name, sentence);
}

/** The big-endian 32-bit number at `offset`, unsigned; the 4 bytes must be there. */
export function cellAt(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] as number) * 0x100_0000 +
      ((bytes[offset + 1] as number) << 16) +
      ((bytes[offset + 2] as number) << 8) +
      (bytes[offset + 3] as number)) >>>
    0
  );
}

/** The value as one cell. @throws {PropertyError} it is not 4 bytes long */
export function toU32(property: Property): number {
  const { value } = property;
  if (value.length !== 4) fail(property, `must be one cell (4 bytes), but has ${value.length} bytes`);
  return cellAt(value, 0);
}

/** The value as cells, none for an empty one. @throws {PropertyError} the length is no multiple of 4 */
export function toU32s(property: Property): readonly number[] {
  const { value } = property;
  if (value.length % 4 !== 0) {
    fail(property, `must be cells of 4 bytes, but has ${value.length} bytes`);
  }
  const cells: number[] = [];
  for (let i = 0; i < value.length; i += 4) cells.push(cellAt(value, i));
  return cells;
}

/** The value as one number of one cell or two, the high one first. @throws {PropertyError} for another length */
export function toU64(property: Property): bigint {
  const { value } = property;
  if (value.length === 4) return BigInt(cellAt(value, 0));
  if (value.length !== 8) fail(property, `must be one or two cells but has ${value.length} bytes`);
  return (BigInt(cellAt(value, 0)) << 32n) | BigInt(cellAt(value, 4));
}

/** The value as rows of `width` cells. @throws {PropertyError} it is no whole number of rows */
export function toRows(property: Property, width: number): readonly (readonly number[])[] {
  const cells = toU32s(property);
  if (width < 1 || cells.length % width !== 0) {
    fail(property, `must be rows of ${width} cells but has ${cells.length} cells`);
  }
  const rows: (readonly number[])[] = [];
  for (let i = 0; i < cells.length; i += width) rows.push(cells.slice(i, i + width));
  return rows;
}

function decode(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at++) text += String.fromCharCode(bytes[at] as number);
  return readable(text);
}

/**
 * The value as strings, each ended by a NUL: UTF-8 where it is that, else Latin-1; none for an empty value.
 * @throws {PropertyError} it does not end with a NUL
 */
export function toStrings(property: Property): readonly string[] {
  const { value } = property;
  if (value.length > 0 && value[value.length - 1] !== 0) {
    fail(property, 'must be strings, but does not end with a NUL byte; write the value in quotes');
  }
  const strings: string[] = [];
  for (let start = 0; start < value.length; ) {
    const end = value.indexOf(0, start);
    strings.push(decode(value.subarray(start, end)));
    start = end + 1;
  }
  return strings;
}

/** The value as one string. @throws {PropertyError} it holds none or several */
export function toOneString(property: Property): string {
  const strings = toStrings(property);
  if (strings.length !== 1) fail(property, `must be one string but holds ${strings.length}`);
  return strings[0] as string;
}

/** `compatible` for matching: an absent or malformed list matches nothing. */
export function compatibleOf(node: Node): readonly string[] {
  const property = node.property('compatible');
  if (property === undefined) return [];
  const { value } = property;
  return value.length > 0 && value[value.length - 1] === 0 ? toStrings(property) : [];
}

function isPhandle(value: number): boolean {
  return value !== 0 && value !== 0xffff_ffff;
}

/**
 * The node that a one-cell phandle points at; undefined for 0 and -1, which point at nothing.
 * @throws {PropertyError} it is not one cell, or no node has that phandle
 */
export function toTarget(property: Property): Node | undefined {
  const phandle = toU32(property);
  if (!isPhandle(phandle)) return undefined;
  const target = property.node.tree.byPhandle(phandle);
  if (target === undefined) fail(property, `points at phandle ${phandle}: no node has it`);
  return target;
}

/**
 * The value as phandles, each followed by as many cells as `cellsName` of the node it points at says (Devicetree
 * Specification 2.2.4.2); by none without `cellsName`. 0 and -1 are entries that point at nothing.
 * @throws {PropertyError} a phandle that no node has, a node without `cellsName`, an entry that is cut off
 */
export function toPhandles(property: Property, cellsName: string | undefined): readonly PhandleArgs[] {
  const cells = toU32s(property);
  const entries: PhandleArgs[] = [];
  for (let i = 0; i < cells.length; ) {
    const phandle = cells[i++] as number;
    if (!isPhandle(phandle)) {
      entries.push({ node: undefined, args: [] });
      continue;
    }
    const node = property.node.tree.byPhandle(phandle);
    if (node === undefined) {
      fail(property, `entry ${entries.length} points at phandle ${phandle}: no node has it`);
    }
    const count = cellsName === undefined ? 0 : node.u32(cellsName);
    if (count === undefined) fail(property, `points at ${node.path}, which has no ${cellsName}`);
    if (i + count > cells.length) {
      fail(property, `entry ${entries.length} needs ${count} cells after its phandle (${node.path})`);
    }
    entries.push({ node, args: cells.slice(i, i + count) });
    i += count;
  }
  return entries;
}

function joined(cells: readonly number[]): number | bigint {
  let value = 0n;
  for (const cell of cells) value = (value << 32n) | BigInt(cell);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/**
 * The entries of `reg`, as long as `#address-cells` and `#size-cells` of the parent say (2 and 1 without them;
 * Devicetree Specification 2.3.6). None without `reg`.
 * @throws {PropertyError} the value is no whole number of entries
 */
export function regsOf(node: Node): readonly Reg[] {
  const property = node.property('reg');
  if (property === undefined || property.value.length === 0) return [];
  const addressCells = node.parent?.u32('#address-cells') ?? 2;
  const sizeCells = node.parent?.u32('#size-cells') ?? 1;
  const width = addressCells + sizeCells;
  const cells = toU32s(property);
  if (width === 0 || cells.length % width !== 0) {
    fail(
      property,
      `must be entries of ${addressCells} address and ${sizeCells} size cells (the parent's #address-cells ` +
        `and #size-cells) but has ${cells.length} cells`,
    );
  }
  const regs: Reg[] = [];
  for (let i = 0; i < cells.length; i += width) {
    const address = cells.slice(i, i + addressCells);
    const size = cells.slice(i + addressCells, i + width);
    regs.push({ address: joined(address), size: joined(size), addressCells: address, sizeCells: size });
  }
  return regs;
}
