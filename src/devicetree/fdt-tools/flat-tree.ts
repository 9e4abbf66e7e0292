import { TAG } from '../blob/blob-format.ts';
import { MAX_DEPTH } from '../blob/blob-reader.ts';
import { latin1, putLatin1 } from '../text/source.ts';
import { cellAt } from '../tree/getters.ts';
import { FdtError } from './fdt-error.ts';
import { openBlob, packBlob } from './flat-blocks.ts';
import { childrenByName, FlatIndex, nodesByPhandle, propertiesByName } from './flat-index.ts';
import { FlatNames } from './flat-names.ts';
import { nodeAt } from './flat-paths.ts';

const CELL = 4;
const PROPERTY_HEADER = 3 * CELL;
/** Instead of a tag, where the structure block ends too early for one. */
const CUT_OFF = -1;

/** Node and property positions are offsets into the structure block, valid until the next edit before them. */
export type NodeOffset = number;
export type PropertyOffset = number;

const align = (n: number, to = CELL): number => Math.ceil(n / to) * to;

/**
 * A flattened tree, edited in place.
 *
 * Properties and nodes are found by walking the structure block; an edit opens or closes a gap in it. New names go to
 * the end of the strings block unless they are there already, also as the tail of another name. That is how
 * boot loaders and dtc's tools edit a blob, and keeping to it (down to what stands in the padding) keeps the
 * results byte for byte the same.
 *
 * Layout while open: reserve map, structure block, strings block, free space. Names are held as Latin-1, so any byte
 * survives.
 */
export class FlatTree {
  readonly #bootCpu: number;
  readonly #lastCompatible: number;
  /** Length of the reserve map with its terminator: where the structure block starts. */
  readonly #reserveSize: number;
  #bytes: Uint8Array;
  #view: DataView;
  #structSize: number;
  #stringsSize: number;
  readonly #names = new FlatNames(() => this.#strings());
  /** Where the token after the last one seen by `#token` starts. */
  #next = 0;
  readonly #children = new FlatIndex();
  readonly #properties = new FlatIndex();
  readonly #phandles = new FlatIndex();
  /** Nodes and properties that keep their meaning through edits. */
  readonly #tracked = new Set<Int32Array>();

  /**
   * Opens a copy of `blob` (versions 16 and 17).
   * Throws `FdtError` when the header, an offset or the block bounds cannot be right.
   */
  constructor(blob: Uint8Array) {
    const blocks = openBlob(blob);
    this.#bootCpu = blocks.bootCpu;
    this.#lastCompatible = blocks.lastCompatible;
    this.#reserveSize = blocks.reserveMap.length;
    this.#structSize = blocks.structure.length;
    this.#stringsSize = blocks.strings.length;
    const structStart = this.#reserveSize;
    const stringsStart = structStart + this.#structSize;
    this.#bytes = new Uint8Array(stringsStart + this.#stringsSize + 4096);
    this.#bytes.set(blocks.reserveMap);
    this.#bytes.set(blocks.structure, structStart);
    this.#bytes.set(blocks.strings, stringsStart);
    this.#view = new DataView(this.#bytes.buffer);

    // Version 16 does not say how long the structure block is: as long as its tokens go.
    const end = this.#checkNesting();
    if (!blocks.structureIsMeasured) this.#splice(end, this.#structSize - end, 0);
  }

  /** The tree as a packed version 17 blob. */
  toBlob(): Uint8Array {
    const structStart = this.#reserveSize;
    const stringsStart = structStart + this.#structSize;
    return packBlob({
      bootCpu: this.#bootCpu,
      lastCompatible: this.#lastCompatible,
      reserveMap: this.#bytes.subarray(0, structStart),
      structure: this.#bytes.subarray(structStart, stringsStart),
      strings: this.#bytes.subarray(stringsStart, stringsStart + this.#stringsSize),
      structureIsMeasured: true,
    });
  }

  readonly root: NodeOffset = 0;

