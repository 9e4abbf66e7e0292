import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { messageOf } from '../bus/words.ts';
import { addBoardCommands } from './commands/board-commands.ts';
import { addCompletionCommand } from './commands/completion-command.ts';
import { addGuestCommands } from './commands/guest-commands.ts';
import { addMemoryCommands } from './commands/memory-commands.ts';
import { addPartsCommand } from './commands/parts-command.ts';
import { addToolCommands } from './commands/tool-commands.ts';
import { addTreeCommands } from './commands/tree-commands.ts';
import { addWatchCommand } from './commands/watch-command.ts';
import { HELP } from './terminal/help-format.ts';
import { UsageError } from './terminal/usage-error.ts';

/** Exit codes: 0 done, 1 it failed, 2 it was called wrongly. */
const FAILED = 1;
const USAGE = 2;

/** Reads the command line and runs its command. @returns the exit code */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const { version } = createRequire(import.meta.url)('dtbus/package.json') as { version: string };
  let exitCode = 0;
  const program = new Command('dtbus')
    .description("Give dtbus your board's device tree; it gives you the board's SPI and I2C buses.")
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('(try --help)')
    .configureHelp(HELP);
  const end = (code: number) => {
    exitCode = code;
  };
  const groups: Readonly<Record<string, () => void>> = {
    'Boards:': () => {
      addBoardCommands(program, end);
      addWatchCommand(program, end);
      addPartsCommand(program, end);
    },
    'Linux guests and other processes:': () => addGuestCommands(program, end),
    'I2C and SPI tools:': () => addToolCommands(program, end),
    'Memories:': () => addMemoryCommands(program, end),
    'Device trees:': () => addTreeCommands(program),
    'This command line:': () => {
      addCompletionCommand(program);
      program.helpCommand(true);
    },
  };
  for (const [heading, add] of Object.entries(groups)) {
    program.commandsGroup(heading);
    add();
  }
  program.addHelpText(
    'after',
    `
The board is named by -b FILE, by DTBUS_BOARD, or is board.dts in this folder.

Examples:
  dtbus demo                                bring the demo board up, look around
  dtbus ls dts/demo.dts                     what is on a board
  dtbus i2cdetect -b dts/demo.dts -y 1      scan a bus, as i2c-tools do
  dtbus run dts/demo.dts script.js          run a script on the board's buses
  dtbus dtc -O dtb -o board.dtb board.dts   compile a device tree
`,
  );
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      return thrown.exitCode === 0 ? 0 : USAGE;
    }
    process.stderr.write(`dtbus: ${messageOf(thrown)}\n`);
    return thrown instanceof UsageError ? USAGE : FAILED;
  }
}
