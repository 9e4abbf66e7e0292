import { readFileSync } from 'node:fs';
import { putThreadBehind } from '../../bus/index.ts';

/** In `stat`, the kernel counts in hundredths of a second (USER_HZ). */
const TICK_MS = 10;

/** What a thread is doing, by proc_pid_stat(5). */
interface Seen {
  /** CPU time so far, in ms. */
  readonly cpuMs: number;
  readonly runs: boolean;
}

/**
 * How long a thread has been at something: by its own time where the kernel tells it, so that one that waits for a
 * processor on a busy machine is not taken for one that loops. Sleeping counts.
 */
export class ThreadTime {
  readonly #tid: number | undefined;
  #begun = 0;
  #looked = 0;
  #cpuBegun: number | undefined;
  #sleptMs = 0;
  #isBehind = false;

  /** `tid`: of the thread in the kernel; undefined: the time of the machine counts. */
  constructor(tid: number | undefined) {
    this.#tid = tid;
  }

  begin(): void {
    this.#begun = this.#looked = performance.now();
    this.#cpuBegun = undefined;
    this.#sleptMs = 0;
  }

  /** The thread is busy with something of its own: see `putThreadBehind`. */
  putBehind(): void {
    if (this.#isBehind) return;
    this.#isBehind = true;
    putThreadBehind(this.#tid);
  }

  /** ms since `begin`, at the latest where it was looked at first; Infinity for a thread that is no more. */
  spentMs(): number {
    const now = performance.now();
    const since = now - this.#looked;
    this.#looked = now;
    if (this.#tid === undefined) return now - this.#begun;
    const seen = look(this.#tid);
    if (seen === undefined) return Number.POSITIVE_INFINITY;
    this.#cpuBegun ??= seen.cpuMs;
    if (!seen.runs) this.#sleptMs += since;
    return this.#sleptMs + seen.cpuMs - this.#cpuBegun;
  }
}

/** CPU time by the scheduler, which counts in ns (Linux Documentation/scheduler/sched-stats.rst); undefined: it does not count. */
function exactMs(tid: number): number | undefined {
  try {
    const [ns = ''] = readFileSync(`/proc/self/task/${tid}/schedstat`, 'latin1').split(' ', 1);
    return Number(ns) > 0 ? Number(ns) / 1e6 : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined: there is no such thread of this process. */
function look(tid: number): Seen | undefined {
  try {
    const stat = readFileSync(`/proc/self/task/${tid}/stat`, 'latin1');
    // The name of the thread, in brackets, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', user = 0, system = 0] = [fields[0], Number(fields[11]), Number(fields[12])];
    return { cpuMs: exactMs(tid) ?? (user + system) * TICK_MS, runs: state === 'R' };
  } catch {
    return undefined;
  }
}
