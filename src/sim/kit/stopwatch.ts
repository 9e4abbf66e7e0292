import type { Clock } from './clock.ts';

/** How long ago something was. A snapshot has that, and not when it was. */
export class Stopwatch {
  /** Clock time when it was started. */
  #since: number;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  get state(): { elapsedNs: number } {
    const watch = this;
    return {
      get elapsedNs() {
        return watch.elapsedNs;
      },
      set elapsedNs(ns) {
        watch.start(ns);
      },
    };
  }

  /** Nanoseconds since it was started. */
  get elapsedNs(): number {
    return this.#clock.now() - this.#since;
  }

  /** Starts now, or started `agoNs` ago. */
  start(agoNs = 0): void {
    this.#since = this.#clock.now() - agoNs;
  }
}
