import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;
const TEMP = 0;
const CONF = 1;
const T_LOW = 2;
const T_HIGH = 3;

describe('TMP102 (SBOS397, 6.5)', () => {
  const tmp102 = () => i2cBench({ compatible: 'ti,tmp102', reg: 0x48 });

  it('powers up with CONFIG 60A0h and limits of 75 and 80 °C', async () => {
    const bench = await tmp102();
    expect(bench.writeRead([CONF], 2)).toEqual([0x60, 0xa0]);
    expect(bench.writeRead([T_LOW], 2)).toEqual([0x4b, 0x00]);
    expect(bench.writeRead([T_HIGH], 2)).toEqual([0x50, 0x00]);
  });

  it.each([
    [128, [0x7f, 0xf0]],
    [80, [0x50, 0x00]],
    [0.25, [0x00, 0x40]],
    [-0.25, [0xff, 0xc0]],
    [-55, [0xc9, 0x00]],
  ])('shows %d °C in twelve bits', async (celsius, code) => {
    const bench = await tmp102();
    bench.set('temperature', celsius);
    expect(bench.writeRead([TEMP], 2)).toEqual(code);
  });

  it.each([
    [150, [0x4b, 0x01]],
    [128, [0x40, 0x01]],
    [-25, [0xf3, 0x81]],
  ])('shows %d °C in thirteen bits in extended mode', async (celsius, code) => {
    const bench = await tmp102();
    bench.write([CONF, 0x60, 0xb0]);
    bench.set('temperature', celsius);
    expect(bench.writeRead([TEMP], 2)).toEqual(code);
  });

  it('shows the end of a one-shot conversion in OS after 26 ms', async () => {
    const bench = await tmp102();
    bench.write([CONF, 0x61, 0xa0]);
    bench.set('temperature', 50);
    bench.write([CONF, 0xe1, 0xa0]);
    bench.clock.advance(25 * MS);
    expect(bench.writeRead([CONF], 2)).toEqual([0x61, 0xa0]);
    bench.clock.advance(1 * MS);
    expect(bench.writeRead([CONF], 2)).toEqual([0xe1, 0xa0]);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x32, 0x00]);
  });

  it.each([false, true])(
    'a one-shot conversion moves ALERT at its end, also when nobody talks to it (watched: %s)',
    async (watched) => {
      const bench = await tmp102();
      bench.write([CONF, 0x61, 0xa0]);
      bench.set('temperature', 81);
      if (watched) bench.line('ALERT').listen(() => {});
      bench.write([CONF, 0xe1, 0xa0]);
      bench.clock.advance(25 * MS);
      expect(bench.line('ALERT').high).toBe(true);
      bench.clock.advance(1 * MS);
      expect(bench.line('ALERT').high).toBe(false);
    },
  );

  it('asserts ALERT and clears AL while it is too hot', async () => {
    const bench = await tmp102();
    bench.set('temperature', 81);
    expect(bench.line('ALERT').high).toBe(false);
    expect(bench.writeRead([CONF], 2)).toEqual([0x60, 0x80]);
  });
});
