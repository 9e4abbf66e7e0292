import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe('TMP421 (SBOS398)', () => {
  it('gives high and low byte of itself and of its diode', async () => {
    const bench = await i2cBench({ compatible: 'ti,tmp421', reg: 0x2a });
    bench.set('temperature', 127.9375);
    bench.set('remote0', -25.5);
    expect(bench.writeRead([0x00], 2)).toEqual([0x7f, 0xf0]);
    expect(bench.writeRead([0x01], 2)).toEqual([0xe6, 0x80]);
    expect(bench.writeRead([0x11], 1)).toEqual([0x80]);
  });

  it('shifts by 64 °C in the extended range', async () => {
    const bench = await i2cBench({ compatible: 'ti,tmp421', reg: 0x2a });
    bench.write([0x09, 0x04]);
    bench.set('temperature', -55);
    expect(bench.writeRead([0x00], 1)).toEqual([0x09]);
    bench.set('temperature', 150);
    expect(bench.writeRead([0x00], 1)).toEqual([0xd6]);
  });

  it.each([
    ['ti,tmp421', 0x21, 0x1c],
    ['ti,tmp422', 0x22, 0x3c],
    ['ti,tmp423', 0x23, 0x7c],
  ])('%s', async (compatible, id, configuration2) => {
    const bench = await i2cBench({ compatible, reg: 0x2a });
    expect([bench.writeRead([0xfe], 1), bench.writeRead([0xff], 1)]).toEqual([[0x55], [id]]);
    expect(bench.writeRead([0x0a], 1)).toEqual([configuration2]);
  });

  it('converts again when it is woken, and not by a write of its configuration before', async () => {
    const bench = await i2cBench({ compatible: 'ti,tmp421', reg: 0x2a });
    bench.write([0x09, 0x40]);
    bench.set('temperature', 50);
    bench.write([0x09, 0x44]);
    expect(bench.writeRead([0x00], 1)).toEqual([0x19]);
    bench.write([0x09, 0x00]);
    expect(bench.writeRead([0x00], 1)).toEqual([0x32]);
  });

  it('repeats a register that is no high byte', async () => {
    const bench = await i2cBench({ compatible: 'ti,tmp421', reg: 0x2a });
    expect(bench.writeRead([0x0b], 2)).toEqual([0x07, 0x07]);
    expect(bench.writeRead([0x02], 2)).toEqual([0x00, 0x00]);
  });

  it('while shut down converts once when it is told', async () => {
    const bench = await i2cBench({ compatible: 'ti,tmp421', reg: 0x2a });
    bench.write([0x09, 0x40]);
    bench.set('temperature', 50);
    expect(bench.writeRead([0x00], 1)).toEqual([0x19]);
    bench.write([0x0f, 0x00]);
    expect(bench.writeRead([0x00], 1)).toEqual([0x32]);
    bench.write([0xfc, 0x00]);
    expect(bench.writeRead([0x09], 1)).toEqual([0x00]);
  });
});
