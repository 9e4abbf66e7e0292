import { type Command, Option } from 'commander';
import { UsageError } from '../terminal/usage-error.ts';
import { boardWords, isBoardFile, refuseTwoBoards } from './board-choice.ts';
import type { BoardArguments } from './named-board.ts';

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

/**
 * `-b`, `-o`, `--include`, `--adopt`. A tool that has a `-b` of its own gets the long form only.
 */
export function withBoardOptions(command: Command, short = true): Command {
  const board = short ? '-b, --board <file>' : '--board <file>';
  command.addOption(
    new Option(board, 'device tree of the board (.dts or .dtb)').env('DTBUS_BOARD').default('board.dts'),
  );
  const overlay = short ? '-o, --overlay <file>' : '--overlay <file>';
  return command
    .addOption(
      new Option(overlay, 'overlay to apply; may be repeated').argParser(collect).default([], 'none'),
    )
    .addOption(
      new Option('--include <dir>', 'folder for #include; those of a Linux or U-Boot source tree are found')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--trust <path>',
        "also run models (dtbus,model) of this file or folder: only those below the board's folder run",
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--adopt', 'use every I2C and SPI controller of a vendor tree as a bus', false)
    .option('--strict', 'refuse a tree that is doubtful as a board, instead of warning', false)
    .hook('preAction', () => refuseTwoBoards(command));
}

/** `--connect`, for commands that can work on a board in another process. */
export function withConnection(command: Command): Command {
  return addConnect(
    command,
    new Option(
      '--connect <place>',
      'work on the board that another process serves: folder of its sockets, or one socket',
    ),
  );
}

/**
 * What the command line says wins over the environment: where it names a board, `DTBUS_CONNECT` is not heeded. An empty
 * one is none, as for `openBoard`.
 */
function addConnect(command: Command, option: Option): Command {
  return command.addOption(option.env('DTBUS_CONNECT')).hook('preAction', async () => {
    const words = boardWords(command);
    command.setOptionValue('isChosen', words.length > 0);
    const place: string | undefined = command.getOptionValue('connect');
    const isGiven = command.getOptionValueSource('connect') === 'cli';
    if (place === '' || (!isGiven && words.length > 0)) command.setOptionValue('connect', undefined);
    if (!place || !isGiven || words.length === 0) return;
    const { twoTrees } = await import('../../board/index.ts');
    const refusal = twoTrees(words, place);
    if (refusal !== undefined) throw new UsageError(refusal);
  });
}

/**
 * Refuses `--connect` and `DTBUS_CONNECT` for a command that brings a board up itself: it would work on a second
 * board beside the one that is served, and report that as success.
 */
export function refuseConnection(command: Command, remedy: string): Command {
  return addConnect(command, new Option('--connect <place>').hideHelp()).hook('preAction', () => {
    if (command.getOptionValue('connect') === undefined) return;
    const source = command.getOptionValueSource('connect') === 'env' ? 'DTBUS_CONNECT' : '--connect';
    throw new UsageError(`${command.name()} cannot work on a served board (${source} is set); ${remedy}`);
  });
}

/**
 * The board in front of what runs on it: `board.dts script.js`. Without one the board is that of `-b`,
 * `DTBUS_BOARD` or this folder.
 */
export function leadingBoard<Arguments extends BoardArguments>(
  args: Arguments,
  words: readonly string[],
): { readonly args: Arguments; readonly words: readonly string[] } {
  const [first, ...rest] = words;
  if (first === undefined || !isBoardFile(first)) return { args, words };
  return { args: { ...args, board: first }, words: rest };
}
