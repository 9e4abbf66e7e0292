import { describe, expect, it } from 'vitest';
import { monitor } from './monitor.ts';

const MS = 1e6;
const CONFIGURATION = 0;
const SHUNT = 1;
const BUS = 2;
const POWER = 3;
const CURRENT = 4;
const CALIBRATION = 5;
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
    bench.clock.advance(1.064 * MS);
    expect(bench.writeRead([SHUNT], 2)).toEqual([0x83, 0x00]);
  });

  // 8.6.3.2: "conversion ready" is set after each conversion, cleared by reading POWER and by a new configuration.
  it('is ready again after each conversion in continuous mode', async () => {
    const bench = await monitor('ti,ina219');
    bench.write([CONFIGURATION, 0x39, 0x9f]);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x00]);
    for (let sample = 0; sample < 3; sample++) {
      bench.clock.advance(1.063 * MS);
      expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x00]);
      bench.clock.advance(0.001 * MS);
      expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x02]);
      bench.writeRead([POWER], 2);
    }
  });

  it('converts the shunt alone in half the time', async () => {
    const bench = await monitor('ti,ina219');
    bench.write([CONFIGURATION, 0x39, 0x9d]);
    bench.clock.advance(0.531 * MS);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x00]);
    bench.clock.advance(0.001 * MS);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x02]);
  });

  // 4000 * 65534 / 4096 = 63998 does not fit into 16 bits with a sign.
  it('tells by OVF that the current does not fit', async () => {
    const bench = await monitor('ti,ina219', 100_000);
    bench.set('current', 1.2);
    bench.write([CONFIGURATION, 0x21, 0x9f]);
    bench.clock.advance(2 * MS);
    bench.write([CALIBRATION, 0xff, 0xfe]);
    expect(bench.writeRead([CURRENT], 2)).toEqual([0x7f, 0xff]);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x03]);
    bench.write([CALIBRATION, 0x10, 0x00]);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x02]);
  });

  // 8.6.3.2: full scale FA0h in the 16 V range, 1F40h in the 32 V range.
  it.each([
    [0x19, 24, [0x7d, 0x02]],
    [0x39, 40, [0xfa, 0x02]],
  ])('limits the bus voltage by its range (CONFIGURATION %x9Fh)', async (high, volts, shown) => {
    const bench = await monitor('ti,ina219');
    bench.write([CONFIGURATION, high, 0x9f]);
    bench.set('busVoltage', volts);
    expect(bench.writeRead([BUS], 2)).toEqual(shown);
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

  // Table 5: resolution, or samples that are averaged.
  it.each([
    [0x3981, 84],
    [0x3989, 148],
    [0x3991, 276],
    [0x39c9, 1064],
    [0x39f9, 68_096],
  ])('CONFIGURATION %i: the shunt is converted once in %d µs', async (configuration, us) => {
    const bench = await monitor('ti,ina219');
    bench.write([CONFIGURATION, configuration >> 8, configuration & 0xff]);
    bench.clock.advance(us * 1e3 - 100);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x00]);
    bench.clock.advance(200);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x02]);
  });

  it('mode 4, "ADC off", converts nothing', async () => {
    const bench = await monitor('ti,ina219');
    bench.write([CONFIGURATION, 0x39, 0x9c]);
    bench.set('busVoltage', 4);
    bench.clock.advance(10 * MS);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x00]);
  });

  it.each([
    ['shunt', 0x9d, [0x07, 0xd0], [0x00, 0x02]],
    ['bus', 0x9e, [0x00, 0x00], [0x1f, 0x42]],
  ])('mode "%s, continuous" leaves the other as it was', async (_, low, shunt, bus) => {
    const bench = await monitor('ti,ina219');
    bench.write([CONFIGURATION, 0x39, low]);
    bench.set('busVoltage', 4);
    bench.set('current', 10);
    bench.clock.advance(1 * MS);
    expect([bench.writeRead([SHUNT], 2), bench.writeRead([BUS], 2)]).toEqual([shunt, bus]);
  });

  it.each([
    ['a new configuration', (bench: Awaited<ReturnType<typeof monitor>>) => bench.write([0, 0x39, 0x9f])],
    ['a reset', (bench: Awaited<ReturnType<typeof monitor>>) => bench.write([0, 0x80, 0x00])],
  ])('converts from %s on', async (_, change) => {
    const bench = await monitor('ti,ina219');
    bench.clock.advance(0.5 * MS);
    change(bench);
    bench.writeRead([POWER], 2);
    bench.clock.advance(1 * MS);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x00]);
    bench.clock.advance(0.07 * MS);
    expect(bench.writeRead([BUS], 2)).toEqual([0x00, 0x02]);
  });
});
