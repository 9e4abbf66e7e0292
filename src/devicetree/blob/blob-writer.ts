import { integer, type OptionChecks } from '../../input/index.ts';
import { GrowingBytes } from '../text/growing-bytes.ts';
import { type LiveNode, type NodeStates, stateOf } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { LiveTree } from '../tree/live-tree.ts';
import type { BlobVersion } from './blob-format.ts';
import { BLOB_VERSIONS, FDT_MAGIC, HEADER, RESERVE_ENTRY_SIZE, TAG } from './blob-format.ts';
import { StringTable } from './string-table.ts';

/** How a blob is written; the letters are dtc's options. */
export interface BlobOptions {
  /** `-V`: 1, 2, 3, 16 or 17 (default). */
  readonly version?: number;
  /** `-R`: empty entries at the end of the reservation block. */
  readonly reserve?: number;
  /** `-S`: the blob is at least so many bytes long. */
  readonly space?: number;
  /** `-p`: so many bytes of padding. */
  readonly pad?: number;
  /** `-a`: the blob's size is a multiple of this power of two. */
  readonly align?: number;
}

/** Nothing is asked of a blob but that it has the tree in it. */
export function isUsualBlob({ version = 17, reserve, space, pad, align }: BlobOptions): boolean {
  return version === 17 && !reserve && !space && !pad && !align;
}

const count = integer(0, 2 ** 32 - 1);

export const blobChecks: OptionChecks<BlobOptions> = {
  version: count,
  reserve: count,
  space: count,
  pad: count,
  align: count,
};

/** The structure block (section 5.4). */
function flatten(root: LiveNode, format: BlobVersion, strings: StringTable, states: NodeStates): Uint8Array {
  const out = new GrowingBytes(16384);
  const begin = (node: LiveNode): void => {
    out.cell(TAG.BEGIN_NODE);
    out.string(format.old ? node.path : node.name);
    out.align(4);
    let named = false;
    const { allProperties } = stateOf(node, states);
    for (let i = 0; i < allProperties.length; i++) {
      const property = allProperties[i] as LiveProperty;
      if (property.deleted) continue;
      if (property.name === 'name') named = true;
      const { length } = property;
      out.cell(TAG.PROP);
      out.cell(length);
      out.cell(strings.offset(property.name));
      if (format.old && length >= 8) out.align(8);
      out.room(length + 4);
      property.copyTo(out.bytes, out.length);
      out.length += length;
      out.align(4);
    }
    if (format.old && !named) {
      const { baseName } = node;
      out.cell(TAG.PROP);
      out.cell(baseName.length + 1);
      out.cell(strings.offset('name'));
      if (baseName.length + 1 >= 8) out.align(8);
      // dtc passes a length of 0 for "the whole string", so a node named `@1` gets its whole name here.
      out.string(baseName === '' ? node.name : baseName);
      out.align(4);
    }
  };
  if (!root.deleted) {
    const open = [{ nodes: stateOf(root, states).allSubnodes, next: 0 }];
    begin(root);
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const child = top.nodes[top.next++];
      if (child === undefined) {
        out.cell(TAG.END_NODE);
        open.pop();
      } else if (!child.deleted) {
        begin(child);
        open.push({ nodes: stateOf(child, states).allSubnodes, next: 0 });
      }
    }
  }
  out.cell(TAG.END);
  return out.written();
}

/** @throws {RangeError} an unknown version */
export function blobVersion(number: number): BlobVersion {
  const format = BLOB_VERSIONS.find((entry) => entry.version === number);
  if (format === undefined) {
    throw new RangeError(`unknown device tree blob version ${number}; use 1, 2, 3, 16 or 17`);
  }
  return format;
}

/** Bytes to add to a blob of `size` bytes by `-S`, `-p` and `-a`. */
function padding(size: number, options: BlobOptions): number {
  const { space = 0, pad = 0, align = 0 } = options;
  let more = pad > 0 ? pad : Math.max(0, space - size);
  if (align > 0) more = Math.ceil((size + more) / align) * align - size;
  return more;
}

/** `states` take the place of those that the nodes of `tree` are in. @throws {RangeError} an unknown version */
export function writeBlob(
  tree: LiveTree,
  options: BlobOptions = {},
  states: NodeStates = new Map(),
): Uint8Array {
  const format = blobVersion(options.version ?? 17);
  const strings = new StringTable();
  const structure = flatten(tree.root, format, strings, states);
  const names = strings.bytes();

  const reserveOffset = Math.ceil(format.headerSize / 8) * 8;
  const reserveSize = (tree.reservations.length + (options.reserve ?? 0) + 1) * RESERVE_ENTRY_SIZE;
  const structOffset = reserveOffset + reserveSize;
  const stringsOffset = structOffset + structure.length;
  const size = stringsOffset + names.length;
  const total = size + padding(size, options);

  const blob = new Uint8Array(total);
  const view = new DataView(blob.buffer);
  view.setUint32(HEADER.magic, FDT_MAGIC);
  view.setUint32(HEADER.totalsize, total);
  view.setUint32(HEADER.off_dt_struct, structOffset);
  view.setUint32(HEADER.off_dt_strings, stringsOffset);
  view.setUint32(HEADER.off_mem_rsvmap, reserveOffset);
  view.setUint32(HEADER.version, format.version);
  view.setUint32(HEADER.last_comp_version, format.lastCompatible);
  if (format.hasBootCpu) view.setUint32(HEADER.boot_cpuid_phys, tree.bootCpu);
  if (format.hasStringsSize) view.setUint32(HEADER.size_dt_strings, names.length);
  if (format.hasStructSize) view.setUint32(HEADER.size_dt_struct, structure.length);
  let at = reserveOffset;
  for (const { address, size: bytes } of tree.reservations) {
    view.setBigUint64(at, address);
    view.setBigUint64(at + 8, bytes);
    at += RESERVE_ENTRY_SIZE;
  }
  blob.set(structure, structOffset);
  blob.set(names, stringsOffset);
  return blob;
}
