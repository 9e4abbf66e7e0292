import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

// The bench's clock begins at Wednesday, 2024-02-28 23:59:58 UTC.
const SECOND = 1e9;

/** Whether the flag stands in the register after so many seconds. */
async function ringsAfter(
  seconds: number,
  compatible: string,
  reg: number,
  writes: readonly number[][],
  [register, mask]: readonly [number, number],
) {
  const bench = await i2cBench({ compatible, reg });
  for (const bytes of writes) bench.write(bytes);
  bench.clock.advance(seconds * SECOND);
  return ((bench.writeRead([register], 1)[0] as number) & mask) !== 0;
}

describe('alarm 1 of DS1337 (table 3 "Alarm mask bits")', () => {
  const rings = (alarm: number[], ...before: number[][]) =>
    ringsAfter(2, 'dallas,ds1337', 0x68, [...before, [0x07, ...alarm]], [0x0f, 0x01]);

  it.each([
    ['second, day of the month', [0x00, 0x80, 0x80, 0x29], true],
    ['another day of the month', [0x00, 0x80, 0x80, 0x05], false],
    ['day of the week, Thursday', [0x00, 0x80, 0x80, 0x45], true],
    ['another day of the week', [0x00, 0x80, 0x80, 0x44], false],
    ['second and hour', [0x00, 0x80, 0x00, 0x80], true],
    ['another hour', [0x00, 0x80, 0x01, 0x80], false],
    ['an hour in the other form', [0x00, 0x80, 0x52, 0x80], false],
  ])('%s', async (_, alarm, expected) => {
    expect(await rings(alarm)).toBe(expected);
  });

  it.each([
    [0x52, true],
    [0x12, false],
  ])('of a clock with 12 hours compares that bit too: %i', async (hour, expected) => {
    expect(await rings([0x00, 0x80, hour, 0x80], [0x02, 0x71])).toBe(expected);
  });
});

describe('alarm 2 of DS1337', () => {
  it('comes when its minute begins, not in its middle', async () => {
    const writes = [[0x0b, 0x59, 0x80, 0x80]];
    expect(await ringsAfter(1, 'dallas,ds1337', 0x68, writes, [0x0f, 0x02])).toBe(false);
  });

  it.each([
    ['its own enable', 0x1e, true],
    ['that of alarm 1', 0x1d, false],
  ])('moves INT with %s alone', async (_, control, moves) => {
    const bench = await i2cBench({ compatible: 'dallas,ds1337', reg: 0x68 });
    bench.write([0x0b, 0x80, 0x80, 0x80]);
    // Alarm 1 at second 30.
    bench.write([0x07, 0x30, 0x80, 0x80, 0x80]);
    bench.write([0x0e, control]);
    expect(bench.line('INT').high).toBe(true);
    bench.clock.advance(2 * SECOND);
    expect(bench.line('INT').high).toBe(!moves);
  });
});

describe('alarms of a clock that has one', () => {
  const pcf8563 = (seconds: number, weekday: number) =>
    ringsAfter(seconds, 'nxp,pcf8563', 0x51, [[0x09, 0x80, 0x80, 0x80, weekday]], [0x01, 0x08]);

  it('PCF8563 at a day of the week, as its minute begins', async () => {
    expect([await pcf8563(2, 4), await pcf8563(62, 5), await pcf8563(1, 3)]).toEqual([true, false, false]);
  });

  // Application manual: WADA in EXTENSION makes it a day of the month; weekdays are one bit each, Thursday 10h.
  it.each([
    ['any of several days of the week', 0x00, 0x12, true],
    ['other days of the week', 0x00, 0x29, false],
    ['the day of the month', 0x08, 0x29, true],
    ['another day of the month', 0x08, 0x10, false],
  ])('RX8130 at %s', async (_, extension, day, expected) => {
    const writes = [
      [0x1c, extension],
      [0x17, 0x80, 0x80, day],
    ];
    expect(await ringsAfter(2, 'epson,rx8130', 0x32, writes, [0x1d, 0x08])).toBe(expected);
  });

  it('RX8130 goes round from 3Fh to 10h', async () => {
    const bench = await i2cBench({ compatible: 'epson,rx8130', reg: 0x32 });
    expect(bench.writeRead([0x3f], 3).slice(1)).toEqual([0x58, 0x59]);
  });
});

// M41T0, "Clock operation": with CEB set, CB toggles at the turn of the century; without it CB does not.
it.each([
  ['toggles with CEB', 0x80, 0xc0],
  ['stays without CEB', 0x00, 0x00],
])('the century bit of M41T0 %s', async (_, enable, after) => {
  const bench = await i2cBench({ compatible: 'st,m41t0', reg: 0x68 });
  bench.write([0x00, 0x59, 0x59, enable | 0x23, 0x05, 0x31, 0x12, 0x99]);
  bench.clock.advance(SECOND);
  expect(bench.writeRead([0x00], 7)).toEqual([0x00, 0x00, after, 0x06, 0x01, 0x01, 0x00]);
});
