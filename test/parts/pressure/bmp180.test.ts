import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('BMP180 (BST-BMP180-DS000)', () => {
  const bmp180 = () => i2cBench({ compatible: 'bosch,bmp180', reg: 0x77 });
  type Bench = Awaited<ReturnType<typeof bmp180>>;
  const measure = (bench: Bench, control: number, ms: number) => {
    bench.write([0xf4, control]);
    bench.clock.advance(ms * MS);
    const [msb = 0, lsb = 0, xlsb = 0] = bench.writeRead([0xf6], 3);
    return (msb << 16) | (lsb << 8) | xlsb;
  };

  it('has its id, and the calibration of the example (figure 4)', async () => {
    const bench = await bmp180();
    expect(bench.writeRead([0xd0], 1)).toEqual([0x55]);
    const bytes = Buffer.from(bench.writeRead([0xaa], 22));
    const words = Array.from({ length: 11 }, (_, index) => bytes.readInt16BE(2 * index));
    expect(words).toEqual([408, -72, -14383, 32741 - 0, 32757, 23153, 6190, 4, -32768, -8711, 2868]);
  });

  // Figure 4: UT = 27898 is 15.0 °C; with it UP = 23843 at oss = 0 is 69964 Pa.
  it('gives the raw values of the example', async () => {
    const bench = await bmp180();
    bench.set('temperature', 15.0);
    bench.set('pressure', 69_964);
    expect(Math.abs((measure(bench, 0x2e, 4.5) >> 8) - 27_898)).toBeLessThan(8);
    expect(Math.abs((measure(bench, 0x34, 4.5) >> 8) - 23_843)).toBeLessThan(4);
  });

  // 3.5, the integer formula of the data sheet.
  const formula = (ut: number, up: number, oss: number) => {
    const x1 = ((ut - 23153) * 32757) >> 15;
    const b5 = x1 + Math.trunc((-8711 * 2 ** 11) / (x1 + 2868));
    const b6 = b5 - 4000;
    const x3 = ((4 * ((b6 * b6) >> 12)) >> 11) + ((-72 * b6) >> 11);
    const b3 = (((408 * 4 + x3) << oss) + 2) >> 2;
    const y3 = (((-14383 * b6) >> 13) + ((6190 * ((b6 * b6) >> 12)) >> 16) + 2) >> 2;
    const b4 = Math.floor((32741 * (y3 + 32768)) / 2 ** 15);
    const b7 = (up - b3) * (50_000 >> oss);
    let p = b7 < 2 ** 31 ? Math.trunc((b7 * 2) / b4) : Math.trunc(b7 / b4) * 2;
    const rest = ((p >> 8) * (p >> 8) * 3038) >> 16;
    p += (rest + ((-7357 * p) >> 16) + 3791) >> 4;
    return { temperature: ((b5 + 8) >> 4) / 10, pressure: p };
  };

  it.each([
    [0, 4.5, -20, 50_000],
    [1, 7.5, 0, 80_000],
    [2, 13.5, 40, 101_325],
    [3, 25.5, 85, 110_000],
  ])(
    'oss %i takes %d ms; at %d °C and %d Pa the formula gives that back',
    async (oss, ms, celsius, pressure) => {
      const bench = await bmp180();
      bench.set('temperature', celsius);
      bench.set('pressure', pressure);
      const ut = measure(bench, 0x2e, 4.5) >> 8;
      bench.write([0xf4, 0x34 | (oss << 6)]);
      bench.clock.advance((ms - 0.1) * MS);
      // Sco is 1 while it measures.
      expect((bench.writeRead([0xf4], 1)[0] as number) & 0x20).toBe(0x20);
      bench.clock.advance(0.1 * MS);
      expect((bench.writeRead([0xf4], 1)[0] as number) & 0x20).toBe(0);
      const [msb = 0, lsb = 0, xlsb = 0] = bench.writeRead([0xf6], 3);
      const up = ((msb << 16) | (lsb << 8) | xlsb) >> (8 - oss);
      const got = formula(ut, up, oss);
      expect(got.temperature).toBeCloseTo(celsius, 1);
      // A count is about 8 Pa of 16 bits, half for each more; the formula of integers misses by some 2 Pa.
      expect(Math.abs(got.pressure - pressure)).toBeLessThan(4 / 2 ** oss + 2.5);
    },
  );

  it.each([
    [0xb6, 0x00],
    [0xb5, 0x2e],
  ])('a write of %i to E0h: only B6h is a power-on', async (word, control) => {
    const bench = await bmp180();
    measure(bench, 0x2e, 4.5);
    bench.write([0xe0, word]);
    expect((bench.writeRead([0xf4], 1)[0] as number) & 0x1f).toBe(control & 0x1f);
    expect(bench.writeRead([0xd0], 1)).toEqual([0x55]);
    expect(bench.writeRead([0xaa], 2)).not.toEqual([0, 0]);
  });
});
