import { childrenByName, propertiesByName } from '../fdt-tools/flat-index.ts';
import type { FlatTree, NodeOffset } from '../fdt-tools/flat-tree.ts';

/** Up to so many children or properties of an overlay's node are looked up one by one in the base. */
const FEW = 8;
/** Below every offset. */
const UNUSED = -1;

/** New properties and nodes go before the old ones, so that they end up in reverse order. */
export function mergeNode(base: FlatTree, node: NodeOffset, overlay: FlatTree, from: NodeOffset): void {
  const properties = [...overlay.properties(from)];
  setProperties(
    base,
    node,
    properties.map((property) => [overlay.propertyName(property), overlay.value(property)]),
  );
  const children = [...overlay.children(from)];
  if (children.length > FEW) {
    mergeManyChildren(base, node, overlay, children);
    return;
  }
  for (const child of children) {
    const name = overlay.name(child);
    mergeNode(base, base.child(node, name) ?? base.addChild(node, name), overlay, child);
  }
}

/** As above, where it is worth to note the base's children once instead of walking them for each of the overlay's. */
function mergeManyChildren(
  base: FlatTree,
  node: NodeOffset,
  overlay: FlatTree,
  children: readonly NodeOffset[],
): void {
  const places = new Places(base, childrenByName(base, node), 2 * children.length);
  for (const child of children) {
    const name = overlay.name(child);
    let place = places.of(name);
    if (place === undefined) {
      place = base.prependChild(node, name);
      places.add(name, place);
      // It stands before the others now, so it is also what its name without unit address finds.
      if (name.includes('@')) places.add(name.slice(0, name.indexOf('@')), place);
    }
    mergeNode(base, place, overlay, child);
  }
  places.release();
}

/** Sets each property of a node, in order; a new one becomes the node's first. */
export function setProperties(
  base: FlatTree,
  node: NodeOffset,
  properties: readonly (readonly [string, Uint8Array])[],
): void {
  if (properties.length <= FEW) {
    for (const [name, value] of properties) base.set(node, name, value);
    return;
  }
  const places = new Places(base, propertiesByName(base, node), properties.length);
  for (const [name, value] of properties) {
    const known = places.of(name);
    if (known === undefined) places.add(name, base.prependProperty(node, name, value));
    else base.replaceValue(known, value);
  }
  places.release();
}

/** Where the children or properties of a node of the base are, through edits. */
class Places {
  readonly #tree: FlatTree;
  readonly #slots = new Map<string, number>();
  readonly #places: Int32Array;
  #used = 0;

  constructor(tree: FlatTree, known: ReadonlyMap<string, number>, more: number) {
    this.#tree = tree;
    this.#places = new Int32Array(known.size + more).fill(UNUSED);
    for (const [name, place] of known) this.add(name, place);
    tree.track(this.#places);
  }

  of(name: string): number | undefined {
    const slot = this.#slots.get(name);
    return slot === undefined ? undefined : this.#places[slot];
  }

  add(name: string, place: number): void {
    const slot = this.#used++;
    this.#places[slot] = place;
    this.#slots.set(name, slot);
  }

  release(): void {
    this.#tree.release(this.#places);
  }
}
