import { describe, expect, it } from 'vitest';
import { type Curve, readerOf } from '../../../src/sim/curve/curve.ts';

const PLAIN = { everyNs: 1e9, noise: 0, driftPerHour: 0, seed: 1 };
const points = (more: object = {}): Curve => ({
  ...PLAIN,
  values: { seconds: [0, 10, 20], values: [1, 3, -1], between: 'linear', repeat: false, ...more },
});
const at = (curve: Curve, ...times: number[]) => times.map(readerOf(curve));

describe('a curve', () => {
  it('goes straight from point to point, and keeps the ends', () => {
    expect(at(points(), -5, 0, 5, 10, 15, 20, 100)).toEqual([1, 1, 2, 3, 1, -1, -1]);
  });

  it('holds each value where that is said, and begins anew', () => {
    expect(at(points({ between: 'hold' }), 0, 9.9, 10, 19.9, 20)).toEqual([1, 1, 3, 3, -1]);
    expect(at(points({ repeat: true }), 20, 25, 40, 45)).toEqual([-1, 2, 1, 2]);
  });

  it('drifts by the hour', () => {
    expect(at({ ...PLAIN, values: () => 5, driftPerHour: 0.5 }, 0, 3600, 7200)).toEqual([5, 5.5, 6]);
  });

  it('has noise of the deviation that is said, the same for the same seed', () => {
    const noisy = (seed: number) => {
      const read = readerOf({ ...PLAIN, values: () => 10, noise: 2, seed });
      return Array.from({ length: 20_000 }, (_, second) => read(second));
    };
    const values = noisy(7);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(10, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
    // Of a normal distribution 68.3 % are within one deviation, and 4.6 % beyond two.
    const share = (from: number, to: number) =>
      values.filter((value) => Math.abs(value - 10) / 2 >= from && Math.abs(value - 10) / 2 < to).length /
      values.length;
    expect(share(0, 1)).toBeCloseTo(0.683, 1.7);
    expect(share(2, 9)).toBeCloseTo(0.046, 1.7);
    // Values beside each other have nothing to do with each other.
    const pairs = values.slice(1).map((value, i) => (value - 10) * ((values[i] as number) - 10));
    expect(pairs.reduce((sum, product) => sum + product, 0) / pairs.length / 4).toBeCloseTo(0, 1);
    expect(noisy(7)).toEqual(values);
    expect(noisy(8)).not.toEqual(values);
  });
});
