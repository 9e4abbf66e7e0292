import { type Cancel, type Clock, MS } from '../../sim/index.ts';

/** Asks whoever has the clock. */
interface ClockOwner {
  after(alarm: number, due: number): void;
  cancel(alarm: number): void;
}

let lastAlarm = 0;

/**
 * The clock of a part whose model runs in this thread while the clock runs in another. During a call it stands at the
 * time of the call.
 */
export class ThreadClock implements Clock {
  readonly timesTransfers = false;
  readonly #origin: number | undefined;
  readonly #owner: ClockOwner;
  readonly #alarms = new Map<number, () => void>();
  #now = 0;
  #wall = 0;
  #inCall = false;

  /** `origin`: `performance.timeOrigin` of the clock's thread; undefined: only calls move it. */
  constructor(origin: number | undefined, owner: ClockOwner) {
    this.#origin = origin;
    this.#owner = owner;
  }

  begin(now: number, wall: number): void {
    this.#now = now;
    this.#wall = wall;
    this.#inCall = true;
  }

  end(): void {
    this.#inCall = false;
  }

  now(): number {
    if (this.#inCall || this.#origin === undefined) return this.#now;
    const machine = Math.round((performance.timeOrigin - this.#origin + performance.now()) * MS);
    return Math.max(this.#now, machine);
  }

  wall(): number {
    return this.#inCall || this.#origin === undefined ? this.#wall : Date.now();
  }

  after(delayNs: number, callback: () => void): Cancel {
    const alarm = ++lastAlarm;
    this.#alarms.set(alarm, callback);
    this.#owner.after(alarm, this.now() + delayNs);
    return () => {
      if (this.#alarms.delete(alarm)) this.#owner.cancel(alarm);
    };
  }

  /** It has come due. */
  ring(alarm: number): void {
    const callback = this.#alarms.get(alarm);
    this.#alarms.delete(alarm);
    callback?.();
  }

  /** Whoever has the clock does all of these. */
  poll(): void {}
  pass(): void {}
  hold(): void {}
  release(): void {}
  settle(): void {}
  async settled(): Promise<void> {}
}
