import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('MMA8452Q and its relatives (rev. 10)', () => {
  const active = async (compatible = 'fsl,mma8452', full = 0, control = 0x01) => {
    const bench = await i2cBench({ compatible, reg: 0x1d });
    bench.write([0x0e, full]);
    bench.write([0x2a, control]);
    return bench;
  };

  it.each([
    ['fsl,mma8451', 0x1a],
    ['fsl,mma8452', 0x2a],
    ['fsl,mma8453', 0x3a],
  ])('%s says %i', async (compatible, id) => {
    expect((await active(compatible)).writeRead([0x0d], 1)).toEqual([id]);
  });

  // 1024, 512, 256 counts a g in 12 bits, four times that in 14; left-justified.
  it.each([
    ['fsl,mma8452', 0, 0x4000],
    ['fsl,mma8452', 1, 0x2000],
    ['fsl,mma8452', 2, 0x1000],
    ['fsl,mma8451', 0, 0x4000],
  ])('%s, 1 g and -0.5 g at FS %i', async (compatible, full, word) => {
    const bench = await active(compatible, full);
    bench.set('accelX', -0.5);
    bench.clock.advance(2 * MS);
    const bytes = Buffer.from(bench.writeRead([0x01], 6));
    expect([bytes.readInt16BE(0), bytes.readInt16BE(4)]).toEqual([-word / 2, word]);
  });

  it('a count of 12 bits is 16 in the word, one of 14 bits 4', async () => {
    for (const [compatible, word] of [
      ['fsl,mma8452', 16],
      ['fsl,mma8451', 4],
    ] as const) {
      const bench = await active(compatible);
      bench.set('accelX', (word / 16384) * 1.01);
      bench.clock.advance(2 * MS);
      expect(Buffer.from(bench.writeRead([0x01], 2)).readInt16BE(0)).toBe(word);
    }
  });

  // Table 58: DR.
  it.each([
    [0x01, 1.25],
    [0x09, 2.5],
    [0x19, 10],
    [0x39, 640],
  ])(
    'CTRL_REG1 %i: a sample each %d ms; STATUS and INT2 tell, and a read of all axes clears',
    async (control, ms) => {
      const bench = await i2cBench({ compatible: 'fsl,mma8452', reg: 0x1d });
      bench.write([0x2d, 0x01]);
      bench.write([0x2a, control]);
      bench.clock.advance((ms - 0.1) * MS);
      expect([...bench.writeRead([0x00], 1), bench.line('INT2').high]).toEqual([0x00, true]);
      bench.clock.advance(0.1 * MS);
      expect([bench.line('INT2').high, bench.line('INT1').high]).toEqual([false, true]);
      expect(bench.writeRead([0x00], 7).slice(0, 1)).toEqual([0x0f]);
      expect([...bench.writeRead([0x00], 1), bench.line('INT2').high]).toEqual([0x00, true]);
      bench.clock.advance(2 * ms * MS);
      expect(bench.writeRead([0x00], 1)).toEqual([0xff]);
    },
  );

  it('after the last byte of data a read goes on at STATUS (auto-increment)', async () => {
    const bench = await active();
    bench.set('accelX', -0.5);
    bench.clock.advance(2 * MS);
    expect(bench.writeRead([0x01], 8).slice(6)).toEqual([0x00, 0xe0]);
  });

  it('offsets count 2 mg; in standby nothing is measured; RST resets', async () => {
    const bench = await active();
    bench.write([0x2f, 0x7d]);
    bench.clock.advance(2 * MS);
    // 125 * 2 mg = 0.25 g.
    expect(Buffer.from(bench.writeRead([0x01], 2)).readInt16BE(0)).toBe(4096);
    bench.write([0x2a, 0x00]);
    bench.set('accelX', 1);
    bench.clock.advance(100 * MS);
    expect(Buffer.from(bench.writeRead([0x01], 2)).readInt16BE(0)).toBe(4096);
    bench.write([0x2b, 0x40]);
    expect([...bench.writeRead([0x2f], 1), ...bench.writeRead([0x2b], 1)]).toEqual([0, 0]);
  });

  // Table 2: 12 bits at ±4 g.
  it('the self test adds 44, 61 and 392 counts at ±4 g', async () => {
    const bench = await active('fsl,mma8452', 1);
    bench.set('accelZ', 0);
    bench.write([0x2b, 0x80]);
    bench.clock.advance(2 * MS);
    const bytes = Buffer.from(bench.writeRead([0x01], 6));
    expect([0, 2, 4].map((at) => bytes.readInt16BE(at) >> 4)).toEqual([44, 61, 392]);
  });

  it('a sample before the last one was read is an overrun', async () => {
    const bench = await active();
    bench.clock.advance(1.3 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x0f]);
    bench.clock.advance(1.25 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0xff]);
  });

  it('data ready goes to INT1 or INT2, where it is enabled, high or low', async () => {
    const bench = await active();
    bench.clock.advance(1.3 * MS);
    const levels = () => [bench.line('INT1').high, bench.line('INT2').high];
    expect(levels()).toEqual([true, true]);
    bench.write([0x2d, 0x01]);
    expect(levels()).toEqual([true, false]);
    bench.write([0x2e, 0x01]);
    expect(levels()).toEqual([false, true]);
    bench.write([0x2c, 0x02]);
    expect(levels()).toEqual([true, false]);
    bench.write([0x2e, 0x00]);
    expect(levels()).toEqual([false, true]);
  });

  it('SYSMOD tells of standby (0) and wake (1); a new rate counts from when it is chosen', async () => {
    const bench = await active('fsl,mma8452', 0, 0x39);
    expect(bench.writeRead([0x0b], 1)).toEqual([1]);
    bench.clock.advance(500 * MS);
    bench.write([0x2a, 0x00]);
    expect(bench.writeRead([0x0b], 1)).toEqual([0]);
    bench.write([0x2a, 0x19]);
    bench.clock.advance(9.9 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x00]);
    bench.clock.advance(0.2 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x0f]);
  });

  it('CTRL_REG2 without RST resets nothing', async () => {
    const bench = await active();
    bench.write([0x2f, 0x7d]);
    bench.write([0x2b, 0x02]);
    expect([...bench.writeRead([0x2f], 1), ...bench.writeRead([0x2a], 1)]).toEqual([0x7d, 0x01]);
  });

  it('after the last register comes the first', async () => {
    const bench = await active();
    bench.write([0x31, 0x05]);
    bench.clock.advance(1.3 * MS);
    expect(bench.writeRead([0x30], 3)).toEqual([0x00, 0x05, 0x0f]);
  });

  it('after a loss of power the interrupt is gone, and nothing is measured', async () => {
    const bench = await active();
    bench.write([0x2d, 0x01]);
    bench.clock.advance(1.3 * MS);
    expect(bench.line('INT2').high).toBe(false);
    bench.reset();
    expect(bench.line('INT2').high).toBe(true);
    bench.clock.advance(100 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x00]);
  });
});
