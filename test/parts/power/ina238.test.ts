import { describe, expect, it } from 'vitest';
import { monitor } from './monitor.ts';

const MS = 1e6;
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
    bench.clock.advance(3.156 * MS);
    expect(bench.writeRead([0x04], 2)).toEqual([0x1f, 0x40]);
  });

  it('shut down keeps its values; a mode of one conversion renews them', async () => {
    const bench = await monitor('ti,ina238');
    bench.write([0x01, 0x00, 0x00]);
    bench.set('busVoltage', 48);
    bench.write([0x01, 0x00, 0x00]);
    expect(bench.writeRead([0x05], 2)).toEqual([0x00, 0x00]);
    bench.write([0x01, 0x10, 0x00]);
    expect(bench.writeRead([0x05], 2)).toEqual([0x00, 0x00]);
    bench.clock.advance(0.05 * MS);
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

  // 7.6.1.12: CNVRF; three conversions of 1052 µs.
  it('is ready again after each conversion in continuous mode', async () => {
    const bench = await monitor('ti,ina238');
    bench.writeRead([0x0b], 2);
    for (let sample = 0; sample < 3; sample++) {
      bench.clock.advance(3.155 * MS);
      expect(bench.writeRead([0x0b], 2)).toEqual([0x00, 0x01]);
      bench.clock.advance(0.001 * MS);
      expect(bench.writeRead([0x0b], 2)).toEqual([0x00, 0x03]);
    }
  });

  /** DIAG_ALRT without CNVRF and MEMSTAT. */
  const flags = ([high = 0, low = 0]: readonly number[]) => (high << 8) | (low & 0xfc);

  // 7.6.1.12: 48 V are 3C00h, 6 A through 16.2 mΩ 4BF0h, 25 °C C80h, the power 480000h.
  it.each([
    ['SHNTOL', 0x0c, 0x4bf0, 0x4bef, 0x40],
    ['SHNTUL', 0x0d, 0x4bf0, 0x4bf1, 0x20],
    ['BUSOL', 0x0e, 0x3c00, 0x3bff, 0x10],
    ['BUSUL', 0x0f, 0x3c00, 0x3c01, 0x08],
    ['TMPOL', 0x10, 0x0c80, 0x0c70, 0x80],
    ['PWR_LIMIT', 0x11, 0x4800, 0x47ff, 0x04],
  ])('%s tells of what exceeds its limit', async (_, register, at, beyond, flag) => {
    const bench = await monitor('ti,ina238', 16_200);
    bench.set('busVoltage', 48);
    bench.set('current', 6);
    bench.write([0x02, 0x0f, 0xd2]);
    bench.write([register, at >> 8, at & 0xff]);
    expect([flags(bench.writeRead([0x0b], 2)), bench.line('ALERT').high]).toEqual([0, true]);
    bench.write([register, beyond >> 8, beyond & 0xff]);
    expect([flags(bench.writeRead([0x0b], 2)), bench.line('ALERT').high]).toEqual([flag, false]);
  });

  // 7.6.1.12: ALATCH.
  it('a latched flag stays until it is read, though what caused it is over', async () => {
    const bench = await monitor('ti,ina238');
    bench.write([0x0b, 0x80, 0x01]);
    bench.write([0x0e, 0x10, 0x00]);
    bench.set('busVoltage', 48);
    bench.set('busVoltage', 0);
    expect([bench.line('ALERT').high, flags(bench.writeRead([0x0b], 2))]).toEqual([false, 0x8010]);
    expect([bench.line('ALERT').high, flags(bench.writeRead([0x0b], 2))]).toEqual([true, 0x8000]);
  });

  it('MATHOF tells that the current does not fit; without a calibration it is 0', async () => {
    const bench = await monitor('ti,ina238', 16_200);
    bench.set('current', 6);
    // 4BF0h * 4096 / 1000 is more than 15 bits.
    bench.write([0x02, 0x03, 0xe8]);
    expect(bench.writeRead([0x07], 2)).toEqual([0x7f, 0xff]);
    expect(flags(bench.writeRead([0x0b], 2))).toBe(0x200);
    bench.write([0x02, 0x00, 0x00]);
    expect(bench.writeRead([0x07], 2)).toEqual([0x00, 0x00]);
    expect(flags(bench.writeRead([0x0b], 2))).toBe(0);
  });

  it('CNVR lets ALERT tell the end of a conversion, APOL turns it round', async () => {
    const bench = await monitor('ti,ina238');
    bench.write([0x0b, 0x40, 0x01]);
    bench.writeRead([0x0b], 2);
    expect(bench.line('ALERT').high).toBe(true);
    bench.clock.advance(3.2 * MS);
    expect(bench.line('ALERT').high).toBe(false);
    bench.write([0x0b, 0x50, 0x01]);
    expect(bench.line('ALERT').high).toBe(true);
    bench.writeRead([0x0b], 2);
    expect(bench.line('ALERT').high).toBe(false);
  });

  it('averages take so many conversions: 4 of 3.156 ms', async () => {
    const bench = await monitor('ti,ina238');
    bench.write([0x01, 0xfb, 0x69]);
    bench.clock.advance(12.6 * MS);
    expect(bench.writeRead([0x0b], 2)).toEqual([0x00, 0x01]);
    bench.clock.advance(0.1 * MS);
    expect(bench.writeRead([0x0b], 2)).toEqual([0x00, 0x03]);
  });

  it.each([
    ['bus', 0x9b, [0x00, 0x00], [0x3c, 0x00], [0x0c, 0x80]],
    ['shunt', 0xab, [0x0f, 0xa0], [0x00, 0x00], [0x0c, 0x80]],
    ['temperature', 0xcb, [0x00, 0x00], [0x00, 0x00], [0x19, 0x00]],
    ['shut down', 0x8b, [0x00, 0x00], [0x00, 0x00], [0x0c, 0x80]],
  ])('mode "%s" leaves the rest as it was', async (_, mode, shunt, bus, temperature) => {
    // 10 A through 2 mΩ: 4000 counts of 5 µV.
    const bench = await monitor('ti,ina238');
    bench.write([0x01, mode, 0x68]);
    bench.set('busVoltage', 48);
    bench.set('current', 10);
    bench.set('temperature', 50);
    bench.clock.advance(10 * MS);
    expect([0x04, 0x05, 0x06].map((register) => bench.writeRead([register], 2))).toEqual([
      shunt,
      bus,
      temperature,
    ]);
  });

  it('shut down has no conversion that could be ready; one that was triggered shows what was then', async () => {
    const bench = await monitor('ti,ina238');
    bench.write([0x01, 0x00, 0x00]);
    bench.clock.advance(10 * MS);
    expect(bench.writeRead([0x0b], 2)).toEqual([0x00, 0x01]);
    bench.write([0x01, 0x10, 0x00]);
    bench.clock.advance(1 * MS);
    bench.set('busVoltage', 48);
    expect(bench.writeRead([0x05], 2)).toEqual([0x00, 0x00]);
  });

  it('converts from a new configuration on', async () => {
    const bench = await monitor('ti,ina238');
    bench.clock.advance(2 * MS);
    bench.write([0x01, 0xfb, 0x68]);
    bench.clock.advance(3.1 * MS);
    expect(bench.writeRead([0x0b], 2)).toEqual([0x00, 0x01]);
    bench.clock.advance(0.1 * MS);
    expect(bench.writeRead([0x0b], 2)).toEqual([0x00, 0x03]);
  });
});
