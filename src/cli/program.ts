import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { oneLine } from '../input/index.ts';
import { addAdaptersCommand } from './commands/adapters-command.ts';
import { addBoardCommands } from './commands/board-commands.ts';
import { addCompletionCommand } from './commands/completion-command.ts';
import { addGuestCommands } from './commands/guest-commands.ts';
import { addInitCommand } from './commands/init-command.ts';
import { addMemoryCommands } from './commands/memory-commands.ts';
import { addMonitorCommand } from './commands/monitor-command.ts';
import { addPartsCommand } from './commands/parts-command.ts';
import { addLabCommand } from './commands/remote/lab-command.ts';
import { addShareCommand } from './commands/remote/share-command.ts';
import { addToolCommands, TOOL_NAMES, withOwnLetters } from './commands/tool-commands.ts';
import { addTouchCommands } from './commands/touch-commands.ts';
import { addConvertCommand } from './commands/traces/convert-command.ts';
import { addDiffCommand } from './commands/traces/diff-command.ts';
import { addRecordCommand } from './commands/traces/record-command.ts';
import { addReplayCommand } from './commands/traces/replay-command.ts';
import { addReportCommand } from './commands/traces/report-command.ts';
import { addTreeCommands } from './commands/tree-commands.ts';
import { addWatchCommand } from './commands/watch-command.ts';
import { reportFailure, USAGE, usageText } from './terminal/failure.ts';
import { HELP } from './terminal/help-format.ts';
import { helpWidth } from './terminal/help-width.ts';
import { InvalidValue, invalidChoice } from './terminal/usage-error.ts';

/** What help calls an option's value that is a path. */
const IS_PATH = /<(path|file|folder)>$/;

/** As `"$UNSET"` in a script gives one. @throws {InvalidValue} */
function refuseEmptyPaths(command: Command): void {
  for (const option of command.options) {
    const isEmpty = command.getOptionValue(option.attributeName()) === '';
    if (isEmpty && IS_PATH.test(option.flags))
      throw new InvalidValue(option.long ?? option.flags, 'a path', '""');
  }
}

/** Reads the command line and runs its command. @returns the exit code */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const { version } = createRequire(import.meta.url)('dtbus/package.json') as { version: string };
  let exitCode = 0;
  const program = new Command('dtbus')
    .description(
      "Give dtbus your board's device tree; it gives you the board's I2C and SPI buses, and its GPIO.",
    )
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('(try --help)')
    .configureHelp(HELP)
    .configureOutput({
      outputError: (text, write) => write(complaint(text)),
      getOutHelpWidth: () => helpWidth(process.stdout),
      getErrHelpWidth: () => helpWidth(process.stderr),
    });
  const end = (code: number) => {
    exitCode = code;
  };
  for (const { heading, add } of groupsFor(argv[2])) {
    program.commandsGroup(heading);
    add(program, end);
  }
  addVersion(program, version);
  addUsage(program);
  let called: Command | undefined;
  program.hook('preAction', (_, command) => {
    called = command;
    refuseEmptyPaths(command);
  });
  program.addHelpText(
    'after',
    `
The board is named by -b FILE, by DTBUS_BOARD, or is board.dts in this folder.

Examples:
  dtbus demo                                bring up the demo board
  dtbus ls dts/demo.dts                     what is on a board
  dtbus i2cdetect -b dts/demo.dts -y 1      scan a bus, as i2c-tools do
  dtbus run dts/demo.dts script.js          run a script on the board's buses
  dtbus dtc -O dtb -o board.dtb board.dts   compile a device tree
`,
  );
  try {
    await program.parseAsync(withOwnLetters(unknownHelp(program, argv)));
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      return thrown.exitCode === 0 ? 0 : USAGE;
    }
    return reportFailure(thrown, called && callOf(called));
  }
}

/** Commands that stand together in the help. */
interface CommandGroup {
  readonly heading: string;
  /** Of its commands those that need no other command to be there; see `groupsFor`. */
  readonly alone: readonly string[];
  readonly add: (program: Command, end: (exitCode: number) => void) => void;
}

