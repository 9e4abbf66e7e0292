import {
  type Board,
  type BoardOptions,
  type KeptFacts,
  openBoardFor,
  type SingleUse,
} from '../../../src/board/index.ts';

/** Facts that stay in the memory of a test. */
export interface Facts extends KeptFacts {
  known: string | undefined;
}

/** What opens boards for one node, with facts that earlier calls have left. */
export function opener() {
  const facts: Facts = {
    known: undefined,
    note: (text) => {
      facts.known = text;
    },
  };
  const open = (file: string, options: BoardOptions = {}, node: SingleUse['node'] = '/dev/i2c-0') =>
    openBoardFor({ facts, node }, file, { backEnd: 'inline', ...options });
  /** @returns what `look` sees of the board */
  const look = async <T>(file: string, see: (board: Board) => T, options: BoardOptions = {}): Promise<T> => {
    await using board = await open(file, { onWarning: () => undefined, ...options });
    return see(board);
  };
  return { facts, open, look };
}
