import { describe, expect, it } from 'vitest';
import { CLOCKS_HZ, clockOf, delayFor } from '../../../hosts/i2c-tiny-usb/protocol.ts';

describe('the clock of an i2c-tiny-usb', () => {
  it.each([
    [100_000, 10, 100_000],
    [400_000, 3, 333_333],
    [1_000_000, 1, 1_000_000],
    [5_000_000, 1, 1_000_000],
    [16, 62_500, 16],
  ])('at most %i Hz is a delay of %i µs: %i Hz', (hz, delay, clock) => {
    expect(delayFor(hz)).toBe(delay);
    expect(clockOf(delay)).toBe(clock);
  });

  it('cannot be as slow as 15 Hz, and its sheet says so', () => {
    expect(delayFor(15)).toBeUndefined();
    expect(CLOCKS_HZ).toEqual({ min: 16, max: 1_000_000 });
  });
});
