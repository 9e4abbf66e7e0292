import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { COST, LimitError } from '../text/budget.ts';
import { latin1 } from '../text/source.ts';
import { cellAt } from '../tree/getters.ts';
import { LiveNode } from '../tree/live-node.ts';
import { LiveProperty } from '../tree/live-property.ts';
import { LiveTree } from '../tree/live-tree.ts';
import { FDT_MAGIC, HEADER, RESERVE_ENTRY_SIZE, TAG } from './blob-format.ts';

/** Deeper trees are refused: nobody writes them, and every later step would have to take care of them. */
export const MAX_DEPTH = 1000;

class BlobError extends Error {
  readonly offset: number;

  constructor(offset: number, sentence: string) {
    super(sentence);
    this.offset = offset;
  }
}

/** The header's fields, checked against the blob's size. */
interface Layout {
  readonly version: number;
  readonly bootCpu: number;
  readonly total: number;
  readonly structure: number;
  readonly structureEnd: number;
  readonly strings: number;
  readonly stringsEnd: number;
  readonly reservations: number;
}

function readHeader(blob: Uint8Array): Layout {
  const field = (offset: number): number => cellAt(blob, offset);
  if (blob.length < 8) {
    throw new BlobError(0, `a device tree blob has at least 28 bytes; this one has ${blob.length}`);
  }
  if (field(HEADER.magic) !== FDT_MAGIC) {
    throw new BlobError(0, `not a device tree blob: it does not begin with the magic number d00dfeed`);
  }
  const total = field(HEADER.totalsize);
  if (total > blob.length) {
    throw new BlobError(4, `the blob is cut off: totalsize is ${total}, the blob has ${blob.length} bytes`);
  }
  if (total < 28) throw new BlobError(4, `totalsize ${total} is less than a header`);
  const version = field(HEADER.version);
  if (version === 0) throw new BlobError(HEADER.version, 'version 0 is unknown');
  const headerSize = version >= 17 ? 40 : version >= 3 ? 36 : version === 2 ? 32 : 28;
  if (total < headerSize)
    throw new BlobError(4, `totalsize ${total} is less than a version ${version} header`);
  const inside = (offset: number, what: string): number => {
    const value = field(offset);
    if (value > total) throw new BlobError(offset, `${what} is ${value}, beyond the blob's end (${total})`);
    return value;
  };
  const structure = inside(HEADER.off_dt_struct, 'off_dt_struct');
  const strings = inside(HEADER.off_dt_strings, 'off_dt_strings');
  const reservations = inside(HEADER.off_mem_rsvmap, 'off_mem_rsvmap');
  const stringsEnd = version >= 3 ? strings + field(HEADER.size_dt_strings) : total;
  if (stringsEnd > total) {
    throw new BlobError(
      HEADER.size_dt_strings,
      `the strings block ends at ${stringsEnd}, beyond the blob's end`,
    );
  }
  if (version >= 17 && structure + field(HEADER.size_dt_struct) > total) {
    throw new BlobError(HEADER.size_dt_struct, `the structure block ends beyond the blob's end (${total})`);
  }
  return {
    version,
    bootCpu: version >= 2 ? field(HEADER.boot_cpuid_phys) : 0,
    total,
    structure,
    // The size may lie; what counts is the END tag, so the blob's end is the only bound (as in dtc).
    structureEnd: total,
    strings,
    stringsEnd,
    reservations,
  };
}

function readReservations(blob: Uint8Array, layout: Layout, tree: LiveTree): void {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.length);
  for (let at = layout.reservations; ; at += RESERVE_ENTRY_SIZE) {
    if (at + RESERVE_ENTRY_SIZE > layout.total) {
      throw new BlobError(at, 'the memory reservation block has no end (an entry of size 0)');
    }
    const address = view.getBigUint64(at);
    const size = view.getBigUint64(at + 8);
    if (size === 0n) return;
    tree.reservations.push({ address, size, labels: [] });
  }
}

/** Reads the structure block token by token. */
class StructureReader {
  readonly #blob: Uint8Array;
  readonly #layout: Layout;
  readonly #names = new Map<number, string>();
  #at: number;

  constructor(blob: Uint8Array, layout: Layout) {
    this.#blob = blob;
    this.#layout = layout;
    this.#at = layout.structure;
  }

  get at(): number {
    return this.#at;
  }

