import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe('MCP9808 (DS25095)', () => {
  const mcp9808 = () => i2cBench({ compatible: 'microchip,mcp9808', reg: 0x18 });
  const [CONFIG, UPPER, LOWER, CRIT, T_A] = [1, 2, 3, 4, 5];
  const wide = async () => {
    const bench = await mcp9808();
    bench.write([UPPER, 0x05, 0x00]);
    bench.write([CRIT, 0x05, 0xf0]);
    bench.write([LOWER, 0x00, 0x00]);
    return bench;
  };

  it('has its identification, and the flags of limits that are all zero', async () => {
    const bench = await mcp9808();
    expect(bench.writeRead([6], 2)).toEqual([0x00, 0x54]);
    expect(bench.writeRead([7], 2)).toEqual([0x04, 0x00]);
    expect(bench.writeRead([8], 1)).toEqual([0x03]);
    expect(bench.writeRead([T_A], 2)).toEqual([0xc1, 0x90]);
  });

  it.each([
    [25.25, [0x01, 0x94]],
    [0.0625, [0x00, 0x01]],
    [-0.0625, [0x3f, 0xff]],
    [-40, [0x3d, 0x80]],
  ])('%d °C', async (celsius, bytes) => {
    const bench = await wide();
    bench.set('temperature', celsius);
    expect(bench.writeRead([T_A], 2)).toEqual(bytes);
  });

  it('rounds to the resolution that is set', async () => {
    const bench = await wide();
    bench.write([8, 0]);
    bench.set('temperature', 25.3);
    expect(bench.writeRead([T_A], 2)).toEqual([0x01, 0x98]);
  });

  it('compares with hysteresis and drives ALERT when that is enabled', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x02, 0x08]);
    bench.set('temperature', 80.25);
    expect(bench.line('ALERT').high).toBe(false);
    expect(bench.writeRead([T_A], 1)).toEqual([0x45]);
    bench.set('temperature', 79);
    expect(bench.line('ALERT').high).toBe(false);
    bench.set('temperature', 78.5);
    expect(bench.line('ALERT').high).toBe(true);
  });

  it('below T_LOWER counts from its hysteresis on, until T_LOWER is reached again', async () => {
    const bench = await wide();
    bench.write([LOWER, 0x01, 0x40]);
    bench.write([CONFIG, 0x02, 0x08]);
    const levels: boolean[] = [];
    for (const celsius of [19, 18, 19, 20]) {
      bench.set('temperature', celsius);
      levels.push(bench.line('ALERT').high);
    }
    expect(levels).toEqual([true, false, false, true]);
  });

  it('in interrupt mode keeps ALERT until it is cleared', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x00, 0x09]);
    bench.set('temperature', 81);
    bench.set('temperature', 20);
    expect(bench.line('ALERT').high).toBe(false);
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x00, 0x19]);
    bench.write([CONFIG, 0x00, 0x29]);
    expect(bench.line('ALERT').high).toBe(true);
  });

  it('locks its limits until a power-on reset', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x00, 0xc0]);
    bench.write([UPPER, 0x00, 0x00]);
    bench.write([CONFIG, 0x07, 0x00]);
    expect(bench.writeRead([UPPER], 2)).toEqual([0x05, 0x00]);
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x00, 0xc0]);
    bench.reset();
    expect(bench.writeRead([CONFIG], 2)).toEqual([0x00, 0x00]);
  });

  // Register 5-4: TA >= TCRIT, TA > TUPPER, TA < TLOWER.
  it('the flags are at T_CRIT, beyond T_UPPER, below T_LOWER', async () => {
    const bench = await wide();
    const flags = (celsius: number) => {
      bench.set('temperature', celsius);
      return (bench.writeRead([T_A], 1)[0] as number) >> 5;
    };
    expect([0, -0.0625, 80, 80.0625, 94.9375, 95].map(flags)).toEqual([0, 1, 0, 2, 2, 6]);
  });

  it('the hysteresis holds the flag of T_CRIT too, while it gets colder', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x02, 0x00]);
    const critical = [94, 95, 94, 93.25].map((celsius) => {
      bench.set('temperature', celsius);
      return (bench.writeRead([T_A], 1)[0] as number) >> 7;
    });
    expect(critical).toEqual([0, 1, 1, 0]);
  });

  it('beyond T_CRIT ALERT stays, also in interrupt mode', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x00, 0x09]);
    bench.set('temperature', 96);
    bench.write([CONFIG, 0x00, 0x29]);
    expect(bench.line('ALERT').high).toBe(false);
  });

  it('in interrupt mode only a 1 in INT_CLEAR ends the alarm, or a reset', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x00, 0x09]);
    bench.set('temperature', 81);
    bench.write([CONFIG, 0x00, 0x09]);
    expect(bench.line('ALERT').high).toBe(false);
    bench.set('temperature', 25);
    bench.reset();
    expect(bench.line('ALERT').high).toBe(true);
    expect(bench.writeRead([T_A], 2)).toEqual([0xc1, 0x90]);
    bench.write([UPPER, 0x05, 0x00]);
    bench.write([CRIT, 0x05, 0xf0]);
    bench.write([CONFIG, 0x00, 0x2b]);
    expect(bench.line('ALERT').high).toBe(false);
  });

  it('drives ALERT high when its polarity says so', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x00, 0x0a]);
    expect(bench.line('ALERT').high).toBe(false);
    bench.set('temperature', 81);
    expect(bench.line('ALERT').high).toBe(true);
  });

  it.each([
    ['CRIT_LOCK', 0x80, [0x0010, 0x0020, 0x05f0]],
    ['WIN_LOCK', 0x40, [0x0500, 0x0000, 0x0030]],
  ])('%s keeps its own limits', async (_, lock, left) => {
    const bench = await wide();
    bench.write([CONFIG, 0x00, lock]);
    bench.write([UPPER, 0x00, 0x10]);
    bench.write([LOWER, 0x00, 0x20]);
    bench.write([CRIT, 0x00, 0x30]);
    const word = ([high = 0, low = 0]: number[]) => (high << 8) | low;
    expect([UPPER, LOWER, CRIT].map((register) => word(bench.writeRead([register], 2)))).toEqual(left);
  });

  it('compares with a limit as soon as it is written, but not while it is shut down', async () => {
    const bench = await wide();
    bench.write([UPPER, 0x00, 0xa0]);
    expect(bench.writeRead([T_A], 2)).toEqual([0x41, 0x90]);
    bench.write([CONFIG, 0x01, 0x00]);
    bench.write([UPPER, 0x05, 0x00]);
    expect(bench.writeRead([T_A], 2)).toEqual([0x41, 0x90]);
  });

  it('keeps its temperature while shut down', async () => {
    const bench = await wide();
    bench.write([CONFIG, 0x01, 0x00]);
    bench.set('temperature', 50);
    expect(bench.writeRead([T_A], 2)).toEqual([0x01, 0x90]);
  });
});
