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

  it('is beyond a limit only past it: at 10 °C and 64 °C no flag is set, at 147 °C not that of T_CRIT', async () => {
    const flagsAt = async (celsius: number) =>
      ((await measured(celsius)).writeRead([0x02], 1)[0] as number) & 0x70;
    expect([await flagsAt(10), await flagsAt(64), await flagsAt(147)]).toEqual([0, 0, 0x20]);
    expect([await flagsAt(9), await flagsAt(65), await flagsAt(148)]).toEqual([0x10, 0x20, 0x60]);
  });

  it('INT is let go above T_LOW, CT below T_CRIT, by the hysteresis', async () => {
    const bench = await measured(9);
    const linesAt = (celsius: number) => {
      bench.set('temperature', celsius);
      bench.clock.advance(240 * MS);
      return [bench.line('INT').high, bench.line('CT').high];
    };
    expect((bench.writeRead([0x00], 2)[1] as number) & 7).toBe(0b001);
    expect([linesAt(14), linesAt(16)]).toEqual([
      [false, true],
      [true, true],
    ]);
    expect([linesAt(148), linesAt(144), linesAt(141), linesAt(25)]).toEqual([
      [false, false],
      [false, false],
      [false, true],
      [true, true],
    ]);
  });

  it('limits have both of their bytes: 25.0625 °C is 0C88h', async () => {
    const bench = await measured(25);
    bench.write([0x04, 0x0c, 0x88]);
    bench.clock.advance(240 * MS);
    expect(bench.writeRead([0x02], 1)).toEqual([0x00]);
    bench.set('temperature', 25.125);
    bench.clock.advance(240 * MS);
    expect(bench.writeRead([0x02], 1)).toEqual([0x20]);
  });

  it('drives INT and CT high when their polarity bits are set', async () => {
    const bench = await measured(25, 0x0c);
    expect([bench.line('INT').high, bench.line('CT').high]).toEqual([false, false]);
    bench.set('temperature', 148);
    bench.clock.advance(240 * MS);
    expect([bench.line('INT').high, bench.line('CT').high]).toEqual([true, true]);
  });

  it('has its first result 6 ms after power-on, and again after a reset', async () => {
    const bench = await adt7410();
    for (const again of [() => {}, () => bench.reset()]) {
      again();
      bench.clock.advance(5 * MS);
      expect(bench.writeRead([0x02], 1)).toEqual([0x80]);
      bench.clock.advance(1 * MS);
      expect(bench.writeRead([0x02], 1)).toEqual([0x00]);
      expect(bench.writeRead([0x00], 2)).toEqual([0x0c, 0x80]);
    }
  });

  it('lets CT and INT go at a reset', async () => {
    const bench = await measured(148);
    bench.reset();
    expect([bench.line('INT').high, bench.line('CT').high]).toEqual([true, true]);
  });

  it('measures once a second when MODE says so', async () => {
    const bench = await measured(25, 0x40);
    bench.set('temperature', 50);
    bench.clock.advance(700 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x0c]);
    bench.clock.advance(300 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x19]);
  });

  it('shut down, it measures no more, also what a one-shot has begun', async () => {
    const bench = await measured(25);
    bench.set('temperature', 50);
    bench.write([0x03, 0x20]);
    bench.write([0x03, 0x60]);
    bench.clock.advance(2000 * MS);
    expect(bench.writeRead([0x00], 1)).toEqual([0x0c]);
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
