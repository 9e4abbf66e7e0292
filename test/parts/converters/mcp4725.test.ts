import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('MCP4725 (DS22039)', () => {
  const mcp4725 = () => i2cBench({ compatible: 'microchip,mcp4725', reg: 0x60 });

  it('leaves the factory at half of its supply', async () => {
    const bench = await mcp4725();
    expect(bench.read(5)).toEqual([0xc0, 0x80, 0x00, 0x08, 0x00]);
    expect(bench.get('voltage')).toBeCloseTo(1.65);
  });

  it('takes fast writes, one after the other', async () => {
    const bench = await mcp4725();
    bench.write([0x01, 0x23, 0x0a, 0xbc]);
    expect(bench.get('code')).toBe(0xabc);
    expect(bench.read(3)).toEqual([0xc0, 0xab, 0xc0]);
  });

  it('power-down takes the output away', async () => {
    const bench = await mcp4725();
    bench.write([0x10, 0x00]);
    expect(bench.get('voltage')).toBe(0);
    bench.write([0x09], 0);
    expect(bench.read(1)).toEqual([0xc0]);
  });

  it('writes its EEPROM in 25 ms, during which it ignores commands, and starts from it', async () => {
    const bench = await mcp4725();
    bench.write([0x60, 0x12, 0x30]);
    expect(bench.read(5)).toEqual([0x40, 0x12, 0x30, 0x01, 0x23]);
    bench.write([0x40, 0xff, 0xf0]);
    expect(bench.get('code')).toBe(0x123);
    bench.clock.advance(25 * MS);
    bench.write([0x40, 0xff, 0xf0]);
    expect(bench.get('code')).toBe(0xfff);
    bench.write([0x06], 0);
    expect(bench.get('code')).toBe(0x123);
  });

  it('follows its supply', async () => {
    const bench = await mcp4725();
    bench.set('vdd', 5);
    expect(bench.get('voltage')).toBeCloseTo(2.5);
  });
});
