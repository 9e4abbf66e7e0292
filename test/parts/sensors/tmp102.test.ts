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

  it('POL turns ALERT and AL round', async () => {
    const bench = await tmp102();
    bench.write([CONF, 0x64, 0xa0]);
    expect(bench.line('ALERT').high).toBe(false);
    expect(bench.writeRead([CONF], 2)).toEqual([0x64, 0x80]);
    bench.set('temperature', 81);
    expect(bench.line('ALERT').high).toBe(true);
    expect(bench.writeRead([CONF], 2)).toEqual([0x64, 0xa0]);
  });

  it('in comparator mode ALERT stays while it is hot, whatever is read, and goes below T_LOW', async () => {
    const bench = await tmp102();
    const levels = [90, 76, 74].map((celsius) => {
      bench.set('temperature', celsius);
      bench.writeRead([TEMP], 2);
      return bench.line('ALERT').high;
    });
    expect(levels).toEqual([false, false, true]);
  });

  it('in interrupt mode a read of any register ends the alarm, until the other limit is crossed', async () => {
    const bench = await tmp102();
    bench.write([CONF, 0x62, 0xa0]);
    bench.set('temperature', 90);
    expect(bench.line('ALERT').high).toBe(false);
    bench.writeRead([T_LOW], 2);
    expect(bench.line('ALERT').high).toBe(true);
    bench.set('temperature', 20);
    expect(bench.line('ALERT').high).toBe(false);
  });

  it('counts conversions for the fault queue, not writes of CONFIG', async () => {
    const bench = await tmp102();
    bench.write([CONF, 0x68, 0xa0]);
    bench.line('ALERT').listen(() => {});
    bench.set('temperature', 90);
    for (let count = 0; count < 3; count++) bench.write([CONF, 0x68, 0xa0]);
    expect(bench.line('ALERT').high).toBe(true);
    bench.clock.advance(250 * MS);
    expect(bench.line('ALERT').high).toBe(false);
  });

  it('shut down it converts only when OS asks for it, and goes on when it is woken', async () => {
    const bench = await tmp102();
    bench.write([CONF, 0x61, 0xa0]);
    bench.set('temperature', 50);
    bench.write([CONF, 0x61, 0xa0]);
    bench.clock.advance(1000 * MS);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x19, 0x00]);
    bench.write([CONF, 0x60, 0xa0]);
    bench.clock.advance(26 * MS);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x32, 0x00]);
  });

  it('ends its alarm at a reset, and has its temperature again from a snapshot', async () => {
    const bench = await tmp102();
    bench.write([CONF, 0x62, 0xa0]);
    bench.set('temperature', 90);
    const hot = bench.parts.snapshot('/i2c/part0');
    bench.set('temperature', 25);
    bench.reset();
    expect(bench.line('ALERT').high).toBe(true);
    bench.parts.restore('/i2c/part0', hot);
    expect(bench.line('ALERT').high).toBe(false);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x5a, 0x00]);
  });

  it('asserts ALERT and clears AL while it is too hot', async () => {
    const bench = await tmp102();
    bench.set('temperature', 81);
    expect(bench.line('ALERT').high).toBe(false);
    expect(bench.writeRead([CONF], 2)).toEqual([0x60, 0x80]);
  });
});
