import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('HMC5883L (900405, rev. E)', () => {
  const hmc5883l = () => i2cBench({ compatible: 'honeywell,hmc5883l', reg: 0x1e });
  const single = async (configure: readonly number[], set: Record<string, number>) => {
    const bench = await hmc5883l();
    for (const [name, value] of Object.entries(set)) bench.set(name, value);
    bench.write([0x00, ...configure]);
    bench.write([0x02, 0x01]);
    bench.clock.advance(6 * MS);
    const bytes = Buffer.from(bench.writeRead([0x03], 6));
    // X, Z, Y.
    return [0, 4, 2].map((at) => bytes.readInt16BE(at));
  };

  it('says H43, and powers up in single mode with 15 Hz and gain 1 (tables 3 to 20)', async () => {
    const bench = await hmc5883l();
    expect(bench.writeRead([0x0a], 3)).toEqual([0x48, 0x34, 0x33]);
    expect(bench.writeRead([0x00], 3)).toEqual([0x10, 0x20, 0x01]);
  });

  // Table 9: counts a gauss (100 µT).
  it.each([
    [0x00, 1370],
    [0x20, 1090],
    [0x40, 820],
    [0x60, 660],
    [0x80, 440],
    [0xa0, 390],
    [0xc0, 330],
    [0xe0, 230],
  ])('gain %i has %d counts a gauss', async (gain, counts) => {
    const half = await single([0x10, gain], { magnetX: 50, magnetY: -50, magnetZ: 0 });
    expect(half[0]).toBe(Math.round(counts / 2));
    expect(Math.abs((half[1] as number) + counts / 2)).toBeLessThanOrEqual(0.5);
    expect(half[2]).toBe(0);
  });

  it('what is beyond its range shows -4096', async () => {
    expect(await single([0x10, 0x00], { magnetX: 200 })).toContain(-4096);
  });

  it('the self test adds 1.16 gauss to X and Y, 1.08 to Z', async () => {
    const still = { magnetX: 0, magnetY: 0, magnetZ: 0 };
    expect(await single([0x11, 0xa0], still)).toEqual([452, 452, 421]);
    expect(await single([0x12, 0xa0], still)).toEqual([-452, -452, -421]);
  });

  it('a single measurement takes 6 ms and ends in idle mode; RDY goes with a read', async () => {
    const bench = await hmc5883l();
    bench.write([0x02, 0x01]);
    bench.clock.advance(5.9 * MS);
    expect(bench.writeRead([0x09], 1)).toEqual([0]);
    bench.clock.advance(0.1 * MS);
    expect([...bench.writeRead([0x09], 1), ...bench.writeRead([0x02], 1)]).toEqual([1, 3]);
    bench.writeRead([0x03], 6);
    expect(bench.writeRead([0x09], 1)).toEqual([0]);
  });

  it('continuous: 75 Hz at DO = 6, DRDY pulses; after the data the pointer is back at 03h', async () => {
    const bench = await hmc5883l();
    const pulses: boolean[] = [];
    bench.line('DRDY').listen((high) => pulses.push(high));
    bench.write([0x00, 0x18]);
    bench.write([0x02, 0x00]);
    bench.clock.advance(1000 * MS);
    expect(pulses.filter((high) => !high)).toHaveLength(74);
    bench.set('magnetX', 100);
    bench.clock.advance(14 * MS);
    expect(bench.writeRead([0x03], 8).slice(6)).toEqual([0x04, 0x42]);
  });

  it('shows 2047 counts, the most of its 12 bits, as they are', async () => {
    // 2047 counts at 1090 a gauss.
    expect((await single([0x10, 0x20], { magnetX: 187.798 }))[0]).toBe(0x07ff);
  });

  it('idle it measures nothing, nor after a single measurement', async () => {
    const bench = await hmc5883l();
    for (const mode of [0x02, 0x01]) {
      bench.write([0x02, mode]);
      bench.clock.advance(6 * MS);
      bench.writeRead([0x03], 6);
      bench.clock.advance(1000 * MS);
      expect(bench.writeRead([0x09], 1)).toEqual([0]);
    }
  });

  it('a new rate counts from when it is chosen (table 5: 75 Hz, 0.75 Hz)', async () => {
    const bench = await hmc5883l();
    bench.write([0x00, 0x00]);
    bench.write([0x02, 0x00]);
    bench.clock.advance(100 * MS);
    bench.write([0x00, 0x18]);
    bench.clock.advance(13.2 * MS);
    expect(bench.writeRead([0x09], 1)).toEqual([0]);
    bench.clock.advance(0.2 * MS);
    expect(bench.writeRead([0x09], 1)).toEqual([1]);
  });

  it('after the last register the pointer is at the first', async () => {
    const bench = await hmc5883l();
    expect(bench.writeRead([0x0c], 2)).toEqual([0x33, 0x10]);
  });

  it('without power a measurement is not ended', async () => {
    const bench = await hmc5883l();
    bench.write([0x02, 0x01]);
    bench.reset();
    bench.clock.advance(6 * MS);
    expect(bench.writeRead([0x09], 1)).toEqual([0]);
  });
});
