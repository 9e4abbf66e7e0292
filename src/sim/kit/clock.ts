import { setTimeout as sleep } from 'node:timers/promises';

/** Nanoseconds in a microsecond. */
export const US = 1e3;
/** Nanoseconds in a millisecond: part models say `5 * MS`. */
export const MS = 1e6;
/** Nanoseconds in a second. */
export const SECOND = 1e9;

/** Ends something that was begun. */
export type Cancel = () => void;

/**
 * The one time that the simulated parts of a board live in. Nothing here waits by itself: `now` is asked, and what is
 * due runs when the clock is polled, moved or (real clock) when the event loop gets to it.
 *
 * A transfer that is held (`hold`, `release`) moves the clock by `pass` alone: by what was on the wire. How long the
 * machine takes for it changes nothing that a part sees; who asked for it waits in `settle` or `settled`, after it.
 */
export interface Clock {
  /** Whether transfers take their time on this clock on every bus, and not only where the bus says so. */
  readonly timesTransfers: boolean;
  /** Nanoseconds since the clock began; never goes back. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC: what a battery-backed clock shows. */
  wall(): number;
  /**
   * Lets `work` see the time of a moment that was, in ns since the clock began: for what is made later than it is there.
   * Where it is missing, all is made at once.
   */
  asOf?<T>(moment: number, work: () => T): T;
  /** Calls `callback` once, `delayNs` from now. */
  after(delayNs: number, callback: () => void): Cancel;
  /** Runs what has become due. Wires call it at the beginning of every transfer. */
  poll(): void;
  /** Lets `ns` pass, rounded to whole ones, and runs what comes due on the way, each at its own time. */
  pass(ns: number): void;
  /** A transfer begins whose time is its own. It ends by `release` before anybody else has his turn. */
  hold(): void;
  /** Ends what `hold` began. The clock may be ahead of the machine now. */
  release(): void;
  /** Waits until the machine has come to where transfers have moved the clock; blocks the thread. */
  settle(): void;
  /**
   * The same without blocking. Rejects when `signal` aborts; what was still to be waited for has passed all the same.
   */
  settled(signal?: AbortSignal): Promise<void>;
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

/** A timer is late by up to this much, so the last of a wait is spent looking at the machine's clock. */
const TIMER_MS = 1;
/** A longer timer would be none (Node counts 31 bits of ms). */
const LONGEST_MS = 1e9;

/**
 * Monotonic time of the machine, and ahead of it while a transfer that took time on its wire is waited for. Its timers
 * do not keep the process alive.
 */
export class RealClock implements Clock {
  readonly timesTransfers = false;
  #alarms = new AlarmQueue();
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #stopped = false;
  /** A word that is 0 while there is something to wait for. */
  #sleep: Int32Array | undefined;
  /** ns by which this clock has left the machine's behind for good: waits that were given up. */
  #offset = 0;
  /** As far as transfers have moved the clock, and whether that is still to be waited for. */
  #reached = 0;
  #ahead = false;
  #held = false;
  /** The time in a held transfer, or in `asOf`; `undefined` until somebody has looked. */
  #moment: number | undefined;
  /** In `asOf`: ms since that moment. */
  #agoMs = 0;

  /** @param over its first word is 0 until another thread wants `settle` to wait no more, which sets and notifies it */
  constructor(over?: Int32Array) {
    this.#sleep = over;
  }

