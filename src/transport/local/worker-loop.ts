import { AdaptiveSpin } from '../../virtio/index.ts';
import type { LocalDevices } from './local-devices.ts';
import { BACK_END, SHARED } from './registers.ts';

export interface WorkerLoopOptions {
  /**
   * How long the rings are polled at most after the last request before the thread sleeps, in
   * microseconds; `Infinity` polls for ever.
   */
  readonly spinUs?: number;
  /** True while something in this thread needs its event loop although no request is out: an open port. */
  readonly eventLoop?: () => boolean;
  /** Looked at after each wake-up: true ends the loop. */
  readonly ended: () => boolean;
  /** Called after each wake-up, for what came by another way than a ring. */
  readonly messages?: () => void;
}

/** A thread that sleeps blocked wakes fastest, but none of its timers runs: it does so only this long. */
const BLOCKED_MS = 5;
/** Longest sleep: bounds the time until `ended` is looked at if a bell were ever lost. */
const MAX_SLEEP_MS = 1000;

const POLLS_PER_LOOK = 16;

/** Lets promises and the event loop have a turn. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * The vring worker: polls the rings while there is traffic, then sleeps on the doorbell, first blocked and
 * then, like a thread whose hosts need their event loop, with the event loop running.
 */
export async function runWorkerLoop(
  backEnd: LocalDevices,
  registers: SharedArrayBuffer,
  options: WorkerLoopOptions,
): Promise<void> {
  const { spinUs = 100, eventLoop = () => false, ended, messages = () => {} } = options;
  const words = new Int32Array(registers);
  const spin = new AdaptiveSpin(spinUs);
  let lastWork = performance.now();
  let spinMs = spin.next();
  // Waiting on a doorbell does not keep a thread's event loop alive: without this it would just end.
  const alive = setInterval(() => {}, 1 << 30);
  let answered = -1;
  backEnd.awake();
  for (let polls = 1; ; polls++) {
    const bell = Atomics.load(words, SHARED.DOORBELL);
    const rung = bell !== answered;
    if (rung) {
      answered = bell;
      messages();
      if (ended()) break;
    }
    if (backEnd.serve(rung)) {
      const now = performance.now();
      spin.waited(now - lastWork);
      lastWork = now;
      spinMs = spin.next();
      continue;
    }
    // Looking at the clock costs more than looking at the rings.
    if (!rung && polls % POLLS_PER_LOOK !== 0) continue;
    const asynchronous = backEnd.busy || eventLoop();
    const idleMs = performance.now() - lastWork;
    if (asynchronous) await turn();
    if (idleMs < spinMs) continue;

    Atomics.store(words, SHARED.SLEEPING, 1);
    if (backEnd.prepareSleep()) {
      const sleepMs = Math.min(MAX_SLEEP_MS, Math.max(0, backEnd.due - performance.now()));
      if (asynchronous || idleMs >= BLOCKED_MS) {
        const waiting = Atomics.waitAsync(words, SHARED.DOORBELL, bell, sleepMs);
        if (waiting.async) await waiting.value;
      } else {
        Atomics.wait(words, SHARED.DOORBELL, bell, Math.min(sleepMs, BLOCKED_MS));
      }
    }
    Atomics.store(words, SHARED.SLEEPING, 0);
    backEnd.awake();
  }
  clearInterval(alive);
  backEnd.close();
}

/** Makes the worker look up: after a message by another way than a ring. */
export function ringDoorbell(registers: SharedArrayBuffer): void {
  const words = new Int32Array(registers);
  Atomics.add(words, SHARED.DOORBELL, 1);
  Atomics.notify(words, SHARED.DOORBELL);
}

/** To be called when the back-end's thread ends by itself: frees everybody who waits for it. */
export function backEndDied(registers: SharedArrayBuffer): void {
  const words = new Int32Array(registers);
  Atomics.store(words, SHARED.STATE, BACK_END.ENDED);
  for (let word = 0; word < words.length; word++) Atomics.notify(words, word);
}

/** Whether the back-end has ended, closed or dead. */
export function backEndEnded(registers: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(registers), SHARED.STATE) === BACK_END.ENDED;
}
