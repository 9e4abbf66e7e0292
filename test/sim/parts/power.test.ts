import { describe, expect, it } from 'vitest';
import { i2cBench } from '../support.ts';

const MS = 1e6;
const CONFIGURATION = 0;
const SHUNT = 1;
const BUS = 2;
const POWER = 3;
const CURRENT = 4;
const CALIBRATION = 5;
/** The examples of the data sheets: 2 mΩ, 10 A, 11.98 V. */
const monitor = (compatible: string, microOhms = 2000) =>
  i2cBench({ compatible, reg: 0x40, properties: { 'shunt-resistor': microOhms } });

describe('INA219 (SBOS448)', () => {
  it('powers up with CONFIGURATION 399Fh', async () => {
    expect((await monitor('ti,ina219')).writeRead([CONFIGURATION], 2)).toEqual([0x39, 0x9f]);
  });

  // Table 8 "Calculating current and power".
  it('calculates the example of the data sheet', async () => {
    const bench = await monitor('ti,ina219');
    bench.set('busVoltage', 11.98);
    bench.set('current', 10);
    bench.write([CALIBRATION, 0x50, 0x00]);
    expect(bench.writeRead([SHUNT], 2)).toEqual([0x07, 0xd0]);
    expect(bench.writeRead([BUS], 2)).toEqual([0x5d, 0x9a]);
    expect(bench.writeRead([CURRENT], 2)).toEqual([0x27, 0x10]);
    expect(bench.writeRead([POWER], 2)).toEqual([0x17, 0x66]);
  });

  it('reading POWER clears conversion ready', async () => {
    const bench = await monitor('ti,ina219');
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x02]);
    bench.writeRead([POWER], 2);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x00]);
  });

  // 8.6.3.1: at PGA = /1 the full scale is 4000 of 10 µV; negative values are two's complement.
  it('clips the shunt voltage at the range of its gain', async () => {
    const bench = await monitor('ti,ina219', 100_000);
    bench.write([CONFIGURATION, 0x01, 0x9f]);
    bench.set('current', -3.2);
    expect(bench.writeRead([SHUNT], 2)).toEqual([0xf0, 0x60]);
    bench.write([CONFIGURATION, 0x39, 0x9f]);
    expect(bench.writeRead([SHUNT], 2)).toEqual([0x83, 0x00]);
  });

  it('converts once when a triggered mode is written: 532 µs each', async () => {
    const bench = await monitor('ti,ina219');
    bench.write([CONFIGURATION, 0x39, 0x98]);
    bench.set('busVoltage', 4);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x00]);
    bench.write([CONFIGURATION, 0x39, 0x9b]);
    bench.clock.advance(1.06 * MS);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x00]);
    bench.clock.advance(0.004 * MS);
    expect(bench.writeRead([BUS], 2)).toEqual([0x1f, 0x42]);
  });

  it('is reset by bit 15', async () => {
    const bench = await monitor('ti,ina219');
    bench.write([CALIBRATION, 0x12, 0x35]);
    expect(bench.writeRead([CALIBRATION], 2)).toEqual([0x12, 0x34]);
    bench.write([CONFIGURATION, 0x80, 0x00]);
    expect(bench.writeRead([CALIBRATION], 2)).toEqual([0, 0]);
  });
});

