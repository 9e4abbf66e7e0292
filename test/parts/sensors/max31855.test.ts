import { describe, expect, it } from 'vitest';
import { spiBench } from '../../sim/support.ts';

describe('MAX31855 (19-5793)', () => {
  const read = async (set: Record<string, number | boolean>) => {
    const bench = await spiBench({ compatible: 'maxim,max31855k' });
    for (const [name, value] of Object.entries(set)) bench.set(name, value);
    return Buffer.from(bench.exchange([], 4));
  };

  // Table 4 "Thermocouple temperature data format".
  it.each([
    [1600, 0b0110_0100_0000_00],
    [1000, 0b0011_1110_1000_00],
    [100.75, 0b0000_0110_0100_11],
    [25, 0b0000_0001_1001_00],
    [0, 0],
    [-0.25, 0b1111_1111_1111_11],
    [-1, 0b1111_1111_1111_00],
    [-250, 0b1111_0000_0110_00],
  ])('thermocouple %d °C', async (celsius, code) => {
    expect((await read({ thermocouple: celsius })).readUInt32BE(0) >>> 18).toBe(code);
  });

  // Table 5 "Reference junction temperature data format".
  it.each([
    [125, 0b0111_1101_0000],
    [64.5, 0b0100_0000_1000],
    [25, 0b0001_1001_0000],
    [-0.0625, 0b1111_1111_1111],
    [-20, 0b1110_1100_0000],
  ])('reference junction %d °C', async (celsius, code) => {
    expect(((await read({ temperature: celsius })).readUInt32BE(0) >>> 4) & 0xfff).toBe(code);
  });

  it.each([
    ['open', 1],
    ['shortToGround', 2],
    ['shortToSupply', 4],
  ])('%s sets its bit and the fault bit (table 2)', async (fault, bit) => {
    expect((await read({ [fault]: true })).readUInt32BE(0) & 0x1_0007).toBe(0x1_0000 | bit);
    expect((await read({})).readUInt32BE(0) & 0x1_0007).toBe(0);
  });
});

describe('MAX6675 (19-2235)', () => {
  it('sends 12 bits of a quarter of a degree, and D2 for an open thermocouple', async () => {
    const bench = await spiBench({ compatible: 'maxim,max6675' });
    bench.set('thermocouple', 1023.75);
    expect(bench.exchange([], 2)).toEqual([0x7f, 0xf8]);
    bench.set('thermocouple', 100.25);
    bench.set('open', true);
    expect(bench.exchange([], 3)).toEqual([0x0c, 0x8c, 0x00]);
  });
});
