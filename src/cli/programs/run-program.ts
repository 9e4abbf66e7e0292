import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { UsageError } from '../terminal/usage-error.ts';

/** Takes what a program writes. */
export type ProgramOutput = (bytes: Uint8Array, stream: 'stdout' | 'stderr') => void;

/** Signals that end a program. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface ProgramOptions {
  readonly stdio: StdioOptions;
  readonly env: Readonly<Record<string, string>>;
  /** Is given what the program writes, in the place of this process's outputs; its standard input is empty then. */
  readonly output?: ProgramOutput | undefined;
}

/**
 * Runs a program and waits for its end. A signal that ends this process is passed on: the child decides what it does
 * about it, and nothing of it outlives this process. The second one of a kind kills a child that takes no notice.
 */
export async function runProgram(
  program: string,
  argv: readonly string[],
  { stdio, env, output }: ProgramOptions,
): Promise<number> {
  let child: ChildProcess | undefined;
  const seen = new Map<string, number>();
  const passOn = (signal: (typeof ENDING)[number]) => {
    const times = (seen.get(signal) ?? 0) + 1;
    seen.set(signal, times);
    if (times > 1) child?.kill(signal === 'SIGINT' ? 'SIGTERM' : 'SIGKILL');
    // The terminal sends Ctrl-C to the child too: once more would be the second one for it.
    else if (signal !== 'SIGINT' || !ownsTerminal()) child?.kill(signal);
  };
  for (const signal of ENDING) process.on(signal, passOn);
  try {
    const pipes: StdioOptions = ['ignore', 'pipe', 'pipe'];
    child = spawn(program, argv, {
      stdio: output === undefined ? stdio : pipes,
      env: { ...process.env, ...env },
    });
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream]?.on('data', (bytes: Uint8Array) => output?.(bytes, stream));
    return await endOf(child);
  } finally {
    for (const signal of ENDING) process.off(signal, passOn);
    await forget(env['DTBUS_BOARD'], child?.pid);
  }
}

/** A child that a signal ended could not take its socket away. */
async function forget(board: string | undefined, pid: number | undefined): Promise<void> {
  if (board === undefined || pid === undefined) return;
  const { forgetControl } = await import('../../board/index.ts');
  try {
    forgetControl(board, pid);
  } catch {
    // A folder that is not safe has none of ours.
  }
}

/** @returns the exit code, 128 and the signal's number where a signal ended it, as shells say it */
function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolveExit, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new UsageError(`not found: the command ${child.spawnfile}`) : error),
    );
    // Its pipes may have more.
    child.once(
      child.stdout === null ? 'exit' : 'close',
      (code: number | null, signal: NodeJS.Signals | null) =>
        resolveExit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']),
    );
  });
}

/**
 * Whether this process is in the foreground of a terminal, which then sends Ctrl-C to its children as well
 * (proc_pid_stat(5): field 5 is the process group, field 8 the terminal's foreground group).
 */
function ownsTerminal(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[2] === fields[5];
  } catch {
    return process.stdin.isTTY === true;
  }
}