  name(node: NodeOffset): string {
    const start = this.#reserveSize + node + CELL;
    return latin1(this.#bytes.subarray(start, this.#bytes.indexOf(0, start)));
  }

  /** The node's children, in order. Do not edit while iterating. */
  *children(node: NodeOffset): Generator<NodeOffset> {
    let depth = 0;
    for (let at = this.#afterBegin(node); ; at = this.#next) {
      const token = this.#token(at);
      if (token === TAG.BEGIN_NODE) {
        const next = this.#next;
        if (depth++ === 0) yield at;
        this.#next = next;
      } else if (token === TAG.END_NODE && depth-- === 0) return;
    }
  }

  /** Every node, parents first. Do not edit while iterating. */
  *nodes(): Generator<NodeOffset> {
    for (let at = 0, depth = 0; ; at = this.#next) {
      const token = this.#token(at);
      if (token === TAG.BEGIN_NODE) {
        depth++;
        const next = this.#next;
        yield at;
        this.#next = next;
      } else if (token === TAG.END_NODE && --depth === 0) return;
    }
  }

  /** The node's properties that precede its first child, in order. Do not edit while iterating. */
  *properties(node: NodeOffset): Generator<PropertyOffset> {
    for (let at = this.#afterBegin(node); ; at = this.#next) {
      const token = this.#token(at);
      if (token === TAG.PROP) {
        const next = this.#next;
        yield at;
        this.#next = next;
      } else if (token !== TAG.NOP) return;
    }
  }

  propertyName(property: PropertyOffset): string {
    return this.#names.at(this.#cell(property + 2 * CELL));
  }

  /** The property's bytes: a view into the tree, valid until the next edit. */
  value(property: PropertyOffset): Uint8Array {
    const start = this.#reserveSize + property + PROPERTY_HEADER;
    return this.#bytes.subarray(start, start + this.#cell(property + CELL));
  }

  property(node: NodeOffset, name: string): PropertyOffset | undefined {
    const noted = this.#properties.of(node, () => propertiesByName(this, node));
    if (noted !== undefined) return noted.get(name);
    for (const property of this.properties(node)) if (this.propertyName(property) === name) return property;
    return undefined;
  }

  /** The value of property `name`, a view as in `value`. */
  get(node: NodeOffset, name: string): Uint8Array | undefined {
    const property = this.property(node, name);
    return property === undefined ? undefined : this.value(property);
  }

  /** The child called `name`; a name without unit address also finds `name@…`. */
  child(node: NodeOffset, name: string): NodeOffset | undefined {
    const bare = !name.includes('@');
    const noted = this.#children.of(node, () => childrenByName(this, node));
    if (noted !== undefined) return noted.get(name);
    for (const child of this.children(node)) {
      const found = this.name(child);
      if (found === name || (bare && found.startsWith(`${name}@`))) return child;
    }
    return undefined;
  }

  /**
   * The node at `path`, which may start with an alias instead of `/`.
   * Throws `FDT_ERR_BADPATH` for a path that is neither, `FDT_ERR_NOTFOUND` when a component is missing.
   */
  at(path: string): NodeOffset {
    return nodeAt(this, path);
  }

  /** As `at`, but `undefined` when a component is missing. */
  find(path: string): NodeOffset | undefined {
    try {
      return this.at(path);
    } catch (error) {
      if (error instanceof FdtError && error.code === 'FDT_ERR_NOTFOUND') return undefined;
      throw error;
    }
  }

  /** The node's phandle, 0 when it has none. */
  phandle(node: NodeOffset): number {
    for (const name of ['phandle', 'linux,phandle']) {
      const value = this.get(node, name);
      if (value?.length === CELL) return cellAt(value, 0);
    }
    return 0;
  }

  byPhandle(phandle: number): NodeOffset | undefined {
    const noted = this.#phandles.of(0, () => nodesByPhandle(this));
    if (noted !== undefined) return noted.get(phandle);
    for (const node of this.nodes()) if (this.phandle(node) === phandle) return node;
    return undefined;
  }

  /** The full path of `node`. */
  path(node: NodeOffset): string {
    const names: string[] = [];
    for (let at = 0; at <= node; at = this.#next) {
      const token = this.#token(at);
      if (token === TAG.BEGIN_NODE) names.push(this.name(at));
      else if (token === TAG.END_NODE) names.pop();
      else if (token === TAG.END) break;
    }
    return names.length > 1 ? names.join('/') : '/';
  }

  /** Sets property `name` to `value`. A new property becomes the node's first. */
  set(node: NodeOffset, name: string, value: Uint8Array): void {
    const found = this.property(node, name);
    if (found === undefined) this.prependProperty(node, name, value);
    else this.replaceValue(found, value);
  }

  /** Gives a property that is there another value. */
  replaceValue(property: PropertyOffset, value: Uint8Array): void {
    this.#splice(property + PROPERTY_HEADER, align(this.#cell(property + CELL)), align(value.length));
    this.#putCell(property + CELL, value.length);
    this.#bytes.set(value, this.#reserveSize + property + PROPERTY_HEADER);
  }

  /** As `set`, for a name that is known not to be there. */
  prependProperty(node: NodeOffset, name: string, value: Uint8Array): PropertyOffset {
    const nameOffset = this.#addString(name);
    const start = this.#afterBegin(node);
    this.#splice(start, 0, PROPERTY_HEADER + align(value.length));
    this.#putCell(start, TAG.PROP);
    this.#putCell(start + CELL, value.length);
    this.#putCell(start + 2 * CELL, nameOffset);
    this.#bytes.set(value, this.#reserveSize + start + PROPERTY_HEADER);
    return start;
  }

  /** Removes property `name`. Throws `FDT_ERR_NOTFOUND`. Its name stays in the strings block. */
  deleteProperty(node: NodeOffset, name: string): void {
    const property = this.property(node, name);
    if (property === undefined) throw new FdtError('FDT_ERR_NOTFOUND', `property "${name}"`);
    this.#splice(property, PROPERTY_HEADER + align(this.#cell(property + CELL)), 0);
  }

  /** Adds an empty child before the other children. Throws `FDT_ERR_EXISTS`. */
  addChild(parent: NodeOffset, name: string): NodeOffset {
    if (this.child(parent, name) !== undefined) throw new FdtError('FDT_ERR_EXISTS', `"${name}"`);
    return this.prependChild(parent, name);
  }

  /** As `addChild`, for a name that is known not to be there. */
  prependChild(parent: NodeOffset, name: string): NodeOffset {
    let start = this.#afterBegin(parent);
    for (let token = this.#token(start); token === TAG.PROP || token === TAG.NOP; token = this.#token(start))
      start = this.#next;
    const nameSize = align(name.length + 1);
    this.#splice(start, 0, CELL + nameSize + CELL);
    this.#putCell(start, TAG.BEGIN_NODE);
    const from = this.#reserveSize + start + CELL;
    this.#bytes.fill(0, from, from + nameSize);
    putLatin1(this.#bytes, from, name);
    this.#putCell(start + CELL + nameSize, TAG.END_NODE);
    return start;
  }

  /** Removes the node with all it contains. */
  deleteNode(node: NodeOffset): void {
    let depth = 0;
    for (let at = node; ; at = this.#next) {
      const token = this.#token(at);
      if (token === TAG.BEGIN_NODE) depth++;
      else if (token === TAG.END_NODE && --depth === 0) break;
    }
    this.#splice(node, this.#next - node, 0);
  }

  #cell(offset: number): number {
    return this.#view.getUint32(this.#reserveSize + offset);
  }

  #putCell(offset: number, value: number): void {
    this.#view.setUint32(this.#reserveSize + offset, value);
  }

  /** Reads the token at `at`, checks that all of it lies in the structure block, and sets `#next` behind it. */
  #token(at: number): number {
    const base = this.#reserveSize;
    const size = this.#structSize;
    const kind = at + CELL <= size ? this.#view.getUint32(base + at) : CUT_OFF;
    let next = at + CELL;
    switch (kind) {
      case TAG.BEGIN_NODE: {
        const end = this.#bytes.indexOf(0, base + next);
        next = end < 0 ? size + 1 : end - base + 1;
        break;
      }
      case TAG.PROP:
        next = at + PROPERTY_HEADER;
        if (next <= size) next += this.#view.getUint32(base + at + CELL);
        break;
      case TAG.END_NODE:
      case TAG.NOP:
      case TAG.END:
        break;
      case CUT_OFF:
        next = size + 1;
        break;
      default: {
        const found = `unknown tag 0x${kind.toString(16)} at byte ${at} of the structure block`;
        throw new FdtError('FDT_ERR_BADSTRUCTURE', found);
      }
    }
    if (next > size) throw new FdtError('FDT_ERR_TRUNCATED', `at byte ${at} of the structure block`);
    this.#next = align(next);
    return kind;
  }

