import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;
const CONFIGURATION = 0x00;
const MASK_ENABLE = 0x0f;

describe('INA3221 (SBOS576)', () => {
  const ina3221 = () => i2cBench({ compatible: 'ti,ina3221', reg: 0x40 });
  type Bench = Awaited<ReturnType<typeof ina3221>>;
  const word = (bench: Bench, register: number) => Buffer.from(bench.writeRead([register], 2)).readInt16BE(0);

  it('has the power-on values of table 3', async () => {
    const bench = await ina3221();
    const values = [
      [0x00, 0x7127],
      [0x07, 0x7ff8],
      [0x0c, 0x7ff8],
      [0x0e, 0x7ffe],
      [0x10, 0x2710],
      [0x11, 0x2328],
      [0xfe, 0x5449],
      [0xff, 0x3220],
    ] as const;
    expect(values.map(([register]) => word(bench, register))).toEqual(values.map(([, value]) => value));
  });

  // 8.6.2.2: -80 mV is -2000 counts of 40 µV, C180h; 8.6.2.3: 8 mV a count.
  it('gives shunt and bus voltage three bits to the left', async () => {
    const bench = await ina3221();
    // 10 mΩ: -8 A make -80 mV.
    bench.set('current1', -8);
    bench.set('busVoltage2', 12);
    bench.clock.advance(10 * MS);
    expect(word(bench, 0x01) & 0xffff).toBe(0xc180);
    expect(word(bench, 0x04)).toBe(1500 << 3);
  });

  it("takes the shunts of the binding's children; a channel that is off keeps its value", async () => {
    const children = [{ name: 'input@1', reg: 1, properties: { 'shunt-resistor-micro-ohms': 5000 } }];
    const bench = await i2cBench({ compatible: 'ti,ina3221', reg: 0x40, children });
    bench.write([CONFIGURATION, 0x31, 0x27]);
    bench.set('current1', 1);
    bench.set('current2', 1);
    bench.clock.advance(10 * MS);
    expect([word(bench, 0x01), word(bench, 0x03)]).toEqual([0, 125 << 3]);
  });

  // Tables 6 and 7: 1.1 ms each, three channels.
  it('CVRF comes after 6.6 ms, goes with a read, and comes again; a single shot comes once', async () => {
    const bench = await ina3221();
    const ready = () => word(bench, MASK_ENABLE) & 1;
    bench.write([CONFIGURATION, 0x71, 0x27]);
    bench.clock.advance(6.5 * MS);
    expect(ready()).toBe(0);
    bench.clock.advance(0.1 * MS);
    expect([ready(), ready()]).toEqual([1, 0]);
    bench.clock.advance(6.6 * MS);
    expect(ready()).toBe(1);
    bench.write([CONFIGURATION, 0x71, 0x23]);
    bench.clock.advance(6.6 * MS);
    expect(ready()).toBe(1);
    bench.clock.advance(100 * MS);
    expect(ready()).toBe(0);
  });

  it('CRITICAL and WARNING tell which channel is beyond its limit, PV that all supplies are there', async () => {
    const bench = await ina3221();
    // 20 mV, which is 2 A: 500 counts of 40 µV; 10 mV.
    bench.write([0x09, 0x0f, 0xa0]);
    bench.write([0x0a, 0x07, 0xd0]);
    for (const channel of [1, 2, 3]) bench.set(`busVoltage${channel}`, 12);
    bench.set('current2', 1.5);
    bench.clock.advance(7 * MS);
    const levels = () => ['CRITICAL', 'WARNING', 'PV'].map((name) => bench.line(name).high);
    expect(levels()).toEqual([true, false, true]);
    bench.set('current2', 2.5);
    bench.clock.advance(7 * MS);
    expect(levels()).toEqual([false, false, true]);
    // CF2 and WF2.
    expect(word(bench, MASK_ENABLE) & 0x03fc).toBe(0x0114);
    // Below 9 V the supply is lost.
    bench.set('current2', 0);
    bench.set('busVoltage3', 8.9);
    bench.clock.advance(7 * MS);
    expect(levels()).toEqual([true, true, false]);
  });

  it('sums the shunts that SCC names', async () => {
    const bench = await ina3221();
    bench.write([MASK_ENABLE, 0x50, 0x00]);
    bench.set('current1', 1);
    bench.set('current2', 5);
    bench.set('current3', 2);
    bench.clock.advance(7 * MS);
    // 30 mV of 40 µV, one bit to the left.
    expect(word(bench, 0x0d)).toBe(750 << 1);
  });
});
