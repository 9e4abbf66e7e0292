import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;

describe('ADS1115 (SBAS444)', () => {
  const ads1115 = () => i2cBench({ compatible: 'ti,ads1115', reg: 0x48 });
  const [CONVERSION, CONFIG, LO, HI] = [0, 1, 2, 3];

  it('powers up with 8583h and the widest thresholds', async () => {
    const bench = await ads1115();
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x85, 0x83]);
    expect(bench.writeRead([LO], 2)).toEqual([0x80, 0x00]);
    expect(bench.writeRead([HI], 2)).toEqual([0x7f, 0xff]);
  });

  // Table 7-3 "Input signal versus ideal output code", at ±2.048 V.
  it.each([
    [2.048, [0x7f, 0xff]],
    [0.0000625, [0x00, 0x01]],
    [0, [0x00, 0x00]],
    [-0.0000625, [0xff, 0xff]],
    [-2.048, [0x80, 0x00]],
  ])('AIN0 - AIN1 = %d V', async (volts, code) => {
    const bench = await ads1115();
    bench.set('ain0', Math.max(0, volts));
    bench.set('ain1', Math.max(0, -volts));
    bench.write([CONFIG, 0x04, 0x83]);
    bench.clock.advance(1e9 / 128);
    expect(bench.writeRead([CONVERSION], 2)).toEqual(code);
  });

  it.each([
    [0x42, 'ain0'],
    [0x52, 'ain1'],
    [0x62, 'ain2'],
    [0x72, 'ain3'],
  ])('MUX and PGA: %i measures %s against ground at ±4.096 V', async (high, input) => {
    const bench = await ads1115();
    bench.set(input, 1.024);
    bench.write([CONFIG, high, 0x83]);
    bench.clock.advance(1e9 / 128);
    expect(bench.writeRead([CONVERSION], 2)).toEqual([0x20, 0x00]);
  });

  it('a single conversion at 128 samples a second takes 7.8 ms, and OS says when', async () => {
    const bench = await ads1115();
    bench.set('ain0', 1.024);
    bench.write([CONFIG, 0xc3, 0x83]);
    bench.clock.advance(7.8 * MS);
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x43, 0x83]);
    bench.clock.advance(0.04 * MS);
    expect(bench.writeRead([CONFIG], 2)).toEqual([0xc3, 0x83]);
    expect(bench.writeRead([CONVERSION], 2)).toEqual([0x20, 0x00]);
  });

  it('the comparator asserts above HI and lets go below LO', async () => {
    const bench = await ads1115();
    bench.write([LO, 0x10, 0x00]);
    bench.write([HI, 0x20, 0x00]);
    bench.write([CONFIG, 0x42, 0x80]);
    const levels: boolean[] = [];
    for (const volts of [1.1, 0.8, 0.4]) {
      bench.set('ain0', volts);
      bench.clock.advance(1e9 / 128);
      levels.push(bench.line('ALERT/RDY').high);
    }
    expect(levels).toEqual([false, false, true]);
  });

  it('a latched window comparator waits for CONVERSION to be read', async () => {
    const bench = await ads1115();
    bench.write([LO, 0x10, 0x00]);
    bench.write([HI, 0x20, 0x00]);
    bench.write([CONFIG, 0x42, 0x94]);
    bench.set('ain0', 0.7);
    bench.clock.advance(1e9 / 128);
    bench.writeRead([CONVERSION], 2);
    expect(bench.line('ALERT/RDY').high).toBe(true);
    bench.set('ain0', 0.1);
    bench.clock.advance(1e9 / 128);
    bench.set('ain0', 0.7);
    bench.clock.advance(1e9 / 128);
    expect(bench.line('ALERT/RDY').high).toBe(false);
    bench.writeRead([CONVERSION], 2);
    expect(bench.line('ALERT/RDY').high).toBe(true);
    bench.reset();
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x85, 0x83]);
  });

  // 8.4.2.2: the first result with the new settings comes when their first conversion has ended.
  it('shows the old result until the next conversion after a change of MUX', async () => {
    const bench = await ads1115();
    bench.set('ain0', 1.024);
    bench.set('ain1', 2.048);
    bench.write([CONFIG, 0x42, 0x83]);
    bench.clock.advance(1e9 / 128);
    bench.write([CONFIG, 0x52, 0x83]);
    expect(bench.writeRead([CONVERSION], 2)).toEqual([0x20, 0x00]);
    bench.clock.advance(1e9 / 128);
    expect(bench.writeRead([CONVERSION], 2)).toEqual([0x40, 0x00]);
  });

  describe('8.3.8 conversion ready pin: HI from 8000h, LO below it', () => {
    const watched = async (config: readonly number[]) => {
      const bench = await ads1115();
      const falls: number[] = [];
      bench.line('ALERT/RDY').listen((high) => {
        if (!high) falls.push(bench.clock.now());
      });
      bench.write([HI, 0x80, 0x00]);
      bench.write([LO, 0x00, 0x00]);
      bench.write([CONFIG, ...config]);
      return { bench, falls, begun: bench.clock.now() };
    };

    it('falls at the end of each single conversion, with no one on the bus, and rises with the next', async () => {
      const { bench, falls } = await watched([0xc1, 0xe0]);
      for (let conversion = 1; conversion <= 3; conversion++) {
        bench.clock.advance(1.2 * MS);
        expect([falls.length, bench.line('ALERT/RDY').high]).toEqual([conversion, false]);
        bench.write([CONFIG, 0xc1, 0xe0]);
        expect(bench.line('ALERT/RDY').high).toBe(true);
      }
    });

    it('gives a pulse for each of the 86 conversions that 100 ms at 860 a second have', async () => {
      const { bench, falls } = await watched([0x40, 0xe0]);
      bench.clock.advance(100.1 * MS);
      expect([falls.length, bench.line('ALERT/RDY').high]).toEqual([86, true]);
    });

    it('stays quiet while the comparator is off', async () => {
      const { bench, falls } = await watched([0x40, 0xe3]);
      bench.clock.advance(100.1 * MS);
      expect(falls).toEqual([]);
    });
  });

  it('a general call 06h resets it', async () => {
    const bench = await ads1115();
    bench.write([CONFIG, 0x42, 0x83]);
    bench.write([0x06], 0);
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x85, 0x83]);
  });
});

describe('ADS1015 (SBAS473)', () => {
  it('has twelve bits, left-aligned', async () => {
    const bench = await i2cBench({ compatible: 'ti,ads1015', reg: 0x48 });
    bench.set('ain0', 1.0005);
    bench.write([1, 0x44, 0x83]);
    bench.clock.advance(1e9 / 1600);
    expect(bench.writeRead([0], 2)).toEqual([0x3e, 0x80]);
  });
});

describe('TLA2024 (SBAS846)', () => {
  it('converts as the ADS1015 does and has no comparator', async () => {
    const bench = await i2cBench({ compatible: 'ti,tla2024', reg: 0x48 });
    bench.set('ain0', 1.0005);
    bench.write([1, 0x44, 0x80]);
    bench.clock.advance(1e9 / 1600);
    expect(bench.writeRead([0], 2)).toEqual([0x3e, 0x80]);
    expect(bench.writeRead([1], 2)).toEqual([0xc4, 0x83]);
    bench.write([3, 0x12, 0x34]);
    expect(bench.writeRead([3], 2)).toEqual([0x7f, 0xff]);
  });
});
