import { readBlob } from '../blob/blob-reader.ts';
import { toBlob } from '../compile.ts';
import { FdtError } from '../fdt-tools/fdt-error.ts';
import { readSymbols } from '../tree/symbols.ts';
import type { Tree } from '../tree/tree.ts';
import { applyOverlaysToBlob } from './overlay.ts';

/**
 * A tree with overlays merged into it, in order: the tree of the blob that `applyOverlaysToBlob` makes. `base` must have
 * been parsed with `symbols`; its labels and those of the overlays are labels of the result. The inputs stay
 * as they are.
 *
 * Throws `FdtError`: a symbol or target is missing, an overlay is malformed, phandles run out.
 */
export function applyOverlays(base: Tree, overlays: readonly Tree[]): Tree {
  const blob = applyOverlaysToBlob(
    toBlob(base),
    overlays.map((overlay) => toBlob(overlay)),
  );
  const { tree, diagnostics } = readBlob(blob);
  if (tree === undefined) throw new FdtError('FDT_ERR_BADSTRUCTURE', diagnostics[0]?.message);
  readSymbols(tree, () => undefined);
  return tree;
}
