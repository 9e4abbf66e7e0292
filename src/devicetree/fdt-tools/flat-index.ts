/** Up to so many steps a look-up walks the tree, each time anew. */
export const FEW = 8;

/** What look-ups in a flat tree have found out. For the second long walk it is worth to note all that such a walk would find. */
export class FlatIndex<Name extends string | number> {
  readonly #long = new Set<number>();
  readonly #noted = new Map<number, Map<Name, number>>();

  /** The notes under `key`, made by `note` when the walks there are long; before that there are none. */
  of(key: number, note: () => Map<Name, number>): ReadonlyMap<Name, number> | undefined {
    const known = this.#noted.get(key);
    if (known !== undefined || !this.#long.has(key)) return known;
    const noted = note();
    this.#noted.set(key, noted);
    return noted;
  }

  /** A walk there is long. */
  isLong(key: number): void {
    this.#long.add(key);
  }

  /** Whether a name was found; undefined: there are no notes. */
  has(key: number, name: Name): boolean | undefined {
    return this.#noted.get(key)?.has(name);
  }

  /** Notes what a name finds from now on. */
  note(key: number, name: Name, found: number): void {
    this.#noted.get(key)?.set(name, found);
  }

  /** Something was taken away. */
  forget(key: number): void {
    this.#long.delete(key);
    this.#noted.delete(key);
  }
}

/** The part of a flat tree that look-ups walk. */
interface Walked {
  nodes(): Iterable<number>;
  children(node: number): Iterable<number>;
  properties(node: number): Iterable<number>;
  name(node: number): string;
  propertyName(property: number): string;
  phandle(node: number): number;
}

/** The first property of each name. */
export function propertiesByName(tree: Walked, node: number): Map<string, number> {
  const all = new Map<string, number>();
  for (const property of tree.properties(node)) addFirst(all, tree.propertyName(property), property);
  return all;
}

/** The first child of each name, and of each name without its unit address. */
export function childrenByName(tree: Walked, node: number): Map<string, number> {
  const all = new Map<string, number>();
  for (const child of tree.children(node)) {
    const name = tree.name(child);
    addFirst(all, name, child);
    if (name.includes('@')) addFirst(all, name.slice(0, name.indexOf('@')), child);
  }
  return all;
}

/** The first node with each phandle. */
export function nodesByPhandle(tree: Walked): Map<number, number> {
  const all = new Map<number, number>();
  for (const node of tree.nodes()) addFirst(all, tree.phandle(node), node);
  return all;
}

function addFirst<K>(map: Map<K, number>, key: K, value: number): void {
  if (!map.has(key)) map.set(key, value);
}
