import type { Command } from 'commander';

/** What is to run on a board. */
export interface ProgramWords {
  /** A Node script with its arguments, or a command with its. */
  readonly words: readonly string[];
  /** They stand behind `--`. */
  readonly isCommand: boolean;
}

/** What runs on the board, by the words behind it. */
export function programWords(command: Command, words: readonly string[]): ProgramWords {
  const isCommand = isBehindDashes(command, words);
  return { words: isCommand && words[0] === '--' ? words.slice(1) : words, isCommand };
}

/** Whether words stand behind `--`, which is among them only where a board stands in front. */
function isBehindDashes({ parent }: Command, words: readonly string[]): boolean {
  const { rawArgs = [] } = (parent as (Command & { readonly rawArgs?: readonly string[] }) | null) ?? {};
  return words[0] === '--' || (words.length > 0 && rawArgs.at(-words.length - 1) === '--');
}
