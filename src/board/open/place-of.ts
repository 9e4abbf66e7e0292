import type { Tree } from '../../devicetree/core.ts';

/** `file:line:column` of a property or node, where its source is known. */
export function placeOf(tree: Tree, path: string, property?: string): string | undefined {
  const node = tree.byPath(path);
  const span = (property === undefined ? undefined : node?.property(property)?.span) ?? node?.span;
  return span && `${span.file}:${span.line}:${span.column}`;
}
