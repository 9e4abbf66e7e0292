import type { Node, Tree } from '../../devicetree/index.ts';

/**
 * By what a board's tree is known again: the SHA-256 of what is on it, a line a node: path, `compatible`, `reg` and whether
 * it is available. Sources, labels and the numbers of phandles do not matter: a served board's differ.
 */
export function treeSha256({ root }: Tree): string {
  // Loading `node:crypto` takes longer than a small board, and few ask.
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
  for (const line of linesOf(root)) hash.update(line);
  return hash.digest('hex');
}

function* linesOf(node: Node): Generator<string> {
  const bytesOf = (name: string) => {
    const property = node.properties.find((each) => each.name === name);
    return Buffer.from(property?.value ?? []).toString('hex');
  };
  yield `${node.path} ${bytesOf('compatible')} ${bytesOf('reg')} ${node.isAvailable}\n`;
  // `/__symbols__` and the like are of the form of a tree, and not of the board.
  for (const child of node.subnodes) if (!child.name.startsWith('__')) yield* linesOf(child);
}
