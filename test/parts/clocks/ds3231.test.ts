import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const S = 1e9;
const [CONTROL, STATUS, TEMP] = [0x0e, 0x0f, 0x11];
const BSY = 0x04;

/** "Temperature Registers", "Control Register": a conversion each 64 s or by CONV, 125 to 200 ms. */
describe('DS3231 (19-5170), conversions of its thermometer', () => {
  const ds3231 = async () => {
    const bench = await i2cBench({ compatible: 'maxim,ds3231', reg: 0x68 });
    const busy = () => ((bench.writeRead([STATUS], 1)[0] as number) & BSY) !== 0;
    const degrees = () => Buffer.from(bench.writeRead([TEMP], 2)).readInt16BE(0) / 256;
    return { ...bench, busy, degrees };
  };

  it('CONV does not begin one anew that runs already', async () => {
    const bench = await ds3231();
    bench.writeRead([STATUS], 1);
    bench.clock.advance(64.01 * S);
    expect(bench.busy()).toBe(true);
    bench.clock.advance(0.1 * S);
    bench.write([CONTROL, 0x3c]);
    bench.clock.advance(0.02 * S);
    expect(bench.busy()).toBe(false);
  });

  it('a write of CONTROL without CONV begins none', async () => {
    const bench = await ds3231();
    bench.write([CONTROL, 0x1c]);
    expect(bench.busy()).toBe(false);
  });

  it('what it feels is seen after a conversion', async () => {
    const bench = await ds3231();
    expect(bench.degrees()).toBe(25);
    bench.set('temperature', 30.25);
    expect(bench.degrees()).toBe(25);
    bench.write([CONTROL, 0x3c]);
    expect(bench.busy()).toBe(true);
    bench.clock.advance(0.2 * S);
    expect([bench.busy(), bench.degrees()]).toEqual([false, 30.25]);
  });

  it('the first conversion is that with which the power comes', async () => {
    const bench = await ds3231();
    bench.set('temperature', -10.5);
    expect(bench.degrees()).toBe(-10.5);
    bench.write([CONTROL, 0x3c]);
    bench.reset();
    expect(bench.busy()).toBe(false);
    bench.reset();
    bench.set('temperature', 40);
    expect(bench.degrees()).toBe(40);
  });
});
