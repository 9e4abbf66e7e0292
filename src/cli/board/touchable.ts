import type { Board } from '../../board/index.ts';
import { warnOfError } from '../terminal/warn.ts';
import type { BoardArguments } from './named-board.ts';

/** Lets `dtbus get`, `set`, `show`, `press` and `watch` reach the board, where its parts are in this process. @returns what ends it */
export async function touchable(
  board: Board,
  { board: file, connect }: Pick<BoardArguments, 'board' | 'connect'>,
): Promise<() => void> {
  if (connect) return () => {};
  const { shareBoard } = await import('../../board/index.ts');
  try {
    return await shareBoard(board, file);
  } catch (error) {
    warnOfError(error);
    return () => {};
  }
}
