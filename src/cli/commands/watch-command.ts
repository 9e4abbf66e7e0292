import { type Command, Option } from 'commander';
import { leadingBoard, withBoardOptions, withConnection } from '../board/board-options.ts';
import type { BoardArguments } from '../board/named-board.ts';
import { programWords } from '../programs/program-words.ts';
import { watchCommand, withoutOwnName } from '../programs/watched-command.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { type PastArguments, pastOf, withPast } from '../watch/past-options.ts';
import { isPlace, placeOf } from '../watch/sigrok/sigrok-options.ts';
import type { WatchOptions } from '../watch/watcher.ts';

interface WatchArguments extends BoardArguments, PastArguments {
  readonly json: boolean;
  readonly to?: string;
  readonly write?: string;
  /** true: at the usual place. */
  readonly sigrok?: string | true;
  readonly part: readonly string[];
  readonly bus: readonly string[];
}

const collect = (name: string, before: readonly string[]): readonly string[] => [...before, name];

/** Adds `dtbus watch`. */
export function addWatchCommand(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('watch')
    .summary('show every transfer of a script, a command or a running board, decoded by part')
    .description(
      `Runs a script or a command on a board and shows every transfer on standard error as it happens: time, bus, part, result, duration and meaning; edges of GPIO lines too, unless --part or --bus says otherwise; \`!\` marks what failed. A table at the end sums up. If transfers come faster than they can be shown, some are left out and counted; the bus never waits. A command behind -- is any program: what its Node programs do on the board is shown, whichever process does it.

Without a script or command, shows on standard output what happens on a board that runs in another process (dtbus up, run, serve or guest), until Ctrl-C or until the board ends. The board is found by its file, or by --connect FOLDER; one that dtbus share shares elsewhere by --connect remote:ssh://HOST.`,
    )
    .argument(
      '[command...]',
      'the device tree of the board (.dts, .dtb; or -b), then a Node script or a command of dtbus with its arguments, or `--` and any command with its',
    )
    .option('--json', 'one line of JSON per transfer, for scripts', false)
    .option(
      '--to <file>',
      'write the lines to a file; `-` is standard output, and what the script prints goes to standard error then',
    )
    .option(
      '-w, --write <file>',
      'also write a capture file for Wireshark (pcapng); `-` is standard output, as for --to. Wireshark reads I2C itself, and SPI with examples/wireshark/dtbus-spi.lua of this package',
    )
    .option(
      '--sigrok [address]',
      'give samples of the wires to sigrok-cli and PulseView instead of lines, at HOST:PORT or PORT (default: 127.0.0.1:5555); a script starts when one of them begins its capture. Channels and the command are said',
    )
    .addOption(
      new Option(
        '--part <part>',
        'only transfers to this part: label (&temp), path, alias or name (temp@48); may be repeated',
      )
        .argParser(collect)
        .default([], 'all'),
    )
    .addOption(
      new Option('--bus <bus>', 'only transfers on this bus: i2c-1, label, path or alias; may be repeated')
        .argParser(collect)
        .default([], 'all'),
    )
    .passThroughOptions()
    .addHelpText(
      'after',
      `
Examples:
  dtbus watch dts/demo.dts read-temperature.js
  dtbus watch --part '&temp' dts/demo.dts i2cdetect -y 1
  dtbus watch dts/demo.dts -- npm test
  dtbus watch -w demo.pcapng dts/demo.dts eeprom read eeprom
  dtbus watch --json --to transfers.jsonl dts/demo.dts flash info flash --live
  dtbus watch --sigrok dts/demo.dts app.mjs       for sigrok-cli, PulseView
  dtbus watch dts/demo.dts                        the board of another process
  dtbus watch --connect /run/dtbus --bus i2c-1    the board of a dtbus serve
  dtbus watch --connect remote:nats://server/bench3 --since 2h
  sudo dtbus watch dts/demo.dts up --dev          any program on /dev/i2c-N
`,
    );
  withConnection(withBoardOptions(withPast(command))).action(
    async (words: string[], args: WatchArguments) => {
      end(await watch(command, words, args));
    },
  );
}

async function watch(
  command: Command,
  given: readonly string[],
  watchArguments: WatchArguments,
): Promise<number> {
  const sigrok = sigrokOf(watchArguments, given);
  const { args: boardArgs, words } = leadingBoard(watchArguments, sigrok.words);
  const args = { ...watchArguments, board: boardArgs.board };
  const program = withoutOwnName(programWords(command, words));
  const options: WatchOptions = {
    json: args.json,
    parts: args.part,
    buses: args.bus,
    ...(args.to === undefined ? {} : { to: args.to }),
    ...(args.write === undefined ? {} : { pcap: args.write }),
    sigrok: sigrok.place,
  };
  if (args.to === '-' && args.write === '-')
    throw new UsageError('--to and --write cannot both be standard output; give one of them a file');
  const [first] = program.words;
  const past = pastOf(args, args.connect, first !== undefined);
  if (first === undefined) {
    const { watchRunning } = await import('../watch/running.ts');
    return watchRunning(args, { ...options, past });
  }
  const source = command.getOptionValueSource('connect') === 'env' ? 'DTBUS_CONNECT' : '--connect';
  if (args.connect)
    throw new UsageError(
      `watch cannot work on a served board (${source} is set); leave out ${first} to see what happens there`,
    );
  return watchCommand('watch', args, program, options);
}

/** The place of `--sigrok`, whose value need not be there: then a word behind it is the board. @throws {UsageError} */
function sigrokOf({ sigrok, json, to, write, since, last }: WatchArguments, words: readonly string[]) {
  if (sigrok === undefined) return { place: undefined, words };
  if (json || to !== undefined || write !== undefined)
    throw new UsageError('--sigrok writes no lines and no capture file; leave out --json, --to and --write');
  if (since !== undefined || last !== undefined)
    throw new UsageError('--sigrok gives samples of what happens now; leave out --since and --last');
  const isWord = sigrok !== true && !isPlace(sigrok);
  return {
    place: placeOf(sigrok === true || isWord ? undefined : sigrok),
    words: isWord ? [sigrok, ...words] : words,
  };
}
