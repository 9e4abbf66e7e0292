import { expect, it } from 'vitest';
import { Patience } from '../../../src/board/thread/patience.ts';

/** A time that stands still but for what is said, for a limit of 1500 ms. */
function patience() {
  const time = { passed: 0, used: 0 };
  const own = { now: () => 70_000 + time.passed, used: () => 9000 + time.used };
  const waiting = new Patience(1500, own);
  return (passed: number, used: number): boolean => {
    Object.assign(time, { passed, used });
    return waiting.isOver;
  };
}

it('is over at the limit where the process had the processor: a model loops', () => {
  expect(patience()(1499, 1499)).toBe(false);
  expect(patience()(1500, 1500)).toBe(true);
  expect(patience()(1500, 750)).toBe(true);
});

it('lasts longer where others have the processor, until the process had it for half of the limit', () => {
  const isOver = patience();
  expect(isOver(1500, 50)).toBe(false);
  expect(isOver(5999, 749)).toBe(false);
  expect(isOver(5999, 750)).toBe(true);
});

it('ends at four times the limit: a model sleeps', () => {
  expect(patience()(6000, 0)).toBe(true);
});