describe('INA226 (SBOS547)', () => {
  it('has its identification and power-on value', async () => {
    const bench = await monitor('ti,ina226');
    expect(bench.writeRead([0xfe], 2)).toEqual([0x54, 0x49]);
    expect(bench.writeRead([0xff], 2)).toEqual([0x22, 0x60]);
    expect(bench.writeRead([CONFIGURATION], 2)).toEqual([0x41, 0x27]);
  });

  it('calculates the example of the data sheet', async () => {
    const bench = await monitor('ti,ina226');
    bench.set('busVoltage', 11.98);
    bench.set('current', 10);
    bench.write([CALIBRATION, 0x0a, 0x00]);
    expect(bench.writeRead([SHUNT], 2)).toEqual([0x1f, 0x40]);
    expect(bench.writeRead([BUS], 2)).toEqual([0x25, 0x70]);
    expect(bench.writeRead([CURRENT], 2)).toEqual([0x27, 0x10]);
    expect(bench.writeRead([POWER], 2)).toEqual([0x12, 0xb8]);
  });

  it.each([
    ['bus over', [0x20, 0x00], [0x20, 0x00], { busVoltage: 12 }, { busVoltage: 9 }],
    ['bus under', [0x10, 0x00], [0x10, 0x00], { busVoltage: 1 }, { busVoltage: 12 }],
    ['shunt over', [0x80, 0x00], [0x10, 0x00], { current: 6 }, { current: 5 }],
    ['shunt under', [0x40, 0x00], [0xf0, 0x00], { current: -6 }, { current: -5 }],
  ])('alerts at a %s voltage limit', async (_what, mask, limit, beyond, within) => {
    const bench = await monitor('ti,ina226');
    for (const [name, value] of Object.entries(within)) bench.set(name, value);
    bench.write([7, ...limit]);
    bench.write([6, ...mask]);
    expect(bench.line('ALERT').high).toBe(true);
    for (const [name, value] of Object.entries(beyond)) bench.set(name, value);
    expect(bench.line('ALERT').high).toBe(false);
    for (const [name, value] of Object.entries(within)) bench.set(name, value);
    expect(bench.line('ALERT').high).toBe(true);
  });

  it('a latched alert stays until Mask/Enable is read', async () => {
    const bench = await monitor('ti,ina226');
    bench.write([7, 0x20, 0x00]);
    bench.write([6, 0x20, 0x01]);
    bench.set('busVoltage', 12);
    bench.set('busVoltage', 1);
    expect(bench.line('ALERT').high).toBe(false);
    expect(bench.writeRead([6], 2)).toEqual([0x20, 0x19]);
    expect(bench.line('ALERT').high).toBe(true);
  });
});

describe('INA238 (SLYS026)', () => {
  // 8.2.2 "Detailed design procedure": 16.2 mΩ, 6 A, 48 V, SHUNT_CAL = 4050.
  it('calculates the example of the data sheet', async () => {
    const bench = await monitor('ti,ina238', 16_200);
    bench.set('busVoltage', 48);
    bench.set('current', 6);
    bench.write([0x02, 0x0f, 0xd2]);
    expect(bench.writeRead([0x04], 2)).toEqual([0x4b, 0xf0]);
    expect(bench.writeRead([0x05], 2)).toEqual([0x3c, 0x00]);
    expect(bench.writeRead([0x07], 2)).toEqual([0x4c, 0xcc]);
    expect(bench.writeRead([0x08], 3)).toEqual([0x48, 0x00, 0x00]);
  });

  it('has its identification, and 125 m°C steps of temperature', async () => {
    const bench = await monitor('ti,ina238');
    expect(bench.writeRead([0x3e], 2)).toEqual([0x54, 0x49]);
    expect(bench.writeRead([0x3f], 2)).toEqual([0x23, 0x81]);
    bench.set('temperature', 25.125);
    expect(bench.writeRead([0x06], 2)).toEqual([0x0c, 0x90]);
  });

  it('ADCRANGE makes the shunt four times finer', async () => {
    const bench = await monitor('ti,ina238', 1000);
    bench.set('current', 10);
    bench.write([0x00, 0x00, 0x10]);
    expect(bench.writeRead([0x04], 2)).toEqual([0x1f, 0x40]);
  });

  it('shut down keeps its values; a mode of one conversion renews them', async () => {
    const bench = await monitor('ti,ina238');
    bench.write([0x01, 0x00, 0x00]);
    bench.set('busVoltage', 48);
    bench.write([0x01, 0x00, 0x00]);
    expect(bench.writeRead([0x05], 2)).toEqual([0x00, 0x00]);
    bench.write([0x01, 0x10, 0x00]);
    expect(bench.writeRead([0x05], 2)).toEqual([0x3c, 0x00]);
  });

  it('flags what is beyond a limit, and resets', async () => {
    const bench = await monitor('ti,ina238');
    bench.write([0x0e, 0x10, 0x00]);
    bench.set('busVoltage', 48);
    expect(bench.writeRead([0x0b], 2)).toEqual([0x00, 0x13]);
    expect(bench.line('ALERT').high).toBe(false);
    bench.write([0x00, 0x80, 0x00]);
    expect(bench.line('ALERT').high).toBe(true);
    expect(bench.writeRead([0x0e], 2)).toEqual([0x7f, 0xff]);
  });
});
