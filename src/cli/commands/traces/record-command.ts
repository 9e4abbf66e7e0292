import { type Command, Option } from 'commander';
import { leadingBoard, withBoardOptions, withConnection } from '../../board/board-options.ts';
import type { BoardArguments } from '../../board/named-board.ts';
import { watchCommand } from '../../programs/watched-command.ts';
import { UsageError } from '../../terminal/usage-error.ts';
import type { RecordOptions, WatchOptions } from '../../watch/watcher.ts';

interface RecordArguments extends BoardArguments {
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
      `Runs a script or a dtbus command on a board and writes what happens on its buses and GPIO lines into a file, a transfer a line, with times, bytes both ways and errors: see docs/recordings.md of this package. With --time none --no-describe two recordings of the same transfers are the same text, which diff compares.

Without a script or command, records a board that runs in another process (dtbus up, run, serve or guest), until Ctrl-C or until the board ends.

If events come faster than they can be written, some are lost, and the recording says where and how many; the bus never waits.`,
    )
    .argument('<file>', 'the recording to write, such as boot.bus; `-` is standard output')
    .argument(
      '[command...]',
      'the device tree of the board (.dts, .dtb; or -b), then a Node script or a command of dtbus with its arguments; `--` in front where it has options',
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
  dtbus record scan.bus dts/demo.dts i2cget -- -y 1 0x48 0 w
  dtbus record --mask '&eeprom' --time none golden.bus -b board.dts -- app.mjs
  dtbus record field.bus --connect /run/dtbus      the board of dtbus serve, until Ctrl-C
`,
    );
  withConnection(withBoardOptions(command)).action(
    async (file: string, words: string[], args: RecordArguments) => {
      end(await record(file, words, args));
    },
  );
}

async function record(
  file: string,
  given: readonly string[],
  recordArguments: RecordArguments,
): Promise<number> {
  const { args: boardArgs, words } = leadingBoard(recordArguments, given);
  const { part, bus, mask, time, describe } = recordArguments;
  const args = { ...recordArguments, board: boardArgs.board };
  const options: WatchOptions = {
    parts: part,
    buses: bus,
    record: { file, times: time, describe, mask },
  };
  // As people write it: `-- node app.mjs`, `-- dtbus i2cget …`.
  const command = ['node', 'dtbus'].includes(words[0] ?? '') && words.length > 1 ? words.slice(1) : words;
  if (command.length === 0) {
    const { watchRunning } = await import('../../watch/running.ts');
    return watchRunning(args, options);
  }
  if (args.connect)
    throw new UsageError(
      `record cannot run a command on a served board; leave out ${command[0]} to record what happens there`,
    );
  return watchCommand('record', args, command, options);
}