  /** Checks that every node that begins also ends, then comes the end token. Returns the offset behind that. */
  #checkNesting(): number {
    let depth = 0;
    let at = this.#afterBegin(this.root);
    for (depth = 1; depth > 0; at = this.#next) {
      const token = this.#token(at);
      if (token === TAG.END_NODE) depth--;
      else if (token === TAG.BEGIN_NODE && ++depth > MAX_DEPTH)
        throw new FdtError('FDT_ERR_BADSTRUCTURE', `nodes nest deeper than ${MAX_DEPTH} levels`);
      else if (token === TAG.END) throw new FdtError('FDT_ERR_BADSTRUCTURE', 'the tree ends inside a node');
    }
    while (this.#token(at) === TAG.NOP) at = this.#next;
    if (this.#token(at) !== TAG.END)
      throw new FdtError(
        'FDT_ERR_BADSTRUCTURE',
        `data after the root node, at byte ${at} of the structure block`,
      );
    return this.#next;
  }

  #afterBegin(node: NodeOffset): number {
    if (this.#token(node) !== TAG.BEGIN_NODE)
      throw new FdtError('FDT_ERR_BADSTRUCTURE', 'the structure block does not start with a node');
    return this.#next;
  }

  /** The strings block. */
  #strings(): Uint8Array {
    const start = this.#reserveSize + this.#structSize;
    return this.#bytes.subarray(start, start + this.#stringsSize);
  }

