import {
  type BoardControl,
  controlSocketOf,
  findControl,
  processesOf,
  shareBoard,
} from '../../board/index.ts';
import { putThreadBehind, threadNumber } from '../../bus/index.ts';
import { type BoardArguments, openNamedBoard } from '../board/named-board.ts';
import type { ProgramWords } from '../programs/program-words.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { warn } from '../terminal/warn.ts';
import { HeldOutput } from './terminal/held-output.ts';

const LOOK_MS = 50;

export interface PageSettings {
  readonly port: number;
  /** In the browser. */
  readonly open: boolean;
  /** Whether the page may touch what is on real adapters. */
  readonly control: boolean;
  /** In the terminal, in the place of a page. */
  readonly terminal: boolean;
}

/** A page that is about to be served. */
interface Served {
  readonly find: () => Promise<BoardControl>;
  /** Where its address is written, and of a page by itself on standard output also what becomes of the board. */
  readonly output: NodeJS.WriteStream;
  /** Resolves when it is to end; `over`: somebody has quit. */
  until(over?: Promise<void>): Promise<unknown>;
}

/**
 * Serves the page of a board: of the one that runs in another process, or of one that is brought up here or by a program.
 * @returns the exit code @throws {Error} it cannot be brought up, or the port is taken
 */
export async function monitorBoard(
  args: BoardArguments,
  program: ProgramWords,
  settings: PageSettings,
): Promise<number> {
  if (settings.terminal) (await import('./terminal/terminal-monitor.ts')).checkTerminal();
  if (program.words.length > 0) return monitorProgram(args, program, settings);
  const output = process.stdout;
  if (args.connect !== undefined || processesOf(args.board).length > 0) {
    const find = () => findControl(args.board, args.connect);
    return serve({ find, output, until: untilInterrupted }, settings);
  }
  const board = await openNamedBoard(args);
  const unshare = await shareBoard(board, args.board);
  try {
    await board.settled();
    // Of this process, whichever others bring up the same board meanwhile.
    const find = () => findControl(args.board, controlSocketOf(args.board));
    return await serve({ find, output, until: untilInterrupted }, settings);
  } finally {
    unshare();
    await board.close();
  }
}

async function serve(
  { find, output, until }: Served,
  { port, open, control, terminal }: PageSettings,
): Promise<number> {
  if (terminal) {
    await (await import('./terminal/terminal-monitor.ts')).showInTerminal(find, until);
    return 0;
  }
  const { openInBrowser, startMonitor } = await import('../../monitor/index.ts');
  const monitor = await startMonitor({
    find,
    port,
    control,
    onState: (isThere) =>
      output === process.stdout &&
      warn(isThere ? 'the board is back' : 'the board has ended; waiting for it'),
  });
  output.write(`${monitor.url}\n`);
  if (open) openInBrowser(monitor.url, warn);
  // Who waits for a page is a person; who waits for a bus is not, and buses have threads of their own. Behind the start of the
  // browser, which would inherit it.
  putThreadBehind(threadNumber());
  await until();
  await monitor.close();
  return 0;
}

/** Runs a script or a command, and serves the page of the board that it brings up, or that is served. @returns its exit code */
async function monitorProgram(
  args: BoardArguments,
  { words, isCommand }: ProgramWords,
  settings: PageSettings,
): Promise<number> {
  const [file = ''] = words;
  if (!isCommand && file.startsWith('-'))
    throw new UsageError(`monitor options must come before the board: dtbus monitor ${file} … ${args.board}`);
  const { runWords } = await import('../programs/run-script.ts');
  const others = processesOf(args.board);
  let hasEnded = false;
  const held = settings.terminal ? new HeldOutput() : undefined;
  const running = runWords(args, { words, isCommand }, { output: held?.take }).finally(() => {
    hasEnded = true;
  });
  // Told below.
  running.catch(() => {});
  const own = () => processesOf(args.board).find((pid) => !others.includes(pid));
  const find = () => {
    const pid = own();
    if (args.connect !== undefined) return findControl(args.board, args.connect);
    return findControl(args.board, pid === undefined ? undefined : controlSocketOf(args.board, pid));
  };
  while (!hasEnded && args.connect === undefined && own() === undefined)
    await Promise.race([running, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]).catch(() => {});
  if (hasEnded) warn(`${file} ended before its board was looked at`);
  else {
    const ended = running.catch(() => {});
    const until = isCommand
      ? (over?: Promise<void>) => (over === undefined ? ended : Promise.race([ended, over]))
      : untilInterrupted;
    await serve({ find, output: isCommand ? process.stderr : process.stdout, until }, settings);
  }
  held?.release();
  return running;
}
