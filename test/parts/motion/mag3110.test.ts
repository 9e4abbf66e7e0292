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

  const sampling = async () => {
    const bench = await mag3110();
    bench.write([0x10, 0x01]);
    bench.clock.advance(12.6 * MS);
    return bench;
  };

  it('each axis has an offset of its own', async () => {
    const bench = await mag3110();
    for (const axis of ['X', 'Y', 'Z']) bench.set(`magnet${axis}`, 100);
    // 10, 20 and 30 µT.
    bench.write([0x09, 0x00, 0xc8, 0x01, 0x90, 0x02, 0x58]);
    bench.write([0x10, 0x01]);
    bench.clock.advance(12.6 * MS);
    expect(field(bench)).toEqual([900, 800, 700]);
  });

  it('DR_STATUS tells of overruns: a sample before the last one was read, and several at once', async () => {
    const bench = await sampling();
    expect(bench.writeRead([0x00], 1)).toEqual([0x0f]);
    bench.clock.advance(12.5 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0xff]);
    field(bench);
    bench.clock.advance(25 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0xff]);
  });

  it('INT1 stays high until all axes are read', async () => {
    const bench = await sampling();
    bench.writeRead([0x01], 4);
    expect([bench.line('INT1').high, ...bench.writeRead([0x00], 1)]).toEqual([true, 0x04]);
    bench.writeRead([0x05], 2);
    expect(bench.line('INT1').high).toBe(false);
  });

  it('TM in active mode is no measurement of its own', async () => {
    const bench = await mag3110();
    bench.write([0x10, 0xfb]);
    bench.clock.advance(12_799 * MS);
    expect(bench.writeRead([0x10], 1)).toEqual([0xfb]);
    bench.clock.advance(2 * MS);
    expect([...bench.writeRead([0x00], 1), ...bench.writeRead([0x10], 1)]).toEqual([0x0f, 0xfb]);
  });

  it('in standby nothing is measured without TM', async () => {
    const bench = await mag3110();
    bench.write([0x10, 0x00]);
    bench.clock.advance(100 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x00]);
  });

  it('reads and writes go on from register to register, and from the last to the first', async () => {
    const bench = await mag3110();
    bench.write([0x09, 0x00, 0xc8]);
    expect(bench.writeRead([0x09], 2)).toEqual([0x00, 0xc8]);
    bench.write([0x11, 0x20]);
    expect(bench.writeRead([0x10], 3)).toEqual([0x00, 0x20, 0x00]);
    bench.write([0x10, 0x01]);
    bench.clock.advance(12.6 * MS);
    expect(bench.writeRead([0x11], 2)).toEqual([0x20, 0x0f]);
  });

  it('INT1 falls with a loss of power, and a snapshot has its level', async () => {
    const bench = await sampling();
    expect(bench.writeRead([0x00], 1)).toEqual([0x0f]);
    const saved = bench.parts.snapshot('/i2c/part0');
    bench.reset();
    expect([bench.line('INT1').high, ...bench.writeRead([0x00], 1)]).toEqual([false, 0x00]);
    const off = bench.parts.snapshot('/i2c/part0');
    bench.parts.restore('/i2c/part0', saved);
    expect(bench.line('INT1').high).toBe(true);
    bench.parts.restore('/i2c/part0', off);
    expect(bench.line('INT1').high).toBe(false);
  });

  it('a triggered measurement ends with a loss of power', async () => {
    const bench = await mag3110();
    bench.write([0x10, 0x02]);
    bench.reset();
    bench.clock.advance(13 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x00]);
  });
});
