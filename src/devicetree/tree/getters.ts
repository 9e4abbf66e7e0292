import { readable } from '../text/source.ts';
import type { Node, PhandleArgs, Property, Reg } from './tree.ts';
import { PropertyError } from './tree.ts';

/** Typed readings of property values; each throws a `PropertyError` where the form is wrong. */

function fail(property: Property, sentence: string): never {
  throw new PropertyError(property.node, property.name, sentence);
}

export function cellAt(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] as number) * 0x100_0000 +
      ((bytes[offset + 1] as number) << 16) +
      ((bytes[offset + 2] as number) << 8) +
      (bytes[offset + 3] as number)) >>>
    0
  );
}

export function toU32(property: Property): number {
  const { value } = property;
  if (value.length !== 4) fail(property, `must be one cell (4 bytes) but has ${value.length} bytes`);
  return cellAt(value, 0);
}

export function toU32s(property: Property): readonly number[] {
  const { value } = property;
  if (value.length % 4 !== 0) {
    fail(property, `must be cells of 4 bytes but has ${value.length} bytes`);
  }
  const cells: number[] = [];
  for (let i = 0; i < value.length; i += 4) cells.push(cellAt(value, i));
  return cells;
}

export function toU64(property: Property): bigint {
  const { value } = property;
  if (value.length === 4) return BigInt(cellAt(value, 0));
  if (value.length !== 8) fail(property, `must be one or two cells but has ${value.length} bytes`);
  return (BigInt(cellAt(value, 0)) << 32n) | BigInt(cellAt(value, 4));
}

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
  for (const byte of bytes) text += String.fromCharCode(byte);
  return readable(text);
}

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

export function toTarget(property: Property): Node | undefined {
  const phandle = toU32(property);
  if (!isPhandle(phandle)) return undefined;
  const target = property.node.tree.byPhandle(phandle);
  if (target === undefined) fail(property, `points at phandle ${phandle}, which no node has`);
  return target;
}

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
      fail(property, `entry ${entries.length} points at phandle ${phandle}, which no node has`);
    }
    const count = cellsName === undefined ? 0 : node.u32(cellsName);
    if (count === undefined) fail(property, `points at ${node.path}, which has no ${cellsName}`);
    if (i + count > cells.length) {
      fail(property, `entry ${entries.length} needs ${count} cells behind its phandle (${node.path})`);
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