  cell(): number {
    const at = this.#at;
    if (at + 4 > this.#layout.structureEnd) throw new BlobError(at, 'the structure block is cut off');
    this.#at = at + 4;
    return cellAt(this.#blob, at);
  }

  #align(to: number): void {
    const { structure, structureEnd } = this.#layout;
    this.#at = structure + Math.ceil((this.#at - structure) / to) * to;
    if (this.#at > structureEnd) throw new BlobError(structureEnd, 'the structure block is cut off');
  }

  nodeName(): string {
    const start = this.#at;
    const end = this.#blob.indexOf(0, start);
    if (end < 0 || end >= this.#layout.structureEnd) {
      throw new BlobError(start, 'a node name has no end');
    }
    this.#at = end + 1;
    this.#align(4);
    return latin1(this.#blob, start, end);
  }

  #propertyName(offset: number): string {
    const known = this.#names.get(offset);
    if (known !== undefined) return known;
    const { strings, stringsEnd } = this.#layout;
    const start = strings + offset;
    const end = start < stringsEnd ? this.#blob.indexOf(0, start) : -1;
    if (end < 0 || end >= stringsEnd) {
      throw new BlobError(
        this.#at - 4,
        `a property's name is at ${offset} in the strings block, which has only ${stringsEnd - strings} bytes`,
      );
    }
    const name = latin1(this.#blob, start, end);
    this.#names.set(offset, name);
    return name;
  }

  property(node: LiveNode): LiveProperty {
    const length = this.cell();
    const property = new LiveProperty(node, this.#propertyName(this.cell()));
    if (this.#layout.version < 16 && length >= 8) this.#align(8);
    if (this.#at + length > this.#layout.structureEnd) {
      throw new BlobError(
        this.#at - 8,
        `property ${property.name} of ${length} bytes goes beyond the blob's end`,
      );
    }
    property.setValue(this.#blob, this.#at, length, []);
    this.#at += length;
    if (length > 0) this.#align(4);
    return property;
  }
}

/** Before version 16 a node carries its full path; its name is what the parent's path leaves of it. */
function nameBelow(parentPath: string, path: string, at: number): string {
  if (!path.startsWith(parentPath)) {
    throw new BlobError(at, `path ${path} is not below its parent ${parentPath}`);
  }
  return path.slice(parentPath === '/' || parentPath === '' ? parentPath.length : parentPath.length + 1);
}

type Warn = (message: string) => void;

function readStructure(blob: Uint8Array, layout: Layout, tree: LiveTree, warn: Warn): void {
  const reader = new StructureReader(blob, layout);
  const first = reader.cell();
  if (first !== TAG.BEGIN_NODE) {
    throw new BlobError(layout.structure, `the structure block begins with tag ${first}, not with a node`);
  }
  const old = layout.version < 16;
  const rootPath = reader.nodeName();
  const open: { readonly node: LiveNode; readonly path: string }[] = [{ node: tree.root, path: rootPath }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const { node } = top;
    const at = reader.at;
    switch (reader.cell()) {
      case TAG.PROP:
        if (node.allSubnodes.length > 0) warn('a property comes after subnodes of its node');
        tree.budget.take(COST.property);
        node.addProperty(reader.property(node));
        break;
      case TAG.BEGIN_NODE: {
        const path = reader.nodeName();
        if (open.length >= MAX_DEPTH) throw new BlobError(at, `nodes are nested more than ${MAX_DEPTH} deep`);
        tree.budget.take(COST.node + (old ? 2 * path.length : 0));
        const child = new LiveNode(tree, old ? nameBelow(top.path, path, at) : path);
        node.addSubnode(child);
        open.push({ node: child, path });
        break;
      }
      case TAG.END_NODE:
        open.pop();
        break;
      case TAG.NOP:
        if (old) warn('a NOP tag in a blob older than version 16');
        break;
      case TAG.END:
        throw new BlobError(at, `the structure block ends inside node ${node.path}`);
      default:
        throw new BlobError(at, `unknown tag ${cellAt(blob, at)} in node ${node.path}`);
    }
  }
  const end = reader.at;
  if (reader.cell() !== TAG.END) throw new BlobError(end, 'the structure block has more than one root');
}

/** Sets `phandle` of every node from its property; a blob is taken as it is, duplicates and all. */
function readPhandles(tree: LiveTree): void {
  for (const node of tree.nodes()) {
    const property = node.property('phandle') ?? node.property('linux,phandle');
    if (property !== undefined && property.length === 4) node.phandle = cellAt(property.value, 0);
  }
}

interface BlobResult {
  /** Undefined where the blob cannot be read. */
  readonly tree: LiveTree | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a flattened device tree of any version. The tree's values are views of `blob`: do not write to it.
 * Every wrong offset, length or tag ends in one diagnostic with its byte offset, never in an exception.
 */
export function readBlob(blob: Uint8Array, path = '<blob>'): BlobResult {
  const diagnostics: Diagnostic[] = [];
  const say = (severity: 'error' | 'warning', message: string): void => {
    if (diagnostics.some((known) => known.message === message)) return;
    diagnostics.push({
      severity,
      code: 'blob',
      message: `${path}: ${message}`,
      hint: undefined,
      span: undefined,
      excerpt: undefined,
      node: undefined,
      property: undefined,
      notes: [],
    });
  };
  const tree = new LiveTree();
  tree.budget.allow(blob.length);
  try {
    const layout = readHeader(blob);
    tree.bootCpu = layout.bootCpu;
    readReservations(blob, layout, tree);
    readStructure(blob, layout, tree, (message) => say('warning', message));
  } catch (error) {
    if (error instanceof BlobError) say('error', `offset ${error.offset}: ${error.message}`);
    else if (error instanceof LimitError) say('error', error.message);
    else throw error;
    return { tree: undefined, diagnostics };
  }
  const isOverlay = ['__fixups__', '__local_fixups__'].some((name) => tree.root.subnode(name) !== undefined);
  tree.plugin = isOverlay;
  readPhandles(tree);
  return { tree, diagnostics };
}
