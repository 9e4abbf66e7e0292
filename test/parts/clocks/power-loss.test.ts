import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;
const SECOND = 1e9;
const rtc = (compatible: string) => i2cBench({ compatible, reg: 0x68 });

/** Its battery is flat, and then the power comes. */
async function lost(compatible: string) {
  const bench = await rtc(compatible);
  bench.set('battery', false);
  bench.reset();
  return bench;
}

describe('the first power-up, without a battery', () => {
  // The register with the flag, what it reads as, and what clears the flag.
  it.each([
    ['maxim,ds3231', 'OSF, "Status Register"', 0x0f, 0x88, [0x0f, 0x08], 0x08],
    ['dallas,ds1337', 'OSF, "Status Register"', 0x0f, 0x80, [0x0f, 0x00], 0x00],
    ['dallas,ds1339', 'OSF, "Status Register"', 0x0f, 0x80, [0x0f, 0x00], 0x00],
    ['nxp,pcf8563', 'VL, 8.5.1', 0x02, 0x80, [0x02, 0x00], 0x00],
    ['nxp,pcf85063a', 'OS, 8.4.1', 0x04, 0x80, [0x04, 0x00], 0x00],
    ['st,m41t0', 'OF, table 2', 0x01, 0x80, [0x01, 0x00], 0x00],
    ['epson,rx8130', 'VLF, 13.6', 0x1d, 0x02, [0x1d, 0x00], 0x00],
  ])(
    '%s: %s is set; only a written 0 clears it',
    async (compatible, _where, register, flag, clear, cleared) => {
      expect(((await rtc(compatible)).writeRead([register], 1)[0] as number) & (flag & ~0x08)).toBe(0);
      const bench = await lost(compatible);
      expect(bench.writeRead([register], 1)).toEqual([flag]);
      expect(bench.get('time')).toBe('2000-01-01T00:00:00Z');
      bench.write([register, flag]);
      expect(bench.writeRead([register], 1)).toEqual([flag]);
      bench.write(clear);
      expect(bench.writeRead([register], 1)).toEqual([cleared]);
      bench.write([register, flag]);
      expect(bench.writeRead([register], 1)).toEqual([cleared]);
    },
  );

  it('DS3231: the registers are those of the data sheet', async () => {
    const bench = await rtc('maxim,ds3231');
    bench.write([0x07, 0x12, 0x34]);
    bench.write([0x0e, 0x05]);
    bench.set('battery', false);
    bench.reset();
    // "Clock and Calendar": 01/01/00 01 00:00:00 (MM/DD/YY DOW HH:MM:SS).
    expect(bench.writeRead([0x00], 9)).toEqual([0x00, 0x00, 0x00, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00]);
    expect(bench.writeRead([0x0e], 1)).toEqual([0x1c]);
    bench.clock.advance(2 * SECOND);
    expect(bench.writeRead([0x00], 1)).toEqual([0x02]);
  });

  it('DS1307: CH is set and the clock stands still until it is cleared', async () => {
    const bench = await lost('dallas,ds1307');
    bench.clock.advance(10 * SECOND);
    expect(bench.writeRead([0x00], 7)).toEqual([0x80, 0x00, 0x00, 0x01, 0x01, 0x01, 0x00]);
    bench.write([0x00, 0x00]);
    bench.clock.advance(10 * SECOND);
    expect(bench.writeRead([0x00], 1)).toEqual([0x10]);
  });

  it('with a battery a reset changes nothing', async () => {
    const bench = await rtc('maxim,ds3231');
    bench.write([0x07, 0x12]);
    bench.reset();
    expect(bench.writeRead([0x07], 1)).toEqual([0x12]);
    expect(bench.writeRead([0x0f], 1)).toEqual([0x08]);
    expect(bench.get('time')).toBe('2024-02-28T23:59:58Z');
  });
});

describe('EOSC', () => {
  it('DS3231, "Control Register": the oscillator stops on battery only', async () => {
    const bench = await rtc('maxim,ds3231');
    bench.write([0x0e, 0x9c]);
    bench.clock.advance(2 * SECOND);
    expect(bench.get('time')).toBe('2024-02-29T00:00:00Z');
    expect(bench.writeRead([0x0f], 1)).toEqual([0x08]);
    bench.reset();
    expect(bench.writeRead([0x0e], 2)).toEqual([0x9c, 0x88]);
  });

  it.each(['dallas,ds1337', 'dallas,ds1339'])('%s: OSF is set when it stops', async (compatible) => {
    const bench = await rtc(compatible);
    bench.write([0x0e, 0x98]);
    bench.write([0x0e, 0x18]);
    expect(bench.writeRead([0x0f], 1)).toEqual([0x80]);
  });
});

describe("DS3231's thermometer", () => {
  const temperature = (bench: Awaited<ReturnType<typeof rtc>>) => bench.writeRead([0x11], 2);
  const control = (bench: Awaited<ReturnType<typeof rtc>>) => bench.writeRead([0x0e], 2);

  it('has the temperature that the power came with', async () => {
    const bench = await rtc('maxim,ds3231');
    bench.set('temperature', -10.25);
    expect(temperature(bench)).toEqual([0xf5, 0xc0]);
  });

  it('converts each 64 s, for 125 ms', async () => {
    const bench = await rtc('maxim,ds3231');
    expect(temperature(bench)).toEqual([25, 0]);
    bench.set('temperature', 30.5);
    bench.clock.advance(64 * SECOND - 1);
    expect([temperature(bench), control(bench)]).toEqual([
      [25, 0],
      [0x1c, 0x08],
    ]);
    bench.clock.advance(1);
    expect([temperature(bench), control(bench)]).toEqual([
      [25, 0],
      [0x1c, 0x0c],
    ]);
    bench.clock.advance(125 * MS);
    expect([temperature(bench), control(bench)]).toEqual([
      [30, 0x80],
      [0x1c, 0x08],
    ]);
  });

  it('CONV begins one at once, and is 1 until it ends', async () => {
    const bench = await rtc('maxim,ds3231');
    expect(temperature(bench)).toEqual([25, 0]);
    bench.set('temperature', 30.5);
    bench.write([0x0e, 0x3c]);
    bench.clock.advance(124 * MS);
    // Neither a second request nor a 0 changes the one that runs.
    bench.write([0x0e, 0x3c]);
    bench.write([0x0e, 0x1c]);
    expect([temperature(bench), control(bench)]).toEqual([
      [25, 0],
      [0x3c, 0x0c],
    ]);
    bench.clock.advance(1 * MS);
    expect([temperature(bench), control(bench)]).toEqual([
      [30, 0x80],
      [0x1c, 0x08],
    ]);
  });

  it('a long time between looks leaves nothing behind', async () => {
    const bench = await rtc('maxim,ds3231');
    expect(temperature(bench)).toEqual([25, 0]);
    bench.set('temperature', 30.5);
    bench.clock.advance(200 * SECOND);
    expect([temperature(bench), control(bench)]).toEqual([
      [30, 0x80],
      [0x1c, 0x08],
    ]);
  });
});