  #addString(name: string): number {
    const known = this.#names.offsetOf(name);
    if (known !== undefined) return known;
    const offset = this.#stringsSize;
    this.#reserve(name.length + 1);
    putLatin1(this.#bytes, this.#reserveSize + this.#structSize + offset, `${name}\0`);
    this.#stringsSize += name.length + 1;
    return offset;
  }

  /** Keeps the offsets of nodes or properties in `places` at them, whatever is edited before, until `release`. */
  track(places: Int32Array): void {
    this.#tracked.add(places);
  }

  release(places: Int32Array): void {
    this.#tracked.delete(places);
  }

  /** Makes `newSize` bytes of the `oldSize` bytes at `offset`; what was behind moves, what was there stays. */
  #splice(offset: number, oldSize: number, newSize: number): void {
    if (newSize > oldSize) this.#reserve(newSize - oldSize);
    const start = this.#reserveSize + offset;
    const end = this.#reserveSize + this.#structSize + this.#stringsSize;
    this.#bytes.copyWithin(start + newSize, start + oldSize, end);
    this.#structSize += newSize - oldSize;
    this.#children.forget();
    this.#properties.forget();
    this.#phandles.forget();
    for (const places of this.#tracked)
      for (let i = 0; i < places.length; i++)
        if ((places[i] as number) >= offset + oldSize) places[i] = (places[i] as number) + newSize - oldSize;
  }

  #reserve(extra: number): void {
    const used = this.#reserveSize + this.#structSize + this.#stringsSize;
    if (used + extra <= this.#bytes.length) return;
    const grown = new Uint8Array((used + extra) * 2);
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
