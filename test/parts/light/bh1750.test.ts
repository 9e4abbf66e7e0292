import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('BH1750 (data sheet, "Measurement sequence example")', () => {
  const bh1750 = () => i2cBench({ compatible: 'rohm,bh1750', reg: 0x23 });

  it('continuous H resolution: 28067 lx is 8390h, after 120 ms', async () => {
    const bench = await bh1750();
    bench.set('illuminance', 28066.67);
    bench.write([0x10]);
    bench.clock.advance(119 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x00]);
    bench.clock.advance(1 * MS);
    expect(bench.read(2)).toEqual([0x83, 0x90]);
    bench.set('illuminance', 100);
    bench.clock.advance(119 * MS);
    expect(bench.read(2)).toEqual([0x83, 0x90]);
    bench.clock.advance(1 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x78]);
  });

  it('one time L resolution takes 16 ms and powers down', async () => {
    const bench = await bh1750();
    bench.write([0x23]);
    bench.clock.advance(16 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x78]);
    bench.set('illuminance', 200);
    expect(bench.read(2)).toEqual([0x00, 0x78]);
    bench.write([0x07]);
    expect(bench.read(2)).toEqual([0x00, 0x78]);
    bench.write([0x01]);
    bench.write([0x07]);
    expect(bench.read(2)).toEqual([0x00, 0x00]);
  });

  it('measures on, each 120 ms, until it is powered down; then it keeps its result and hears no reset', async () => {
    const bench = await bh1750();
    bench.write([0x10]);
    bench.clock.advance(120 * MS);
    bench.write([0x07]);
    expect(bench.read(2)).toEqual([0x00, 0x00]);
    bench.clock.advance(119 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x00]);
    bench.clock.advance(1 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x78]);
    bench.write([0x00]);
    bench.write([0x07]);
    bench.set('illuminance', 200);
    bench.clock.advance(240 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x78]);
  });

  it('powered down in the middle of a measurement it has no result of it', async () => {
    const bench = await bh1750();
    bench.write([0x20]);
    bench.write([0x00]);
    bench.clock.advance(240 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x00]);
  });

  it('a command that it does not have measures nothing', async () => {
    const bench = await i2cBench({
      compatible: 'rohm,bh1750',
      reg: 0x23,
      properties: { 'dtbus,strict': true },
    });
    for (const command of [0x01, 0x44, 0x6a, 0x07]) bench.write([command]);
    expect(bench.warnings).toEqual([]);
    bench.write([0x80]);
    bench.clock.advance(240 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x00]);
    expect(bench.warnings).toEqual(['/i2c/part0: command 0x80: no such command']);
  });

  it('gives the high byte first in each transfer, and again after the low one', async () => {
    const bench = await bh1750();
    bench.set('illuminance', 28066.67);
    bench.write([0x20]);
    bench.clock.advance(120 * MS);
    expect(bench.read(1)).toEqual([0x83]);
    expect(bench.read(4)).toEqual([0x83, 0x90, 0x83, 0x90]);
  });

  it('the measurement time and H resolution 2 make it finer', async () => {
    const bench = await bh1750();
    bench.write([0x44, 0x6a]);
    bench.write([0x11]);
    bench.clock.advance(239 * MS);
    expect(bench.read(2)).toEqual([0x00, 0x00]);
    bench.clock.advance(1 * MS);
    // 100 lx * 1.2 * 2 * 138 / 69
    expect(bench.read(2)).toEqual([0x01, 0xe0]);
    bench.write([0x00]);
    bench.reset();
    expect(bench.read(2)).toEqual([0x00, 0x00]);
  });
});
