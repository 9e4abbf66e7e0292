import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

/** A command byte, with numbers that go up. */
const at = (number: number) => 0xa0 | number;
const MS = 1e6;

describe('APDS-9930 ("Register set")', () => {
  const apds9930 = () => i2cBench({ compatible: 'avago,apds9930', reg: 0x39 });

  it('has one step for each time after power-on, and its id', async () => {
    const bench = await apds9930();
    expect(bench.writeRead([at(0x00)], 4)).toEqual([0x00, 0xff, 0xff, 0xff]);
    expect(bench.writeRead([at(0x0c)], 4)).toEqual([0x00, 0x00, 0x00, 0x00]);
    expect(bench.writeRead([at(0x1e)], 1)).toEqual([0x00]);
    expect(bench.writeRead([at(0x12)], 2)).toEqual([0x39, 0x00]);
  });

  it('goes to the next register only where the command says so', async () => {
    const bench = await apds9930();
    bench.write([at(0x04), 1, 2, 3, 4]);
    expect(bench.writeRead([at(0x04)], 4)).toEqual([1, 2, 3, 4]);
    expect(bench.writeRead([0x84], 3)).toEqual([1, 1, 1]);
  });

  it('counts when its times have passed: 2.73 ms a step', async () => {
    const bench = await apds9930();
    bench.set('ch0', 0x1234);
    bench.set('proximity', 0x0156);
    bench.write([at(0x01), 0xfe]);
    bench.write([at(0x00), 0x07]);
    bench.clock.advance(8.1 * MS);
    expect(bench.writeRead([at(0x13)], 3)).toEqual([0, 0, 0]);
    bench.clock.advance(0.1 * MS);
    // Both are valid, and with PERS 0 each sample is an event.
    expect(bench.writeRead([at(0x13)], 7)).toEqual([0x33, 0x34, 0x12, 100, 0, 0x56, 0x01]);
  });

  it('interrupts after as many samples beyond a limit as PERS says, until it is told that this was seen', async () => {
    const bench = await apds9930();
    bench.write([at(0x04), 0, 0, 0x00, 0x02]);
    bench.write([at(0x0c), 0x02]);
    bench.write([at(0x00), 0x13]);
    bench.set('ch0', 0x201);
    bench.clock.advance(2.74 * MS);
    expect(bench.line('INT').high).toBe(true);
    bench.clock.advance(2.73 * MS);
    expect(bench.line('INT').high).toBe(false);
    bench.set('ch0', 0x200);
    bench.write([0xe6]);
    expect(bench.line('INT').high).toBe(true);
    bench.clock.advance(10 * MS);
    expect(bench.line('INT').high).toBe(true);
  });
});
