import { FdtError, type PlaceInTree } from '../fdt-tools/fdt-error.ts';
import { type FlatNode, FlatTree } from '../fdt-tools/flat-tree.ts';
import { latin1, latin1Bytes } from '../text/source.ts';
import { cellAt } from '../tree/getters.ts';
import { mergeNode } from './merge-node.ts';

/**
 * Overlays on blobs, the way boot loaders and `fdtoverlay` apply them.
 * Source: Linux Documentation/devicetree/overlay-notes.rst, dtc Documentation/dt-object-internal.txt.
 */

const NO_PHANDLE = 0xffffffff;
const OVERLAY = '__overlay__';
const SYMBOLS = '__symbols__';

/** A fragment that was merged: where its content is in the overlay, and the node of the base that it changed, by path. */
export interface MergedFragment {
  /** Which of the overlays. */
  readonly overlay: number;
  readonly content: string;
  readonly target: string;
}

/**
 * The base blob with the overlay blobs merged into it, in order. A later overlay may refer to the symbols of an
 * earlier one. The inputs stay as they are, also when this throws. `onMerged` is told of each fragment, in order.
 *
 * Throws `FdtError`: a blob is malformed, a symbol or target is missing, or phandles run out.
 */
export function applyOverlaysToBlob(
  base: Uint8Array,
  overlays: readonly Uint8Array[],
  onMerged: (fragment: MergedFragment) => void = () => {},
): Uint8Array {
  const tree = new FlatTree(base);
  for (const [overlay, blob] of overlays.entries())
    applyOverlay(tree, new FlatTree(blob), (content, target) => onMerged({ overlay, content, target }));
  return tree.toBlob();
}

/** Merges `overlay` into `base`. Both are changed, and are of no further use when this throws. */
export function applyOverlay(
  base: FlatTree,
  overlay: FlatTree,
  onMerged: (content: string, target: string) => void = () => {},
): void {
  const offset = maxPhandle(base);
  shiftPhandles(overlay, offset);
  const localFixups = overlay.find('/__local_fixups__');
  if (localFixups !== undefined)
    patchReferences(overlay, overlay.root, localFixups, (phandle) => (phandle + offset) >>> 0);
  resolveFixups(base, overlay);
  keepBasePhandles(base, overlay, localFixups);
  mergeFragments(base, overlay, onMerged);
  appendSymbols(base, overlay);
}

/** Merges the fragments in order. Targets that phandles name are looked up before, in the base as it is then. */
function mergeFragments(
  base: FlatTree,
  overlay: FlatTree,
  onMerged: (content: string, target: string) => void,
): void {
  const all = fragments(overlay);
  const nodes = all.map((fragment) => {
    const phandle = targetPhandle(overlay, fragment) ?? NO_PHANDLE;
    return phandle === NO_PHANDLE || phandle === 0 ? undefined : base.byPhandle(phandle);
  });
  for (const [i, fragment] of all.entries()) {
    // A path may lead elsewhere, and a phandle to a node at all, only when earlier fragments are merged.
    const node = nodes[i] ?? target(base, overlay, fragment).node;
    mergeNode(base, node, overlay, fragment.content);
    onMerged(overlay.path(fragment.content), base.path(node));
  }
}

function maxPhandle(tree: FlatTree): number {
  let max = 0;
  for (const node of tree.nodes()) max = Math.max(max, tree.phandle(node));
  return max;
}

/** Makes room for the base: every phandle of the overlay moves up by `offset`. */
function shiftPhandles(overlay: FlatTree, offset: number): void {
  for (const node of overlay.nodes())
    for (const name of ['phandle', 'linux,phandle']) {
      const value = overlay.get(node, name);
      if (value === undefined) continue;
      if (value.length !== 4) throw new FdtError('FDT_ERR_BADPHANDLE', `${overlay.path(node)}:${name}`);
      const shifted = cellAt(value, 0) + offset;
      if (shifted >= NO_PHANDLE) throw new FdtError('FDT_ERR_NOPHANDLES', `${overlay.path(node)}:${name}`);
      writeCell(value, 0, shifted);
    }
}

/**
 * Rewrites each phandle that `fixups` names in the tree under `node`: `fixups` mirrors the tree, and each of its
 * properties lists the byte offsets at which the property of the same name holds a phandle of the overlay itself.
 */
