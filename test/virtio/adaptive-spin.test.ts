import { describe, expect, it } from 'vitest';
import { AdaptiveSpin } from '../../src/virtio/index.ts';

describe('adaptive polling before sleep', () => {
  it('starts with the longest time, in ms', () => {
    expect(new AdaptiveSpin(50).next()).toBe(0.05);
  });

  it('halves when polling was in vain, down to a 32nd, and doubles when it was not', () => {
    const spin = new AdaptiveSpin(64);
    spin.miss();
    expect(spin.next()).toBe(0.032);
    for (let i = 0; i < 20; i++) spin.miss();
    expect(spin.next()).toBe(0.002);
    spin.hit();
    expect(spin.next()).toBe(0.004);
    for (let i = 0; i < 20; i++) spin.hit();
    expect(spin.next()).toBe(0.064);
  });

  it('tries the longest time again now and then', () => {
    const spin = new AdaptiveSpin(64);
    for (let i = 0; i < 20; i++) spin.miss();
    const times = Array.from({ length: 64 }, () => spin.next());
    expect(times.filter((ms) => ms === 0.064)).toHaveLength(1);
  });

  it('polls for ever when told to', () => {
    const spin = new AdaptiveSpin(Number.POSITIVE_INFINITY);
    spin.miss();
    expect(spin.next()).toBe(Number.POSITIVE_INFINITY);
  });
});
