import type { Loc, Place, SourceMap, Span } from '../text/source.ts';

/**
 * What a marker says about the bytes that start at its offset: their type, or that a reference or a label
 * stands there. Types last until the next type marker (dtc's `enum markertype`).
 */
export type MarkerKind =
  | 'none'
  | 'ref-phandle'
  | 'ref-path'
  | 'label'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'string';

export interface Marker {
  readonly kind: MarkerKind;
  /** Byte offset in the property's value. */
  readonly offset: number;
  /** The label, or the reference without its `&` or `&{}`; of a type marker, nothing that matters. */
  readonly ref: string | undefined;
  readonly loc: Loc;
}

/** True for a marker that says what type the bytes behind it have. */
export function isTypeMarker(kind: MarkerKind): boolean {
  return kind === 'uint32' || kind === 'string' || kind === 'uint8' || kind === 'uint16' || kind === 'uint64';
}

/** One thing that the source did to a node or property, in source order. */
export interface Definition {
  readonly kind: 'set' | 'delete';
  readonly span: Span | undefined;
}

export interface Property {
  readonly name: string;
  readonly node: Node;
  /** The value. A view: do not write to it. */
  readonly value: Uint8Array;
  /** Ascending by offset. */
  readonly markers: readonly Marker[];
  /** Labels in front of the property's name, as dtc orders them. */
  readonly labels: readonly string[];
  /** From the name to behind the `;` of the definition that holds; undefined where no source is known. */
  readonly span: Span | undefined;
  /** Every definition and deletion on the way to this value, the one that holds last. */
  readonly definitions: readonly Definition[];
}

/** One entry of `reg`. Values that a number cannot hold exactly are BigInts. */
export interface Reg {
  readonly address: number | bigint;
  /** 0 where the parent's `#size-cells` is 0. */
  readonly size: number | bigint;
  readonly addressCells: readonly number[];
  readonly sizeCells: readonly number[];
}

/** One entry of a list of phandles with arguments, as `clocks` or `cs-gpios` hold them. */
export interface PhandleArgs {
  /** Undefined for an empty entry (phandle 0 or -1). */
  readonly node: Node | undefined;
  readonly args: readonly number[];
}

/**
 * A node. Getters give `undefined` for a property that is absent and throw a `PropertyError` for one of the
 * wrong form.
 */
export interface Node {
  /** `eeprom@50`; empty for the root. */
  readonly name: string;
  /** `eeprom` */
  readonly baseName: string;
  /** `50`; empty where there is none. */
  readonly unitAddress: string;
  /** `/i2c@1/eeprom@50`; `/` for the root. */
  readonly path: string;
  readonly parent: Node | undefined;
  readonly tree: Tree;
  readonly properties: readonly Property[];
  /** All child nodes, in tree order. */
  readonly subnodes: readonly Node[];
  /** Child nodes that are available (`status`), in tree order. */
  readonly children: readonly Node[];
  readonly labels: readonly string[];
  readonly compatible: readonly string[];
  /** True without `status` and for `okay` and `ok`. The parents' are not asked. */
  readonly isAvailable: boolean;
  /** 0 where the node has none. */
  readonly phandle: number;
  /** From `{` to behind `};` of the first definition; undefined where no source is known. */
  readonly span: Span | undefined;
  readonly definitions: readonly Definition[];

  property(name: string): Property | undefined;
  subnode(name: string): Node | undefined;
  has(property: string): boolean;
  bytes(property: string): Uint8Array | undefined;
  string(property: string): string | undefined;
  strings(property: string): readonly string[] | undefined;
  u32(property: string): number | undefined;
  u32s(property: string): readonly number[] | undefined;
  u64(property: string): bigint | undefined;
  /** The value as rows of `width` cells, as `ranges` or `interrupt-map` hold them. */
  cells(property: string, width: number): readonly (readonly number[])[] | undefined;
  /** The node that a property with a single phandle points at. */
  target(property: string): Node | undefined;
  /** A list of phandles, each with as many arguments as its target's `cellsName` (`#clock-cells`) says. */
  phandles(property: string, cellsName: string | undefined): readonly PhandleArgs[] | undefined;
  /** `reg`, by the parent's `#address-cells` (2) and `#size-cells` (1). */
  readonly regs: readonly Reg[];
}

export interface Reservation {
  readonly address: bigint;
  readonly size: bigint;
  readonly labels: readonly string[];
}

export interface Tree {
  readonly root: Node;
  /** `/plugin/`: the source of an overlay. */
  readonly plugin: boolean;
  readonly reservations: readonly Reservation[];
  readonly bootCpu: number;
  readonly sources: SourceMap;
  /** By full path or by an alias with a rest: `/soc/i2c@1`, `i2c1`, `i2c1/eeprom@50`. */
  byPath(path: string): Node | undefined;
  byLabel(label: string): Node | undefined;
  byPhandle(phandle: number): Node | undefined;
  /** Nodes that have `compatible` anywhere in their list, in tree order. */
  byCompatible(compatible: string): readonly Node[];
  alias(name: string): Node | undefined;
  /** Every node, parents before their children, in tree order. */
  nodes(): Iterable<Node>;
}

/** A property that its reader cannot work with. Says which, why, and what to do. */
export class PropertyError extends Error {
  /** Path of the node. */
  readonly path: string;
  readonly property: string | undefined;
  readonly sentence: string;
  /** Where the property (or the node, where the property is missing) is defined. */
  readonly place: Place | undefined;

  constructor(node: Node, property: string | undefined, sentence: string) {
    const place = (property === undefined ? undefined : node.property(property)?.span) ?? node.span;
    const where = place === undefined ? '' : `${place.file}:${place.line}:${place.column}: `;
    super(`${where}${node.path}: ${property === undefined ? '' : `${property} `}${sentence}`);
    this.name = 'PropertyError';
    this.path = node.path;
    this.property = property;
    this.sentence = property === undefined ? sentence : `${property} ${sentence}`;
    this.place = place;
  }
}
