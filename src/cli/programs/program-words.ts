import type { Command } from 'commander';
import { isScript } from './script-file.ts';

/** What is to run on a board. */
export interface ProgramWords {
  /** A Node script with its arguments, or a command with its. */
  readonly words: readonly string[];
  /** A command: they stand behind `--`, and the first one is no script. */
  readonly isCommand: boolean;
}

/** What runs on the board, by the words behind it. */
export function programWords(command: Command, words: readonly string[]): ProgramWords {
  const isBehind = isBehindDashes(command, words);
  const rest = isBehind && words[0] === '--' ? words.slice(1) : words;
  return { words: rest, isCommand: isBehind && !isScript(rest[0] ?? '') };
}

/** Whether words stand behind `--`, which is among them only where a board stands in front. */
function isBehindDashes({ parent }: Command, words: readonly string[]): boolean {
  const { rawArgs = [] } = (parent as (Command & { readonly rawArgs?: readonly string[] }) | null) ?? {};
  return words[0] === '--' || (words.length > 0 && rawArgs.at(-words.length - 1) === '--');
}
