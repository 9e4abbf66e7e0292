import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('OPT3001 (SBOS681)', () => {
  const opt3001 = () => i2cBench({ compatible: 'ti,opt3001', reg: 0x44 });

  it('has the power-on values of table 8', async () => {
    const bench = await opt3001();
    expect(bench.writeRead([0x01], 2)).toEqual([0xc8, 0x10]);
    expect(bench.writeRead([0x03], 2)).toEqual([0xbf, 0xff]);
    expect([...bench.writeRead([0x7e], 2), ...bench.writeRead([0x7f], 2)]).toEqual([0x54, 0x49, 0x30, 0x01]);
  });

  // Table 9 "Examples of decoding the result register into lux", and the ranges of table 10.
  it.each([
    [0.01, 0x0001],
    [40.95, 0x0fff],
    [81.9, 0x1fff],
    [88.8, 0x2000 | 2220],
    [2818.56, 0x7000 | 2202],
    [83_865.6, 0xbfff],
  ])('%d lx in the lowest range that it fits', async (lux, code) => {
    const bench = await opt3001();
    bench.set('illuminance', lux);
    bench.write([0x01, 0xc2, 0x10]);
    bench.clock.advance(100 * MS);
    expect(Buffer.from(bench.writeRead([0x00], 2)).readUInt16BE(0)).toBe(code);
  });

  it.each([
    [0xc2, 100],
    [0xca, 800],
  ])('a single shot (%i) takes %d ms: CRF tells, M is 0 again', async (high, ms) => {
    const bench = await opt3001();
    bench.write([0x01, high, 0x10]);
    bench.clock.advance((ms - 1) * MS);
    expect(bench.writeRead([0x01], 2)).toEqual([high, 0x10]);
    bench.clock.advance(1 * MS);
    expect(bench.writeRead([0x01], 2)).toEqual([high & ~0x06, 0x90]);
    expect(bench.writeRead([0x01], 2)).toEqual([high & ~0x06, 0x10]);
  });

  it('a range of its own overflows (OVF)', async () => {
    const bench = await opt3001();
    bench.set('illuminance', 100);
    bench.write([0x01, 0x02, 0x10]);
    bench.clock.advance(100 * MS);
    expect((bench.writeRead([0x01], 1)[0] as number) & 1).toBe(1);
    expect(bench.writeRead([0x00], 2)).toEqual([0x0f, 0xff]);
  });

  it('beyond a limit INT goes low, after as many conversions as FC says, until the flags are read', async () => {
    const bench = await opt3001();
    // Above 200 lx: 5000 of 0.04 lx is 20000 of 0.01; exponent 3, 2500 of 0.08 lx.
    bench.write([0x03, 0x39, 0xc4]);
    bench.write([0x01, 0xc6, 0x11]);
    bench.set('illuminance', 250);
    bench.clock.advance(100 * MS);
    expect(bench.line('INT').high).toBe(true);
    bench.clock.advance(100 * MS);
    expect(bench.line('INT').high).toBe(false);
    expect((bench.writeRead([0x01], 2)[1] as number) & 0x60).toBe(0x40);
    expect(bench.line('INT').high).toBe(true);
  });

  /** Limits of 100 lx, 2500 of 0.04 lx, and 200 lx, 2500 of 0.08 lx; converting on. */
  const between = async (configuration: number) => {
    const bench = await opt3001();
    bench.write([0x02, 0x29, 0xc4]);
    bench.write([0x03, 0x39, 0xc4]);
    bench.set('illuminance', 150);
    bench.write([0x01, 0xc6, configuration]);
    const levelAt = (lux: number) => {
      bench.set('illuminance', lux);
      bench.clock.advance(100 * MS);
      return bench.line('INT').high;
    };
    const flags = () => ((bench.writeRead([0x01], 2)[1] as number) >> 5) & 3;
    return { bench, levelAt, flags };
  };

  it('latched, the low limit pulls INT too, until the flags are read', async () => {
    const { levelAt, flags } = await between(0x11);
    expect([levelAt(200), levelAt(100), levelAt(50)]).toEqual([true, true, true]);
    expect(levelAt(50)).toBe(false);
    expect(levelAt(150)).toBe(false);
    expect(flags()).toBe(0b01);
    expect(flags()).toBe(0b00);
    expect(levelAt(150)).toBe(true);
  });

  it('counts for FC only what comes one after another', async () => {
    const { levelAt, flags } = await between(0x11);
    expect([levelAt(50), levelAt(150), levelAt(50), levelAt(250), levelAt(150), levelAt(250)]).toEqual(
      new Array(6).fill(true),
    );
    expect(flags()).toBe(0);
  });

  it('not latched, INT and the flags follow the light with the limits as hysteresis, whatever is read', async () => {
    const { levelAt, flags } = await between(0x00);
    expect([levelAt(150), flags()]).toEqual([true, 0b00]);
    expect([levelAt(250), flags(), levelAt(150), flags()]).toEqual([false, 0b10, false, 0b10]);
    expect([levelAt(50), flags(), levelAt(150), flags()]).toEqual([true, 0b01, true, 0b01]);
  });

  it('POL makes INT high when it tells', async () => {
    const { levelAt } = await between(0x18);
    expect([levelAt(150), levelAt(250)]).toEqual([false, true]);
  });

  it('a reset ends what INT tells', async () => {
    const { bench, levelAt } = await between(0x10);
    expect(levelAt(250)).toBe(false);
    bench.reset();
    expect(bench.line('INT').high).toBe(true);
    expect(bench.writeRead([0x01], 2)).toEqual([0xc8, 0x10]);
    bench.clock.advance(1000 * MS);
    // Shut down: nothing is converted.
    expect(bench.writeRead([0x01], 2)).toEqual([0xc8, 0x10]);
  });

  it('the most that a range has is no overflow', async () => {
    const bench = await opt3001();
    bench.set('illuminance', 40.95);
    bench.write([0x01, 0x02, 0x10]);
    bench.clock.advance(100 * MS);
    expect((bench.writeRead([0x01], 1)[0] as number) & 1).toBe(0);
    expect(bench.writeRead([0x00], 2)).toEqual([0x0f, 0xff]);
  });

  it('a low limit of Cxxxh makes INT tell of each conversion', async () => {
    const bench = await opt3001();
    bench.write([0x02, 0xc0, 0x00]);
    bench.write([0x01, 0xc2, 0x10]);
    bench.clock.advance(99 * MS);
    expect(bench.line('INT').high).toBe(true);
    bench.clock.advance(1 * MS);
    expect(bench.line('INT').high).toBe(false);
  });
});
