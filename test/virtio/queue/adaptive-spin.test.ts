import { describe, expect, it } from 'vitest';
import { AdaptiveSpin } from '../../../src/virtio/queue/adaptive-spin.ts';

describe('how long to poll before sleeping', () => {
  it('is the longest time at first', () => {
    expect(new AdaptiveSpin(100).next()).toBe(0.1);
  });

  it('halves while polling would be in vain, down to a thirty-second', () => {
    const spin = new AdaptiveSpin(64);
    const times = Array.from({ length: 7 }, () => {
      spin.waited(1);
      return spin.next() * 1000;
    });
    expect(times).toEqual([32, 16, 8, 4, 2, 2, 2]);
  });

  it('grows again when a wait was short, even one that was slept through', () => {
    const spin = new AdaptiveSpin(64);
    for (let i = 0; i < 3; i++) spin.waited(1);
    spin.waited(0.064);
    expect(spin.next() * 1000).toBe(16);
    for (let i = 0; i < 5; i++) spin.waited(0.01);
    expect(spin.next() * 1000).toBe(64);
  });

  it('tries the longest time now and then, for conditions change', () => {
    const spin = new AdaptiveSpin(64);
    for (let i = 0; i < 10; i++) spin.waited(1);
    const times = Array.from({ length: 64 }, () => spin.next() * 1000);
    expect(times.filter((time) => time === 64)).toHaveLength(1);
  });

  it('never ends where it is to poll for ever', () => {
    const spin = new AdaptiveSpin(Number.POSITIVE_INFINITY);
    spin.waited(1e6);
    expect(spin.next()).toBe(Number.POSITIVE_INFINITY);
  });
});
