import { describe, expect, it, vi } from 'vitest';
import { RealClock, SteppedClock } from '../../../src/sim/index.ts';

describe('a stepped clock', () => {
  it('stands still until it is moved', () => {
    const clock = new SteppedClock(Date.UTC(2024, 0, 1));
    expect(clock.now()).toBe(0);
    clock.advance(1_500_000_000);
    expect([clock.now(), clock.wall()]).toEqual([1.5e9, Date.UTC(2024, 0, 1, 0, 0, 1, 500)]);
    clock.pass(5);
    clock.poll();
    expect(clock.now()).toBe(1_500_000_005);
  });

  it('lets what is made later see the moment that it belongs to, and is where it was after that', () => {
    const clock = new SteppedClock(Date.UTC(2024, 0, 1));
    clock.advance(5e9);
    expect(clock.asOf(2e9, () => [clock.now(), clock.wall()])).toEqual([2e9, Date.UTC(2024, 0, 1, 0, 0, 2)]);
    const fail = () => {
      throw new Error('no such part');
    };
    expect(() => clock.asOf(1e9, fail)).toThrow('no such part');
    expect([clock.now(), clock.wall()]).toEqual([5e9, Date.UTC(2024, 0, 1, 0, 0, 5)]);
  });

  it('does not go back', () => {
    const clock = new SteppedClock();
    for (const ns of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => clock.advance(ns)).toThrow(`invalid time to advance by: expected 0 ns or more, got ${ns}`);
    expect(clock.now()).toBe(0);
  });

  it('rings alarms in their order, each at its own time', () => {
    const clock = new SteppedClock();
    const rung: string[] = [];
    const note = (name: string) => () => rung.push(`${name} at ${clock.now()}`);
    clock.after(20, note('b'));
    clock.after(10, () => {
      note('a')();
      clock.after(5, note('nested'));
    });
    clock.after(20, note('c'));
    clock.after(30, note('cancelled'))();
    clock.advance(40);
    expect(rung).toEqual(['a at 10', 'nested at 15', 'b at 20', 'c at 20']);
    expect(clock.now()).toBe(40);
  });

  it('rings what was not cancelled: a cancel takes its own alarm alone, and one that has rung no other', () => {
    const clock = new SteppedClock();
    const rung: string[] = [];
    const first = clock.after(10, () => rung.push('first'));
    const second = clock.after(20, () => rung.push('second'));
    clock.after(30, () => rung.push('third'));
    clock.advance(15);
    first();
    second();
    clock.advance(15);
    expect(rung).toEqual(['first', 'third']);
  });

  it('rings what is due when it is polled, and transfers move it unless it is told otherwise', () => {
    const clock = new SteppedClock();
    const rung: number[] = [];
    clock.after(0, () => rung.push(clock.now()));
    clock.poll();
    expect([rung, clock.timesTransfers, new SteppedClock(0, false).timesTransfers]).toEqual([
      [0],
      true,
      false,
    ]);
  });
});

