import { describe, expect, it } from 'vitest';
import { checkTakenClock, clockTooSlow, slowestClock } from '../../../hosts/link/index.ts';
import { spiTransfer } from '../../support/spi.ts';

const message = (...clocks: number[]) =>
  clocks.map((speedHz) => spiTransfer({ tx: Uint8Array.of(0), speedHz }));

describe('the clock of a message', () => {
  it.each([
    [[1_000_000], 1_000_000],
    [[4_000_000, 500_000, 2_000_000], 500_000],
    // 0 names none.
    [[0, 2_000_000], 2_000_000],
    [[0, 0], undefined],
    [[], undefined],
  ])('of %j Hz is %s', (clocks, hz) => {
    expect(slowestClock(message(...clocks))).toBe(hz);
  });
});

describe('a clock that an adapter cannot have', () => {
  it('is refused with the slowest that it has', () => {
    expect(clockTooSlow('I2C', 15, 'an i2c-tiny-usb', 16)).toMatchObject({
      code: 'EINVAL',
      sentence: 'invalid I2C clock 15 Hz: an i2c-tiny-usb supports 16 Hz and more',
    });
  });

  it('is refused with the nearest, where that is faster, and not where it is slower', () => {
    expect(() => checkTakenClock(1000, 'an adapter', 1500)).toThrow(
      'invalid SPI clock 1000 Hz: the nearest of an adapter is 1500 Hz',
    );
    checkTakenClock(1000, 'an adapter', 1000);
    checkTakenClock(1000, 'an adapter', 900);
  });
});
