import type { FlatNode, FlatTree } from '../fdt-tools/flat-tree.ts';

/** New properties and nodes go before the old ones, so that they end up in reverse order. */
export function mergeNode(base: FlatTree, node: FlatNode, overlay: FlatTree, from: FlatNode): void {
  for (const property of overlay.properties(from))
    base.set(node, overlay.propertyName(property), overlay.value(property));
  for (const child of overlay.children(from)) {
    const name = overlay.name(child);
    mergeNode(base, base.child(node, name) ?? base.prependChild(node, name), overlay, child);
  }
}
