import type { Board } from '../../board/index.ts';
import { errorText } from '../terminal/error-text.ts';

/** Saves what simulated parts hold (`dtbus,contents`): only what is in its file was written. @returns why that failed */
export function saveFailure(board: Board): string | undefined {
  try {
    board.save();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}
