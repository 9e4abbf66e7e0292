import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('MS5611 (ENG_DS_MS5611-01BA03_B3)', () => {
  const ms5611 = () => i2cBench({ compatible: 'meas,ms5611', reg: 0x77 });
  type Bench = Awaited<ReturnType<typeof ms5611>>;
  const prom = (bench: Bench) =>
    Array.from({ length: 8 }, (_, word) =>
      Buffer.from(bench.writeRead([0xa0 + 2 * word], 2)).readUInt16BE(0),
    );
  const convert = (bench: Bench, command: number, ms = 8.22) => {
    bench.write([command]);
    bench.clock.advance(ms * MS);
    const [high = 0, middle = 0, low = 0] = bench.writeRead([0x00], 3);
    return (high << 16) | (middle << 8) | low;
  };

  it('has the coefficients of figure 2, and their checksum (AN520)', async () => {
    const words = prom(await ms5611());
    expect(words.slice(1, 7)).toEqual([40_127, 36_924, 23_317, 23_282, 33_464, 28_312]);
    const crc = (words[7] as number) & 0x0f;
    const bytes = words.flatMap((word) => [word >> 8, word & 0xff]);
    bytes[15] = 0;
    let rest = 0;
    for (const byte of bytes) {
      rest ^= byte;
      for (let bit = 0; bit < 8; bit++) rest = rest & 0x8000 ? (rest << 1) ^ 0x3000 : rest << 1;
    }
    expect((rest >> 12) & 0x0f).toBe(crc);
  });

  // Figure 2: D1 = 9085466 and D2 = 8569150 are 20.07 °C and 1000.09 mbar.
  it('gives the codes of the example', async () => {
    const bench = await ms5611();
    bench.set('temperature', 20.07);
    bench.set('pressure', 100_009);
    expect(Math.abs(convert(bench, 0x58) - 8_569_150)).toBeLessThan(400);
    expect(Math.abs(convert(bench, 0x48) - 9_085_466)).toBeLessThan(150);
  });

  // Figure 3: second order below 20 °C and below -15 °C.
  it.each([
    [10, 80_000],
    [-30, 60_000],
    [60, 110_000],
  ])('%d °C and %d Pa come back out of figures 2 and 3', async (celsius, pascals) => {
    const bench = await ms5611();
    bench.set('temperature', celsius);
    bench.set('pressure', pascals);
    const [d2, d1] = [convert(bench, 0x58), convert(bench, 0x48)];
    const dt = d2 - 33_464 * 256;
    let temp = 2000 + (dt * 28_312) / 2 ** 23;
    let [off, sens] = [36_924 * 2 ** 16 + (23_282 * dt) / 2 ** 7, 40_127 * 2 ** 15 + (23_317 * dt) / 2 ** 8];
    if (temp < 2000) {
      let [off2, sens2] = [(5 * (temp - 2000) ** 2) / 2, (5 * (temp - 2000) ** 2) / 4];
      if (temp < -1500)
        [off2, sens2] = [off2 + 7 * (temp + 1500) ** 2, sens2 + (11 * (temp + 1500) ** 2) / 2];
      [temp, off, sens] = [temp - dt ** 2 / 2 ** 31, off - off2, sens - sens2];
    }
    expect(temp / 100).toBeCloseTo(celsius, 2);
    expect(((d1 * sens) / 2 ** 21 - off) / 2 ** 15).toBeCloseTo(pascals, 0);
  });

  it('before the end of a conversion the result is 0, and it can be read once', async () => {
    const bench = await ms5611();
    expect(convert(bench, 0x40, 0.53)).toBe(0);
    expect(convert(bench, 0x40, 0.54)).toBeGreaterThan(0);
    expect(bench.writeRead([0x00], 3)).toEqual([0, 0, 0]);
  });

  it('converts the temperature with 256 samples too (table "ADC")', async () => {
    const bench = await ms5611();
    bench.set('temperature', 20.07);
    expect(convert(bench, 0x50, 0.54)).toBe(convert(bench, 0x58));
  });

  it.each([
    ['the reset command', (bench: Bench) => bench.write([0x1e])],
    ['a loss of power', (bench: Bench) => bench.reset()],
  ])('%s ends a conversion', async (_, reset) => {
    const bench = await ms5611();
    bench.write([0x48]);
    reset(bench);
    bench.clock.advance(9 * MS);
    expect(bench.writeRead([0x00], 3)).toEqual([0, 0, 0]);
  });

  it('has no commands but those of the table "Command structure"', async () => {
    const bench = await i2cBench({
      compatible: 'meas,ms5611',
      reg: 0x77,
      properties: { 'dtbus,strict': true },
    });
    const commands = [0x1e, 0x00, 0x40, 0x42, 0x44, 0x46, 0x48, 0x50, 0x52, 0x54, 0x56, 0x58];
    for (let word = 0; word < 8; word++) commands.push(0xa0 + 2 * word);
    for (const command of commands) bench.write([command]);
    bench.clock.advance(9 * MS);
    expect(bench.warnings).toEqual([]);
    const others = [0x20, 0x4a, 0x5a, 0x60, 0xb0, 0xb2];
    bench.writeRead([0x00], 3);
    for (const [index, command] of others.entries()) {
      bench.write([command]);
      bench.clock.advance(9 * MS);
      expect(bench.writeRead([0x00], 3)).toEqual([0, 0, 0]);
      expect(bench.warnings).toHaveLength(index + 1);
      expect(bench.warnings.at(-1)).toContain(`0x${command.toString(16)}`);
    }
  });
});
