import { deniedSentence, messageOf } from '../../bus/words.ts';
import { goneFolder, LinedError, oneLine, printable } from '../../input/index.ts';

/** What an error says to a person. What it quotes of a stranger begins no line. */
export function errorText(error: unknown): string {
  if (error instanceof LinedError) return printable(error.message);
  return oneLine(deniedSentence(error) ?? goneFolder(error) ?? messageOf(error));
}
