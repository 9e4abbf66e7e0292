import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const MS = 1e6;
const TEMP = 0;
const CONF = 1;
const THYST = 2;
const TOS = 3;

describe('LM75 (SNOS808, 7.5)', () => {
  const lm75 = () => i2cBench({ compatible: 'national,lm75', reg: 0x48 });

  it.each([
    [125, [0x7d, 0x00]],
    [25, [0x19, 0x00]],
    [0.5, [0x00, 0x80]],
    [0, [0x00, 0x00]],
    [-0.5, [0xff, 0x80]],
    [-25, [0xe7, 0x00]],
    [-55, [0xc9, 0x00]],
  ])('shows %d °C as the data sheet codes it', async (celsius, code) => {
    const bench = await lm75();
    bench.set('temperature', celsius);
    expect(bench.writeRead([TEMP], 2)).toEqual(code);
  });

  it('powers up with 75 °C and 80 °C as limits and CONF 0', async () => {
    const bench = await lm75();
    expect(bench.writeRead([CONF], 1)).toEqual([0]);
    expect(bench.writeRead([THYST], 2)).toEqual([0x4b, 0x00]);
    expect(bench.writeRead([TOS], 2)).toEqual([0x50, 0x00]);
  });

  it('keeps the pointer, repeats the register, and ignores writes to TEMP', async () => {
    const bench = await lm75();
    bench.write([TEMP, 0x12, 0x34]);
    expect(bench.read(4)).toEqual([0x19, 0x00, 0x19, 0x00]);
  });

  it('has nine bits of limit', async () => {
    const bench = await lm75();
    bench.write([TOS, 0x20, 0xff]);
    expect(bench.writeRead([TOS], 2)).toEqual([0x20, 0x80]);
  });

  it('pulls OS low at TOS and lets it go below THYST', async () => {
    const bench = await lm75();
    const levels: boolean[] = [];
    bench.line('OS').listen((high) => levels.push(high));
    bench.set('temperature', 80);
    bench.set('temperature', 76);
    bench.set('temperature', 74.5);
    expect(levels).toEqual([false, true]);
  });

  it('asserts OS after as many conversions as the fault queue says, 100 ms each', async () => {
    const bench = await lm75();
    bench.write([CONF, 0b0001_0000]);
    bench.line('OS').listen(() => {});
    bench.set('temperature', 90);
    bench.clock.advance(299 * MS);
    expect(bench.line('OS').high).toBe(true);
    bench.clock.advance(1 * MS);
    expect(bench.line('OS').high).toBe(false);
  });

  it('counts conversions for the fault queue, not writes of CONF', async () => {
    const bench = await lm75();
    bench.write([CONF, 0b0000_1000]);
    bench.line('OS').listen(() => {});
    bench.set('temperature', 90);
    for (let count = 0; count < 3; count++) bench.write([CONF, 0b0000_1000]);
    expect(bench.line('OS').high).toBe(true);
    bench.clock.advance(100 * MS);
    expect(bench.line('OS').high).toBe(false);
  });

  it('in interrupt mode lets OS go when a register is read', async () => {
    const bench = await lm75();
    bench.write([CONF, 0x02]);
    bench.set('temperature', 90);
    expect(bench.line('OS').high).toBe(false);
    bench.writeRead([TEMP], 2);
    expect(bench.line('OS').high).toBe(true);
    bench.set('temperature', 20);
    expect(bench.line('OS').high).toBe(false);
  });

  it('drives OS high when POLARITY is set', async () => {
    const bench = await lm75();
    bench.write([CONF, 0x04]);
    expect(bench.line('OS').high).toBe(false);
    bench.set('temperature', 90);
    expect(bench.line('OS').high).toBe(true);
  });

  it('keeps the last temperature while shut down', async () => {
    const bench = await lm75();
    bench.write([CONF, 0x01]);
    bench.set('temperature', 50);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x19, 0x00]);
    bench.write([CONF, 0x00]);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x32, 0x00]);
  });

  it('forgets limits at a reset, not what it feels', async () => {
    const bench = await lm75();
    bench.set('temperature', 31.5);
    bench.write([TOS, 0x20, 0x00]);
    bench.reset();
    expect(bench.writeRead([TOS], 2)).toEqual([0x50, 0x00]);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x1f, 0x80]);
  });

  it('comes back from a snapshot with its line', async () => {
    const bench = await lm75();
    bench.set('temperature', 90);
    const hot = bench.parts.snapshot('/i2c/part0');
    bench.set('temperature', 20);
    bench.parts.restore('/i2c/part0', hot);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x5a, 0x00]);
    expect(bench.line('OS').high).toBe(false);
  });
});

describe('TMP75 (SBOS288, 7.5 and table 7)', () => {
  const tmp75 = () => i2cBench({ compatible: 'ti,tmp75', reg: 0x48 });

  it('powers up with nine bits and takes up to twelve', async () => {
    const bench = await tmp75();
    bench.set('temperature', 25.0625);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x19, 0x00]);
    bench.write([CONF, 0x60]);
    bench.set('temperature', 25.0625);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x19, 0x10]);
    bench.set('temperature', 127.9375);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x7f, 0xf0]);
  });

  it.each([
    [9, 0x00, [0x7f, 0x80]],
    [12, 0x60, [0x7f, 0xf0]],
  ])('shows the most that %i bits can where it is hotter', async (_, config, code) => {
    const bench = await tmp75();
    bench.write([CONF, config]);
    bench.set('temperature', 150);
    expect(bench.writeRead([TEMP], 2)).toEqual(code);
  });

  it('does not convert when CONF is written without OS while shut down', async () => {
    const bench = await tmp75();
    bench.write([CONF, 0x61]);
    bench.set('temperature', 50);
    bench.write([CONF, 0x61]);
    bench.clock.advance(1000 * MS);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x19, 0x00]);
  });

  it('converts once when OS is written while shut down: 220 ms for twelve bits', async () => {
    const bench = await tmp75();
    bench.write([CONF, 0x61]);
    bench.set('temperature', 50);
    bench.write([CONF, 0xe1]);
    expect(bench.writeRead([CONF], 1)).toEqual([0x61]);
    bench.clock.advance(219 * MS);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x19, 0x00]);
    bench.clock.advance(1 * MS);
    expect(bench.writeRead([TEMP], 2)).toEqual([0x32, 0x00]);
  });
});

describe('TMP1075 (SBOS854, 8.6)', () => {
  it('has a two-byte CONF, twelve bits and a device ID', async () => {
    const bench = await i2cBench({ compatible: 'ti,tmp1075', reg: 0x48 });
    expect(bench.writeRead([CONF], 2)).toEqual([0x00, 0xff]);
    expect(bench.writeRead([0x0f], 2)).toEqual([0x75, 0x00]);
    bench.set('temperature', -0.0625);
    expect(bench.writeRead([TEMP], 2)).toEqual([0xff, 0xf0]);
  });
});