const GROUPS: readonly CommandGroup[] = [
  {
    heading: 'Boards:',
    alone: ['up', 'ls', 'run', 'demo', 'watch', 'parts', 'adapters', 'init'],
    add: (program, end) => {
      addBoardCommands(program, end);
      addWatchCommand(program, end);
      addPartsCommand(program, end);
      addAdaptersCommand(program, end);
      addInitCommand(program, end);
    },
  },
  {
    heading: 'Recordings and other traces:',
    alone: ['record', 'replay', 'diff', 'convert', 'report'],
    add: (program, end) => {
      addRecordCommand(program, end);
      addReplayCommand(program, end);
      addDiffCommand(program, end);
      addConvertCommand(program);
      addReportCommand(program);
    },
  },
  {
    heading: 'A running board:',
    alone: ['get', 'set', 'show', 'press', 'inject', 'monitor'],
    add: (program, end) => {
      addTouchCommands(program, end);
      addMonitorCommand(program, end);
    },
  },
  {
    heading: 'Other machines:',
    alone: ['share', 'lab'],
    add: (program, end) => {
      addShareCommand(program, end);
      addLabCommand(program, end);
    },
  },
  { heading: 'Linux guests and other processes:', alone: ['guest', 'serve'], add: addGuestCommands },
  { heading: 'I2C and SPI tools:', alone: TOOL_NAMES, add: addToolCommands },
  { heading: 'Memories:', alone: ['eeprom', 'flash'], add: addMemoryCommands },
  { heading: 'Device trees:', alone: [], add: addTreeCommands },
  {
    heading: 'This command line:',
    alone: [],
    add: (program) => {
      addCompletionCommand(program);
      program.helpCommand(true);
    },
  },
];

/**
 * The groups that `command` needs: its own, as to make all commands takes as long as a short one runs; all of them for
 * the help, the completion and a name that is not known.
 */
function groupsFor(command: string | undefined): readonly CommandGroup[] {
  const own = GROUPS.filter(({ alone }) => command !== undefined && alone.includes(command));
  return own.length > 0 ? own : GROUPS;
}

/** What Commander puts below a complaint: the names that are near. */
const SUGGESTION = /\n\(Did you mean [\w ,-]+\?\)$/;

/** Commander's complaint in our words; a name that people know from elsewhere leads to the command that does it. */
function complaint(text: string): string {
  const [, option, given, allowed] = REFUSED_CHOICE.exec(text.trimEnd()) ?? [];
  if (option !== undefined && given !== undefined && allowed !== undefined)
    return `dtbus: ${oneLine(invalidChoice(option, allowed.split(', '), given).message)}\n`;
  const [suggestion = ''] = SUGGESTION.exec(text.trimEnd()) ?? [];
  const line = oneLine(text.trimEnd().slice(0, -suggestion.length || undefined)).replace(
    /^error: /,
    'dtbus: ',
  );
  const [, name] = /^dtbus: unknown command '([^']*)'$/.exec(line) ?? [];
  const meant =
    name !== undefined && Object.hasOwn(MEANT, name) ? `\n(Did you mean ${MEANT[name]}?)` : suggestion;
  return `${line}${meant}\n`;
}

/** Commander's complaint of a word that is none of an option's `choices`. */
const REFUSED_CHOICE =
  /^error: option '(--[\w-]+)[^']*' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s;

/** `help` of a command that is not there is a call of that command: commander shows the whole help, and fails without a reason. */
function unknownHelp(program: Command, argv: readonly string[]): readonly string[] {
  const [node = '', script = '', first, name] = argv;
  if (first !== 'help' || name === undefined) return argv;
  if (['-h', '--help', '-V', '--version'].includes(name)) return [node, script, name];
  if (name.startsWith('-')) return argv;
  return program.commands.some((each) => each.name() === name) ? argv : [node, script, name];
}

/** What other tools call what ours do. */
const MEANT: Readonly<Record<string, string>> = {
  boot: 'guest',
  build: 'dtc',
  button: 'press',
  buses: 'ls',
  compare: 'diff',
  compile: 'dtc',
  create: 'init',
  decode: 'convert',
  devices: 'ls',
  display: 'show',
  exec: 'run',
  export: 'convert',
  gpio: 'get',
  import: 'convert',
  list: 'ls',
  new: 'init',
  play: 'replay',
  node: 'run',
  read: 'i2cget, eeprom read or flash read',
  scan: 'i2cdetect',
  sensors: 'parts',
  sniff: 'watch',
  start: 'up',
  trace: 'watch',
  tree: 'ls',
  vm: 'guest',
  write: 'i2cset, eeprom write or flash write',
};

/** Who calls a command wrongly sees how it is called. */
function addUsage(command: Command): void {
  for (const each of command.commands) {
    each.showHelpAfterError(usageOf(each).trimEnd());
    addUsage(each);
  }
}

const usageOf = (command: Command) => usageText(callOf(command));

/** How a command is called: `dtbus eeprom read [options] <file>` */
function callOf(command: Command): string {
  const names: string[] = [];
  for (let each: Command | null = command; each !== null; each = each.parent) names.unshift(each.name());
  return `${names.join(' ')} ${command.usage()}`;
}

/** `--version` of every command; the tools that stand in for others have their own. */
function addVersion(command: Command, version: string): void {
  for (const each of command.commands) {
    // Commander keeps its own help command among them.
    if (
      each.name() === 'help' ||
      each.registeredArguments.some((argument) => argument.name() === 'arguments')
    )
      continue;
    each.version(version, '-V, --version', 'print the version of dtbus');
    addVersion(each, version);
  }
}
