import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

// The bench's clock begins at Wednesday, 2024-02-28 23:59:58 UTC.
const SECOND = 1e9;
const rtc = (compatible: string) => i2cBench({ compatible, reg: 0x68 });

describe('time registers', () => {
  it.each([
    [
      'dallas,ds1307',
      0x00,
      [0x58, 0x59, 0x23, 0x04, 0x28, 0x02, 0x24],
      [0x00, 0x00, 0x00, 0x05, 0x29, 0x02, 0x24],
    ],
    [
      'dallas,ds1337',
      0x00,
      [0x58, 0x59, 0x23, 0x04, 0x28, 0x02, 0x24],
      [0x00, 0x00, 0x00, 0x05, 0x29, 0x02, 0x24],
    ],
    [
      'dallas,ds1339',
      0x00,
      [0x58, 0x59, 0x23, 0x04, 0x28, 0x02, 0x24],
      [0x00, 0x00, 0x00, 0x05, 0x29, 0x02, 0x24],
    ],
    [
      'maxim,ds3231',
      0x00,
      [0x58, 0x59, 0x23, 0x04, 0x28, 0x02, 0x24],
      [0x00, 0x00, 0x00, 0x05, 0x29, 0x02, 0x24],
    ],
    [
      'st,m41t0',
      0x00,
      [0x58, 0x59, 0x23, 0x04, 0x28, 0x02, 0x24],
      [0x00, 0x00, 0x00, 0x05, 0x29, 0x02, 0x24],
    ],
    [
      'nxp,pcf8563',
      0x02,
      [0x58, 0x59, 0x23, 0x28, 0x03, 0x02, 0x24],
      [0x00, 0x00, 0x00, 0x29, 0x04, 0x02, 0x24],
    ],
    [
      'nxp,pcf85063a',
      0x04,
      [0x58, 0x59, 0x23, 0x28, 0x03, 0x02, 0x24],
      [0x00, 0x00, 0x00, 0x29, 0x04, 0x02, 0x24],
    ],
    [
      'epson,rx8130',
      0x10,
      [0x58, 0x59, 0x23, 0x08, 0x28, 0x02, 0x24],
      [0x00, 0x00, 0x00, 0x10, 0x29, 0x02, 0x24],
    ],
  ])('%s counts over the end of a day', async (compatible, first, before, after) => {
    const bench = await rtc(compatible);
    expect(bench.writeRead([first], 7)).toEqual(before);
    bench.clock.advance(2 * SECOND);
    expect(bench.writeRead([first], 7)).toEqual(after);
  });

  it.each([
    ['dallas,ds1307', 0x00, [0x59, 0x59, 0x23, 0x07, 0x31, 0x12, 0x99], '2100-01-01T00:00:00Z'],
    ['nxp,pcf8563', 0x02, [0x59, 0x59, 0x23, 0x28, 0x03, 0x02, 0x23], '2023-03-01T00:00:00Z'],
    ['epson,rx8130', 0x10, [0x59, 0x59, 0x23, 0x40, 0x30, 0x04, 0x25], '2025-05-01T00:00:00Z'],
  ])('%s takes a time and counts on from it', async (compatible, first, bytes, later) => {
    const bench = await rtc(compatible);
    bench.clock.advance(0.6 * SECOND);
    bench.write([first, ...bytes]);
    bench.clock.advance(0.9 * SECOND);
    expect(bench.writeRead([first], 7)).toEqual(bytes);
    bench.clock.advance(0.1 * SECOND);
    expect(bench.get('time')).toBe(later);
  });

  it('a test sets the time; rubbish is refused', async () => {
    const bench = await rtc('dallas,ds1307');
    bench.set('time', '2031-07-04T05:06:07Z');
    expect(bench.writeRead([0], 7)).toEqual([0x07, 0x06, 0x05, 0x06, 0x04, 0x07, 0x31]);
    expect(() => bench.set('time', 'noon')).toThrow('expected one like 2024-02-29T12:34:56Z, got noon');
  });

  it('DS1307 keeps 12 hours: 11 pm is 71h, midnight 52h', async () => {
    const bench = await rtc('dallas,ds1307');
    bench.write([0x02, 0x71]);
    expect(bench.writeRead([0x02], 1)).toEqual([0x71]);
    expect(bench.get('time')).toBe('2024-02-28T23:59:58Z');
    bench.clock.advance(2 * SECOND);
    expect(bench.writeRead([0x02], 1)).toEqual([0x52]);
  });

  it('a century bit stands for 2100', async () => {
    const bench = await rtc('maxim,ds3231');
    bench.set('time', '2099-12-31T23:59:59Z');
    bench.clock.advance(SECOND);
    expect(bench.writeRead([0x05], 2)).toEqual([0x81, 0x00]);
    bench.write([0x05, 0x01]);
    expect(bench.get('time')).toBe('2000-01-01T00:00:00Z');
  });
});

