import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const SECOND = 1e9;

describe('DS1672 (data sheet, "Clock counter")', () => {
  const ds1672 = () => i2cBench({ compatible: 'dallas,ds1672', reg: 0x68 });

  it('counts seconds in 32 bits, the lowest byte first, and wraps after the trickle register', async () => {
    const bench = await ds1672();
    bench.write([0x00, 0xfe, 0xff, 0x00, 0x01, 0x00, 0xa5]);
    expect(bench.writeRead([0x00], 7)).toEqual([0xfe, 0xff, 0x00, 0x01, 0x00, 0xa5, 0xfe]);
    bench.clock.advance(2 * SECOND);
    expect(bench.writeRead([0x00], 4)).toEqual([0x00, 0x00, 0x01, 0x01]);
    expect(bench.get('seconds')).toBe(0x0101_0000);
  });

  it('stands still while EOSC is 1', async () => {
    const bench = await ds1672();
    bench.set('seconds', 7);
    bench.clock.advance(SECOND);
    bench.write([0x04, 0x80]);
    bench.clock.advance(5 * SECOND);
    expect(bench.get('seconds')).toBe(8);
    bench.write([0x04, 0x00]);
    bench.clock.advance(SECOND);
    expect(bench.get('seconds')).toBe(9);
  });

  it('begins at the time of the machine', async () => {
    const bench = await ds1672();
    // 28 February 2024, 23:59:58.
    expect(bench.get('seconds')).toBe(1_709_164_798);
  });
});
