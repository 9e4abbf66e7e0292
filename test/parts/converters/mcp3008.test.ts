import { describe, expect, it } from 'vitest';
import { spiBench } from '../../sim/support.ts';

describe('MCP3008 (DS21295)', () => {
  const mcp3008 = () => spiBench({ compatible: 'microchip,mcp3008' });

  // Figure 6-1: three bytes, the result right-aligned.
  it.each([
    [0, 0x000],
    [1.65, 0x200],
    [3.3, 0x3ff],
    [2.4, 744],
  ])('CH3 at %d V of 3.3 V', async (volts, code) => {
    const bench = await mcp3008();
    bench.set('ch3', volts);
    const [, high = 0, low = 0] = bench.duplex([0x01, 0xb0, 0x00]);
    expect(((high & 3) << 8) | low).toBe(code);
    expect(high & 4).toBe(0);
  });

  it('measures differences of pairs', async () => {
    const bench = await mcp3008();
    bench.set('ch2', 1);
    bench.set('ch3', 2.65);
    const result = ([, high = 0, low = 0]: number[]) => ((high & 3) << 8) | low;
    expect(result(bench.duplex([0x01, 0x30, 0x00]))).toBe(0x200);
    expect(result(bench.duplex([0x01, 0x20, 0x00]))).toBe(0);
  });

  it('repeats the result least significant bit first', async () => {
    const bench = await mcp3008();
    bench.set('ch0', 3.3 / 1024 + 0.0001);
    bench.set('vref', 3.3);
    const bytes = bench.duplex([0x01, 0x80, 0x00, 0x00]);
    expect([bytes[2], bytes[3]]).toEqual([0x01, 0x00]);
  });

  it('gives zeros after that', async () => {
    const bench = await mcp3008();
    bench.set('ch0', 3.3);
    expect(bench.duplex([0x01, 0x80, 0, 0, 0, 0]).slice(2)).toEqual([0xff, 0xff, 0x80, 0x00]);
    expect(bench.duplex([0x01, 0x80, ...new Array(12).fill(0)]).slice(4)).toEqual([
      0x80,
      ...new Array(9).fill(0),
    ]);
  });

  it('gives the rest while nothing is sent', async () => {
    const bench = await mcp3008();
    bench.set('ch0', 2.4);
    // 744 is 2E8h.
    expect(bench.exchange([0x01, 0x80], 1)).toEqual([0xe8]);
  });

  it('begins at the first one, wherever it stands', async () => {
    const bench = await mcp3008();
    bench.set('ch0', 1.65);
    expect(bench.duplex([0x00, 0x00, 0x01, 0x80, 0x00]).slice(3)).toEqual([0xfa, 0x00]);
  });

  it('answers from the start again after each select', async () => {
    const bench = await mcp3008();
    bench.set('ch0', 1.65);
    bench.duplex([0x01, 0x80]);
    expect(bench.duplex([0x01, 0x80, 0x00]).slice(1)).toEqual([0xfa, 0x00]);
    bench.duplex([0x01]);
    expect(bench.duplex([0x01, 0x80, 0x00]).slice(1)).toEqual([0xfa, 0x00]);
  });
});

describe('MCP3208 (DS21298)', () => {
  // Figure 6-1: 0000 0 1 SGL D2, D1 D0, then twelve bits.
  it('gives twelve bits in three bytes', async () => {
    const bench = await spiBench({ compatible: 'microchip,mcp3208' });
    bench.set('vref', 4.096);
    bench.set('ch5', 2.345);
    const [, high = 0, low = 0] = bench.duplex([0x07, 0x40, 0x00]);
    expect(((high & 15) << 8) | low).toBe(2345);
  });
});

describe('MCP3002 and MCP3202 (DS21294, DS21034)', () => {
  // Start, SGL/DIFF, ODD/SIGN and MSBF in one byte, whose last bit is the null bit: the result follows at once.
  it.each([
    ['microchip,mcp3002', 0x18, 'ch0', 1.65, 6, 0x200],
    ['microchip,mcp3002', 0x1c, 'ch1', 2.4, 6, 744],
    ['microchip,mcp3202', 0x1c, 'ch1', 1.65, 4, 0x800],
  ] as const)('%s, %i: %s at %d V', async (compatible, request, input, volts, shift, code) => {
    const bench = await spiBench({ compatible });
    bench.set(input, volts);
    const [high = 0, low = 0] = bench.exchange([request], 2);
    expect(((high << 8) | low) >> shift).toBe(code);
  });

  it('measure a difference, and repeat the result from the lowest bit only with MSBF 0', async () => {
    const bench = await spiBench({ compatible: 'microchip,mcp3002' });
    bench.set('ch0', 1);
    bench.set('ch1', 2.65);
    expect(bench.exchange([0x14], 1)).toEqual([0x80]);
    // CH1 above CH0 is 0, and 1.65 V of 3.3 V a half.
    expect(bench.exchange([0x10], 1)).toEqual([0x00]);
    bench.set('ch0', 3.25);
    bench.set('ch1', 0);
    // 3.25 V are 3F0h: ten bits, then bits 1 to 9.
    expect(bench.exchange([0x10], 3)).toEqual([0xfc, 0x07, 0xe0]);
    expect(bench.exchange([0x12], 3)).toEqual([0xfc, 0x00, 0x00]);
  });
});