describe('a real clock', () => {
  it('goes on from where a wait would have ended that another thread wants no more', () => {
    const over = new Int32Array(new SharedArrayBuffer(4));
    Atomics.store(over, 0, 1);
    const clock = new RealClock(over);
    const hour = 3600e9;
    const began = clock.now();
    clock.pass(hour);
    const after = clock.now();
    expect(after - began).toBeGreaterThanOrEqual(hour);
    const until = performance.now() + 5;
    while (performance.now() < until);
    expect(clock.now()).toBeGreaterThan(after);
  });

  it('lets what is made later see the moment that it belongs to, also in a transfer, and goes on after that', () => {
    const clock = new RealClock();
    const began = clock.now();
    const wall = Date.now();
    clock.pass(20e6);
    const seen = clock.asOf(began, () => [clock.now(), clock.now()]);
    expect(seen).toEqual([began, began]);
    expect(clock.asOf(began - 3600e9, () => clock.wall())).toBeLessThanOrEqual(wall - 3600e3 + 20);
    const within = () => [clock.asOf(began - 7200e9, () => clock.wall()), clock.wall()] as const;
    const [inner, outer] = clock.asOf(began - 3600e9, within);
    expect(inner).toBeLessThanOrEqual(wall - 7200e3 + 20);
    expect(outer).toBeLessThanOrEqual(wall - 3600e3 + 20);
    expect(clock.now()).toBeGreaterThanOrEqual(began + 20e6);
    expect(clock.wall()).toBeGreaterThanOrEqual(wall);
    clock.hold();
    const held = clock.now();
    expect(clock.asOf(began, () => clock.now())).toBe(began);
    expect(clock.now()).toBe(held);
    clock.release();
  });

  it('goes on, and waits when time is to pass', () => {
    const clock = new RealClock();
    const before = clock.now();
    clock.pass(2e6);
    expect(clock.now() - before).toBeGreaterThanOrEqual(1.9e6);
    expect(Math.abs(clock.wall() - Date.now())).toBeLessThan(1000);
  });

  it('rings by itself, the earliest alarm first', async () => {
    const clock = new RealClock();
    const rung: number[] = [];
    clock.after(3e6, () => rung.push(3));
    clock.after(1e6, () => rung.push(1));
    await vi.waitFor(() => expect(rung).toEqual([1, 3]), { timeout: 20_000 });
  });

  it('is held for a transfer, which moves it on its own', () => {
    const clock = new RealClock();
    const rung: number[] = [];
    clock.hold();
    const begin = clock.now();
    clock.after(1000, () => rung.push(clock.now() - begin));
    const until = performance.now() + 2;
    while (performance.now() < until);
    expect(clock.now()).toBe(begin);
    clock.pass(5e6);
    expect([rung, clock.now() - begin]).toEqual([[1000], 5e6]);
    clock.release();
    // It may be ahead of the machine until that has waited, and does not go back.
    expect(clock.now()).toBeGreaterThanOrEqual(begin + 5e6);
    clock.settle();
    expect(performance.now() * 1e6 - begin).toBeGreaterThanOrEqual(4.9e6);
  });

  it('rings no more when it is stopped, and leaves no timer behind that would hold what it rings for', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const clock = new RealClock();
      const rung: string[] = [];
      clock.after(0, () => {
        rung.push('before');
        clock.after(0, () => rung.push('again'));
      });
      expect(vi.getTimerCount()).toBe(1);
      clock.stop();
      expect(vi.getTimerCount()).toBe(0);
      clock.after(0, () => rung.push('after'));
      expect(vi.getTimerCount()).toBe(0);
      clock.poll();
      expect(rung).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('rings when it is polled after a wait that blocked the event loop', () => {
    const clock = new RealClock();
    let rung = false;
    clock.after(1e6, () => {
      rung = true;
    });
    clock.pass(2e6);
    clock.poll();
    expect(rung).toBe(true);
  });

  /** Transfers have moved it on by `ns`. */
  const ahead = (ns = 5e6) => {
    const clock = new RealClock();
    clock.hold();
    const begin = clock.now();
    clock.pass(ns);
    clock.release();
    return { clock, begin };
  };

  it('stands still while it is held, and goes on after that', async () => {
    const { clock, begin } = ahead();
    expect(clock.now()).toBe(begin + 5e6);
    await vi.waitFor(() => expect(clock.now()).toBeGreaterThan(begin + 5e6), { timeout: 20_000 });
    clock.hold();
    const held = clock.now();
    const until = performance.now() + 2;
    while (performance.now() < until);
    expect(clock.now()).toBe(held);
    clock.release();
    expect(clock.now()).toBeGreaterThan(held);
  });

  it('waits for the machine without blocking', async () => {
    // So long that a busy machine still has some of it to wait for.
    const { clock, begin } = ahead(200e6);
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    await clock.settled();
    expect(performance.now() * 1e6 - begin).toBeGreaterThanOrEqual(199.9e6);
    expect(turned).toBe(true);
    // There is nothing to wait for any more.
    clock.settle();
    await clock.settled();
  });

  it('leaves the machine behind where a wait is given up', async () => {
    const clock = new RealClock();
    clock.hold();
    const begin = clock.now();
    clock.pass(3600e9);
    clock.release();
    const abort = new AbortController();
    const waiting = clock.settled(abort.signal);
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow();
    expect(clock.now() - begin).toBeGreaterThanOrEqual(3600e9);
    // What was given up is not waited for later.
    await clock.settled();
    clock.settle();
    const now = clock.now();
    await vi.waitFor(() => expect(clock.now()).toBeGreaterThan(now), { timeout: 20_000 });
  });

  it('tells that transfers on it take no time of their own', () => {
    expect(new RealClock().timesTransfers).toBe(false);
  });
});
