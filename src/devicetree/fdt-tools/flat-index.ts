/**
 * What look-ups in a flat tree have found out, as long as nothing is edited. A tree is walked for the first look-up of
 * a kind; for the second it is worth to note all that such a walk would find.
 */
export class FlatIndex {
  readonly #asked = new Set<number>();
  readonly #noted = new Map<number, ReadonlyMap<string | number, number>>();

  /** The notes under `key`, made by `note` when they are asked for a second time; before that there are none. */
  of<K extends string | number>(
    key: number,
    note: () => ReadonlyMap<K, number>,
  ): ReadonlyMap<K, number> | undefined {
    const known = this.#noted.get(key) as ReadonlyMap<K, number> | undefined;
    if (known !== undefined) return known;
    if (!this.#asked.has(key)) {
      this.#asked.add(key);
      return undefined;
    }
    const noted = note();
    this.#noted.set(key, noted);
    return noted;
  }

  /** Something was edited. */
  forget(): void {
    if (this.#asked.size === 0) return;
    this.#asked.clear();
    this.#noted.clear();
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
export function propertiesByName(tree: Walked, node: number): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const property of tree.properties(node)) addFirst(all, tree.propertyName(property), property);
  return all;
}

/** The first child of each name, and of each name without its unit address. */
export function childrenByName(tree: Walked, node: number): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const child of tree.children(node)) {
    const name = tree.name(child);
    addFirst(all, name, child);
    if (name.includes('@')) addFirst(all, name.slice(0, name.indexOf('@')), child);
  }
  return all;
}

/** The first node with each phandle. */
export function nodesByPhandle(tree: Walked): ReadonlyMap<number, number> {
  const all = new Map<number, number>();
  for (const node of tree.nodes()) addFirst(all, tree.phandle(node), node);
  return all;
}

function addFirst<K>(map: Map<K, number>, key: K, value: number): void {
  if (!map.has(key)) map.set(key, value);
}