function patchReferences(
  overlay: FlatTree,
  node: FlatNode,
  fixups: FlatNode,
  patch: (phandle: number) => number,
): void {
  for (const property of overlay.properties(fixups)) {
    const name = overlay.propertyName(property);
    const offsets = overlay.value(property);
    const value = overlay.get(node, name);
    const place = (): string => `/__local_fixups__ names ${overlay.path(node)}:${name}`;
    if (value === undefined) throw new FdtError('FDT_ERR_BADOVERLAY', `${place()}, which does not exist`);
    if (offsets.length % 4 !== 0)
      throw new FdtError('FDT_ERR_BADOVERLAY', `${place()} with a list cut short`);
    for (let at = 0; at < offsets.length; at += 4) {
      const offset = cellAt(offsets, at);
      if (offset + 4 > value.length)
        throw new FdtError('FDT_ERR_BADOVERLAY', `${place()} at byte ${offset}, past its end`);
      writeCell(value, offset, patch(cellAt(value, offset)));
    }
  }
  for (const child of overlay.children(fixups)) {
    const found = overlay.child(node, overlay.name(child));
    if (found === undefined)
      throw new FdtError('FDT_ERR_BADOVERLAY', `node not found: ${overlay.path(child).slice(17)}`);
    patchReferences(overlay, found, child, patch);
  }
}

/** Fills in the phandles of base nodes, which the overlay names by label: `/__fixups__/label = "path:property:byte"…`. */
function resolveFixups(base: FlatTree, overlay: FlatTree): void {
  const fixups = overlay.find('/__fixups__');
  if (fixups === undefined) return;
  const symbols = base.find(`/${SYMBOLS}`);
  for (const property of overlay.properties(fixups)) {
    const label = overlay.propertyName(property);
    const list = overlay.value(property);
    const phandle = phandleOfLabel(base, symbols, label, () => fixupPlaces(list, label)[0]);
    for (const place of fixupPlaces(list, label)) {
      const node = overlay.find(place.path);
      if (node === undefined)
        throw new FdtError('FDT_ERR_BADOVERLAY', `/__fixups__:${label} names ${place.path}`);
      const value = overlay.get(node, place.property);
      if (value === undefined) throw new FdtError('FDT_ERR_NOTFOUND', `${place.path}:${place.property}`);
      if (place.offset + 4 > value.length)
        throw new FdtError('FDT_ERR_NOSPACE', `byte ${place.offset} of ${place.path}:${place.property}`);
      writeCell(value, place.offset, phandle);
    }
  }
}

function phandleOfLabel(
  base: FlatTree,
  symbols: FlatNode | undefined,
  label: string,
  at: () => PlaceInTree | undefined,
): number {
  const path = symbols === undefined ? undefined : base.get(symbols, label);
  if (path === undefined) {
    const remedy = symbols === undefined ? '; compile the base with -@: it has no /__symbols__' : '';
    throw new FdtError('FDT_ERR_NOTFOUND', `the base has no symbol "${label}"${remedy}`, at());
  }
  const phandle = base.phandle(base.at(cString(path)));
  if (phandle === 0)
    throw new FdtError('FDT_ERR_NOTFOUND', `the node of symbol "${label}" has no phandle`, at());
  return phandle;
}

interface FixupPlace {
  readonly path: string;
  readonly property: string;
  readonly offset: number;
}

function fixupPlaces(list: Uint8Array, label: string): FixupPlace[] {
  const text = latin1(list);
  if (!text.endsWith('\0'))
    throw new FdtError('FDT_ERR_BADOVERLAY', `invalid /__fixups__:${label}: expected a list of strings`);
  return text
    .slice(0, -1)
    .split('\0')
    .map((entry) => {
      const [, path, property, offset] = /^([^:]*):([^:]+):(\d+)$/s.exec(entry) ?? [];
      if (path === undefined || property === undefined || offset === undefined)
        throw new FdtError(
          'FDT_ERR_BADOVERLAY',
          `/__fixups__:${label} has "${entry}" for "path:property:byte"`,
        );
      return { path, property, offset: Number(offset) };
    });
}

interface Fragment {
  readonly node: FlatNode;
  readonly content: FlatNode;
}

/** The overlay's nodes that have something to merge. */
function fragments(overlay: FlatTree): Fragment[] {
  const found: Fragment[] = [];
  for (const node of overlay.children(overlay.root)) {
    const content = overlay.child(node, OVERLAY);
    if (content !== undefined) found.push({ node, content });
  }
  return found;
}

interface Target {
  readonly node: FlatNode;
  /** As the overlay wrote it, when it named the target by path. */
  readonly path?: string;
}

/** The phandle in `target`; undefined without one, -1 where it cannot be one. */
function targetPhandle(overlay: FlatTree, { node }: Fragment): number | undefined {
  const value = overlay.get(node, 'target');
  return value?.length === 4 ? cellAt(value, 0) : value && NO_PHANDLE;
}

