import { warn } from '../terminal/warn.ts';
import type { BoardArguments } from './named-board.ts';

/** What asks for silence: output for programs. */
const SILENT = ['-q', '--json'];

/**
 * Says that another process runs the board of a command that brings up one of its own: what is on that one it does not
 * see, and what it does nobody sees there.
 * @param words of the command line, where the tool reads them by itself
 */
export async function warnOfRunning(
  { board, connect, json }: BoardArguments & { readonly json?: boolean },
  command: string,
  words: readonly string[] = [],
): Promise<void> {
  if (connect || json || words.some((word) => SILENT.includes(word))) return;
  const { processesOf } = await import('../../board/index.ts');
  const processes = processesOf(board).join(', ');
  if (processes === '') return;
  warn(
    `${board} runs in process ${processes} too, and ${command} uses a board of its own; to reach the other, use dtbus get, set and press, or dtbus serve and --connect`,
  );
}
