// Timers that do not wait: the next one is due as soon as nothing else happens. To be loaded before what is tried.

const turn = setImmediate;
const timers = new Set();
let now = 0;

class Timer {
  constructor(work, ms, args) {
    Object.assign(this, { work, ms, args });
    this.refresh();
  }
  refresh() {
    this.at = now + Math.max(1, Number(this.ms) || 1);
    timers.delete(this);
    timers.add(this);
    return this;
  }
  ref() {
    return this;
  }
  unref() {
    return this;
  }
}

globalThis.setTimeout = (work, ms, ...args) => new Timer(work, ms, args);
globalThis.clearTimeout = (timer) => void timers.delete(timer);

/** Virtual ms since the start. */
export const virtualNow = () => now;

/** Timers that are still set. */
export const timersLeft = () => timers.size;

/**
 * Waits for `work` in virtual time. @throws {Error} when it does not end within `limitMs`, or can never end: nothing is left
 * that it could wait for
 */
export async function settle(work, limitMs, what) {
  let over = false;
  const watched = work.finally(() => {
    over = true;
  });
  watched.catch(() => {});
  const end = now + limitMs;
  for (;;) {
    for (let i = 0; i < 4 && !over; i++) await new Promise((resolve) => turn(resolve));
    if (over) return watched;
    let next;
    for (const timer of timers) if (next === undefined || timer.at < next.at) next = timer;
    if (next === undefined) throw new Error(`${what} never ends: no timer is left`);
    if (next.at > end) throw new Error(`${what} did not end within ${limitMs} ms`);
    now = next.at;
    timers.delete(next);
    next.work(...next.args);
  }
}
