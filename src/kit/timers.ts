/**
 * Fake timers of a test runner, as far as they can be noticed: they put functions of their own where Node's were. What
 * stands here is Node's.
 */
const real = {
  setTimeout: globalThis.setTimeout,
  setImmediate: globalThis.setImmediate,
  now: performance.now,
  performance: globalThis.performance,
  date: globalThis.Date,
};

/** Whether a test has put others in their place. */
export function areTimersFake(): boolean {
  return globalThis.setTimeout !== real.setTimeout || globalThis.setImmediate !== real.setImmediate;
}

/** Waits for ms of the machine, whatever a test has done to its timers. */
export function realSleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    real.setTimeout(resolve, ms);
  });
}

/** ms of the machine. */
export function realNow(): number {
  return real.now.call(real.performance);
}

/** Lets the event loop do what is due. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    real.setImmediate(resolve);
  });
}

/** Which function tells fake time now; undefined while time is the machine's. */
function fakeNow(): (() => number) | undefined {
  if (performance.now !== real.now) return performance.now.bind(performance);
  return Date === real.date ? undefined : Date.now;
}

/**
 * A clock, in ms, that goes on only while timers are fake, and then by as much as they do. What time it shows says
 * nothing.
 */
export function fakeTime(): () => number {
  let passed = 0;
  let source: unknown;
  let seen = 0;
  return () => {
    const now = fakeNow();
    // Timers that have just been faked, or another kind of them, begin at a time of their own.
    const kind = performance.now !== real.now ? performance.now : Date;
    if (now === undefined) {
      source = undefined;
      return passed;
    }
    const ms = now();
    if (source === kind) passed += Math.max(0, ms - seen);
    // Theirs begins at 0 when they are faked; a fake date may begin anywhere.
    else if (kind === performance.now) passed += Math.max(0, ms);
    source = kind;
    seen = ms;
    return passed;
  };
}
