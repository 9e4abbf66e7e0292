import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

/* Commands and reports as Linux's drivers have them; test/sim/linux/touch.test.ts lets these judge. */

describe('EKTH3000 touchpad', () => {
  const pad = () => i2cBench({ compatible: 'elan,ekth3000', reg: 0x15 });

  it('a reset is told by two bytes of 0, and INT', async () => {
    const bench = await pad();
    bench.write([0x05, 0x00, 0x00, 0x01]);
    expect(bench.line('INT').high).toBe(false);
    expect(bench.read(2)).toEqual([0, 0]);
    expect(bench.line('INT').high).toBe(true);
    expect(bench.writeRead([0x06, 0x01], 2)).toEqual([0xec, 0x0b]);
  });

  it('reports once it was asked for positions, while it is awake; y counts from below', async () => {
    const bench = await pad();
    bench.set('touching', true);
    expect(bench.get('waiting')).toBe(0);
    bench.write([0x00, 0x03, 0x01, 0x00]);
    bench.set('y', 0);
    bench.set('x', 0x123);
    expect(bench.read(9)).toEqual([34, 0, 0x5d, 0x08, 0x07, 0x00, 0x60, 0x22, 60]);
    expect(bench.read(34).slice(2, 6)).toEqual([0x5d, 0x08, 0x17, 0x23]);
    bench.write([0x05, 0x00, 0x01, 0x08]);
    bench.set('button', true);
    expect([bench.get('asleep'), bench.get('waiting')]).toEqual([true, 0]);
  });
});

describe('EKTH3500 touch screen', () => {
  it('says hello after a boot, tells what it is, and reports a finger', async () => {
    const bench = await i2cBench({ compatible: 'elan,ekth3500', reg: 0x10 });
    bench.write([0x77, 0x77, 0x77, 0x77]);
    bench.write([0x4d, 0x61, 0x69, 0x6e]);
    expect(bench.line('INT').high).toBe(false);
    expect(bench.read(4)).toEqual([0x55, 0x55, 0x55, 0x55]);
    // A number of 16 bits between the nibbles: firmware 5A01h.
    expect(bench.writeRead([0x53, 0x00, 0x00, 0x01], 4)).toEqual([0x52, 0x05, 0xa0, 0x10]);
    expect(bench.writeRead([0x53, 0xd6, 0x00, 0x01], 4)).toEqual([0x52, 0xd6, 0, 64]);
    bench.set('x', 0x321);
    bench.set('y', 0x654);
    bench.set('touching', true);
    const report = bench.read(59);
    expect(report.slice(0, 10)).toEqual([0x63, 1, 55, 0, 0x62, 1, 1, 0x36, 0x21, 0x54]);
    const sum = report.slice(4, 38).reduce((all, byte) => (all + byte) & 0xff, 0);
    expect(report[38]).toBe(sum);
    expect(bench.line('INT').high).toBe(true);
  });
});
