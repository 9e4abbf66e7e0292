/** Nanoseconds in a microsecond. */
export const US = 1e3;
/** Nanoseconds in a millisecond: part models say `5 * MS`. */
export const MS = 1e6;
/** Nanoseconds in a second. */
export const SECOND = 1e9;

/** Ends something that was begun. */
export type Cancel = () => void;

/**
 * The time that simulated parts live in. Nothing here waits by itself: `now` is asked, and what is due runs
 * when the clock is polled, stepped or (real clock) when the event loop gets to it.
 */
export interface Clock {
  /** Nanoseconds since the clock began; never goes back. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC: what a battery-backed clock shows. */
  wall(): number;
  /** Calls `callback` once, `delayNs` from now. */
  after(delayNs: number, callback: () => void): Cancel;
  /** Runs what has become due. Wires call it at the beginning of every transfer. */
  poll(): void;
  /** Lets `ns` pass: a real clock waits, a stepped one advances. For a part that stretches the bus clock. */
  pass(ns: number): void;
}

interface Alarm {
  readonly due: number;
  readonly callback: () => void;
}

/** Alarms in the order of their time; equal times in the order they were set. */
class AlarmQueue {
  #alarms: Alarm[] = [];

  get nextDue(): number {
    return this.#alarms[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  add(due: number, callback: () => void): Cancel {
    const alarm = { due, callback };
    const later = this.#alarms.findIndex((other) => other.due > due);
    this.#alarms.splice(later < 0 ? this.#alarms.length : later, 0, alarm);
    return () => {
      const index = this.#alarms.indexOf(alarm);
      if (index >= 0) this.#alarms.splice(index, 1);
    };
  }

  /** Takes the first alarm that is due at `now`. */
  take(now: number): Alarm | undefined {
    return this.nextDue <= now ? this.#alarms.shift() : undefined;
  }
}

/** Monotonic time of the machine. Its timers do not keep the process alive. */
export class RealClock implements Clock {
  #alarms = new AlarmQueue();
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #sleep: Int32Array | undefined;

  now(): number {
    return performance.now() * MS;
  }

  wall(): number {
    return Date.now();
  }

  after(delayNs: number, callback: () => void): Cancel {
    const cancel = this.#alarms.add(this.now() + delayNs, callback);
    this.#arm();
    return cancel;
  }

  poll(): void {
    if (this.#alarms.nextDue === Number.POSITIVE_INFINITY) return;
    const now = this.now();
    for (let alarm = this.#alarms.take(now); alarm !== undefined; alarm = this.#alarms.take(now)) {
      alarm.callback();
    }
  }

  pass(ns: number): void {
    this.#sleep ??= new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(this.#sleep, 0, 0, ns / MS);
  }

  /** One timer for the earliest alarm: the event loop is left alone however many parts there are. */
  #arm(): void {
    const due = this.#alarms.nextDue;
    if (due >= this.#timerDue) return;
    clearTimeout(this.#timer);
    this.#timerDue = due;
    const delay = Math.max(0, Math.ceil((due - this.now()) / MS));
    this.#timer = setTimeout(() => {
      this.#timerDue = Number.POSITIVE_INFINITY;
      this.poll();
      this.#arm();
    }, delay);
    this.#timer.unref();
  }
}

/** Time that stands still until a test moves it. */
export class SteppedClock implements Clock {
  #alarms = new AlarmQueue();
  #now = 0;
  readonly #wallStart: number;

  /** `wallStart`: what `wall()` gives at the beginning, in ms since 1970 (default 2000-01-01 00:00:00 UTC). */
  constructor(wallStart: number = Date.UTC(2000, 0, 1)) {
    this.#wallStart = wallStart;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wallStart + this.#now / MS;
  }

  after(delayNs: number, callback: () => void): Cancel {
    return this.#alarms.add(this.#now + delayNs, callback);
  }

  poll(): void {
    this.advance(0);
  }

  pass(ns: number): void {
    this.advance(ns);
  }

  /** Moves time on by `ns`, whole nanoseconds, and runs what comes due on the way, each at its own time. */
  advance(ns: number): void {
    const end = this.#now + Math.round(ns);
    for (let alarm = this.#alarms.take(end); alarm !== undefined; alarm = this.#alarms.take(end)) {
      this.#now = Math.max(this.#now, alarm.due);
      alarm.callback();
    }
    this.#now = end;
  }
}
