import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import {
  type BoardArguments,
  leadingBoard,
  refuseConnection,
  withBoardOptions,
} from '../board/board-options.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { WatchOptions } from '../watch/watcher.ts';

interface WatchArguments extends BoardArguments {
  readonly json: boolean;
  readonly to?: string;
  readonly write?: string;
}

/** Commands whose second word is a command too. */
const GROUPS = ['eeprom', 'flash'];
/** Commands that open a board in a process of their own, which is then watched. */
const WATCHED = [
  ...['i2cdetect', 'i2cget', 'i2cset', 'i2cdump', 'i2ctransfer', 'spi-config', 'spi-pipe'],
  ...['up', 'serve', 'ls', ...GROUPS],
];

/** Adds `dtbus watch`. */
export function addWatchCommand(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('watch')
    .summary('show every transfer of a script or command, decoded by part')
    .description(
      'Runs a script or a dtbus command on a board and shows every transfer on standard error as it happens: time, bus, part, result, duration and meaning. A table at the end sums up. If transfers come faster than they can be shown, some are left out and counted; the bus never waits.',
    )
    .argument(
      '<command...>',
      'the device tree of the board (.dts, .dtb; or -b), then a Node script or a command of dtbus with its arguments',
    )
    .option('--json', 'one line of JSON per transfer, for scripts', false)
    .option('--to <file>', 'write the lines to a file instead of standard error')
    .option(
      '-w, --write <file>',
      'also write the I2C messages to a capture file for Wireshark (pcap); `-` is standard output',
    )
    .passThroughOptions()
    .addHelpText(
      'after',
      `
Examples:
  dtbus watch dts/demo.dts read-temperature.js
  dtbus watch dts/demo.dts i2cdetect -y 1
  dtbus watch --json --to transfers.jsonl dts/demo.dts flash info flash --live
  sudo dtbus watch dts/demo.dts up --dev              what any program does on /dev/i2c-N
`,
    );
  withBoardOptions(command);
  refuseConnection(
    command,
    'watch the process that serves it (dtbus watch BOARD serve …), or unset DTBUS_CONNECT',
  ).action(async (words: string[], args: WatchArguments) => {
    end(await watch(words, args));
  });
}

async function watch(given: readonly string[], watchArguments: WatchArguments): Promise<number> {
  const { args: boardArgs, words: command } = leadingBoard(watchArguments, given);
  const args = { ...watchArguments, board: boardArgs.board };
  const [name = '', ...rest] = command;
  if (name === '')
    throw new UsageError('watch needs a script or a command behind the board; see watch --help');
  const { runScript, runWatchedCommand } = await import('./run-script.ts');
  const options: WatchOptions = {
    json: args.json,
    ...(args.to === undefined ? {} : { to: args.to }),
    ...(args.write === undefined ? {} : { pcap: args.write }),
  };
  if (WATCHED.includes(name)) {
    const boardArguments = [
      ...['--board', args.board],
      ...args.overlay.flatMap((file) => ['--overlay', file]),
      ...args.include.flatMap((directory) => ['--include', directory]),
      ...(args.adopt ? ['--adopt'] : []),
    ];
    const words = GROUPS.includes(name) ? [name, ...rest.slice(0, 1)] : [name];
    return runWatchedCommand([...words, ...boardArguments, ...rest.slice(words.length - 1)], options);
  }
  if (name.startsWith('-'))
    throw new UsageError(
      `watch options must come before the board: dtbus watch ${name} … ${args.board} COMMAND`,
    );
  if (!existsSync(name))
    throw new UsageError(
      `not found: ${name}, neither a script nor one of ${WATCHED.join(', ')}; to watch other programs run \`dtbus watch ${args.board} up --dev\``,
    );
  return runScript(args, name, rest, { watch: options });
}
