import { type Command, Option } from 'commander';
import { isBoardFile } from '../board/board-choice.ts';
import { withBoardOptions, withConnection } from '../board/board-options.ts';
import type { BoardArguments } from '../board/named-board.ts';
import { runTool, TOOL_USAGE, TOOLS, type ToolCommand } from './tools.ts';

type ToolArguments = BoardArguments & {
  readonly help: boolean;
  /** `-b` of i2ctransfer. */
  readonly binary: boolean;
};

export const TOOL_NAMES: readonly string[] = TOOLS.map(({ name }) => name);

/**
 * `-b` names the board, but i2ctransfer (i2c-tools 4.4) has a `-b` of its own, without a value: it is that one where no
 * device tree follows.
 */
export function withOwnLetters(argv: readonly string[]): string[] {
  if (!argv.includes('i2ctransfer')) return [...argv];
  return argv.map((word, at) => (word === '-b' && !isBoardFile(argv[at + 1] ?? '') ? '--binary' : word));
}

export function addToolCommands(program: Command, end: (exitCode: number) => void): void {
  for (const tool of TOOLS) {
    const command = program
      .command(tool.name)
      .summary(tool.summary)
      .description(`${(tool.summary[0] as string).toUpperCase()}${tool.summary.slice(1)}.`)
      .usage(TOOL_USAGE)
      .argument('[arguments...]')
      .allowUnknownOption()
      // What the tool itself takes is said by its module, which no other command loads.
      .helpOption(false);
    withConnection(withBoardOptions(command, !tool.name.startsWith('spi')))
      .option('-h, --help', 'show this help', false)
      .addOption(new Option('--binary').hideHelp().default(false))
      .action(async (argv: string[], args: ToolArguments) => {
        if (args.help) await showHelp(command, tool);
        else end(await runTool(tool, args.binary ? ['-b', ...argv] : argv, args));
      });
  }
}

async function showHelp(command: Command, { name, example, load }: ToolCommand): Promise<void> {
  const { usage } = await load();
  const own = usage.replace(/^example: .*\n/im, '');
  command
    .addHelpText('after', `\nARGUMENTS are the same as those of ${name}:\n\n${own}`)
    .addHelpText('after', `Example:\n  ${example}\n`)
    .outputHelp();
}
