import type { LocalBackEnd } from './back-end.ts';
import { SHARED } from './registers.ts';

export interface WorkerLoopOptions {
  /**
   * How long the rings are polled after the last request before the thread sleeps, in microseconds.
   * Waking a thread costs tens of microseconds; `Infinity` polls for ever.
   */
  readonly spinUs?: number;
  /** True when something in this thread needs its event loop even while no request is out: an open port. */
  readonly eventLoop?: () => boolean;
  /** Looked at after each wake-up: true ends the loop. */
  readonly ended: () => boolean;
  /** Called after each wake-up: messages to this thread that came by another way than a ring. */
  readonly messages?: () => void;
}

/** Longest sleep: bounds the time until `ended` is looked at if a bell were ever lost. */
const MAX_SLEEP_MS = 1000;

/** Lets promises and the event loop have a turn. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * The vring worker: polls the rings while there is traffic, sleeps on the doorbell when there is none.
 * Where every host is synchronous it blocks its thread; else it leaves the thread to the event loop.
 */
export async function runWorkerLoop(
  backEnd: LocalBackEnd,
  registers: SharedArrayBuffer,
  options: WorkerLoopOptions,
): Promise<void> {
  const { spinUs = 100, eventLoop = () => false, ended, messages = () => {} } = options;
  const words = new Int32Array(registers);
  let lastWork = performance.now();
  backEnd.awake();
  for (;;) {
    const bell = Atomics.load(words, SHARED.DOORBELL);
    messages();
    if (ended()) break;
    if (backEnd.serve()) lastWork = performance.now();
    const asynchronous = backEnd.busy || eventLoop();
    if ((performance.now() - lastWork) * 1000 < spinUs) {
      if (asynchronous) await turn();
      continue;
    }

    Atomics.store(words, SHARED.SLEEPING, 1);
    if (backEnd.prepareSleep()) {
      const sleepMs = Math.min(MAX_SLEEP_MS, Math.max(0, backEnd.due - performance.now()));
      if (asynchronous) {
        const waiting = Atomics.waitAsync(words, SHARED.DOORBELL, bell, sleepMs);
        if (waiting.async) await waiting.value;
        else await turn();
      } else {
        Atomics.wait(words, SHARED.DOORBELL, bell, sleepMs);
      }
      lastWork = performance.now();
    }
    Atomics.store(words, SHARED.SLEEPING, 0);
    backEnd.awake();
  }
  backEnd.close();
}

/** Makes the worker look up: after a message by another way than a ring. */
export function ringDoorbell(registers: SharedArrayBuffer): void {
  const words = new Int32Array(registers);
  Atomics.add(words, SHARED.DOORBELL, 1);
  Atomics.notify(words, SHARED.DOORBELL);
}
