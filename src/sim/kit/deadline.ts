import type { Cancel, Clock } from './clock.ts';
import type { Line } from './line.ts';

/**
 * A moment that comes: the end of a conversion, of a write cycle. Nothing runs by itself: the chip calls `catchUp`
 * before it looks at a result. While none is set there is no clock to look at, which costs a system call. Only while
 * somebody listens to one of `lines` an alarm is kept, because then the moment can be seen from outside; who just looks at
 * one sees what it is by then.
 */
export class Deadline {
  /** Clock time when it comes; 0 = none is set. */
  #at = 0;
  readonly #clock: Clock;
  readonly #action: ((lateNs: number) => void) | undefined;
  readonly #lines: readonly Line[];
  #alarm: Cancel | undefined;

  constructor(clock: Clock, action?: (lateNs: number) => void, lines: readonly Line[] = []) {
    this.#clock = clock;
    this.#action = action;
    this.#lines = lines;
    for (const line of lines) line.follow(this);
  }

  /**
   * What of it a snapshot has: ns until it comes, at least 1; 0 = none is set. Put back later, as much is left of it.
   */
  get state(): { leftNs: number } {
    const deadline = this;
    return {
      get leftNs() {
        return deadline.#at === 0 ? 0 : Math.max(deadline.#at - deadline.#clock.now(), 1);
      },
      set leftNs(ns) {
        deadline.cancel();
        if (ns > 0) deadline.#at = deadline.#clock.now() + ns;
      },
    };
  }

  /** Whether one is set: it may come at any time. */
  get running(): boolean {
    return this.#at !== 0;
  }

  get pending(): boolean {
    this.catchUp();
    return this.#at !== 0;
  }

  /** Nanoseconds until it comes; 0 = it has, or none is set. */
  get remainingNs(): number {
    this.catchUp();
    // What is left of a microsecond is lost in the arithmetic of a real clock.
    return this.#at === 0 ? 0 : Math.max(this.#at - this.#clock.now(), 1);
  }

  /** It comes in `ns`, and not when it was to come before. */
  start(ns: number): void {
    this.cancel();
    if (ns <= 0) {
      this.#action?.(0);
      return;
    }
    // Whole nanoseconds, as the clock's: a fraction could be missed by a rounding error.
    this.#at = this.#clock.now() + Math.ceil(ns);
    this.arm();
  }

  cancel(): void {
    this.#at = 0;
    this.#alarm?.();
    this.#alarm = undefined;
  }

  /** Does what is to be done when it has come. */
  catchUp(): void {
    const at = this.#at;
    if (at === 0) return;
    const lateNs = this.#clock.now() - at;
    if (lateNs < 0) return;
    this.cancel();
    this.#action?.(lateNs);
  }

  /** `state` was put back, and all that the lines of the part hang on. */
  restored(): void {
    this.arm();
  }

  /** Somebody listens to one of its lines. */
  arm(): void {
    if (this.#at === 0 || this.#alarm !== undefined || !this.#lines.some((line) => line.watched)) return;
    this.#alarm = this.#clock.after(Math.max(0, this.#at - this.#clock.now()), () => {
      this.#alarm = undefined;
      this.catchUp();
    });
  }
}
