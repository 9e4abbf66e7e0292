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
});

describe('a real clock', () => {
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
    await vi.waitFor(() => expect(rung).toEqual([1, 3]));
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
});
