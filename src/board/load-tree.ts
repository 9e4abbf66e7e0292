import { readFileSync } from 'node:fs';
import { readBlob } from '../devicetree/blob-reader.ts';
import { writeBlob } from '../devicetree/blob-writer.ts';
import type { Tree } from '../devicetree/index.ts';

/** A board that cannot be brought up at all; the message is for a person, with places. */
export class BoardError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BoardError';
  }
}

export function loadTree(file: string, _overlays: readonly string[]): Tree {
  return treeFromBlob(readFileSync(file));
}

export function treeFromBlob(blob: Uint8Array): Tree {
  const { tree, diagnostics } = readBlob(blob);
  if (tree === undefined) throw new BoardError(diagnostics.map(({ message }) => message).join('\n'));
  return tree;
}

export function blobOf(tree: Tree): Uint8Array {
  return writeBlob(tree as never);
}
