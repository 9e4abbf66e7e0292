import { describe, expect, it } from 'vitest';
import { spiBench } from '../../sim/support.ts';

const can = (compatible = 'microchip,mcp2518fd') => spiBench({ compatible });

describe('MCP2518FD (DS20006027)', () => {
  it('4: registers are read and written little-endian, and a reset makes them new', async () => {
    const bench = await can();
    expect(bench.exchange([0x30, 0x00], 4)).toEqual([0x60, 0x07, 0x98, 0x04]);
    bench.exchange([0x20, 0x04, 1, 2, 3, 4]);
    expect(bench.exchange([0x30, 0x04], 4)).toEqual([1, 2, 3, 4]);
    bench.exchange([0x00, 0x00]);
    expect(bench.exchange([0x30, 0x04], 4)).toEqual([0x0f, 0x0f, 0x3e, 0x00]);
  });

  it('3.1: the mode follows the request', async () => {
    const bench = await can();
    expect(bench.get('mode')).toBe(4);
    bench.exchange([0x20, 0x03, 0x06]);
    expect([bench.get('mode'), bench.exchange([0x30, 0x02], 2)]).toEqual([6, [0xd8, 0x06]]);
  });

  it('4.3: a read has its checksum behind it, a write is stored where it agrees', async () => {
    const bench = await can();
    // CRC-16 with 8005h from FFFFh, by long division of B0 00 01 60 and of A0 04 01 55.
    const [value, high, low] = bench.exchange([0xb0, 0x00, 0x01], 3);
    expect([value, high, low]).toEqual([0x60, 0xc7, 0x52]);
    bench.exchange([0xa0, 0x04, 0x01, 0x55, 0x00, 0x00]);
    expect([bench.get('crcErrors'), bench.exchange([0x30, 0x04], 1)]).toEqual([1, [0x0f]]);
    bench.exchange([0xa0, 0x04, 0x01, 0x55, 0x07, 0xb9]);
    expect([bench.get('crcErrors'), bench.exchange([0x30, 0x04], 1)]).toEqual([1, [0x55]]);
  });

  it('RAM counts in words, and only MCP2518FD has a low-power bit', async () => {
    const [bench, older] = [await can(), await can('microchip,mcp2517fd')];
    bench.exchange([0x24, 0x00, 9, 8, 7, 6]);
    expect(bench.exchange([0xb4, 0x00, 0x01], 4)).toEqual([9, 8, 7, 6]);
    for (const each of [bench, older]) each.exchange([0x2e, 0x00, 0x68]);
    expect([bench.exchange([0x3e, 0x00], 2), older.exchange([0x3e, 0x00], 2)]).toEqual([
      [0x68, 0x04],
      [0x60, 0x04],
    ]);
  });
});
