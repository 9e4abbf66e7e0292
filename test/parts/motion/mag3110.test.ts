import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('MAG3110 (rev. 9.2)', () => {
  const mag3110 = () => i2cBench({ compatible: 'fsl,mag3110', reg: 0x0e });
  type Bench = Awaited<ReturnType<typeof mag3110>>;
  const field = (bench: Bench) => {
    const bytes = Buffer.from(bench.writeRead([0x01], 6));
    return [0, 2, 4].map((at) => bytes.readInt16BE(at));
  };

  it('says C4h and powers up in standby', async () => {
    const bench = await mag3110();
    expect(bench.writeRead([0x07], 2)).toEqual([0xc4, 0x00]);
    bench.clock.advance(100 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x00]);
  });

  it('counts 0.1 µT, and whole degrees of its die', async () => {
    const bench = await mag3110();
    bench.set('magnetX', 48.3);
    bench.set('magnetY', -1000);
    bench.set('temperature', -12.4);
    bench.write([0x10, 0x01]);
    bench.clock.advance(13 * MS);
    expect(field(bench)).toEqual([483, -10_000, 400]);
    expect(bench.writeRead([0x0f], 1)).toEqual([0xf4]);
  });

  it('offsets stand one bit to the left and are taken away, unless RAW is set', async () => {
    const bench = await mag3110();
    bench.set('magnetX', 50);
    bench.write([0x09, 0x00, 0xc8]);
    bench.write([0x10, 0x01]);
    bench.clock.advance(13 * MS);
    expect(field(bench)[0]).toBe(400);
    bench.write([0x11, 0x20]);
    bench.clock.advance(13 * MS);
    expect(field(bench)[0]).toBe(500);
  });

  // Table 32: 80 Hz at DR = OS = 0, half for each step of either.
  it.each([
    [0x01, 12.5],
    [0x21, 25],
    [0x19, 100],
    [0xf9, 12_800],
  ])('CTRL_REG1 %i: a sample each %d ms, told by STATUS and INT1', async (control, ms) => {
    const bench = await mag3110();
    bench.write([0x10, control]);
    bench.clock.advance((ms - 0.1) * MS);
    expect([bench.line('INT1').high, ...bench.writeRead([0x00], 1)]).toEqual([false, 0x00]);
    bench.clock.advance(0.1 * MS);
    expect([bench.line('INT1').high, ...bench.writeRead([0x00], 1)]).toEqual([true, 0x0f]);
    field(bench);
    expect([bench.line('INT1').high, ...bench.writeRead([0x00], 1)]).toEqual([false, 0x00]);
  });

  it('TM measures once in standby, and clears itself', async () => {
    const bench = await mag3110();
    bench.write([0x10, 0x02]);
    bench.clock.advance(12.5 * MS);
    expect([...bench.writeRead([0x00], 1), ...bench.writeRead([0x10], 1)]).toEqual([0x0f, 0x00]);
    field(bench);
    bench.clock.advance(100 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x00]);
  });
});
