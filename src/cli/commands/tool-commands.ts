import { constants } from 'node:os';
import { type Command, Option } from 'commander';
import type { Board, BusFault, I2cDev, SpiDev } from '../../board/index.ts';
import { isBoardFile } from '../board/board-choice.ts';
import {
  type BoardArguments,
  openNamedBoard,
  printProblems,
  withBoardOptions,
  withConnection,
} from '../board/board-options.ts';
import { warnOfRunning } from '../board/running-board.ts';
import { saveFailure } from '../board/save-failure.ts';
import { processIo, type ToolIo } from '../i2c-tools/io.ts';
import { expectShortRun } from '../terminal/short-run.ts';
import { warn } from '../terminal/warn.ts';

/** A tool with the command line of the original; it parses its own arguments. */
type Tool = (
  argv: readonly string[],
  nodes: Pick<Board['nodes'], 'list' | 'open'>,
  io: ToolIo,
) => Promise<number>;

/** A tool and how it is called, in its own words. */
interface LoadedTool {
  readonly run: Tool;
  readonly usage: string;
}

interface ToolCommand {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly load: () => Promise<LoadedTool>;
}

type ToolArguments = BoardArguments & {
  readonly help: boolean;
  /** `-b` of i2ctransfer. */
  readonly binary: boolean;
};

const TOOLS: readonly ToolCommand[] = [
  {
    name: 'i2cdetect',
    summary: 'scan an I2C bus, or list the buses (i2c-tools)',
    example: 'dtbus i2cdetect -y 1',
    load: async () => (await import('../i2c-tools/index.ts')).i2cdetect,
  },
  {
    name: 'i2cget',
    summary: 'read a register (i2c-tools)',
    example: 'dtbus i2cget -y 1 0x48 0x00 w',
    load: async () => (await import('../i2c-tools/index.ts')).i2cget,
  },
  {
    name: 'i2cset',
    summary: 'write a register (i2c-tools)',
    example: 'dtbus i2cset -y 1 0x48 0x01 0x60',
    load: async () => (await import('../i2c-tools/index.ts')).i2cset,
  },
  {
    name: 'i2cdump',
    summary: "show a part's registers (i2c-tools)",
    example: 'dtbus i2cdump -y 1 0x50 b',
    load: async () => (await import('../i2c-tools/index.ts')).i2cdump,
  },
  {
    name: 'i2ctransfer',
    summary: 'send messages as one transaction (i2c-tools)',
    example: 'dtbus i2ctransfer -y 1 w1@0x50 0x00 r16',
    load: async () => (await import('../i2c-tools/index.ts')).i2ctransfer,
  },
  {
    name: 'spi-config',
    summary: "show or set an SPI device's mode, word and speed (spi-tools)",
    example: 'dtbus spi-config -d /dev/spidev0.0 -q',
    load: async () => {
      const { spiConfig: run, USAGE: usage } = await import('../spi-tools/spi-config.ts');
      return { run, usage };
    },
  },
  {
    name: 'spi-pipe',
    summary: 'send standard input, print what is received (spi-tools)',
    example: "printf '\\237\\0\\0\\0' | dtbus spi-pipe -d /dev/spidev0.0 -b 4 -n 1 | xxd",
    load: async () => {
      const { spiPipe: run, USAGE: usage } = await import('../spi-tools/spi-pipe.ts');
      return { run, usage };
    },
  },
];

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
      .usage('[options] ARGUMENTS')
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

/** How long a tool has to end by itself after Ctrl-C: spi-pipe puts the device's settings back. */
const GRACE_MS = 200;
const INTERRUPTED = 128 + constants.signals.SIGINT;

/** Options of i2cdetect that list buses and what they can do: no transfer is made. */
const LOOKING = /^-[a-zA-Z]*[lFV]/;

/** Nodes for a call that looks at none: for the version, or the help. */
const NO_NODES: Pick<Board['nodes'], 'list' | 'open'> = {
  list: () => [],
  open: () => {
    throw new Error('no board is open');
  },
};

/** Whether the tool only says what it is: `-V` of i2c-tools, `-v` of spi-tools, `-h` of both. */
function saysWhatItIs({ name }: ToolCommand, argv: readonly string[]): boolean {
  const flags = argv.slice(0, argv.findIndex((word) => !word.startsWith('-')) >>> 0);
  const own = name.startsWith('i2c') ? /^(-[Vh]|--version$)/ : /^(-[vh]|--version|--help)$/;
  return flags.some((word) => own.test(word));
}

