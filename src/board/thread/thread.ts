import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ownProgram } from '../../bus/index.ts';

/** How long the thread of a closed board waits for another one. */
const IDLE_MS = 5000;

/** A thread that serves one board after another. */
export interface Thread {
  readonly worker: Worker;
  /** What it was started with: one that would be started otherwise now is another. */
  readonly startedWith: string;
}

let idle: { readonly thread: Thread; readonly timer: NodeJS.Timeout } | undefined;

/** The thread that the last board left, where it can serve this one; else a new one. */
export function takeThread(): Thread {
  const program = ownProgram();
  const startedWith = JSON.stringify(program);
  if (idle?.thread.startedWith === startedWith) {
    const { thread } = idle;
    leaveIdle();
    return thread;
  }
  const entry = createRequire(import.meta.url).resolve('#thread');
  const worker = new Worker(entry, program);
  return { worker, startedWith };
}

/** Keeps a thread that serves nobody, for a while: a process has at most one. It does not keep the process alive. */
export function keepThread(thread: Thread): void {
  const { worker } = thread;
  if (idle !== undefined) void idle.thread.worker.terminate();
  leaveIdle();
  worker.unref();
  worker.once('error', leaveIdle);
  worker.once('exit', leaveIdle);
  const timer = setTimeout(() => {
    leaveIdle();
    void worker.terminate();
  }, IDLE_MS);
  timer.unref();
  idle = { thread, timer };
}

function leaveIdle(): void {
  if (idle === undefined) return;
  const { thread, timer } = idle;
  clearTimeout(timer);
  thread.worker.off('error', leaveIdle);
  thread.worker.off('exit', leaveIdle);
  idle = undefined;
}
