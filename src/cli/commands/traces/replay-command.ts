import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { oneLine, temporaryFolder } from '../../../input/index.ts';
import { leadingBoard, withBoardOptions } from '../../board/board-options.ts';
import { type BoardArguments, openNamedBoard } from '../../board/named-board.ts';
import { type ProgramWords, programWords } from '../../programs/program-words.ts';
import { watchCommand, withoutOwnName } from '../../programs/watched-command.ts';
import { UsageError } from '../../terminal/usage-error.ts';

type Role = 'parts' | 'controller' | 'stimulus';

interface ReplayArguments extends BoardArguments {
  readonly as: Role;
}

/** Adds `dtbus replay`. */
export function addReplayCommand(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('replay')
    .summary('replay a recording: as the parts of a board, as its controller, or as a stimulus')
    .description(
      `Replays a recording (dtbus record, or dtbus convert from another trace).

  --as parts        (default) Runs a script or a dtbus command on a board
                    whose parts are the recording: they answer as they did,
                    bytes and errors, and no model runs. Within a part the
                    order is strict, between parts it is free. A request
                    that is not the next one fails with EIO and is told
                    with the line, what was expected and what came; so are
                    lines that were not asked for. Recorded edges of lines
                    come behind the transfer before them.
  --as controller   Sends what was recorded to the parts of the board,
                    adapters included, and compares the answers: a golden
                    master for a part, an adapter, a clone chip, a model.
  --as stimulus     Runs a script or command on the board with its own
                    parts; only the recorded edges of lines come, at their
                    times.

People may write into a recording: ?? any byte, * any rest, repeat, optional and any { } (docs/recordings.md of this package).
A recording that was cut or has lost events is not replayed.

Exit code: that of the script; 1 where anything is not as it was recorded.`,
    )
    .argument('<file>', 'the recording, such as boot.bus')
    .argument(
      '[command...]',
      'the device tree of the board (.dts, .dtb; or -b), then a Node script or a command of dtbus with its arguments; `--` in front where it has options',
    )
    .addOption(
      new Option('--as <role>', 'what the recording is')
        .choices(['parts', 'controller', 'stimulus'])
        .default('parts'),
    )
    .addHelpText(
      'after',
      `
Examples:
  dtbus replay boot.bus -b board.dts -- app.mjs
  dtbus replay boot.bus board.dts i2cget -- -y 1 0x48 0 w
  dtbus replay golden.bus -b board.dts --as controller   compare answers
`,
    );
  withBoardOptions(command).action(async (file: string, words: string[], args: ReplayArguments) => {
    const leading = leadingBoard(args, words);
    const program = withoutOwnName(programWords(command, leading.words));
    end(await replay(file, program, leading.args));
  });
}

async function replay(file: string, program: ProgramWords, args: ReplayArguments): Promise<number> {
  const [first] = program.words;
  if (args.as === 'controller') {
    if (first !== undefined)
      throw new UsageError(
        `unexpected argument: ${first}; a controller sends what was recorded, without a script`,
      );
    return playOn(file, args);
  }
  if (first === undefined)
    throw new UsageError(
      `expected a script or a command after the recording: dtbus replay ${file} -b ${args.board} -- app.mjs`,
    );
  // Before anything runs: what is wrong with the recording.
  const { Recording, Replay } = await import('../../../replay/index.ts');
  const recording = Recording.read(file);
  if (args.as === 'parts') new Replay(recording);
  const folder = temporaryFolder('replay');
  const report = join(folder, 'report.json');
  const before = { ...process.env };
  Object.assign(process.env, {
    DTBUS_REPLAY: resolve(file),
    DTBUS_REPLAY_AS: args.as,
    DTBUS_REPLAY_REPORT: report,
  });
  try {
    const exitCode = await watchCommand('replay', args, program, undefined);
    if (args.as === 'stimulus') return exitCode;
    return tell(file, report) || exitCode !== 0 ? exitCode || 1 : 0;
  } finally {
    process.env = before;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Tells what was not as it was recorded. @returns whether there was anything */
function tell(file: string, reportFile: string): boolean {
  const say = (line: string) => process.stderr.write(`dtbus: ${oneLine(line)}\n`);
  let report: import('../../../replay/index.ts').ReplayReport;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    say(`${file}: no board came up, so that nothing was replayed`);
    return true;
  }
  const { answered, mismatches, mismatchCount, left, leftCount } = report;
  for (const each of mismatches) say(each);
  if (mismatchCount > mismatches.length)
    say(`${mismatchCount - mismatches.length} more requests are not as recorded`);
  if (leftCount > 0)
    say(
      `${file}:${left[0]}: ${leftCount === 1 ? 'this transfer was' : `${leftCount} transfers from here on were`} not asked for`,
    );
  const isWrong = mismatchCount > 0 || leftCount > 0;
  say(
    `${file}: replayed ${answered} ${answered === 1 ? 'transfer' : 'transfers'}${isWrong ? '' : ', all as recorded'}`,
  );
  return isWrong;
}

async function playOn(file: string, args: BoardArguments): Promise<number> {
  const { playAsController, Recording } = await import('../../../replay/index.ts');
  const recording = Recording.read(file);
  const board = await openNamedBoard(args, { backEnd: 'inline' });
  try {
    await board.settled();
    const { sent, differences } = await playAsController(recording, {
      i2c: (number) => {
        const node = board.nodes.get(`/dev/i2c-${number}`);
        return node?.kind === 'i2c' ? node.adapter : undefined;
      },
      spi: (number, chipSelect) => {
        const node = board.nodes.get(`/dev/spidev${number}.${chipSelect}`);
        return node?.kind === 'spi' ? node : undefined;
      },
    });
    for (const each of differences) process.stdout.write(`${oneLine(each)}\n`);
    const count = `${sent} ${sent === 1 ? 'transfer' : 'transfers'}`;
    process.stderr.write(
      `dtbus: ${oneLine(file)}: sent ${count}, ${differences.length === 0 ? 'all answers as recorded' : `${differences.length} answers differ`}\n`,
    );
    return differences.length === 0 ? 0 : 1;
  } finally {
    await board.close();
  }
}
