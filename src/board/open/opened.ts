import type { Board } from '../handles/board.ts';

/** Told of a board that a caller has opened by a name of his own; `name`: its file, or `<source>`. */
type TellOpened = (board: Board, name: string) => void;

let told: TellOpened | undefined;

/** From now on `tell` hears of every board that is opened in this process, but for that of the environment. */
export function watchOpened(tell: TellOpened): void {
  told = tell;
}

export function tellOpened(board: Board, name: string): Board {
  told?.(board, name);
  return board;
}