describe('the oscillator stops', () => {
  it.each([
    ['dallas,ds1307', [0x00, 0x80], [0x00, 0x00]],
    ['dallas,ds1337', [0x0e, 0x98], [0x0e, 0x18]],
    ['st,m41t0', [0x00, 0x80], [0x00, 0x00]],
    ['nxp,pcf8563', [0x00, 0x20], [0x00, 0x00]],
    ['nxp,pcf85063a', [0x00, 0x20], [0x00, 0x00]],
    ['epson,rx8130', [0x1e, 0x40], [0x1e, 0x00]],
  ])('%s', async (compatible, halt, run) => {
    const bench = await rtc(compatible);
    bench.write(halt);
    const stopped = bench.get('time');
    bench.clock.advance(100 * SECOND);
    expect(bench.get('time')).toBe(stopped);
    bench.write(run);
    bench.clock.advance(SECOND);
    // It goes on where it stood: the 100 s are not made up for.
    expect(Date.parse(bench.get('time') as string) - Date.parse(stopped as string)).toBe(1000);
  });
});

describe('memory and wraps', () => {
  it('DS1307 has 56 bytes of RAM and goes round from 3Fh to 00h', async () => {
    const bench = await rtc('dallas,ds1307');
    bench.write([0x3e, 1, 2, 0x30]);
    expect(bench.writeRead([0x3e], 3)).toEqual([1, 2, 0x30]);
    expect(bench.writeRead([0x07], 1)).toEqual([0x03]);
  });

  it('power-on values of control registers', async () => {
    expect((await rtc('dallas,ds1337')).writeRead([0x0e], 2)).toEqual([0x18, 0x00]);
    expect((await rtc('maxim,ds3231')).writeRead([0x0e], 2)).toEqual([0x1c, 0x08]);
    expect((await rtc('nxp,pcf85063a')).writeRead([0x0b], 7)).toEqual([
      0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x18,
    ]);
  });

  it('PCF85063A is reset by 58h', async () => {
    const bench = await rtc('nxp,pcf85063a');
    bench.write([0x03, 0x55]);
    bench.write([0x00, 0x58]);
    // 8.2.1.3: time 00:00:00, date 2000-01-01, weekday Saturday; table 5: OS is 1.
    expect(bench.writeRead([0x00], 11)).toEqual([0, 0, 0, 0, 0x80, 0, 0, 0x01, 0x06, 0x01, 0x00]);
  });

  it('a snapshot brings the time back', async () => {
    const bench = await rtc('dallas,ds1307');
    const saved = bench.parts.snapshot('/i2c/part0');
    bench.set('time', '2031-07-04T05:06:07Z');
    bench.parts.restore('/i2c/part0', saved);
    expect(bench.get('time')).toBe('2024-02-28T23:59:58Z');
  });
});

