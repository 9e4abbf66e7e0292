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
});
