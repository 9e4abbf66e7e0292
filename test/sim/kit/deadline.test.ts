import { expect, it } from 'vitest';
import { SteppedClock } from '../../../src/sim/index.ts';
import { Deadline } from '../../../src/sim/kit/deadline.ts';
import { Line } from '../../../src/sim/kit/line.ts';

it('comes when its time is over, for who looks', () => {
  const clock = new SteppedClock();
  const late: number[] = [];
  const deadline = new Deadline(clock, (ns) => late.push(ns));
  expect([deadline.running, deadline.pending, deadline.remainingNs]).toEqual([false, false, 0]);
  deadline.start(100);
  expect([deadline.running, deadline.pending, deadline.remainingNs]).toEqual([true, true, 100]);
  clock.advance(99);
  expect([deadline.pending, deadline.remainingNs, late]).toEqual([true, 1, []]);
  clock.advance(31);
  expect([deadline.running, late]).toEqual([true, []]);
  expect([deadline.pending, deadline.running, late]).toEqual([false, false, [30]]);
});

it('may be put off, given up, or be now', () => {
  const clock = new SteppedClock();
  const late: number[] = [];
  const deadline = new Deadline(clock, (ns) => late.push(ns));
  deadline.start(100);
  clock.advance(50);
  deadline.start(100);
  clock.advance(60);
  deadline.catchUp();
  expect(late).toEqual([]);
  deadline.cancel();
  clock.advance(100);
  deadline.catchUp();
  expect(late).toEqual([]);
  deadline.start(0);
  expect([late, deadline.running]).toEqual([[0], false]);
});

it('comes by itself while one of its lines is watched, once', () => {
  const clock = new SteppedClock();
  const lines = [new Line('A'), new Line('B')];
  let came = 0;
  const deadline = new Deadline(clock, () => came++, lines);
  deadline.start(100);
  clock.advance(50);
  const end = lines[1]?.listen(() => {});
  lines[0]?.listen(() => {})();
  clock.advance(49);
  expect(came).toBe(0);
  clock.advance(1);
  expect(came).toBe(1);
  deadline.start(100);
  clock.advance(1000);
  expect(came).toBe(2);
  end?.();
  deadline.start(100);
  clock.advance(1000);
  expect(came).toBe(2);
  // Who looks at a line sees what it is by then.
  expect([lines[0]?.high, came]).toEqual([true, 3]);
});
