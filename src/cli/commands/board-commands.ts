import type { Command } from 'commander';
import type { Board } from '../../board/index.ts';
import { plainJson } from '../../input/index.ts';
import { leadingBoard, withBoardOptions, withConnection } from '../board/board-options.ts';
import type { DrawOptions } from '../board/board-tree.ts';
import {
  type BoardArguments,
  isIncomplete,
  openNamedBoard,
  printProblems,
  treeOptions,
} from '../board/named-board.ts';
import { octalMode } from '../board/octal-mode.ts';
import { saveFailure } from '../board/save-failure.ts';
import { touchable } from '../board/touchable.ts';
import { programWords } from '../programs/program-words.ts';
import { paintFor } from '../terminal/style.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { warn } from '../terminal/warn.ts';

export function addBoardCommands(program: Command, end: (exitCode: number) => void): void {
  const up = program
    .command('up')
    .summary('bring a board up and keep it up until Ctrl-C')
    .description('Brings the board up, draws its buses and the parts on them, and runs until Ctrl-C.')
    .argument('[board]', 'device tree of the board; the same as -b')
    .option('--dev', 'create real nodes in /dev, for every program (Linux, CUSE)', false)
    .option('--mode <octal>', 'permissions of the real nodes', '0600')
    .option('--group <name>', 'group that owns the real nodes')
    .option('--watch', 'show every transfer on standard error; see dtbus watch', false)
    .option('--monitor', 'serve the page of the board, and print its address; see dtbus monitor', false)
    .addHelpText(
      'after',
      '\nExample:\n  dtbus up dts/demo.dts\n  sudo dtbus up dts/demo.dts --dev --mode 0660 --group i2c\n',
    );
  withConnection(withBoardOptions(up)).action(
    async (file: string | undefined, args: BoardArguments & DevArguments) => {
      const [lone] = ['mode', 'group'].filter((name) => up.getOptionValueSource(name) === 'cli');
      if (lone !== undefined && !args.dev) throw new UsageError(`--${lone} is for real nodes: add --dev`);
      end(await bringUp({ ...args, board: file ?? args.board }));
    },
  );

  const ls = program
    .command('ls')
    .summary('draw a board: buses, nodes, drivers, parts')
    .description(
      'Draws the board without opening its adapters, and says on standard error what is doubtful about its tree.',
    )
    .argument('[board]', 'device tree of the board; the same as -b')
    .option('--json', 'as JSON, for scripts', false)
    .addHelpText('after', '\nExample:\n  dtbus ls -b dts/demo.dts\n');
  withConnection(withBoardOptions(ls)).action(async (file: string | undefined, args: ListArguments) => {
    end(await list(file === undefined ? args : { ...args, board: file }));
  });

  addRunCommand(program, end);

  program
    .command('demo')
    .summary('show the demo board at work')
    .description('Brings up the demo board that comes with dtbus and reads its parts over their buses.')
    .addHelpText('after', '\nExample:\n  dtbus demo\n')
    .action(async () => {
      const { demo } = await import('./demo.ts');
      end(await demo());
    });
}

function addRunCommand(program: Command, end: (exitCode: number) => void): void {
  const run = program
    .command('run')
    .summary("run a script on a board's buses")
    .description(
      'Runs a Node script. In it openBoard() opens this board, and the npm packages i2c-bus, spi-device and onoff work on it. Of a command behind -- the same holds in all Node programs that it starts.',
    )
    .usage(
      '[options] [board] <script> [arguments...]\n       dtbus run [options] [board] -- <command> [arguments...]',
    )
    .argument(
      '<script...>',
      'a script of Node with its arguments, or `--` and any command with its; in front of it may stand the device tree of the board (.dts, .dtb), instead of -b',
    )
    .option('--watch', 'show every transfer on standard error; see dtbus watch', false)
    .option(
      '--pretend <machine>',
      'packages that look for this machine find it: raspberry-pi-3, -4, -5, -zero-2-w',
    )
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExamples:\n  dtbus run dts/demo.dts read-temperature.js --times 3\n  dtbus run dts/demo.dts -- npm test\n',
    );
  withConnection(withBoardOptions(run)).action(async (given: string[], runArguments: RunArguments) => {
    const { args, words } = leadingBoard(runArguments, given);
    const program = programWords(run, words);
    if (program.words.length === 0)
      throw new UsageError('run needs a script behind the board; see run --help');
    if (runArguments.watch && args.connect)
      throw new UsageError('run --watch cannot see a served board; watch the process that serves it');
    const { runWords } = await import('../programs/run-script.ts');
    const { watch, pretend } = runArguments;
    end(await runWords(args, program, { watch: watch ? {} : undefined, pretend }));
  });
}

type ListArguments = BoardArguments & { readonly json: boolean };
type RunArguments = BoardArguments & { readonly watch: boolean; readonly pretend?: string };

