import { TAG } from '../blob/blob-format.ts';
import { latin1, putLatin1 } from '../text/source.ts';
import { cellAt } from '../tree/getters.ts';
import { FdtError } from './fdt-error.ts';
import { openBlob, packBlob } from './flat-blocks.ts';
import { childrenByName, FEW, FlatIndex, nodesByPhandle, propertiesByName } from './flat-index.ts';
import { FlatNames } from './flat-names.ts';
import { nodeAt } from './flat-paths.ts';
import { FlatSpare } from './flat-spare.ts';
import { align, CELL, FlatTokens, NONE, PROPERTY_HEADER } from './flat-tokens.ts';

/** Nodes and properties are numbers that they keep until they are deleted. */
export type FlatNode = number;
export type FlatProperty = number;

const PHANDLE = 'phandle';
const OLD_PHANDLE = 'linux,phandle';
/** What the index of phandles is noted under. */
const ALL = 0;

/**
 * A flattened tree, edited.
 *
 * New properties and nodes go before those that are there. New names go to the end of the strings block unless they are there
 * already, also as the tail of another name. That is how boot loaders and dtc's tools edit a blob, where it lies, by
 * moving what is behind; and keeping to it (down to what then stands in the padding) keeps the results byte for byte
 * the same. Here nothing is moved, so that many edits take as long as their bytes are many.
 *
 * Names are held as Latin-1, so any byte survives.
 */
export class FlatTree {
  readonly #bootCpu: number;
  readonly #lastCompatible: number;
  readonly #reserveMap: Uint8Array;
  readonly #tokens: FlatTokens;
  readonly #names: FlatNames;
  readonly #spare = new FlatSpare();
  readonly #children = new FlatIndex<string>();
  readonly #properties = new FlatIndex<string>();
  readonly #phandles = new FlatIndex<number>();

  /**
   * Opens a copy of `blob` (versions 16 and 17).
   * Throws `FdtError` when the header, an offset or the block bounds cannot be right.
   */
  constructor(blob: Uint8Array) {
    const { bootCpu, lastCompatible, reserveMap, structure, strings, structureIsMeasured } = openBlob(blob);
    this.#bootCpu = bootCpu;
    this.#lastCompatible = lastCompatible;
    this.#reserveMap = reserveMap.slice();
    // Version 16 does not say how long the structure block is: as long as its tokens go.
    this.#tokens = new FlatTokens(structure.slice(), structureIsMeasured);
    this.#names = new FlatNames(strings.slice());
    const cut = structure.length - this.#tokens.size;
    if (cut > 0) {
      const all = new Uint8Array(structure.length + strings.length);
      all.set(structure);
      all.set(strings, structure.length);
      this.#spare.keep(this.#length, all.subarray(all.length - cut));
    }
  }

