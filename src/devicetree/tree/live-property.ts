import { type Loc, NOWHERE, type Span } from '../text/source.ts';
import { cellAt } from './getters.ts';
// biome-ignore lint/suspicious/noImportCycles: a tree, its nodes and its properties refer to each other.
import type { LiveNode } from './live-node.ts';
// biome-ignore lint/suspicious/noImportCycles: a tree, its nodes and its properties refer to each other.
import type { LiveTree } from './live-tree.ts';
import type { Definition, Marker, Property } from './tree.ts';

/** A label in front of a node or property. A deleted one that comes again keeps its place in the order. */
export interface Label {
  readonly name: string;
  readonly loc: Loc;
  deleted: boolean;
}

/** Puts a label first, as dtc does, unless it is there already. */
export function addLabel(labels: readonly Label[], name: string, loc: Loc): readonly Label[] {
  for (const label of labels) {
    if (label.name === name) {
      label.deleted = false;
      return labels;
    }
  }
  return [{ name, loc, deleted: false }, ...labels];
}

/** The names of the labels that were not deleted. */
export function liveLabels(labels: readonly Label[]): readonly string[] {
  return labels.length === 0 ? NO_NAMES : labels.filter((label) => !label.deleted).map((label) => label.name);
}

const NO_NAMES: readonly string[] = [];
export const NO_LABELS: readonly Label[] = [];
export const NO_MARKERS: readonly Marker[] = [];
/** The markers of by far the most values: all cells, or one string. */
export const ONLY_CELLS: readonly Marker[] = [{ kind: 'uint32', offset: 0, ref: undefined, loc: NOWHERE }];
export const ONLY_STRING: readonly Marker[] = [{ kind: 'string', offset: 0, ref: undefined, loc: NOWHERE }];
const NO_BYTES = new Uint8Array(0);

/** History is kept flat: start, end, start, end, …; a deletion has its two locations negated minus 2. */
export function definitions(tree: LiveTree, history: readonly Loc[]): readonly Definition[] {
  const list: Definition[] = [];
  for (let i = 0; i + 1 < history.length; i += 2) {
    const start = history[i] as Loc;
    const end = history[i + 1] as Loc;
    const deleted = start < NOWHERE;
    const span = deleted ? tree.sources.span(-2 - start, -2 - end) : tree.sources.span(start, end);
    list.push({ kind: deleted ? 'delete' : 'set', span });
  }
  return list;
}

function noteDeleted(history: Loc[], start: Loc, end: Loc): void {
  if (start !== NOWHERE) history.push(-2 - start, -2 - end);
}

export class LiveProperty implements Property {
  readonly name: string;
  node: LiveNode;
  allLabels: readonly Label[] = NO_LABELS;
  deleted = false;
  /** Where the value that holds is defined. */
  start: Loc = NOWHERE;
  end: Loc = NOWHERE;
  /** Definitions and deletions before the one that holds. */
  earlier: Loc[] | undefined;
  #markers: readonly Marker[] | undefined = NO_MARKERS;
  #bytes: Uint8Array = NO_BYTES;
  #from = 0;
  #length = 0;

  constructor(node: LiveNode, name: string) {
    this.node = node;
    this.name = name;
  }

  get length(): number {
    return this.#length;
  }

  get value(): Uint8Array {
    if (this.#bytes.length !== this.#length) {
      this.#bytes = this.#bytes.subarray(this.#from, this.#from + this.#length);
      this.#from = 0;
    }
    return this.#bytes;
  }

  get markers(): readonly Marker[] {
    return this.#markers ?? this.#inSource.markers;
  }

  set markers(markers: readonly Marker[]) {
    this.#markers = markers;
  }

  /** Itself; of a tree that was kept without its source, the same property with it. */
  get #inSource(): LiveProperty {
    return this.node.inSource.property(this.name) ?? this;
  }

  /**
   * The value is `length` bytes of `bytes` from `from`, which nobody else writes. @param markers undefined for a tree that is kept
   * without its source, where they are
   */
  setValue(bytes: Uint8Array, from: number, length: number, markers: readonly Marker[] | undefined): void {
    this.#bytes = bytes;
    this.#from = from;
    this.#length = length;
    this.#markers = markers;
  }

  /** The big-endian 32-bit number at `offset`, unsigned; the 4 bytes must be there. */
  cell(offset: number): number {
    return cellAt(this.#bytes, this.#from + offset);
  }

  /** The value is text with one NUL, at its end. */
  get isString(): boolean {
    const last = this.#from + this.#length - 1;
    return this.#length > 0 && this.#bytes[last] === 0 && this.#bytes.indexOf(0, this.#from) === last;
  }

  /** The value is any number of texts, each with its NUL. */
  get isStringList(): boolean {
    return this.#length === 0 || this.#bytes[this.#from + this.#length - 1] === 0;
  }

  setCell(offset: number, value: number): void {
    const at = this.#from + offset;
    this.#bytes[at] = value >>> 24;
    this.#bytes[at + 1] = value >>> 16;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value;
  }

  /** Copies the value into `to` at `at`. */
  copyTo(to: Uint8Array, at: number): void {
    const from = this.#from;
    const length = this.#length;
    if (length > 64) {
      to.set(this.value, at);
      return;
    }
    for (let i = 0; i < length; i++) to[at + i] = this.#bytes[from + i] as number;
  }

  get labels(): readonly string[] {
    return liveLabels(this.allLabels);
  }

  get span(): Span | undefined {
    const { node, start, end } = this.#inSource;
    return node.tree.sources.span(start, end);
  }

  get definitions(): readonly Definition[] {
    const { node, earlier, start, end } = this.#inSource;
    const history = [...(earlier ?? [])];
    if (start !== NOWHERE) history.push(start, end);
    return definitions(node.tree, history);
  }

  /** The same property for another node; its value is copied to `at` of `bytes`. */
  copy(node: LiveNode, bytes: Uint8Array, at: number): LiveProperty {
    const copy = new LiveProperty(node, this.name);
    this.copyTo(bytes, at);
    copy.setValue(bytes, at, this.#length, this.#markers);
    if (this.allLabels.length > 0) copy.allLabels = this.allLabels.map((label) => ({ ...label }));
    copy.deleted = this.deleted;
    copy.start = this.start;
    copy.end = this.end;
    if (this.earlier !== undefined) copy.earlier = this.earlier.slice();
    return copy;
  }

  /** Takes the value, labels and place of a later definition of the same name. */
  replaceBy(later: LiveProperty): void {
    for (const label of later.allLabels) this.allLabels = addLabel(this.allLabels, label.name, label.loc);
    this.#bytes = later.#bytes;
    this.#from = later.#from;
    this.#length = later.#length;
    this.#markers = later.#markers;
    this.defineAt(later.start, later.end);
    this.deleted = false;
  }

  /** The value that holds is defined there. */
  defineAt(start: Loc, end: Loc): void {
    if (this.start !== NOWHERE) {
      this.earlier ??= [];
      this.earlier.push(this.start, this.end);
    }
    this.start = start;
    this.end = end;
  }

  delete(start: Loc = NOWHERE, end: Loc = start): void {
    this.deleted = true;
    for (const label of this.allLabels) label.deleted = true;
    if (start !== NOWHERE) {
      this.earlier ??= [];
      if (this.start !== NOWHERE) this.earlier.push(this.start, this.end);
      noteDeleted(this.earlier, start, end);
      this.start = NOWHERE;
      this.end = NOWHERE;
    }
  }
}
