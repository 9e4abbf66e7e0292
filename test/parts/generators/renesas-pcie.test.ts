import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe('9FGV0841 data sheet, SMBus table', () => {
  it('block reads have as many bytes as register 7 says, and this number in front', async () => {
    const bench = await i2cBench({ compatible: 'renesas,9fgv0841', reg: 0x68 });
    expect(bench.writeRead([0x00], 9)).toEqual([8, 0xff, 0x06, 0xff, 0xdf, 0x00, 0x01, 0x08, 8]);
    bench.write([0x07, 1, 1]);
    expect(bench.writeRead([0x06], 2)).toEqual([1, 0x08]);
  });

  it('block writes go from register to register, but for ids and what is more than their count', async () => {
    const bench = await i2cBench({ compatible: 'renesas,9fgv0441', reg: 0x68 });
    expect([bench.get('outputs'), bench.get('amplitude')]).toEqual([0x0f, 0.8]);
    bench.write([0x00, 2, 0x12, 0x1b, 0xaa]);
    expect([bench.get('outputs'), bench.get('spread')]).toEqual([0x09, -0.5]);
    expect(bench.get('amplitude')).toBeCloseTo(0.9);
    bench.write([0x05, 2, 0xff, 0xff]);
    expect(bench.writeRead([0x02], 6)).toEqual([8, 0x1e, 0xdf, 0x00, 0x01, 0x04]);
  });
});
