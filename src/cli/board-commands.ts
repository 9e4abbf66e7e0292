import type { Command } from 'commander';
import { type BoardArguments, openNamedBoard, printProblems, withBoardOptions } from './board-options.ts';
import { paintFor } from './style.ts';
import { untilInterrupted } from './until-interrupted.ts';

export function addBoardCommands(program: Command, end: (exitCode: number) => void): void {
  const up = program
    .command('up')
    .summary('bring a board up and keep it up until Ctrl-C')
    .description('Brings the board up, draws its buses and what answers on them, and stays until Ctrl-C.')
    .argument('[board]', 'device tree of the board; the same as -b')
    .addHelpText('after', '\nExample:\n  dtbus up dts/demo.dts\n');
  withBoardOptions(up).action(async (file: string | undefined, args: BoardArguments) => {
    end(await bringUp(named(args, file)));
  });

  const ls = program
    .command('ls')
    .summary('draw a board: buses, nodes, who drives what, what answers')
    .description('Brings the board up, draws it, and takes it down again.')
    .argument('[board]', 'device tree of the board; the same as -b')
    .option('--json', 'as JSON, for scripts', false)
    .addHelpText('after', '\nExample:\n  dtbus ls -b dts/demo.dts\n');
  withBoardOptions(ls).action(async (file: string | undefined, args: BoardArguments & { json: boolean }) => {
    end(await list(named(args, file), args.json));
  });

  const run = program
    .command('run')
    .summary("run a script on a board's buses")
    .description(
      'Runs a Node script. In it openBoard() opens this board, and the npm packages i2c-bus and spi-device work on it.',
    )
    .argument('<board>', 'device tree of the board')
    .argument('<script>', 'the script')
    .argument('[arguments...]', 'what the script gets as its arguments')
    .option(
      '-o, --overlay <file>',
      'overlay to apply, any number of times',
      (value: string, all: string[]) => [...all, value],
      [],
    )
    .option('--adopt', "take over every I2C and SPI controller of a vendor's tree", false)
    .passThroughOptions()
    .addHelpText('after', '\nExample:\n  dtbus run dts/demo.dts read-temperature.js --times 3\n');
  run.action(async (board: string, script: string, argv: string[], args: Omit<BoardArguments, 'board'>) => {
    const { runScript } = await import('./run-script.ts');
    end(await runScript({ ...args, board }, script, argv));
  });

  program
    .command('demo')
    .summary('show the demo board at work')
    .description('Brings up the demo board that comes with dtbus and reads its parts over their buses.')
    .action(async () => {
      const { demo } = await import('./demo.ts');
      end(await demo());
    });
}

function named(args: BoardArguments, file: string | undefined): BoardArguments {
  return file === undefined ? args : { ...args, board: file };
}

async function bringUp(args: BoardArguments): Promise<number> {
  const { drawBoard } = await import('./board-tree.ts');
  const board = await openNamedBoard(args);
  try {
    await board.settled();
    process.stdout.write(drawBoard(board, paintFor(process.stdout)));
    const incomplete = printProblems(board);
    process.stdout.write('up; Ctrl-C ends it\n');
    await untilInterrupted();
    return incomplete ? 1 : 0;
  } finally {
    await board.close();
  }
}

async function list(args: BoardArguments, json: boolean): Promise<number> {
  const { drawBoard } = await import('./board-tree.ts');
  const board = await openNamedBoard(args, { backEnd: 'inline' });
  try {
    await board.settled();
    const drawing = json
      ? `${JSON.stringify(board.buses(), undefined, 2)}\n`
      : drawBoard(board, paintFor(process.stdout));
    process.stdout.write(drawing);
    return printProblems(board) ? 1 : 0;
  } finally {
    await board.close();
  }
}
