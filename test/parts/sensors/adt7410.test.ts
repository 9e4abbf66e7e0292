import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('ADT7410 (rev. A)', () => {
  const adt7410 = () => i2cBench({ compatible: 'adi,adt7410', reg: 0x48 });
  const measured = async (celsius: number, configuration = 0x00) => {
    const bench = await adt7410();
    bench.set('temperature', celsius);
    bench.write([0x03, configuration]);
    bench.clock.advance(300 * MS);
    return bench;
  };

  it('has the power-on values of table 6', async () => {
    const bench = await adt7410();
    expect(bench.writeRead([0x03], 9)).toEqual([0x00, 0x20, 0x00, 0x05, 0x00, 0x49, 0x80, 0x05, 0xcb]);
  });

  // Table 5 "13-bit temperature data format": the higher 13 bits.
  it.each([
    [-55, 0b1_1100_1001_0000],
    [-0.0625, 0b1_1111_1111_1111],
    [0.0625, 0b0_0000_0000_0001],
    [25, 0b0_0001_1001_0000],
    [150, 0b0_1001_0110_0000],
  ])('%d °C in 13 bits', async (celsius, code) => {
    const [high = 0, low = 0] = (await measured(celsius)).writeRead([0x00], 2);
    expect(((high << 8) | low) >> 3).toBe(code);
  });

  // 16-bit data format: 1/128 °C.
  it.each([
    [-55, [0xe4, 0x80]],
    [-0.0078125, [0xff, 0xff]],
    [25, [0x0c, 0x80]],
    [150, [0x4b, 0x00]],
  ])('%d °C in 16 bits', async (celsius, bytes) => {
    expect((await measured(celsius, 0x80)).writeRead([0x00], 2)).toEqual(bytes);
  });

  it('flags stand below 13 bits; limits of 64, 10 and 147 °C move INT and CT', async () => {
    const bench = await measured(25);
    expect([bench.line('INT').high, bench.line('CT').high]).toEqual([true, true]);
    bench.set('temperature', 148);
    expect(bench.line('INT').high).toBe(true);
    bench.clock.advance(240 * MS);
    expect([bench.line('INT').high, bench.line('CT').high]).toEqual([false, false]);
    expect((bench.writeRead([0x00], 2)[1] as number) & 7).toBe(0b110);
    // The hysteresis is 5 °C.
    bench.set('temperature', 60);
    bench.clock.advance(240 * MS);
    expect([bench.line('INT').high, bench.line('CT').high]).toEqual([false, true]);
    bench.set('temperature', 58);
    bench.clock.advance(240 * MS);
    expect(bench.line('INT').high).toBe(true);
  });

  it('one-shot measures once and shuts down; RDY is low when a result is there', async () => {
    const bench = await measured(25, 0x20);
    expect([...bench.writeRead([0x02], 1), ...bench.writeRead([0x03], 1)]).toEqual([0x00, 0x60]);
    bench.writeRead([0x00], 2);
    expect(bench.writeRead([0x02], 1)).toEqual([0x80]);
    bench.set('temperature', 50);
    bench.clock.advance(1000 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x0c]);
    bench.write([0x03, 0x20]);
    bench.clock.advance(240 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x19]);
  });

  it('a write of 2Fh alone resets', async () => {
    const bench = await measured(25, 0x80);
    bench.write([0x2f]);
    expect(bench.writeRead([0x03], 1)).toEqual([0x00]);
  });
});
