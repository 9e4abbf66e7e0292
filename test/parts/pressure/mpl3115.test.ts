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

  // 7.1: PTDR goes when either is read, PDR and TDR when theirs is, and the overwrite flags with them.
  it('each flag of STATUS goes when the most significant byte of its own is read', async () => {
    const bench = await mpl3115();
    const once = () => {
      bench.write([0x26, 0x02]);
      bench.clock.advance(6 * MS);
    };
    once();
    bench.writeRead([0x02], 2);
    bench.writeRead([0x05], 1);
    expect(bench.writeRead([0x00], 1)).toEqual([0x0e]);
    bench.writeRead([0x01], 1);
    expect(bench.writeRead([0x00], 1)).toEqual([0x02]);
    bench.writeRead([0x04], 1);
    expect(bench.writeRead([0x00], 1)).toEqual([0x00]);
    once();
    bench.writeRead([0x04], 1);
    expect(bench.writeRead([0x00], 1)).toEqual([0x04]);
    bench.writeRead([0x01], 1);
    once();
    once();
    expect(bench.writeRead([0x00], 1)).toEqual([0xee]);
  });

  it.each([
    // CTRL_REG3, 4, 5: polarity of INT1 20h and of INT2 02h, enable 80h, INT1 instead of INT2 80h.
    ['INT2', [0x00, 0x80, 0x00], [true, true], [true, false]],
    ['INT1', [0x00, 0x80, 0x80], [true, true], [false, true]],
    ['neither without its enable', [0x00, 0x00, 0x80], [true, true], [true, true]],
    ['INT2, active high', [0x02, 0x80, 0x00], [true, false], [true, true]],
    ['INT1, active high', [0x20, 0x80, 0x80], [false, true], [true, true]],
  ])('a result moves %s', async (_, control, before, after) => {
    const bench = await mpl3115();
    const lines = () => [bench.line('INT1').high, bench.line('INT2').high];
    bench.write([0x13, 0x07]);
    bench.write([0x28, ...control]);
    expect(lines()).toEqual(before);
    bench.write([0x26, 0x02]);
    bench.clock.advance(6 * MS);
    expect(lines()).toEqual(after);
    bench.writeRead([0x01], 5);
    expect(lines()).toEqual(before);
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
