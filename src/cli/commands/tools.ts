import { constants } from 'node:os';
import type { Board, BusFault, I2cDev, KeptFacts, SpiDev } from '../../board/index.ts';
import { isBoardFile } from '../board/board-choice.ts';
import { type BoardArguments, openNamedBoard, printProblems } from '../board/named-board.ts';
import { plainBoard } from '../board/plain-board.ts';
import { warnOfRunning } from '../board/running-board.ts';
import { saveFailure } from '../board/save-failure.ts';
import { processIo, type ToolIo } from '../i2c-tools/io.ts';
import { expectShortRun } from '../terminal/expected-run.ts';
import { reportFailure } from '../terminal/failure.ts';
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

export interface ToolCommand {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly load: () => Promise<LoadedTool>;
}

export const TOOLS: readonly ToolCommand[] = [
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

/** What is an option of ours among a tool's words; the letters of spi-tools are all their own. */
const OURS = { i2c: /^--|^-[boh]/, spi: /^--|^-h/ } as const;
const BOARD = { i2c: /^(-b|--board)$/, spi: /^--board$/ } as const;

/**
 * Runs a tool whose words are all its own but for the board, as scripts call it many times: `dtbus i2cget -y 1 0x48`. What
 * reads the options of the command line takes longer to load than such a call runs.
 * @param facts where something is known of boards
 * @returns its exit code; undefined when `name` is no tool, or one of the words may be an option of ours
 */
export async function runPlainTool(
  name: string | undefined,
  argv: readonly string[],
  facts?: KeptFacts,
): Promise<number | undefined> {
  const tool = TOOLS.find((each) => each.name === name);
  if (tool === undefined) return undefined;
  const { words, board } = withoutBoard(argv, BOARD[busOf(tool)]);
  if (words.some((word) => OURS[busOf(tool)].test(word))) return undefined;
  try {
    return await runTool(tool, words, plainBoard(board), facts);
  } catch (thrown) {
    return reportFailure(thrown, `dtbus ${tool.name} ${TOOL_USAGE}`);
  }
}

/** The words without the option that names the board, where it stands there once with a device tree. */
function withoutBoard(argv: readonly string[], option: RegExp) {
  const at = argv.findIndex((word) => option.test(word));
  const board = at < 0 ? undefined : argv[at + 1];
  if (board === undefined || !isBoardFile(board)) return { words: argv, board: undefined };
  return { words: argv.toSpliced(at, 2), board };
}

/** What stands behind a tool's name in the line that says how it is called. */
export const TOOL_USAGE = '[options] ARGUMENTS';

const busOf = ({ name }: ToolCommand) => (name.startsWith('i2c') ? 'i2c' : 'spi');

/** How long a tool has to end by itself after Ctrl-C: spi-pipe puts the device's settings back. */
const GRACE_MS = 200;
const INTERRUPTED = 128 + constants.signals.SIGINT;

/**
 * Tools that make a transfer for each address: V8 would optimize what they run through. For one transfer Node's module that tells
 * it not to takes longer to load than what it saves; spi-pipe runs as long as its input does.
 */
const MANY_TRANSFERS: readonly string[] = ['i2cdetect', 'i2cdump'];

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
 * @returns the exit code of a call that is wrong; else the node that it asks for, where it asks for one at once
 */
async function tried(
  tool: ToolCommand,
  argv: readonly string[],
): Promise<{ readonly refused?: number; readonly node?: string }> {
  const asked: (string | undefined)[] = [];
  const ask = (node?: string) => {
    asked.push(node);
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
  const code = await (await tool.load()).run(argv, { list: () => ask(), open: ask }, io).catch(() => 0);
  const [node] = asked;
  if (node !== undefined) return { node };
  if (asked.length > 0 || code === 0) return {};
  process.stderr.write(said);
  return { refused: code };
}

/** Runs a tool on the board that the arguments name. @returns its exit code */
export async function runTool(
  tool: ToolCommand,
  argv: readonly string[],
  args: BoardArguments,
  facts?: KeptFacts,
): Promise<number> {
  if (saysWhatItIs(tool, argv))
    return (await tool.load()).run(inOwnLetters(tool, argv), NO_NODES, processIo());
  const { refused, node } = await tried(tool, argv);
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
  if (MANY_TRANSFERS.includes(tool.name)) expectShortRun();
  // A part whose file cannot be written says so once more when the board ends.
  let told = false;
  const onWarning = (sentence: string) => {
    if (!told) warn(sentence);
  };
  const board = await openNamedBoard(
    args,
    { backEnd: 'inline', isolateModels: true, openHosts: 'first-use', look, onWarning },
    facts && node !== undefined ? { facts, node } : undefined,
  );
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