describe('alarms', () => {
  it('DS1337 alarm 1 at a second, with INT while it is enabled', async () => {
    const bench = await rtc('dallas,ds1337');
    bench.write([0x07, 0x05, 0x00, 0x00, 0x80]);
    bench.write([0x0e, 0x1d]);
    bench.line('INT').listen(() => {});
    bench.clock.advance(6 * SECOND);
    expect(bench.line('INT').high).toBe(true);
    bench.clock.advance(1 * SECOND);
    expect(bench.line('INT').high).toBe(false);
    expect(bench.writeRead([0x0f], 1)).toEqual([0x01]);
    bench.write([0x0f, 0x00]);
    expect(bench.line('INT').high).toBe(true);
  });

  it('DS3231 alarm 2 at a day of the week, when the minute begins', async () => {
    const bench = await rtc('maxim,ds3231');
    bench.write([0x0b, 0x80, 0x80, 0x45]);
    bench.clock.advance(1 * SECOND);
    expect(bench.writeRead([0x0f], 1)).toEqual([0x08]);
    bench.clock.advance(1 * SECOND);
    expect(bench.writeRead([0x0f], 1)).toEqual([0x0a]);
  });

  it.each([
    ['nxp,pcf8563', [0x09, 0x01, 0x80, 0x80, 0x80], [0x01, 0x02], 0x0a],
    ['nxp,pcf85063a', [0x0b, 0x80, 0x01, 0x80, 0x80, 0x80], [0x01, 0x80], 0xc0],
    ['epson,rx8130', [0x17, 0x01, 0x80, 0x80], [0x1e, 0x08], 0x08],
    ['epson,rx8130', [0x17, 0x01, 0x80, 0x10], [0x1e, 0x08], 0x08],
  ])('%s at minute 1', async (compatible, alarm, enable, flags) => {
    const bench = await rtc(compatible);
    bench.write(alarm);
    bench.write(enable);
    bench.line('INT').listen(() => {});
    bench.clock.advance(61 * SECOND);
    expect(bench.line('INT').high).toBe(true);
    bench.clock.advance(1 * SECOND);
    expect(bench.line('INT').high).toBe(false);
    const flagRegister = compatible === 'epson,rx8130' ? 0x1d : 0x01;
    expect(bench.writeRead([flagRegister], 1)).toEqual([flags]);
    bench.write([flagRegister, 0x00]);
    expect(bench.line('INT').high).toBe(true);
  });

  it('DS3231 status: flags are only cleared, EN32kHz is written', async () => {
    const bench = await rtc('maxim,ds3231');
    bench.write([0x0f, 0x83]);
    expect(bench.writeRead([0x0f], 1)).toEqual([0x00]);
    bench.write([0x0f, 0x08]);
    expect(bench.writeRead([0x0f], 1)).toEqual([0x08]);
  });

  it('of which nothing is enabled never rings', async () => {
    const bench = await rtc('nxp,pcf8563');
    const edges: boolean[] = [];
    bench.line('INT').listen((high) => edges.push(high));
    bench.clock.advance(120 * SECOND);
    expect(bench.writeRead([0x01], 1)).toEqual([0x00]);
    expect(edges).toEqual([]);
    expect(bench.line('INT').high).toBe(true);
  });
});

describe('the square wave', () => {
  // DS3231 "Control Register", RS2 and RS1; DS1339, table 3.
  it.each([
    ['maxim,ds3231', 0x00, 1],
    ['maxim,ds3231', 0x08, 1024],
    ['maxim,ds3231', 0x10, 4096],
    ['maxim,ds3231', 0x18, 8192],
    ['dallas,ds1339', 0x00, 1],
    ['dallas,ds1339', 0x08, 4096],
  ])('of %s with CONTROL %i has %i Hz, by time alone', async (compatible, control, hz) => {
    const bench = await rtc(compatible);
    bench.write([0x0e, control]);
    const edges: boolean[] = [];
    bench.line('INT').listen((high) => edges.push(high));
    bench.clock.advance(2 * SECOND);
    // Halves are whole nanoseconds.
    expect(Math.abs(edges.length - 2 * 2 * hz)).toBeLessThanOrEqual(1);
    expect(edges.slice(0, 4)).toEqual([false, true, false, true]);
  });

  it('gives way to the alarms with INTCN, and to itself without', async () => {
    const bench = await rtc('maxim,ds3231');
    const edges: boolean[] = [];
    bench.line('INT').listen((high) => edges.push(high));
    bench.clock.advance(3 * SECOND);
    expect(edges).toEqual([]);
    // Alarm 1 each second: with INTCN = 0 it sets its flag and moves no pin.
    bench.write([0x07, 0x80, 0x80, 0x80, 0x80]);
    bench.write([0x0e, 0x01]);
    bench.clock.advance(1 * SECOND);
    expect(edges).toEqual([false, true]);
    expect((bench.writeRead([0x0f], 1)[0] as number) & 1).toBe(1);
    bench.write([0x0e, 0x05]);
    expect(bench.line('INT').high).toBe(false);
  });
});

describe('DS3231 thermometer', () => {
  it.each([
    [25.25, [0x19, 0x40]],
    [-10.75, [0xf5, 0x40]],
  ])('%d °C', async (celsius, bytes) => {
    const bench = await rtc('maxim,ds3231');
    bench.set('temperature', celsius);
    expect(bench.writeRead([0x11], 2)).toEqual(bytes);
  });
});
