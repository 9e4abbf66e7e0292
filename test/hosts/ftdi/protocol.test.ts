import { describe, expect, it } from 'vitest';
import { clockOf, divisorFor, payloadOf } from '../../../hosts/ftdi/protocol.ts';

describe('clocks of the engine (AN_135: 60 MHz / ((1 + divisor) * 2), in three phases two thirds of it)', () => {
  it.each([
    [30_000_000, false, 0, 30_000_000],
    [1_000_000, false, 29, 1_000_000],
    [12_000_000, false, 2, 10_000_000],
    [457.77, false, 0xffff, 457.763_671_875],
    [400_000, true, 49, 400_000],
    [100_000, true, 199, 100_000],
    [99_999, true, 200, 99_502.487_562_189_05],
  ])('%i Hz, three phases %s: divisor %i, %f Hz', (hz, threePhase, divisor, clock) => {
    expect(divisorFor(hz, threePhase)).toBe(divisor);
    expect(clockOf(divisor, threePhase)).toBeCloseTo(clock, 3);
  });

  it('are not slower than the longest divisor', () => {
    expect(divisorFor(457, false)).toBeUndefined();
    expect(divisorFor(305, true)).toBeUndefined();
  });
});

it('the status goes from each packet, not from each transfer', () => {
  const transfer = new Uint8Array(512 + 5).fill(7);
  transfer.set([0x32, 0x60], 0);
  transfer.set([0x32, 0x60], 512);
  expect([...payloadOf(transfer)]).toEqual(Array.from({ length: 513 }, () => 7));
  expect(payloadOf(Uint8Array.of(0x32, 0x60))).toHaveLength(0);
});
