import { describe, expect, it } from 'vitest';
import { smbusPec } from '../../../src/bus/index.ts';
import { faultOf, i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('MLX90614 (3901090614, rev. 13)', () => {
  const mlx90614 = () => i2cBench({ compatible: 'melexis,mlx90614', reg: 0x5a });
  const pec = (...bytes: number[]) => smbusPec(0, Uint8Array.from(bytes));

  // 8.4.5: 0.02 K a count; its example is 3AF7h, 28.75 °C.
  it.each([
    [28.75, 0x3af7],
    [25.01, 0x3a3c],
    [-39.99, 0x2d8a],
  ])(
    '%d °C is %i, the least significant byte first, with a checksum over the addresses too',
    async (celsius, code) => {
      const bench = await mlx90614();
      bench.set('temperature', celsius);
      bench.set('object', celsius);
      const [low, high] = [code & 0xff, code >> 8];
      expect(bench.writeRead([0x06], 3)).toEqual([low, high, pec(0xb4, 0x06, 0xb5, low, high)]);
      expect(bench.writeRead([0x07], 2)).toEqual([low, high]);
    },
  );

  // 8.4.3: the read of 07h that is drawn there.
  it('has the checksum of SMBus: of B4 07 B5 D2 3A it is 30h', async () => {
    const bench = await mlx90614();
    bench.set('temperature', 0x3ad2 * 0.02 - 273.15);
    bench.set('object', 0x3ad2 * 0.02 - 273.15);
    expect(bench.writeRead([0x07], 3)).toEqual([0xd2, 0x3a, 0x30]);
  });

  it('has the EEPROM of table 7', async () => {
    const bench = await mlx90614();
    expect([0x20, 0x21, 0x24, 0x2e].map((cell) => bench.writeRead([cell], 2))).toEqual([
      [0x93, 0x99],
      [0xe3, 0x62],
      [0xff, 0xff],
      [0x5a, 0xbe],
    ]);
  });

  it('a cell is erased before it is written; a wrong checksum changes nothing', async () => {
    const bench = await mlx90614();
    const write = (low: number, high: number, check = pec(0xb4, 0x24, low, high)) =>
      bench.write([0x24, low, high, check]);
    write(0x00, 0x00, 0x00);
    expect(bench.writeRead([0x24], 2)).toEqual([0xff, 0xff]);
    write(0x00, 0x00);
    bench.clock.advance(9 * MS);
    // Flags: bit 7 while the EEPROM is busy.
    expect(bench.writeRead([0xf0], 2)).toEqual([0x80, 0x00]);
    bench.clock.advance(1 * MS);
    write(0x33, 0xf3);
    bench.clock.advance(10 * MS);
    expect(bench.writeRead([0x24], 2)).toEqual([0x33, 0xf3]);
  });

  it.each([0x06, 0x1f, 0x26, 0x3c])('cell %i cannot be written', async (cell) => {
    const bench = await mlx90614();
    const before = bench.writeRead([cell], 2);
    bench.write([cell, 0x00, 0x00, pec(0xb4, cell, 0x00, 0x00)]);
    expect(bench.writeRead([0xf0], 2)).toEqual([0x00, 0x00]);
    bench.clock.advance(10 * MS);
    expect(bench.writeRead([cell], 2)).toEqual(before);
  });

  it.each([0x20, 0x25])('cell %i can be written', async (cell) => {
    const bench = await mlx90614();
    bench.write([cell, 0x00, 0x00, pec(0xb4, cell, 0x00, 0x00)]);
    expect(bench.writeRead([0xf0], 2)).toEqual([0x80, 0x00]);
    bench.clock.advance(10 * MS);
    expect(bench.writeRead([cell], 2)).toEqual([0x00, 0x00]);
  });

  it('takes no write without a checksum, nor one while it writes', async () => {
    const bench = await mlx90614();
    bench.write([0x24, 0x00, 0x00]);
    expect(bench.writeRead([0x24], 2)).toEqual([0xff, 0xff]);
    bench.write([0x24, 0x00, 0x00, pec(0xb4, 0x24, 0x00, 0x00)]);
    bench.write([0x20, 0x00, 0x00, pec(0xb4, 0x20, 0x00, 0x00)]);
    bench.clock.advance(10 * MS);
    expect([bench.writeRead([0x24], 2), bench.writeRead([0x20], 2)]).toEqual([
      [0x00, 0x00],
      [0x93, 0x99],
    ]);
  });

  it('tells of a wrong checksum when it is strict, and of nothing that is right', async () => {
    const bench = await i2cBench({
      compatible: 'melexis,mlx90614',
      reg: 0x5a,
      properties: { 'dtbus,strict': true },
    });
    bench.writeRead([0x07], 3);
    bench.write([0x24, 0x00, 0x00, pec(0xb4, 0x24, 0x00, 0x00)]);
    expect(bench.warnings).toEqual([]);
    bench.write([0x24, 0x00, 0x00, 0x55]);
    expect(bench.warnings).toEqual(['/i2c/part0: write of 0x24: the packet error check is missing or wrong']);
  });

  it('a shiny object looks colder, until the emissivity is set', async () => {
    const bench = await mlx90614();
    bench.set('object', 100);
    bench.set('emissivity', 0.95);
    const celsius = () => {
      const [low = 0, high = 0] = bench.writeRead([0x07], 2);
      return ((high << 8) | low) * 0.02 - 273.15;
    };
    // 0.95 * 373.15^4 + 0.05 * 298.15^4, the fourth root.
    expect(celsius()).toBeCloseTo((0.95 * 373.15 ** 4 + 0.05 * 298.15 ** 4) ** 0.25 - 273.15, 1);
    for (const [low, high] of [
      [0x00, 0x00],
      [0x33, 0xf3],
    ] as const) {
      bench.write([0x24, low, high, pec(0xb4, 0x24, low, high)]);
      bench.clock.advance(10 * MS);
    }
    expect(celsius()).toBeCloseTo(100, 1);
  });

  it('asleep it does not answer', async () => {
    const bench = await mlx90614();
    bench.write([0xff, 0xe8]);
    expect(faultOf(() => bench.read(1))).toBe('ENXIO');
    bench.reset();
    expect(faultOf(() => bench.read(1))).toBeUndefined();
  });
});
