import { type ChildProcess, spawn } from 'node:child_process';
import { GuestConsole, type GuestConsoleOptions } from './guest-console.ts';

/** What boots: a program and its arguments. */
export interface GuestMachine {
  readonly program: string;
  readonly argv: readonly string[];
}

interface GuestRun extends GuestConsoleOptions {
  /** In ms of `performance.now()`: then the guest is killed. */
  readonly deadline: number;
  /** In ms: then the guest is killed, too, unless its command was begun. */
  readonly startLimit?: number;
  /** Kills the guest. */
  readonly interrupted?: AbortSignal | undefined;
}

/** How a guest ended. */
export interface GuestEnd {
  /** What the command ended with; undefined when it never came to an end. */
  readonly exitCode: number | undefined;
  /** The guest was killed at its deadline. */
  readonly killed: boolean;
  /** The guest was killed since its command was not begun in time. */
  readonly stuck: boolean;
  /** The command was begun. */
  readonly started: boolean;
  /** What the machine itself complained of before the command was begun; later complaints go to standard error. */
  readonly complaint: string;
  /** What is told of its end when it failed: `SIGABRT`, `exit code 1`. */
  readonly failure: string | undefined;
}

/** Node's own, also where a test's runner puts others in their place later. */
const { setTimeout, clearTimeout } = globalThis;

/** How much of a machine's complaints is kept. */
const COMPLAINT_LIMIT = 10_000;

/**
 * Runs a machine to its end, which is SIGKILL at the deadline: a guest that waits for a back-end for ever
 * ignores every other signal. @throws {Error} the program cannot be run.
 */
export async function runMachine({ program, argv }: GuestMachine, run: GuestRun): Promise<GuestEnd> {
  const console = new GuestConsole(run);
  const child = spawn(program, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stdout.on('data', (bytes: Buffer) => console.take(bytes));
  child.stderr.on('data', (bytes: Buffer) => {
    if (console.started) process.stderr.write(bytes);
    else if (complaint.length < COMPLAINT_LIMIT) complaint += bytes.toString();
  });
  let [killed, stuck] = [false, false];
  const kill = () => child.kill('SIGKILL');
  const deadline = setTimeout(
    () => {
      killed = true;
      kill();
    },
    Math.max(0, run.deadline - performance.now()),
  );
  const startLimit =
    run.startLimit === undefined
      ? undefined
      : setTimeout(() => {
          stuck = !console.started;
          if (stuck) kill();
        }, run.startLimit);
  run.interrupted?.addEventListener('abort', kill);
  if (run.interrupted?.aborted === true) kill();
  try {
    const failure = await ended(child, program);
    console.end();
    const { exitCode, started } = console;
    return { exitCode, killed, stuck, started, complaint, failure };
  } finally {
    clearTimeout(deadline);
    clearTimeout(startLimit);
    run.interrupted?.removeEventListener('abort', kill);
  }
}

function ended(child: ChildProcess, program: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${program} cannot be run: ${error.message}`)));
    child.once('close', (code, signal) => {
      resolve(signal ?? (code === 0 ? undefined : `exit code ${code}`));
    });
  });
}
