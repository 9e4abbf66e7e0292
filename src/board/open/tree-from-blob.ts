import { diagnosticText, readBlob } from '../../devicetree/blob.ts';
import type { Tree } from '../../devicetree/index.ts';
import { BoardError } from '../board-error.ts';

/** Reads a blob of ours or of a stranger. The tree's values are views of it. @throws {BoardError} */
export function treeFromBlob(blob: Uint8Array, path = 'the board'): Tree {
  const { tree, diagnostics } = readBlob(blob, path);
  if (tree !== undefined) return tree;
  const text = diagnostics.map((diagnostic) => diagnosticText(diagnostic, path)).join('');
  throw new BoardError(`${path} cannot be read`, { more: text.trimEnd() });
}
