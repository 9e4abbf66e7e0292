import { describe, expect, it } from 'vitest';
import { type Clock, SteppedClock } from '../../../src/sim/index.ts';
import { Line } from '../../../src/sim/kit/line.ts';
import { Periodic } from '../../../src/sim/kit/periodic.ts';

const MS = 1e6;

/** A clock of a machine that is late: alarms ring when it is polled, and not at their own time. */
class LateClock extends SteppedClock {
  readonly #alarms: (() => void)[] = [];
  override after(_delayNs: number, callback: () => void) {
    this.#alarms.push(callback);
    return () => {};
  }
  override poll(): void {
    for (const ring of this.#alarms.splice(0)) ring();
  }
}

/** A square wave whose half has this length. @returns the edges that a listener heard */
function wave(clock: Clock, halfNs: number, listens: boolean) {
  const line = new Line('SQW');
  const ticks: [count: number, lateNs: number][] = [];
  const edges: boolean[] = [];
  const periodic = new Periodic(
    clock,
    () => halfNs,
    (count, lateNs) => {
      ticks.push([count, lateNs]);
      if (count % 2 === 1) line.set(!line.high);
    },
    [line],
  );
  if (listens)
    line.listen((high) => {
      // A listener looks at the line that it hears of.
      edges.push(high && line.high);
    });
  return { periodic, ticks, edges };
}

describe('what a chip does again and again', () => {
  it('is accounted for as a whole while nobody listens', () => {
    const clock = new SteppedClock();
    const { periodic, ticks } = wave(clock, 10, false);
    clock.advance(1005);
    periodic.catchUp();
    expect(ticks).toEqual([[100, 5]]);
  });

  it('has each of its edges at its own time on a stepped clock', () => {
    const clock = new SteppedClock();
    const { ticks, edges } = wave(clock, MS / 2, true);
    clock.advance(100 * MS);
    expect(ticks).toEqual(Array.from({ length: 200 }, () => [1, 0]));
    expect(edges).toHaveLength(200);
  });

  it('has as many edges where the machine comes late', () => {
    const clock = new LateClock();
    const { ticks, edges } = wave(clock, MS, true);
    clock.advance(7.25 * MS);
    clock.poll();
    expect(edges).toEqual([false, true, false, true, false, true, false]);
    // Each knows how late it is.
    expect(ticks).toEqual([6.25, 5.25, 4.25, 3.25, 2.25, 1.25, 0.25].map((ms) => [1, ms * MS]));
    clock.advance(1.75 * MS);
    clock.poll();
    expect(edges).toHaveLength(9);
  });

  it('is told as a whole where it is too fast for a listener, or too long ago', () => {
    const fast = new LateClock();
    const { ticks } = wave(fast, 49_999, true);
    fast.advance(49_999 * 3);
    fast.poll();
    expect(ticks).toEqual([[3, 0]]);
    const slept = new LateClock();
    const { ticks: afterSleep } = wave(slept, 50_000, true);
    slept.advance(50_000 * 20_000);
    slept.poll();
    expect(afterSleep).toHaveLength(16_384);
    expect(afterSleep.reduce((sum, [count]) => sum + count, 0)).toBe(20_000);
  });

  it('may change its length, or stop, in a tick', () => {
    const clock = new LateClock();
    const lengths = [MS, 2 * MS, 3 * MS, 0];
    const line = new Line('INT');
    const late: number[] = [];
    new Periodic(
      clock,
      () => lengths[late.length] as number,
      (_, lateNs) => late.push(lateNs),
      [line],
    );
    line.listen(() => {});
    clock.advance(10 * MS);
    clock.poll();
    expect(late).toEqual([9 * MS, 7 * MS, 4 * MS]);
  });
});