interface DevArguments {
  readonly monitor: boolean;
  readonly watch: boolean;
  readonly dev: boolean;
  readonly mode: string;
  readonly group?: string;
}

/** Who may open real nodes. */
interface Permissions {
  readonly mode: number;
  readonly gid: number | undefined;
}

async function permissionsOf({ mode, group }: DevArguments): Promise<Permissions> {
  const { groupId } = await import('../board/group-id.ts');
  return { mode: octalMode('--mode', mode), gid: group === undefined ? undefined : groupId(group) };
}

/** A board's nodes below `/dev` of the machine. */
interface RealNodes {
  readonly nodes: readonly { readonly boardPath: string; readonly path: string }[];
  /** Settles when all are gone; with the fault that took them, if it was one. */
  readonly gone: Promise<Error | undefined>;
  close(): Promise<void>;
}

/**
 * Makes the board's nodes real ones. A board that nobody needs in this thread, since nothing of it is real and
 * nobody watches, is closed and opened where its nodes are served: that is several times as fast.
 */
async function expose(
  board: Board,
  args: BoardArguments & DevArguments,
  permissions: Permissions,
): Promise<RealNodes> {
  const { exposeBoard, exposeNodes } = await import('../../board/index.ts');
  const simulated = board.buses().every(({ hostPath }) => hostPath === undefined);
  if (simulated && !args.watch && args.connect === undefined) {
    await board.close();
    const { treeChecks: _told, ...tree } = treeOptions(args);
    return exposeBoard(args.board, { ...tree, ...permissions, share: true, onWarning: warn });
  }
  const nodes = await exposeNodes(board.nodes, { ...permissions, onWarning: warn });
  const unshare = await touchable(board, args);
  return {
    nodes,
    gone: Promise.all(nodes.map(({ gone }) => gone)).then((faults) => faults.find((fault) => fault)),
    close: async () => {
      unshare();
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

async function bringUp(args: BoardArguments & DevArguments): Promise<number> {
  const permissions = args.dev ? await permissionsOf(args) : undefined;
  const { drawBoard } = await import('../board/board-tree.ts');
  const watcher = args.watch ? new (await import('../watch/watcher.ts')).Watcher({}) : undefined;
  const board = await openNamedBoard(args);
  try {
    await board.settled();
    process.stdout.write(drawBoard(board, drawingOf(args)));
    const incomplete = args.connect ? printProblems(board) : isIncomplete(board);
    const real = permissions && (await expose(board, args, permissions));
    for (const { boardPath, path } of real?.nodes ?? []) {
      const renamed = path === boardPath ? '' : ` (${boardPath} of the board; that name was taken)`;
      process.stdout.write(`${path}${renamed}\n`);
    }
    const unshare = real === undefined ? await touchable(board, args) : () => {};
    const endPage = args.monitor ? await pageOf(args) : undefined;
    let lost = false;
    const gone = real?.gone.then(() => {
      lost = true;
    });
    // Whoever reads this may interrupt at once.
    const interrupted = untilInterrupted(gone);
    process.stdout.write('up; press Ctrl-C to end\n');
    await interrupted;
    const unbidden = lost;
    unshare();
    await endPage?.();
    await real?.close();
    const fault = await real?.gone;
    if (fault !== undefined) throw fault;
    if (unbidden)
      throw new Error('the real nodes are gone: another program has taken them away; run dtbus up again');
    const unsaved = board.isClosed ? undefined : saveFailure(board);
    return incomplete || unsaved !== undefined ? 1 : 0;
  } finally {
    await board.close();
    watcher?.end();
  }
}

/** Serves the page of the board that this process has brought up. @returns what ends it @throws {Error} why it cannot */
async function pageOf({ board, connect }: BoardArguments): Promise<() => Promise<void>> {
  const { controlSocketOf, startPage } = await import('../../board/index.ts');
  const onUrl = (url: string) => void process.stdout.write(`page ${url}\n`);
  return startPage({ board, connect: connect || controlSocketOf(board), isOwn: !connect }, { onUrl });
}

async function list(args: ListArguments): Promise<number> {
  const { drawBoard } = await import('../board/board-tree.ts');
  const board = await openNamedBoard(args, { backEnd: 'inline', look: true });
  try {
    await board.settled();
    const drawing = args.json ? `${plainJson(board.buses(), 2)}\n` : drawBoard(board, drawingOf(args));
    process.stdout.write(drawing);
    const { printChecks } = await import('../board/board-checks.ts');
    const doubtful = printChecks(board);
    return printProblems(board) || (doubtful && args.strict) ? 1 : 0;
  } finally {
    await board.close();
  }
}

function drawingOf({ connect, adopt }: BoardArguments): DrawOptions {
  const { columns } = process.stdout;
  return { paint: paintFor(process.stdout), columns, connected: Boolean(connect), adopted: adopt };
}
