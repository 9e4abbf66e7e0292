import type { Cancel, Clock } from './clock.ts';
import type { Line } from './line.ts';

/**
 * Something that a chip does again and again: a conversion, a tick. Nothing runs in between: the chip calls
 * `catchUp` before it looks at a result. Only while somebody listens to one of `lines` an alarm is kept,
 * because then the end of a period can be seen from outside; who just looks at one sees what it is by then.
 */
export class Periodic {
  /** Clock time of the last period's end; part of the chip's state. */
  readonly state = { since: 0 };
  readonly #clock: Clock;
  readonly #period: () => number;
  readonly #tick: (count: number, lateNs: number) => void;
  readonly #lines: readonly Line[];
  #alarm: Cancel | undefined;

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
    this.state.since = clock.now();
    for (const line of lines) {
      line.onWatch(() => this.#arm());
      line.onLook(() => this.catchUp());
    }
  }

  /** Accounts for the periods that have ended. */
  catchUp(): void {
    const period = this.#wholePeriod();
    const elapsed = this.#clock.now() - this.state.since;
    if (period <= 0 || elapsed < period) return;
    const count = Math.floor(elapsed / period);
    this.state.since += count * period;
    this.#tick(count, elapsed - count * period);
  }

  /** A period begins now, or began `agoNs` ago. */
  restart(agoNs = 0): void {
    this.state.since = this.#clock.now() - agoNs;
    this.#alarm?.();
    this.#alarm = undefined;
    this.#arm();
  }

  /** Whole nanoseconds: sums of fractions would miss the end of a period by a rounding error, again and again. */
  #wholePeriod(): number {
    return Math.ceil(this.#period());
  }

  #arm(): void {
    const period = this.#wholePeriod();
    if (period <= 0 || this.#alarm !== undefined || !this.#lines.some((line) => line.watched)) return;
    const delay = Math.max(0, this.state.since + period - this.#clock.now());
    this.#alarm = this.#clock.after(delay, () => {
      this.#alarm = undefined;
      this.catchUp();
      this.#arm();
    });
  }
}
