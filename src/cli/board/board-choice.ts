import type { Command } from 'commander';
import { UsageError } from '../terminal/usage-error.ts';

/** Options that say which board is meant, and how its tree is read. */
const CHOOSING = ['board', 'overlay', 'include', 'adopt', 'trust'];

/**
 * Whether a word on the command line names a device tree, be it an overlay or a part of one: those are refused as boards
 * with what to do, and are no scripts.
 */
export const isBoardFile = (word: string): boolean => /\.(dtso?|dtbo?|dtsi|overlay)$/.test(word);

/** The board that stands among a command's words: its argument `[board]`, or in front of a script or command. */
function boardInWords({ args, registeredArguments }: Command): string | undefined {
  const [word] = args;
  const name = registeredArguments[0]?.name();
  if (word === undefined) return undefined;
  if (name === 'board') return word;
  return (name === 'script' || name === 'command') && isBoardFile(word) ? word : undefined;
}

/** The words of the command line that choose a board: `-b board.dts`, `-o more.dtso`, `board.dts`. */
export function boardWords(command: Command): string[] {
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
  const options = command.options
    .filter((option) => CHOOSING.includes(option.attributeName()) && isGiven(option.attributeName()))
    .map((option) => option.short ?? option.long ?? '');
  return [boardInWords(command) ?? [], options].flat();
}

/** @throws {UsageError} a board among the words, and another one by `-b` */
export function refuseTwoBoards(command: Command): void {
  const word = boardInWords(command);
  const option: string | undefined =
    command.getOptionValueSource('board') === 'cli' ? command.getOptionValue('board') : undefined;
  if (word !== undefined && option !== undefined && word !== option)
    throw new UsageError(`two boards: ${word} and --board ${option}; leave out one of them`);
}
