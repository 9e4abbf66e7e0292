import { describe, expect, it } from 'vitest';
import { IntervalTimer, POLL, pollOne } from '../../src/os/index.ts';
import { openFiles } from './open-files.ts';

describe('an interval timer', () => {
  it('becomes readable again and again, and not once it is stopped', () => {
    const timer = new IntervalTimer();
    expect(pollOne(timer.file.fd, POLL.IN, 0)).toBe(0);
    timer.start(1);
    for (let i = 0; i < 3; i++) {
      expect(pollOne(timer.file.fd, POLL.IN, 1000)).toBe(POLL.IN);
      timer.acknowledge();
    }
    timer.start(0);
    timer.acknowledge();
    expect(pollOne(timer.file.fd, POLL.IN, 5)).toBe(0);
    timer.close();
    expect(openFiles(/timerfd/)).toEqual([]);
  });

  it('takes times of more than a second', () => {
    const timer = new IntervalTimer();
    timer.start(2500.5);
    expect(pollOne(timer.file.fd, POLL.IN, 0)).toBe(0);
    timer[Symbol.dispose]();
  });
});
