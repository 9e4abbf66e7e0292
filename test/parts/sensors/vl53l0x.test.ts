import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MS = 1e6;
const vl53l0x = () => i2cBench({ compatible: 'st,vl53l0x', reg: 0x29 });
type Bench = Awaited<ReturnType<typeof vl53l0x>>;

/** As ST's API does: start, wait for the interrupt status, read the range, clear. */
function range(bench: Bench): number {
  bench.write([0x00, 0x01]);
  expect(bench.writeRead([0x00], 1)[0]).toBe(0);
  bench.clock.advance(33 * MS);
  expect((bench.writeRead([0x13], 1)[0] as number) & 7).toBe(4);
  const [high = 0, low = 0] = bench.writeRead([0x1e], 2);
  bench.write([0x0b, 0x01]);
  return (high << 8) | low;
}

describe('VL53L0X', () => {
  it('has the reference registers of its data sheet (3.2)', async () => {
    const bench = await vl53l0x();
    expect(bench.writeRead([0xc0], 3)).toEqual([0xee, 0xaa, 0x10]);
    expect(bench.writeRead([0x51], 2)).toEqual([0x00, 0x96]);
    expect(bench.writeRead([0x61], 2)).toEqual([0x00, 0x80]);
  });

  it('measures when it is told, in 33 ms', async () => {
    const bench = await vl53l0x();
    bench.set('distance', 1234);
    bench.write([0x00, 0x01]);
    bench.clock.advance(32 * MS);
    expect(bench.writeRead([0x13], 1)).toEqual([0]);
    expect(range(bench)).toBe(1234);
    expect(bench.writeRead([0x13], 1)).toEqual([0]);
    expect(bench.writeRead([0x14], 1)).toEqual([0x58]);
  });

  it('reports 8190 mm and no target beyond two metres', async () => {
    const bench = await vl53l0x();
    bench.set('distance', 3000);
    expect(range(bench)).toBe(8190);
    expect(bench.writeRead([0x14], 1)).toEqual([0x20]);
  });

  it('measures back to back until it is stopped', async () => {
    const bench = await vl53l0x();
    bench.write([0x00, 0x02]);
    for (const mm of [100, 200]) {
      bench.set('distance', mm);
      bench.clock.advance(33 * MS);
      expect(bench.writeRead([0x1e], 2)).toEqual([0, mm]);
      bench.write([0x0b, 0x01]);
    }
    bench.write([0x00, 0x01]);
    bench.clock.advance(100 * MS);
    expect(bench.writeRead([0x13], 1)).toEqual([0]);
  });

  it('measures every so many ms: the period counts in oscillator units', async () => {
    const bench = await vl53l0x();
    const [high = 0, low = 0] = bench.writeRead([0xf8], 2);
    const period = 100 * ((high << 8) | low);
    bench.write([0x04, period >>> 24, (period >> 16) & 0xff, (period >> 8) & 0xff, period & 0xff]);
    bench.write([0x00, 0x04]);
    bench.clock.advance(99 * MS);
    expect(bench.writeRead([0x13], 1)).toEqual([0]);
    bench.clock.advance(1 * MS);
    expect(bench.writeRead([0x13], 1)).toEqual([4]);
  });

  it('pulls GPIO1 low at a new sample when it is active low', async () => {
    const bench = await vl53l0x();
    bench.write([0x84, 0x01]);
    bench.line('GPIO1').listen(() => {});
    bench.write([0x00, 0x01]);
    bench.clock.advance(33 * MS);
    expect(bench.line('GPIO1').high).toBe(false);
    bench.write([0x0b, 0x01]);
    expect(bench.line('GPIO1').high).toBe(true);
  });

  it('GPIO1 is high when it is active and bit 4 of 84h says so (SetGpioConfig)', async () => {
    const bench = await vl53l0x();
    bench.write([0x84, 0x11]);
    expect(bench.line('GPIO1').high).toBe(false);
    bench.write([0x00, 0x01]);
    bench.clock.advance(33 * MS);
    expect(bench.line('GPIO1').high).toBe(true);
  });

  // SetInterruptThresholds: registers hold half of the mm; functions 1 low, 2 high, 3 out of the window.
  it.each([
    [1, 299, 1],
    [1, 300, 0],
    [2, 500, 0],
    [2, 501, 2],
    [3, 299, 3],
    [3, 400, 0],
    [3, 501, 3],
    [0, 100, 0],
  ])(
    'interrupt function %i at %d mm, thresholds of 300 and 500 mm: status %i',
    async (config, mm, status) => {
      const bench = await vl53l0x();
      bench.write([0x0a, config]);
      bench.write([0x0c, 0x00, 250, 0x00, 150]);
      bench.set('distance', mm);
      bench.write([0x00, 0x02]);
      bench.clock.advance(33 * MS);
      expect(bench.writeRead([0x13], 1)).toEqual([status]);
      expect(bench.line('GPIO1').high).toBe(status !== 0);
      // The range is there all the same: bit 0 of its status.
      expect((bench.writeRead([0x14], 1)[0] as number) & 1).toBe(1);
      bench.write([0x0b, 0x01]);
      expect((bench.writeRead([0x14], 1)[0] as number) & 1).toBe(0);
    },
  );

  it('the timing budget is that of the final range: 200 ms by what the API writes for it', async () => {
    const bench = await vl53l0x();
    // SequenceConfig E8h: DSS, pre-range and final range; VCSEL periods of 14 and 10 clocks.
    bench.write([0x01, 0xe8]);
    bench.write([0x46, 0x25]);
    bench.write([0x50, 0x06, 0x00, 0x96]);
    // Pre-range 151 macro periods of 53.38 µs, DSS 38 of them twice; what is left of 200 ms are macro periods of 38.13 µs.
    const left = 200_000 - 1910 - 960 - 2 * (38 * 53.384 + 690) - (151 * 53.384 + 660) - 550;
    const periods = Math.floor(left / 38.131) + 151;
    const shift = Math.ceil(Math.log2((periods - 1) / 256));
    const encoded = Math.floor((periods - 1) / 2 ** shift);
    bench.write([0x71, shift, encoded]);
    bench.write([0x00, 0x01]);
    // What the encoding loses is less of the budget.
    const us = 200_000 - left + (encoded * 2 ** shift + 1 - 151) * 38.131;
    expect(us).toBeGreaterThan(198_000);
    bench.clock.advance((us - 20) * 1000);
    expect(bench.writeRead([0x13], 1)).toEqual([0]);
    bench.clock.advance(40_000);
    expect(bench.writeRead([0x13], 1)).toEqual([4]);
  });

  it('signal rate, ambient rate and SPADs stand with the range; the signal goes by the square of the distance', async () => {
    const bench = await vl53l0x();
    const rates = (mm: number) => {
      bench.set('distance', mm);
      range(bench);
      const block = Buffer.from(bench.writeRead([0x14], 12));
      return [2, 6, 8, 10].map((at) => block.readUInt16BE(at));
    };
    const [spads = 0, near = 0, ambient = 0, mm] = rates(200);
    expect([spads > 0, ambient > 0, mm]).toEqual([true, true, 200]);
    expect((rates(400)[1] as number) / near).toBeCloseTo(1 / 4, 2);
  });

  it('has pages behind FFh: the stop variable, the SPADs that drivers wait for', async () => {
    const bench = await vl53l0x();
    bench.write([0xff, 0x01]);
    expect(bench.writeRead([0x91], 1)).toEqual([0x3c]);
    expect(bench.writeRead([0xc0], 3)).toEqual([0xee, 0xaa, 0x10]);
    bench.write([0xff, 0x07]);
    bench.write([0x83, 0x00]);
    expect(bench.writeRead([0x83], 1)).not.toEqual([0x00]);
    expect(bench.writeRead([0x92], 1)).toEqual([0x85]);
    expect(bench.writeRead([0xff], 1)).toEqual([0x07]);
    bench.write([0xff, 0x00]);
    expect(bench.writeRead([0xb0], 6)).toEqual([0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]);
  });

  it('changes its address; a reset brings the old one back', async () => {
    const bench = await vl53l0x();
    bench.write([0x8a, 0x30]);
    expect(faultOf(() => bench.read(1))).toBe('ENXIO');
    expect(bench.writeRead([0xc0], 1, 0x30)).toEqual([0xee]);
    bench.write([0xbf, 0x00], 0x30);
    expect(bench.writeRead([0xc0], 1)).toEqual([0xee]);
  });

  it('a snapshot brings a changed address back', async () => {
    const bench = await vl53l0x();
    bench.write([0x8a, 0x30]);
    const saved = bench.parts.snapshot('/i2c/part0');
    bench.reset();
    bench.parts.restore('/i2c/part0', saved);
    expect(bench.writeRead([0xc0], 1, 0x30)).toEqual([0xee]);
  });
});
