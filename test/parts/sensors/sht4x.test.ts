import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('SHT4x (data sheet, 4)', () => {
  const sht4x = () => i2cBench({ compatible: 'sensirion,sht4x', reg: 0x44 });

  it('measures in 6.9 ms and does not acknowledge meanwhile', async () => {
    const bench = await sht4x();
    bench.write([0xfd]);
    bench.clock.advance(6.8 * MS);
    expect(faultOf(() => bench.read(6))).toBe('ENXIO');
    expect(faultOf(() => bench.write([0xfd]))).toBe('ENXIO');
    bench.clock.advance(0.1 * MS);
    // 25 °C as on the SHT3x; 50 % = 56 / 125 * 65535
    expect(bench.read(6).filter((_, i) => i % 3 < 2)).toEqual([0x66, 0x66, 0x72, 0xb0]);
    expect(faultOf(() => bench.read(6))).toBe('ENXIO');
  });

  it('a command that it does not have leaves a result to be read', async () => {
    const bench = await sht4x();
    bench.write([0xfd]);
    bench.clock.advance(7 * MS);
    bench.write([0x77]);
    expect(bench.read(6)).toHaveLength(6);
  });

  it('tells who is strict of an address while it measures, and not of one afterwards', async () => {
    const bench = await i2cBench({
      compatible: 'sensirion,sht4x',
      reg: 0x44,
      properties: { 'dtbus,strict': true },
    });
    bench.write([0xfd]);
    bench.clock.advance(7 * MS);
    bench.read(6);
    expect(bench.warnings).toEqual([]);
    bench.write([0xfd]);
    expect(faultOf(() => bench.write([0x89]))).toBe('ENXIO');
    bench.clock.advance(7 * MS);
    bench.write([0x77]);
    expect(bench.warnings).toEqual([
      '/i2c/part0: it was addressed before its measurement has ended',
      '/i2c/part0: command 0x77: no such command',
    ]);
  });

  it('has a serial number, and forgets a measurement at a reset', async () => {
    const bench = await sht4x();
    bench.write([0x89]);
    expect(bench.read(6).slice(0, 2)).toEqual([0x0f, 0x12]);
    bench.write([0xe0]);
    bench.clock.advance(2 * MS);
    bench.write([0x94]);
    expect(faultOf(() => bench.read(6))).toBe('ENXIO');
  });
});
