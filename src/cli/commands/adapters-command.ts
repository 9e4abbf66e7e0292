import { type Command, Option } from 'commander';
import type { EmulateArguments } from '../adapters/emulate.ts';
import { withBoardOptions } from '../board/board-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

/** Adds `dtbus adapters`. */
export function addAdaptersCommand(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('adapters')
    .summary('list the adapters and buses of this machine, or emulate an adapter')
    .description(
      'Lists what is plugged into this machine: serial ports, USB adapters that are known, and Linux\'s own I2C, SPI and GPIO; who may open each, what gives you the right, and the nodes to paste into a tree. Nothing is opened.\n\nWith --emulate, an adapter that does not exist waits for other programs, with the parts of a board\'s buses behind it, until Ctrl-C or SIGTERM: bus-pirate, bus-pirate-5, serprog, micropython, firmata, i2cdriver, spidriver, usb-iss and sc18im700 on a pty, i2c-tiny-usb, ch341a, ch347, ft232h, ft2232h, ft4232h, mcp2221a, cp2112, ft260, mcp2210 and dln2 by USB/IP. Prints who can open it, its node for a tree, and "ready" once they may.',
    )
    .option('--emulate <kind>', 'emulate an adapter of a kind that is named above')
    .addOption(
      new Option('--bus <name>', 'a bus that is behind it: i2c1, spi0; may be repeated')
        .argParser(collect)
        .default([], 'the first I2C and the first SPI bus'),
    )
    .addOption(new Option('--port <path>', 'a path that leads to the pty').conflicts('listen'))
    .option('--listen <place>', 'PORT or HOST:PORT of USB/IP (default: port 3240 of 127.0.0.1)')
    .option('--json', 'as JSON, for scripts', false)
    .addHelpText(
      'after',
      `
Example:
  dtbus adapters
  dtbus adapters --json | jq .[].path
  dtbus adapters --emulate serprog -b dts/demo.dts --port /tmp/programmer
  dtbus adapters --emulate ch341a -b dts/demo.dts
`,
    );
  withBoardOptions(command).action(async (args: Partial<EmulateArguments> & { json: boolean }) => {
    if (args.emulate === undefined) {
      const [lone] = ['bus', 'port', 'listen'].filter((name) => command.getOptionValueSource(name) === 'cli');
      if (lone !== undefined)
        throw new UsageError(`--${lone} is for an emulated adapter: add --emulate KIND`);
      const { showAdapters } = await import('../adapters/adapters.ts');
      end(await showAdapters(args.json));
      return;
    }
    const { emulate } = await import('../adapters/emulate.ts');
    end(await emulate(args as EmulateArguments));
  });
}
