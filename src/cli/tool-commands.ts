import type { Command } from 'commander';
import type { Board } from '../board/index.ts';
import {
  type BoardArguments,
  openNamedBoard,
  printProblems,
  withBoardOptions,
  withConnection,
} from './board-options.ts';
import type { ToolIo } from './i2c-tools/io.ts';

/** A tool with the command line of the original; it parses its own arguments. */
type Tool = (argv: readonly string[], nodes: Board['nodes'], io: ToolIo) => Promise<number>;

interface ToolCommand {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly load: () => Promise<Tool>;
}

const TOOLS: readonly ToolCommand[] = [
  {
    name: 'i2cdetect',
    summary: 'scan an I2C bus, or list the buses (i2c-tools)',
    example: 'dtbus i2cdetect -y 1',
    load: async () => (await import('./i2c-tools/i2cdetect.ts')).i2cdetect,
  },
  {
    name: 'i2cget',
    summary: 'read a register (i2c-tools)',
    example: 'dtbus i2cget -y 1 0x48 0x00 w',
    load: async () => (await import('./i2c-tools/i2cget.ts')).i2cget,
  },
  {
    name: 'i2cset',
    summary: 'write a register (i2c-tools)',
    example: 'dtbus i2cset -y 1 0x48 0x01 0x60',
    load: async () => (await import('./i2c-tools/i2cset.ts')).i2cset,
  },
  {
    name: 'i2cdump',
    summary: "show a part's registers (i2c-tools)",
    example: 'dtbus i2cdump -y 1 0x50 b',
    load: async () => (await import('./i2c-tools/i2cdump.ts')).i2cdump,
  },
  {
    name: 'i2ctransfer',
    summary: 'send messages as one transaction (i2c-tools)',
    example: 'dtbus i2ctransfer -y 1 w1@0x50 0x00 r16',
    load: async () => (await import('./i2c-tools/i2ctransfer.ts')).i2ctransfer,
  },
  {
    name: 'spi-config',
    summary: "show or set an SPI device's mode, word and speed (spi-tools)",
    example: 'dtbus spi-config -d /dev/spidev0.0 -q',
    load: async () => (await import('./spi-tools/spi-config.ts')).spiConfig,
  },
  {
    name: 'spi-pipe',
    summary: 'send standard input, print what comes back (spi-tools)',
    example: "printf '\\x9f\\0\\0\\0' | dtbus spi-pipe -d /dev/spidev0.0 -n 1 --blocksize=4 | xxd",
    load: async () => (await import('./spi-tools/spi-pipe.ts')).spiPipe,
  },
];

export function addToolCommands(program: Command, end: (exitCode: number) => void): void {
  for (const tool of TOOLS) {
    const command = program
      .command(tool.name)
      .summary(tool.summary)
      .description(`${tool.summary}\n\nThe arguments are those of the original tool.`)
      .argument('[arguments...]', "the tool's own arguments")
      .allowUnknownOption()
      .addHelpText('after', `\nExample:\n  ${tool.example}\n`);
    withConnection(withBoardOptions(command, !tool.name.startsWith('spi'))).action(
      async (argv: string[], args: BoardArguments) => {
        end(await runTool(tool, argv, args));
      },
    );
  }
}

async function runTool(tool: ToolCommand, argv: readonly string[], args: BoardArguments): Promise<number> {
  const { processIo } = await import('./i2c-tools/io.ts');
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  const io = processIo(interrupted.signal);
  // The tools wait asynchronously, so the back-end needs no thread of its own and the command starts sooner.
  const board = await openNamedBoard(args, { backEnd: 'inline', openHosts: 'first-use' });
  try {
    const run = await tool.load();
    const code = await run(argv, board.nodes, io);
    // A scan of a bus whose adapter is not there would only show that nobody answers.
    return printProblems(board) && code === 0 ? 1 : code;
  } finally {
    process.off('SIGINT', interrupt);
    io.close();
    await board.close();
  }
}
