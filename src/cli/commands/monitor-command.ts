import { type Command, Option } from 'commander';
import { leadingBoard, withBoardOptions, withConnection } from '../board/board-options.ts';
import type { BoardArguments } from '../board/named-board.ts';
import { programWords } from '../programs/program-words.ts';
import { InvalidValue } from '../terminal/usage-error.ts';

interface MonitorArguments extends BoardArguments {
  readonly port: string;
  readonly open: boolean;
  readonly control: boolean;
  readonly terminal: boolean;
}

/** Adds `dtbus monitor`. */
export function addMonitorCommand(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('monitor')
    .summary('look at a board in the browser: its traffic, waveforms and parts')
    .description(
      `Serves a page on 127.0.0.1 that shows every transfer as it happens, decoded by part, with its ideal waveform, and a panel for each simulated part, where what it senses can be set. Only who has the printed address, with its token, may use it. What is on real adapters it only shows: pressing their lines and injecting faults there needs --control.

The board is one that runs in another process (dtbus up, run, serve or guest); if none does, it is brought up here. With a script, the script runs on the board, and the page stays until Ctrl-C. With a command behind --, Node programs that the command starts run on the board, and the page ends with the command, as does dtbus monitor, with its exit code.

With --terminal the decoded transfers and the parts are shown in this terminal: q quits, f freezes and follows, / filters, arrows scroll. What a script or command writes is held back until then.`,
    )
    .argument(
      '[command...]',
      'the device tree of the board (.dts, .dtb; or -b), then perhaps a Node script with its arguments, or -- and a command with its',
    )
    .addOption(new Option('--port <port>', 'port of the page; 0: one that is free').default('0'))
    .option('--control', 'let the page touch what is on real adapters, too', false)
    .addOption(
      new Option('--terminal', 'show the transfers and the parts in this terminal')
        .conflicts(['port', 'open', 'control'])
        .default(false),
    )
    .option('--open', 'open the page in the browser', false)
    .passThroughOptions()
    .addHelpText(
      'after',
      `
Examples:
  dtbus monitor dts/demo.dts                     the demo board, to play with
  dtbus monitor dts/demo.dts read-temperature.js what a script does
  dtbus monitor dts/demo.dts -- npm test         what a project's tests do
  dtbus monitor --terminal dts/demo.dts          without a browser, by ssh
  dtbus monitor --connect /run/dtbus             the board of a dtbus serve
`,
    );
  withConnection(withBoardOptions(command)).action(async (words: string[], args: MonitorArguments) => {
    const port = Number(args.port);
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
      throw new InvalidValue('--port', 'a number from 0 to 65535', args.port);
    const { args: boardArgs, words: rest } = leadingBoard(args, words);
    const { monitorBoard } = await import('../monitor/monitor.ts');
    const program = programWords(command, rest);
    end(await monitorBoard({ ...args, board: boardArgs.board }, program, { ...args, port }));
  });
}
