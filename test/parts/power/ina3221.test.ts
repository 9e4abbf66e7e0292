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

  it('each child of the binding is the input that its reg names', async () => {
    const children = [
      { name: 'label' },
      { name: 'input@1', reg: 1, properties: { 'shunt-resistor-micro-ohms': 5000 } },
    ];
    const bench = await i2cBench({ compatible: 'ti,ina3221', reg: 0x40, children });
    for (const channel of [1, 2, 3]) bench.set(`current${channel}`, 1);
    bench.clock.advance(7 * MS);
    expect([1, 3, 5].map((register) => word(bench, register) >> 3)).toEqual([250, 125, 250]);
  });

  // Tables 5 to 7, at 1.1 ms each.
  it.each([
    ['4 averages', 0x7327, 26.4],
    ['one channel', 0x4127, 2.2],
    ['two channels', 0x6127, 4.4],
    ['shunts alone', 0x7125, 3.3],
    ['buses alone', 0x7126, 3.3],
  ])('%s: %i, a conversion in %d ms', async (_, configuration, ms) => {
    const bench = await ina3221();
    const ready = () => word(bench, MASK_ENABLE) & 1;
    bench.clock.advance(1 * MS);
    bench.write([CONFIGURATION, configuration >> 8, configuration & 0xff]);
    bench.clock.advance((ms - 0.05) * MS);
    expect(ready()).toBe(0);
    bench.clock.advance(0.1 * MS);
    expect(ready()).toBe(1);
  });

  it.each([
    ['shunts', 0x7125, [250, 0]],
    ['buses', 0x7126, [0, 1500]],
    ['power-down', 0x7120, [0, 0]],
  ])('mode "%s" leaves the rest as it was', async (_, configuration, counts) => {
    const bench = await ina3221();
    bench.write([CONFIGURATION, configuration >> 8, configuration & 0xff]);
    bench.set('current1', 1);
    bench.set('busVoltage1', 12);
    bench.clock.advance(10 * MS);
    expect([1, 2].map((register) => word(bench, register) >> 3)).toEqual(counts);
  });

  it('in power-down no conversion becomes ready; a single one shows what was then', async () => {
    const bench = await ina3221();
    bench.write([CONFIGURATION, 0x71, 0x20]);
    bench.clock.advance(10 * MS);
    expect(word(bench, MASK_ENABLE) & 1).toBe(0);
    bench.write([CONFIGURATION, 0x71, 0x23]);
    bench.clock.advance(7 * MS);
    bench.set('current1', 1);
    expect(word(bench, 0x01)).toBe(0);
    bench.write([CONFIGURATION, 0x71, 0x27]);
    bench.set('current1', 2);
    bench.clock.advance(7 * MS);
    expect(word(bench, 0x01) >> 3).toBe(500);
  });

  it('only what exceeds a limit is beyond it', async () => {
    const bench = await ina3221();
    // 1 A: 250 counts.
    bench.write([0x07, 0x07, 0xd0]);
    bench.write([0x08, 0x07, 0xd0]);
    bench.set('current1', 1);
    expect([bench.line('CRITICAL').high, bench.line('WARNING').high]).toEqual([true, true]);
    bench.set('current1', 1.01);
    expect([bench.line('CRITICAL').high, bench.line('WARNING').high]).toEqual([false, false]);
  });

  it('a sum beyond its limit is critical (SF)', async () => {
    const bench = await ina3221();
    bench.write([MASK_ENABLE, 0x60, 0x00]);
    bench.write([0x0e, 0x03, 0xe8]);
    bench.set('current1', 1);
    // 500 counts, of which 500 are allowed.
    bench.set('current2', 1);
    expect([bench.line('CRITICAL').high, word(bench, MASK_ENABLE) & 0x40]).toEqual([true, 0]);
    bench.set('current2', 1.01);
    expect([bench.line('CRITICAL').high, word(bench, MASK_ENABLE) & 0x40]).toEqual([false, 0x40]);
  });

  it('latched flags (CEN, WEN) stay until they are read, others until it is over', async () => {
    for (const [enable, kept] of [
      [0x0c, 0x220],
      [0x00, 0x000],
    ] as const) {
      const bench = await ina3221();
      bench.write([MASK_ENABLE, enable, 0x00]);
      bench.write([0x07, 0x07, 0xd0]);
      bench.write([0x08, 0x07, 0xd0]);
      bench.set('current1', 2);
      bench.set('current1', 0);
      expect([bench.line('CRITICAL').high, bench.line('WARNING').high]).toEqual([kept === 0, kept === 0]);
      expect(word(bench, MASK_ENABLE) & 0x3f8).toBe(kept);
      expect(word(bench, MASK_ENABLE) & 0x3f8).toBe(0);
      expect([bench.line('CRITICAL').high, bench.line('WARNING').high]).toEqual([true, true]);
    }
  });

  it('PV: valid from 10 V on all channels that are on, until one is below 9 V', async () => {
    const bench = await ina3221();
    const valid = (...volts: number[]) => {
      for (const [index, value] of volts.entries()) bench.set(`busVoltage${index + 1}`, value);
      return bench.line('PV').high;
    };
    expect([valid(9.5, 9.5, 9.5), valid(10.1, 10.1, 9.5), valid(10.1, 10.1, 10.1)]).toEqual([
      false,
      false,
      true,
    ]);
    expect([valid(9.5, 9.5, 9.5), valid(9.5, 8.9, 9.5), valid(9.5, 9.5, 9.5)]).toEqual([true, false, false]);
    // Without channel 3.
    bench.write([CONFIGURATION, 0x61, 0x27]);
    expect(valid(10.1, 10.1, 0)).toBe(true);
  });

  it('RST resets, and conversions begin anew', async () => {
    const bench = await ina3221();
    bench.write([0x07, 0x07, 0xd0]);
    bench.set('current1', 2);
    expect(bench.line('CRITICAL').high).toBe(false);
    bench.clock.advance(3 * MS);
    bench.write([CONFIGURATION, 0xf1, 0x27]);
    expect([bench.line('CRITICAL').high, word(bench, 0x07)]).toEqual([true, 0x7ff8]);
    word(bench, MASK_ENABLE);
    bench.clock.advance(6.5 * MS);
    expect(word(bench, MASK_ENABLE) & 1).toBe(0);
    bench.clock.advance(0.2 * MS);
    expect(word(bench, MASK_ENABLE) & 1).toBe(1);
  });
});
