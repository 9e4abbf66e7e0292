import { expect, it } from 'vitest';
import { Line } from '../../../src/sim/kit/line.ts';

it('a line idles high or low, and is there again without power', () => {
  for (const idle of [true, false]) {
    const line = new Line('INT', idle);
    expect(line.high).toBe(idle);
    line.set(!idle);
    expect(line.high).toBe(!idle);
    line.release();
    expect(line.high).toBe(idle);
  }
});

it('listeners hear of changes until they end it; each by itself', () => {
  const line = new Line('INT');
  const heard: string[] = [];
  expect(line.watched).toBe(false);
  const [first, second] = ['first', 'second'].map((name) =>
    line.listen((high) => heard.push(`${name} ${high}`)),
  );
  line.set(true);
  line.set(false);
  expect(heard).toEqual(['first false', 'second false']);
  first?.();
  line.set(true);
  expect([heard.slice(2), line.watched]).toEqual([['second true'], true]);
  second?.();
  line.set(false);
  expect([heard.length, line.watched]).toEqual([3, false]);
});

it('what moves the pin in time is told when somebody looks, and when somebody begins to listen', () => {
  const line = new Line('INT');
  const told: string[] = [];
  line.follow({ catchUp: () => told.push('catch up'), arm: () => told.push('arm') });
  expect(line.high).toBe(true);
  line.listen(() => {});
  expect(told).toEqual(['catch up', 'arm']);
});
