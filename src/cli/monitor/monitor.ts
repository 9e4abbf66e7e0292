import { spawn } from 'node:child_process';
import { findControl, processesOf, shareBoard } from '../../board/index.ts';
import { startMonitor } from '../../monitor/index.ts';
import { type BoardArguments, openNamedBoard } from '../board/named-board.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { warn } from '../terminal/warn.ts';

/** How long a script may take until it has opened its board. */
const START_MS = 30_000;
const LOOK_MS = 50;

interface PageOptions {
  readonly port: number;
  /** In the browser. */
  readonly open: boolean;
  /** Whether the page may touch what is on real adapters. */
  readonly control: boolean;
}

/**
 * Serves the page of a board: of the one that runs in another process, or of one that is brought up here or by a script.
 * @returns the exit code @throws {Error} it cannot be brought up, or the port is taken
 */
export async function monitorBoard(
  args: BoardArguments,
  [script, ...argv]: readonly string[],
  options: PageOptions,
): Promise<number> {
  if (script !== undefined) return monitorScript(args, script, argv, options);
  if (args.connect !== undefined || processesOf(args.board).length > 0) return serve(args, options);
  const board = await openNamedBoard(args);
  const unshare = await shareBoard(board, args.board);
  try {
    await board.settled();
    return await serve(args, options);
  } finally {
    unshare();
    await board.close();
  }
}

async function serve(
  { board, connect }: BoardArguments,
  { port, open, control }: PageOptions,
): Promise<number> {
  const monitor = await startMonitor({
    find: () => findControl(board, connect),
    port,
    control,
    onState: (isThere) => warn(isThere ? 'the board is back' : 'the board has ended; waiting for it'),
  });
  const interrupted = untilInterrupted();
  process.stdout.write(`${monitor.url}\n`);
  if (open) openInBrowser(monitor.url);
  await interrupted;
  await monitor.close();
  return 0;
}

async function monitorScript(
  args: BoardArguments,
  script: string,
  argv: readonly string[],
  options: PageOptions,
): Promise<number> {
  if (script.startsWith('-'))
    throw new UsageError(
      `monitor options must come before the board: dtbus monitor ${script} … ${args.board}`,
    );
  if (args.connect !== undefined)
    throw new UsageError('monitor cannot run a script on a served board: leave out the script or --connect');
  const { runScript } = await import('../commands/run-script.ts');
  let hasEnded = false;
  const running = runScript(args, script, argv).finally(() => {
    hasEnded = true;
  });
  const giveUp = performance.now() + START_MS;
  do await Promise.race([running, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
  while (!hasEnded && processesOf(args.board).length === 0 && performance.now() < giveUp);
  // Told below.
  running.catch(() => {});
  if (hasEnded) warn(`${script} ended before its board was looked at`);
  else await serve(args, options);
  return running;
}

/** As the desktop does it; where there is none, the address is printed anyway. */
function openInBrowser(url: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(program, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => warn(`cannot open a browser (${program}): open the address above`));
  child.unref();
}
