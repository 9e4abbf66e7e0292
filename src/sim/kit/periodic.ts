import type { Cancel, Clock } from './clock.ts';
import type { Line } from './line.ts';

/**
 * Shortest period whose ends are told one by one while somebody listens: 20,000 edges a second. A faster clock output is
 * caught up with as a whole on the real clock, which no listener could follow.
 */
const SHORTEST_APART_NS = 50_000;
/** Most periods that are told one by one when a machine comes back late; those before them as a whole. */
const MOST_APART = 1 << 14;

/**
 * Something that a chip does again and again: a conversion, a tick. Nothing runs in between: the chip calls
 * `catchUp` before it looks at a result. Only while somebody listens to one of `lines` an alarm is kept,
 * because then the end of a period can be seen from outside; who just looks at one sees what it is by then. A listener
 * hears of each period, also where the alarm came late: edges are counted.
 */
export class Periodic {
  /** Clock time of the last period's end. */
  #since: number;
  readonly #clock: Clock;
  readonly #period: () => number;
  readonly #tick: (count: number, lateNs: number) => void;
  readonly #lines: readonly Line[];
  #alarm: Cancel | undefined;
  /** A tick that looks at a line, or has it looked at, asks for itself. */
  #isTicking = false;

  /**
   * `period` in ns may change and is asked each time; 0 = standing still. `tick` is told how many periods
   * have ended, at least 1, and how long ago the last of them did.
   */
  constructor(
    clock: Clock,
    period: () => number,
    tick: (count: number, lateNs: number) => void,
    lines: readonly Line[] = [],
  ) {
    this.#clock = clock;
    this.#period = period;
    this.#tick = tick;
    this.#lines = lines;
    this.#since = clock.now();
    for (const line of lines) line.follow(this);
  }

  /** What of it a snapshot has: ns since the last period's end. Put back later, the period is as old as it was. */
  get state(): { elapsedNs: number } {
    const periodic = this;
    return {
      get elapsedNs() {
        return periodic.#clock.now() - periodic.#since;
      },
      set elapsedNs(ns) {
        periodic.#since = periodic.#clock.now() - ns;
      },
    };
  }

  /** `state` was put back, and all that the period hangs on: the alarm of the time before is another's. */
  restored(): void {
    this.#alarm?.();
    this.#alarm = undefined;
    this.arm();
  }

  /** Accounts for the periods that have ended. */
  catchUp(): void {
    if (this.#isTicking) return;
    const period = this.#wholePeriod();
    const now = this.#clock.now();
    const elapsed = now - this.#since;
    if (period <= 0 || elapsed < period) return;
    const count = Math.floor(elapsed / period);
    const apart = this.#isWatched && period >= SHORTEST_APART_NS ? Math.min(count, MOST_APART) : 1;
    this.#isTicking = true;
    try {
      this.#pass(count - apart + 1, period, now);
      if (apart > 1) this.#passApart(now);
    } finally {
      this.#isTicking = false;
    }
  }

  #pass(count: number, period: number, now: number): void {
    this.#since += count * period;
    this.#tick(count, now - this.#since);
  }

  /** What is left until `now`, period by period: each tick may change the next one's length. */
  #passApart(now: number): void {
    for (let period = this.#wholePeriod(); period > 0 && now - this.#since >= period; ) {
      this.#pass(1, period, now);
      period = this.#wholePeriod();
    }
  }

  /** A period begins now, or began `agoNs` ago. */
  restart(agoNs = 0): void {
    this.#since = this.#clock.now() - agoNs;
    this.restored();
  }

  get #isWatched(): boolean {
    return this.#lines.some((line) => line.watched);
  }

  /** Whole nanoseconds: sums of fractions would miss the end of a period by a rounding error, again and again. */
  #wholePeriod(): number {
    return Math.ceil(this.#period());
  }

  /** Somebody listens to one of its lines. */
  arm(): void {
    const period = this.#wholePeriod();
    if (period <= 0 || this.#alarm !== undefined || !this.#isWatched) return;
    const delay = Math.max(0, this.#since + period - this.#clock.now());
    this.#alarm = this.#clock.after(delay, () => {
      this.#alarm = undefined;
      this.catchUp();
      this.arm();
    });
  }
}