  now(): number {
    if (this.#moment !== undefined) return this.#moment;
    const now = Math.max(this.#machine(), this.#reached);
    if (this.#held) this.#moment = now;
    return now;
  }

  wall(): number {
    return Date.now() - this.#agoMs;
  }

  asOf<T>(moment: number, work: () => T): T {
    const now = this.now();
    const [before, agoBefore] = [this.#moment, this.#agoMs];
    this.#moment = moment;
    this.#agoMs += (now - moment) / MS;
    try {
      return work();
    } finally {
      this.#moment = before;
      this.#agoMs = agoBefore;
    }
  }

  after(delayNs: number, callback: () => void): Cancel {
    if (this.#stopped) return () => {};
    const cancel = this.#alarms.add(this.now() + delayNs, callback);
    this.#arm();
    return cancel;
  }

  /** The board of it has ended: nothing rings any more, and what would have rung is let go. */
  stop(): void {
    this.#stopped = true;
    this.#alarms = new AlarmQueue();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  poll(): void {
    if (this.#alarms.nextDue === Number.POSITIVE_INFINITY) return;
    const now = this.now();
    for (let alarm = this.#alarms.take(now); alarm !== undefined; alarm = this.#alarms.take(now)) {
      alarm.callback();
    }
  }

  pass(ns: number): void {
    const end = this.now() + Math.round(ns);
    this.#reached = end;
    this.#ahead = true;
    if (!this.#held) {
      this.settle();
      this.poll();
      return;
    }
    for (let alarm = this.#alarms.take(end); alarm !== undefined; alarm = this.#alarms.take(end)) {
      this.#moment = Math.max(this.now(), alarm.due);
      alarm.callback();
    }
    this.#moment = end;
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#moment = undefined;
  }

  settle(): void {
    if (!this.#ahead) return;
    this.#ahead = false;
    const ahead = this.#reached - this.#machine();
    if (ahead <= 0) return;
    this.#sleep ??= new Int32Array(new SharedArrayBuffer(4));
    if (Atomics.wait(this.#sleep, 0, 0, ahead / MS) !== 'timed-out') this.#giveUp();
  }

  async settled(signal?: AbortSignal): Promise<void> {
    const ahead = () => this.#reached - this.#machine();
    try {
      for (let ms = ahead() / MS - TIMER_MS; ms >= TIMER_MS; ms = ahead() / MS - TIMER_MS) {
        await sleep(Math.min(ms, LONGEST_MS), undefined, { signal });
      }
    } catch (aborted) {
      this.#giveUp();
      throw aborted;
    }
    while (ahead() > 0);
  }

  /** What was still to be waited for has passed all the same. */
  #giveUp(): void {
    this.#offset += Math.max(0, this.#reached - this.#machine());
  }

  #machine(): number {
    return Math.round(performance.now() * MS) + this.#offset;
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

/** Time that stands still until a test, or a transfer, moves it. */
export class SteppedClock implements Clock {
  readonly timesTransfers: boolean;
  #alarms = new AlarmQueue();
  #now = 0;
  readonly #wallStart: number;

  /**
   * @param wallStart what `wall()` gives at the beginning, in ms since 1970 (default 2000-01-01 00:00:00 UTC)
   * @param timesTransfers false: transfers take no time, and only `advance` moves the clock
   */
  constructor(wallStart: number = Date.UTC(2000, 0, 1), timesTransfers = true) {
    this.#wallStart = wallStart;
    this.timesTransfers = timesTransfers;
  }

  now(): number {
    return this.#now;
  }

  /** When the first alarm rings; infinite: none. */
  get nextDue(): number {
    return this.#alarms.nextDue;
  }

  wall(): number {
    return this.#wallStart + this.#now / MS;
  }

  asOf<T>(moment: number, work: () => T): T {
    const now = this.#now;
    this.#now = moment;
    try {
      return work();
    } finally {
      this.#now = now;
    }
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

  /** Nothing but `pass` and `advance` moves it anyway. */
  hold(): void {}

  release(): void {}

  /** No machine is to be waited for. */
  settle(): void {}

  async settled(): Promise<void> {}

  /** Moves time on by `ns`, whole nanoseconds, and runs what comes due on the way, each at its own time. @throws {RangeError} */
  advance(ns: number): void {
    if (!(ns >= 0 && ns < Number.POSITIVE_INFINITY))
      throw new RangeError(`invalid time to advance by: expected 0 ns or more, got ${ns}`);
    const end = this.#now + Math.round(ns);
    for (let alarm = this.#alarms.take(end); alarm !== undefined; alarm = this.#alarms.take(end)) {
      this.#now = Math.max(this.#now, alarm.due);
      alarm.callback();
    }
    this.#now = end;
  }
}
