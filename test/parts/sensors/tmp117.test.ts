import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const tmp117 = () => i2cBench({ compatible: 'ti,tmp117', reg: 0x48 });

describe('TMP117', () => {
  it('has the reset values of 7.6.1', async () => {
    const bench = await tmp117();
    expect(bench.writeRead([0x0f], 2)).toEqual([0x01, 0x17]);
    expect(bench.writeRead([0x02], 2)).toEqual([0x60, 0x00]);
    expect(bench.writeRead([0x03], 2)).toEqual([0x80, 0x00]);
  });

  // Table 7-1 "16-bit temperature data format".
  it.each([
    [-25, [0xf3, 0x80]],
    [-0.0078125, [0xff, 0xff]],
    [0.0078125, [0x00, 0x01]],
    [25, [0x0c, 0x80]],
    [100, [0x32, 0x00]],
  ])('shows %d °C', async (celsius, code) => {
    const bench = await tmp117();
    bench.set('temperature', celsius);
    expect(bench.writeRead([0x00], 2)).toEqual(code);
  });

  it('tells by DATA_READY that a result was not read yet; reading either clears it', async () => {
    const bench = await tmp117();
    expect(bench.writeRead([0x01], 2)).toEqual([0x22, 0x20]);
    expect(bench.writeRead([0x01], 2)).toEqual([0x02, 0x20]);
    bench.set('temperature', 30);
    bench.writeRead([0x00], 2);
    expect(bench.writeRead([0x01], 2)).toEqual([0x02, 0x20]);
  });

  it('shut down it keeps its result, and one-shot makes another', async () => {
    const bench = await tmp117();
    bench.write([0x01, 0x06, 0x20]);
    bench.set('temperature', 100);
    expect(bench.writeRead([0x00], 2)).toEqual([0x0c, 0x80]);
    bench.write([0x01, 0x0e, 0x20]);
    expect(bench.writeRead([0x00], 2)).toEqual([0x32, 0x00]);
  });

  it('adds the offset, and SOFT_RESET clears it', async () => {
    const bench = await tmp117();
    bench.write([0x07, 0xff, 0x80]);
    expect(bench.writeRead([0x00], 2)).toEqual([0x0c, 0x00]);
    bench.write([0x01, 0x02, 0x22]);
    expect(bench.writeRead([0x00], 2)).toEqual([0x0c, 0x80]);
    expect(bench.writeRead([0x07], 2)).toEqual([0x00, 0x00]);
  });
});
