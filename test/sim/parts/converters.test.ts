import { describe, expect, it } from 'vitest';
import { i2cBench, spiBench } from '../support.ts';

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
    bench.writeRead([CONVERSION], 2);
    expect(bench.line('ALERT/RDY').high).toBe(true);
    bench.set('ain0', 0.1);
    bench.set('ain0', 0.7);
    expect(bench.line('ALERT/RDY').high).toBe(false);
    bench.writeRead([CONVERSION], 2);
    expect(bench.line('ALERT/RDY').high).toBe(true);
    bench.reset();
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x85, 0x83]);
  });
});

describe('ADS1015 (SBAS473)', () => {
  it('has twelve bits, left-aligned', async () => {
    const bench = await i2cBench({ compatible: 'ti,ads1015', reg: 0x48 });
    bench.set('ain0', 1.0005);
    bench.write([1, 0x44, 0x83]);
    expect(bench.writeRead([0], 2)).toEqual([0x3e, 0x80]);
  });
});

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
  });

  it('begins at the first one, wherever it stands', async () => {
    const bench = await mcp3008();
    bench.set('ch0', 1.65);
    expect(bench.duplex([0x00, 0x00, 0x01, 0x80, 0x00]).slice(3)).toEqual([0xfa, 0x00]);
  });

  it('answers from the start again after each select', async () => {
    const bench = await mcp3008();
    bench.set('ch0', 3.3);
    bench.duplex([0x01]);
    expect(bench.duplex([0x01, 0x80, 0x00])[2]).toBe(0xff);
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