/** i2c-tools know letters only. */
const inOwnLetters = ({ name }: ToolCommand, argv: readonly string[]): readonly string[] =>
  name.startsWith('i2c') ? argv.map((word) => (word === '--version' ? '-V' : word)) : argv;

/**
 * Tries a call without a board: what it refuses before it asks for a node is wrong whatever the board is.
 * @returns the exit code of a call that is wrong
 */
async function refusedAtOnce(tool: ToolCommand, argv: readonly string[]): Promise<number | undefined> {
  let asked = false;
  const ask = () => {
    asked = true;
    throw new Error('a node is needed');
  };
  let said = '';
  const io: ToolIo = {
    stdout: { write: () => {} },
    stderr: {
      write: (text) => {
        said += text;
      },
    },
    readLine: async () => undefined,
    readBytes: async () => new Uint8Array(0),
  };
  const code = await (await tool.load()).run(argv, { list: ask, open: ask }, io).catch(() => 0);
  if (asked || code === 0) return undefined;
  process.stderr.write(said);
  return code;
}

async function runTool(tool: ToolCommand, argv: readonly string[], args: BoardArguments): Promise<number> {
  if (saysWhatItIs(tool, argv))
    return (await tool.load()).run(inOwnLetters(tool, argv), NO_NODES, processIo());
  const refused = await refusedAtOnce(tool, argv);
  if (refused !== undefined) return refused;
  const interrupted = new AbortController();
  const over = new Promise<number>((resolve) => {
    interrupted.signal.addEventListener('abort', () => setTimeout(resolve, GRACE_MS, INTERRUPTED));
  });
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  const io = processIo(interrupted.signal);
  // The tools wait asynchronously, so the back-end needs no thread of its own and the command starts sooner.
  const look = tool.name === 'i2cdetect' && argv.some((word) => LOOKING.test(word));
  if (!look) await warnOfRunning(args, tool.name, argv);
  // spi-pipe runs as long as its input does.
  if (tool.name !== 'spi-pipe') expectShortRun();
  // A part whose file cannot be written says so once more when the board ends.
  let told = false;
  const onWarning = (sentence: string) => {
    if (!told) warn(sentence);
  };
  const board = await openNamedBoard(args, { backEnd: 'inline', openHosts: 'first-use', look, onWarning });
  const nodes = remembering(board.nodes);
  try {
    const { run } = await tool.load();
    const code = await Promise.race([run(argv, nodes, io), over]);
    if (interrupted.signal.aborted) return INTERRUPTED;
    // The originals' words say neither what there is nor why nothing was done.
    if (nodes.missing !== undefined) warn(nodes.missing);
    // A scan of a bus whose adapter is not there would only show that nothing answers. Others do not concern the tool.
    const lost = printProblems(board, nodes.opened);
    if (code !== 0) for (const reason of nodes.reasons(!lost)) warn(reason);
    if (io.unanswered) warn('stdin is not interactive; use -y to skip the confirmation');
    const unsaved = look ? undefined : saveFailure(board);
    if (unsaved !== undefined) {
      told = true;
      warn(unsaved);
    }
    return (lost || io.unanswered || unsaved !== undefined) && code === 0 ? 1 : code;
  } finally {
    process.off('SIGINT', interrupt);
    io.close();
    await board.close();
  }
}

/**
 * The nodes of a board; `missing` says which one was not found, `opened` names those that were asked for, `reasons` why
 * transfers of theirs failed: without lost adapters where the board has told of them itself.
 */
function remembering(nodes: Board['nodes']) {
  const devices: (I2cDev | SpiDev)[] = [];
  const seen: Pick<Board['nodes'], 'list' | 'open'> & {
    missing: string | undefined;
    readonly opened: Set<string>;
    readonly reasons: (withLost: boolean) => readonly string[];
  } = {
    missing: undefined,
    opened: new Set(),
    reasons: (withLost) =>
      devices
        .map((device) => ('lastFault' in device ? device.lastFault : undefined))
        .filter((fault) => fault !== undefined && (withLost || fault.code !== 'ENODEV'))
        .map((fault) => (fault as BusFault).message),
    list: () => nodes.list(),
    open: ((path: string) => {
      seen.opened.add(path);
      try {
        const device = nodes.open(path);
        devices.push(device);
        return device;
      } catch (thrown) {
        if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')
          seen.missing = thrown.message;
        throw thrown;
      }
    }) as Board['nodes']['open'],
  };
  return seen;
}