/** Where in the base a fragment goes: the node with phandle `target`, else the one at `target-path`. */
function target(base: FlatTree, overlay: FlatTree, fragment: Fragment): Target {
  const phandle = targetPhandle(overlay, fragment);
  const place = (): string => overlay.path(fragment.node);
  const at = (property: string): PlaceInTree => ({ path: place(), property });
  if (phandle === NO_PHANDLE) throw new FdtError('FDT_ERR_BADPHANDLE', `${place()}:target`, at('target'));
  if (phandle) {
    const node = base.byPhandle(phandle);
    if (node === undefined)
      throw new FdtError('FDT_ERR_NOTFOUND', `the node that ${place()}:target points to`, at('target'));
    return { node };
  }
  const pathValue = overlay.get(fragment.node, 'target-path');
  if (pathValue === undefined)
    throw new FdtError('FDT_ERR_BADOVERLAY', `${place()} has neither target nor target-path`, {
      path: place(),
    });
  const path = cString(pathValue);
  try {
    return { node: base.at(path), path };
  } catch (thrown) {
    if (thrown instanceof FdtError) thrown.at = at('target-path');
    throw thrown;
  }
}

/** Where the overlay would give a base node another phandle, takes the base's, and follows it through the overlay. */
function keepBasePhandles(base: FlatTree, overlay: FlatTree, localFixups: FlatNode | undefined): void {
  const changes = new PhandleChanges();
  const visit = (baseNode: FlatNode, overlayNode: FlatNode): void => {
    const kept = base.phandle(baseNode);
    const replaced = overlay.phandle(overlayNode);
    if (kept !== 0 && replaced !== 0) {
      for (const name of ['phandle', 'linux,phandle']) {
        const value = overlay.get(overlayNode, name);
        if (value?.length === 4) writeCell(value, 0, kept);
      }
      changes.add(replaced, kept);
    }
    for (const child of overlay.children(overlayNode)) {
      const baseChild = base.child(baseNode, overlay.name(child));
      if (baseChild !== undefined) visit(baseChild, child);
    }
  };
  for (const fragment of fragments(overlay)) {
    let node: FlatNode;
    try {
      node = target(base, overlay, fragment).node;
    } catch (error) {
      // A target that an earlier fragment is about to create has no phandle to keep.
      if (error instanceof FdtError && error.code === 'FDT_ERR_NOTFOUND') continue;
      throw error;
    }
    visit(node, fragment.content);
  }
  if (localFixups !== undefined && !changes.none)
    patchReferences(overlay, overlay.root, localFixups, (phandle) => changes.of(phandle));
}

/** Replacements of phandles, each of which applies to what the ones before it left. */
class PhandleChanges {
  readonly #now = new Map<number, number>();
  /** What the phandles of a key became. */
  readonly #sources = new Map<number, number[]>();

  get none(): boolean {
    return this.#now.size === 0;
  }

  of(phandle: number): number {
    return this.#now.get(phandle) ?? phandle;
  }

  add(replaced: number, kept: number): void {
    const sources = this.#sources.get(replaced) ?? [];
    if (!this.#now.has(replaced)) sources.push(replaced);
    if (replaced === kept || sources.length === 0) return;
    this.#sources.delete(replaced);
    for (const source of sources) this.#now.set(source, kept);
    const others = this.#sources.get(kept);
    if (others === undefined) this.#sources.set(kept, sources);
    else for (const source of sources) others.push(source);
  }
}

/** Gives the base the overlay's symbols, under the paths they have there, for the overlays that come after. */
function appendSymbols(base: FlatTree, overlay: FlatTree): void {
  const from = overlay.child(overlay.root, SYMBOLS);
  if (from === undefined) return;
  const into = base.child(base.root, SYMBOLS) ?? base.prependChild(base.root, SYMBOLS);
  const symbols: [string, Uint8Array][] = [];
  for (const property of overlay.properties(from)) {
    const label = overlay.propertyName(property);
    const path = latin1(overlay.value(property));
    if (!/^\/[^\0]*\0$/.test(path))
      throw new FdtError('FDT_ERR_BADVALUE', `invalid /${SYMBOLS}:${label}: expected a path`);
    const [, fragmentName, rest] = /^\/([^/]*)\/__overlay__(?:\/(.*)|)\0$/s.exec(path) ?? [];
    if (fragmentName === undefined) continue; // a symbol of something that is not merged

    const node = overlay.child(overlay.root, fragmentName);
    const content = node === undefined ? undefined : overlay.child(node, OVERLAY);
    if (node === undefined || content === undefined)
      throw new FdtError(
        'FDT_ERR_BADOVERLAY',
        `invalid /${SYMBOLS}:${label}: expected a path inside a fragment`,
      );
    const found = target(base, overlay, { node, content });
    const prefix = found.path ?? base.path(found.node);
    const symbol = `${prefix.length > 1 ? prefix : ''}/${rest ?? ''}\0`;
    symbols.push([label, latin1Bytes(symbol)]);
  }
  for (const [label, path] of symbols) base.set(into, label, path);
}

function cString(bytes: Uint8Array): string {
  return latin1(bytes).split('\0', 1)[0] as string;
}

function writeCell(bytes: Uint8Array, at: number, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).setUint32(at, value);
}