  /** The tree as a packed version 17 blob. */
  toBlob(): Uint8Array {
    const structure = new Uint8Array(this.#tokens.size);
    this.#tokens.write(structure);
    return packBlob({
      bootCpu: this.#bootCpu,
      lastCompatible: this.#lastCompatible,
      reserveMap: this.#reserveMap,
      structure,
      strings: this.#names.block,
      structureIsMeasured: true,
    });
  }

  readonly root: FlatNode = 0;

  name(node: FlatNode): string {
    const { bytes } = this.#tokens;
    const start = this.#tokens.at(node) + CELL;
    return latin1(bytes, start, bytes.indexOf(0, start));
  }

  /** The node's children, in order. Do not edit while iterating. */
  *children(node: FlatNode): Generator<FlatNode> {
    const end = this.#tokens.endOf(node);
    for (let token = this.#tokens.next(node); token !== end; token = this.#tokens.next(token)) {
      if (this.#tokens.tag(token) !== TAG.BEGIN_NODE) continue;
      yield token;
      token = this.#tokens.endOf(token);
    }
  }

  /** Every node, parents first. Do not edit while iterating. */
  *nodes(): Generator<FlatNode> {
    const end = this.#tokens.endOf(this.root);
    for (let token = this.root; token !== end; token = this.#tokens.next(token))
      if (this.#tokens.tag(token) === TAG.BEGIN_NODE) yield token;
  }

  /** The node's properties that precede its first child, in order. Do not edit while iterating. */
  *properties(node: FlatNode): Generator<FlatProperty> {
    for (let token = this.#tokens.next(node); this.#tokens.isHead(token); token = this.#tokens.next(token))
      if (this.#tokens.tag(token) === TAG.PROP) yield token;
  }

  propertyName(property: FlatProperty): string {
    return this.#names.at(this.#tokens.cell(this.#tokens.at(property) + 2 * CELL));
  }

  /** The property's bytes: a view into the tree, valid until the next edit. */
  value(property: FlatProperty): Uint8Array {
    const start = this.#tokens.at(property) + PROPERTY_HEADER;
    return this.#tokens.bytes.subarray(start, start + this.#length32(property));
  }

  property(node: FlatNode, name: string): FlatProperty | undefined {
    const noted = this.#properties.of(node, () => propertiesByName(this, node));
    if (noted !== undefined) return noted.get(name);
    let steps = 0;
    for (const property of this.properties(node)) {
      if (this.propertyName(property) === name) return property;
      if (++steps === FEW) this.#properties.isLong(node);
    }
    return undefined;
  }

  /** The value of property `name`, a view as in `value`. */
  get(node: FlatNode, name: string): Uint8Array | undefined {
    const property = this.property(node, name);
    return property === undefined ? undefined : this.value(property);
  }

  /** The child called `name`; a name without unit address also finds `name@…`. */
  child(node: FlatNode, name: string): FlatNode | undefined {
    const noted = this.#children.of(node, () => childrenByName(this, node));
    if (noted !== undefined) return noted.get(name);
    const bare = !name.includes('@');
    let steps = 0;
    for (const child of this.children(node)) {
      const found = this.name(child);
      if (found === name || (bare && found.startsWith(`${name}@`))) return child;
      if (++steps === FEW) this.#children.isLong(node);
    }
    return undefined;
  }

  /**
   * The node at `path`, which may start with an alias instead of `/`.
   * Throws `FDT_ERR_BADPATH` for a path that is neither, `FDT_ERR_NOTFOUND` when a component is missing.
   */
  at(path: string): FlatNode {
    return nodeAt(this, path);
  }

  /** As `at`, but `undefined` when a component is missing. */
  find(path: string): FlatNode | undefined {
    try {
      return this.at(path);
    } catch (error) {
      if (error instanceof FdtError && error.code === 'FDT_ERR_NOTFOUND') return undefined;
      throw error;
    }
  }

  /** The node's phandle, 0 when it has none. */
  phandle(node: FlatNode): number {
    for (const name of [PHANDLE, OLD_PHANDLE]) {
      const value = this.get(node, name);
      if (value?.length === CELL) return cellAt(value, 0);
    }
    return 0;
  }

  byPhandle(phandle: number): FlatNode | undefined {
    const noted = this.#phandles.of(ALL, () => nodesByPhandle(this));
    if (noted !== undefined && phandle !== 0) return noted.get(phandle);
    this.#phandles.isLong(ALL);
    for (const node of this.nodes()) if (this.phandle(node) === phandle) return node;
    return undefined;
  }

  /** The full path of `node`. */
  path(node: FlatNode): string {
    const names: string[] = [];
    for (let at = node; at !== NONE; at = this.#tokens.parentOf(at)) names.push(this.name(at));
    return names.length > 1 ? names.reverse().join('/') : '/';
  }

  /** Sets property `name` to `value`. A new property becomes the node's first. */
  set(node: FlatNode, name: string, value: Uint8Array): void {
    const found = this.property(node, name);
    if (found === undefined) this.#prependProperty(node, name, value);
    else this.#replaceValue(found, value);
    if (name === PHANDLE || name === OLD_PHANDLE) this.#changedPhandle(node, found === undefined);
  }

  /** Removes property `name`. Throws `FDT_ERR_NOTFOUND`. Its name stays in the strings block. */
  deleteProperty(node: FlatNode, name: string): void {
    const property = this.property(node, name);
    if (property === undefined) throw new FdtError('FDT_ERR_NOTFOUND', `property "${name}"`);
    this.#remove(property, property, node);
    this.#properties.forget(node);
    this.#phandles.forget(ALL);
  }

  /** Adds an empty child before the other children. Throws `FDT_ERR_EXISTS`. */
  addChild(parent: FlatNode, name: string): FlatNode {
    if (this.child(parent, name) !== undefined) throw new FdtError('FDT_ERR_EXISTS', `"${name}"`);
    return this.prependChild(parent, name);
  }

  /** As `addChild`, for a name that is known not to be there. */
  prependChild(parent: FlatNode, name: string): FlatNode {
    const node = this.#tokens.insertNode(parent, CELL + align(name.length + 1));
    putLatin1(this.#tokens.bytes, this.#tokens.at(node) + CELL, name);
    // It stands before the others now, so it is also what its name without unit address finds.
    this.#children.note(parent, name, node);
    if (name.includes('@')) this.#children.note(parent, name.slice(0, name.indexOf('@')), node);
    return node;
  }

  /** Removes the node with all it contains. Throws `FDT_ERR_BADSTRUCTURE` for the root. */
  deleteNode(node: FlatNode): void {
    if (node === this.root) throw new FdtError('FDT_ERR_BADSTRUCTURE', 'it would have no root node');
    const parent = this.#tokens.parentOf(node);
    this.#remove(node, this.#tokens.endOf(node), parent);
    this.#children.forget(parent);
    this.#properties.forget(parent);
    this.#phandles.forget(ALL);
  }

  /** Bytes of the structure and strings blocks. */
  get #length(): number {
    return this.#tokens.size + this.#names.block.length;
  }

  #length32(property: FlatProperty): number {
    return this.#tokens.cell(this.#tokens.at(property) + CELL);
  }

  #prependProperty(node: FlatNode, name: string, value: Uint8Array): void {
    const nameOffset = this.#names.offsetOf(name) ?? this.#names.add(name);
    const size = PROPERTY_HEADER + align(value.length);
    const padding = this.#padding(this.#tokens.next(node), value.length);
    const property = this.#tokens.insertProperty(node, size);
    const at = this.#tokens.at(property);
    this.#tokens.putCell(at, TAG.PROP);
    this.#tokens.putCell(at + 2 * CELL, nameOffset);
    this.#putValue(at, value, padding);
    this.#properties.note(node, name, property);
  }

  #replaceValue(property: FlatProperty, value: Uint8Array): void {
    const padding = this.#padding(property, value.length);
    const size = PROPERTY_HEADER + align(value.length);
    const shrinks = this.#tokens.sizeOf(property) - size;
    if (shrinks > 0) this.#keepSpare(shrinks);
    this.#tokens.resize(property, size);
    this.#putValue(this.#tokens.at(property), value, padding);
  }

  #putValue(at: number, value: Uint8Array, padding: Uint8Array): void {
    this.#tokens.putCell(at + CELL, value.length);
    this.#tokens.bytes.set(value, at + PROPERTY_HEADER);
    this.#tokens.bytes.set(padding, at + PROPERTY_HEADER + value.length);
  }

  /** What would stand behind a value of `length` bytes that was put into a property at `token`: what is there now. */
  #padding(token: number, length: number): Uint8Array {
    const padding = new Uint8Array(align(length) - length);
    const skip = PROPERTY_HEADER + length;
    let got = this.#tokens.peek(token, skip, padding);
    if (got === padding.length) return padding;
    const { block } = this.#names;
    const rest = this.#bytesFrom(token);
    const behind = block.subarray(Math.max(0, skip - rest), Math.max(0, skip - rest) + padding.length - got);
    padding.set(behind, got);
    got += behind.length;
    const left = padding.subarray(got);
    this.#spare.peek(this.#length, Math.max(0, skip + got - rest - block.length), left);
    return padding;
  }

  /** Bytes of the structure block from a token on. */
  #bytesFrom(token: number): number {
    let bytes = 0;
    for (let here = token; here !== NONE; here = this.#tokens.next(here)) bytes += this.#tokens.sizeOf(here);
    return bytes;
  }

  #remove(first: number, last: number, node: FlatNode): void {
    let bytes = this.#tokens.sizeOf(first);
    for (let here = first; here !== last; ) {
      here = this.#tokens.next(here);
      bytes += this.#tokens.sizeOf(here);
    }
    this.#keepSpare(bytes);
    this.#tokens.remove(first, last, node);
  }

  /** The blocks are about to become shorter by `bytes`. */
  #keepSpare(bytes: number): void {
    const { block } = this.#names;
    const end = new Uint8Array(bytes);
    const ofStrings = Math.min(bytes, block.length);
    end.set(block.subarray(block.length - ofStrings), bytes - ofStrings);
    this.#tokens.peekEnd(end.subarray(0, bytes - ofStrings));
    this.#spare.keep(this.#length - bytes, end);
  }

  #changedPhandle(node: FlatNode, isNew: boolean): void {
    const phandle = this.phandle(node);
    if (isNew && this.#phandles.has(ALL, phandle) === false) this.#phandles.note(ALL, phandle, node);
    else this.#phandles.forget(ALL);
  }
}
