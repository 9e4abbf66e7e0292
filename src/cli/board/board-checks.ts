import type { Board } from '../../board/index.ts';
import { checkBoard, diagnosticText } from '../../devicetree/index.ts';
import { knownCompatibles } from '../../parts/index.ts';
import { printable } from '../terminal/printable.ts';

/**
 * Says on standard error what is wrong with the tree as a board: unknown or invalid `dtbus,` properties, cells,
 * addresses, mistyped compatibles; each with its place and what to write.
 * @returns whether there was anything to say
 */
export function printChecks(board: Board, file: string): boolean {
  const buses = board.buses().flatMap(({ kind, path }) => {
    const node = board.tree.byPath(path);
    return node === undefined ? [] : [{ kind, node }];
  });
  const found = checkBoard(board.tree, { buses, compatibles: knownCompatibles() });
  for (const diagnostic of found) process.stderr.write(printable(diagnosticText(diagnostic, file)));
  return found.length > 0;
}
