import { type Command, Option } from 'commander';
import { leadingBoard, withBoardOptions, withConnection } from '../../board/board-options.ts';
import type { BoardArguments } from '../../board/named-board.ts';
import { type ProgramWords, programWords } from '../../programs/program-words.ts';
import { watchCommand, withoutOwnName } from '../../programs/watched-command.ts';
import { UsageError } from '../../terminal/usage-error.ts';
import { type PastArguments, pastOf, withPast } from '../../watch/past-options.ts';
import type { RecordOptions, WatchOptions } from '../../watch/watcher.ts';

interface RecordArguments extends BoardArguments, PastArguments {
  readonly part: readonly string[];
  readonly bus: readonly string[];
  readonly mask: readonly string[];
  readonly time: RecordOptions['times'];
  readonly describe: boolean;
}

const collect = (name: string, before: readonly string[]): readonly string[] => [...before, name];

function repeated(flags: string, description: string, none: string): Option {
  return new Option(flags, description).argParser(collect).default([], none);
}

/** Adds `dtbus record`. */
export function addRecordCommand(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('record')
    .summary('record what a script, a command or a running board does on the buses, as text')
    .description(
      `Runs a script or a command on a board and writes what happens on its buses and GPIO lines into a file, a transfer a line, with times, bytes both ways and errors: see docs/recordings.md of this package. With --time none --no-describe two recordings of the same transfers are the same text, which diff compares.

A command behind -- is any program (npm test, a shell): what its Node programs do on the board comes into one recording, whichever process does it, in the order in which it ended. The exit code is that of the script or command, or 1 where that is 0 and the recording could not be written; it is given the signals that end dtbus.

Without a script or command, records a board that runs in another process (dtbus up, run, serve or guest), until Ctrl-C or until the board ends.

If events come faster than they can be written, some are lost, and the recording says where and how many; the bus never waits.`,
    )
    .argument('<file>', 'the recording to write, such as boot.bus; `-` is standard output')
    .argument(
      '[command...]',
      'the device tree of the board (.dts, .dtb; or -b), then a Node script or a command of dtbus with its arguments, or `--` and any command with its',
    )
    .addOption(
      repeated(
        '--part <part>',
        'only transfers to this part: label (&temp), path, alias or name (temp@48); may be repeated',
        'all',
      ),
    )
    .addOption(
      repeated(
        '--bus <bus>',
        'only transfers on this bus: i2c-1, label, path or alias; may be repeated',
        'all',
      ),
    )
    .addOption(
      repeated(
        '--mask <part>',
        'keep the bytes of this part secret: only how many there were is recorded; may be repeated',
        'none',
      ),
    )
    .addOption(
      new Option('--time <how>', 'times: three digits, all digits, or none, so that two recordings are alike')
        .choices(['rounded', 'exact', 'none'])
        .default('rounded'),
    )
    .option('--no-describe', 'leave out the comments that say what transfers mean')
    .addHelpText(
      'after',
      `
Examples:
  dtbus record boot.bus -b dts/demo.dts -- read-temperature.js
  dtbus record tests.bus -b dts/demo.dts -- npm test
  dtbus record scan.bus dts/demo.dts i2cget -- -y 1 0x48 0 w
  dtbus record --mask '&eeprom' --time none golden.bus -b board.dts -- app.mjs
  dtbus record field.bus --connect /run/dtbus     a dtbus serve, until Ctrl-C
`,
    );
  withConnection(withBoardOptions(withPast(command))).action(
    async (file: string, words: string[], args: RecordArguments) => {
      end(await record(file, leadingWords(command, args, words)));
    },
  );
}

interface Given {
  readonly args: RecordArguments;
  readonly program: ProgramWords;
}

function leadingWords(command: Command, given: RecordArguments, all: readonly string[]): Given {
  const { args, words } = leadingBoard(given, all);
  return { args, program: withoutOwnName(programWords(command, words)) };
}

async function record(file: string, { args, program }: Given): Promise<number> {
  const { part, bus, mask, time, describe } = args;
  const options: WatchOptions = {
    parts: part,
    buses: bus,
    record: { file, times: time, describe, mask },
  };
  const [first] = program.words;
  const past = pastOf(args, args.connect, first !== undefined);
  if (first === undefined) {
    const { watchRunning } = await import('../../watch/running.ts');
    return watchRunning(args, { ...options, past });
  }
  if (args.connect)
    throw new UsageError(
      `record cannot run a command on a served board; leave out ${first} to record what happens there`,
    );
  return watchCommand('record', args, program, options);
}
