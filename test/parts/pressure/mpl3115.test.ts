import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('MPL3115A2 (rev. 5.1)', () => {
  const mpl3115 = () => i2cBench({ compatible: 'fsl,mpl3115', reg: 0x60 });

  it('says C4h; sea level is 101326 Pa', async () => {
    const bench = await mpl3115();
    expect(bench.writeRead([0x0c], 1)).toEqual([0xc4]);
    expect(bench.writeRead([0x14], 2)).toEqual([0xc5, 0xe7]);
  });

  // Table 5: 6 ms with one sample, 512 ms with 128.
  it.each([
    [0x02, 6],
    [0x12, 18],
    [0x3a, 512],
  ])('CTRL_REG1 %i measures once in %d ms: quarters of a Pa, sixteenths of a degree', async (control, ms) => {
    const bench = await mpl3115();
    bench.set('pressure', 98_765.25);
    bench.set('temperature', -12.5);
    bench.write([0x26, control]);
    bench.clock.advance((ms - 0.1) * MS);
    expect([...bench.writeRead([0x00], 1), ...bench.writeRead([0x26], 1)]).toEqual([0x00, control]);
    bench.clock.advance(0.1 * MS);
    expect([...bench.writeRead([0x00], 1), ...bench.writeRead([0x26], 1)]).toEqual([0x0e, control & ~2]);
    const [p0 = 0, p1 = 0, p2 = 0, t0 = 0, t1 = 0] = bench.writeRead([0x01], 5);
    expect(((p0 << 16) | (p1 << 8) | p2) / 64).toBe(98_765.25);
    expect((((t0 << 24) >> 16) | t1) / 256).toBe(-12.5);
    expect(bench.writeRead([0x00], 1)).toEqual([0x00]);
  });

  // 6.1.3: h = 44330.77 * (1 - (p / p0)^0.1902632), p0 = 101326 Pa.
  it('as altimeter gives metres', async () => {
    const bench = await mpl3115();
    bench.set('pressure', 89_875);
    bench.write([0x26, 0x82]);
    bench.clock.advance(6 * MS);
    const [high = 0, middle = 0, low = 0] = bench.writeRead([0x01], 3);
    const metres = (((high << 24) | (middle << 16) | (low << 8)) >> 8) / 256;
    expect(metres).toBeCloseTo(44_330.77 * (1 - (89_875 / 101_326) ** 0.1902632), 1);
    expect(Math.round(metres)).toBe(1000);
  });

  it('active, it measures each 2^ST seconds, and INT1 tells', async () => {
    const bench = await mpl3115();
    const times: number[] = [];
    bench.line('INT1').listen((high) => high || times.push(bench.clock.now() / 1e9));
    bench.write([0x13, 0x07]);
    bench.write([0x27, 0x01]);
    bench.write([0x29, 0x80, 0x80]);
    bench.write([0x26, 0x01]);
    for (let second = 0; second < 7; second++) {
      bench.clock.advance(1000 * MS);
      bench.writeRead([0x00], 6);
    }
    expect(times).toEqual([2, 4, 6]);
    bench.write([0x26, 0x04]);
    expect(bench.writeRead([0x27], 1)).toEqual([0x00]);
  });
});
