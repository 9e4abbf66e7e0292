import { cpuUsage } from 'node:process';

/** So many times as long as usual one waits for a thread that the processor is kept from. */
const MOST = 4;

/** What a process tells of its time; another in tests. */
export interface OwnTime {
  /** ms since some moment */
  readonly now: () => number;
  /** ms that the process had the processor */
  readonly used: () => number;
}

const OWN: OwnTime = {
  now: () => performance.now(),
  used: () => {
    const { user, system } = cpuUsage();
    return (user + system) / 1000;
  },
};

/**
 * How long a thread of this process may take that is to do next to nothing. On a machine where others have the processor, time
 * that passes says nothing of the thread; what the process used of it does.
 */
export class Patience {
  readonly #limitMs: number;
  readonly #time: OwnTime;
  readonly #began: number;
  readonly #usedBefore: number;

  /** @param limitMs on a machine that has time for this process */
  constructor(limitMs: number, time = OWN) {
    this.#limitMs = limitMs;
    this.#time = time;
    this.#began = time.now();
    this.#usedBefore = time.used();
  }

  get isOver(): boolean {
    const passed = this.#time.now() - this.#began;
    if (passed < this.#limitMs) return false;
    return passed >= MOST * this.#limitMs || this.#time.used() - this.#usedBefore >= this.#limitMs / 2;
  }
}
