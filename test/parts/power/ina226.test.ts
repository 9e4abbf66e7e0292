import { describe, expect, it } from 'vitest';
import { monitor } from './monitor.ts';

const MS = 1e6;
const CONFIGURATION = 0;
const SHUNT = 1;
const BUS = 2;
const POWER = 3;
const CURRENT = 4;
const CALIBRATION = 5;
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

  it('is ready again after each conversion in continuous mode: 2.2 ms', async () => {
    const bench = await monitor('ti,ina226');
    bench.write([CONFIGURATION, 0x41, 0x27]);
    for (let sample = 0; sample < 3; sample++) {
      bench.clock.advance(2.199 * MS);
      expect(bench.writeRead([6], 2)).toEqual([0x00, 0x00]);
      bench.clock.advance(0.001 * MS);
      expect(bench.writeRead([6], 2)).toEqual([0x00, 0x08]);
    }
  });

  it('ALERT tells the end of a triggered conversion, with no one on the bus', async () => {
    const bench = await monitor('ti,ina226');
    bench.write([6, 0x04, 0x00]);
    bench.writeRead([6], 2);
    const levels: boolean[] = [];
    bench.line('ALERT').listen((high) => levels.push(high));
    bench.write([CONFIGURATION, 0x41, 0x23]);
    bench.clock.advance(2.2 * MS);
    expect(levels).toEqual([false]);
    bench.writeRead([6], 2);
    expect(levels).toEqual([false, true]);
  });

  it('a transparent alert flag stays over a read, until a conversion within the limit', async () => {
    const bench = await monitor('ti,ina226');
    bench.write([7, 0x20, 0x00]);
    bench.write([6, 0x20, 0x00]);
    bench.set('busVoltage', 12);
    expect(bench.writeRead([6], 2)).toEqual([0x20, 0x18]);
    expect(bench.writeRead([6], 2)).toEqual([0x20, 0x10]);
    bench.set('busVoltage', 1);
    expect(bench.writeRead([6], 2)).toEqual([0x20, 0x08]);
  });

  // 0.8 A * 0.1 Ω / 2.5 µV = 32000; * 32767 / 2048 does not fit.
  it('tells by OVF that the current does not fit', async () => {
    const bench = await monitor('ti,ina226', 100_000);
    bench.set('current', 0.8);
    bench.write([CALIBRATION, 0x7f, 0xff]);
    expect(bench.writeRead([6], 2)).toEqual([0x00, 0x0c]);
  });

  it('alerts at a power over limit, and at what exceeds a limit only', async () => {
    const bench = await monitor('ti,ina226');
    bench.set('busVoltage', 11.98);
    bench.set('current', 10);
    bench.write([CALIBRATION, 0x0a, 0x00]);
    // The example's power is 12B8h, its bus voltage 2570h, its shunt voltage 1F40h.
    const alerts = (mask: number, limit: number) => {
      bench.write([7, limit >> 8, limit & 0xff]);
      bench.write([6, mask >> 8, 0x00]);
      return !bench.line('ALERT').high;
    };
    expect([alerts(0x0800, 0x12b8), alerts(0x0800, 0x12b7)]).toEqual([false, true]);
    expect([alerts(0x2000, 0x2570), alerts(0x2000, 0x256f)]).toEqual([false, true]);
    expect([alerts(0x1000, 0x2570), alerts(0x1000, 0x2571)]).toEqual([false, true]);
    expect([alerts(0x8000, 0x1f40), alerts(0x8000, 0x1f3f)]).toEqual([false, true]);
    expect([alerts(0x4000, 0x1f40), alerts(0x4000, 0x1f41)]).toEqual([false, true]);
    expect(alerts(0x0000, 0x0000)).toBe(false);
  });

  it('APOL turns ALERT round', async () => {
    const bench = await monitor('ti,ina226');
    bench.write([7, 0x20, 0x00]);
    bench.write([6, 0x20, 0x02]);
    expect(bench.line('ALERT').high).toBe(false);
    bench.set('busVoltage', 12);
    expect(bench.line('ALERT').high).toBe(true);
  });

  it('averages take so many conversions: 4 of 2.2 ms', async () => {
    const bench = await monitor('ti,ina226');
    bench.write([CONFIGURATION, 0x43, 0x27]);
    bench.clock.advance(8.7 * MS);
    expect(bench.writeRead([6], 2)).toEqual([0x00, 0x00]);
    bench.clock.advance(0.2 * MS);
    expect(bench.writeRead([6], 2)).toEqual([0x00, 0x08]);
  });

  it.each([
    ['shunt', 0x25, [0x1f, 0x40], [0x00, 0x00]],
    ['bus', 0x26, [0x00, 0x00], [0x0c, 0x80]],
    ['power-down', 0x24, [0x00, 0x00], [0x00, 0x00]],
  ])('mode "%s" leaves the rest as it was', async (_, low, shunt, bus) => {
    const bench = await monitor('ti,ina226');
    bench.write([CONFIGURATION, 0x41, low]);
    bench.set('busVoltage', 4);
    bench.set('current', 10);
    bench.clock.advance(10 * MS);
    expect([bench.writeRead([SHUNT], 2), bench.writeRead([BUS], 2)]).toEqual([shunt, bus]);
  });

  it('7.6.7: power-down leaves "conversion ready"; a triggered conversion shows what was then', async () => {
    const bench = await monitor('ti,ina226');
    bench.write([CONFIGURATION, 0x41, 0x20]);
    expect(bench.writeRead([6], 2)).toEqual([0x00, 0x08]);
    bench.write([CONFIGURATION, 0x41, 0x23]);
    bench.set('busVoltage', 4);
    bench.clock.advance(2.2 * MS);
    bench.set('busVoltage', 8);
    bench.clock.advance(100 * MS);
    expect(bench.writeRead([BUS], 2)).toEqual([0x0c, 0x80]);
  });

  it('RST resets; conversions begin anew with it, as with a new configuration', async () => {
    const bench = await monitor('ti,ina226');
    bench.write([CALIBRATION, 0x12, 0x34]);
    for (const configuration of [
      [0x80, 0x00],
      [0x41, 0x27],
    ]) {
      bench.clock.advance(1 * MS);
      bench.write([CONFIGURATION, ...configuration]);
      bench.writeRead([6], 2);
      bench.clock.advance(2.1 * MS);
      expect(bench.writeRead([6], 2)).toEqual([0x00, 0x00]);
      bench.clock.advance(0.2 * MS);
      expect(bench.writeRead([6], 2)).toEqual([0x00, 0x08]);
    }
    expect(bench.writeRead([CALIBRATION], 2)).toEqual([0, 0]);
  });
});
