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
});
