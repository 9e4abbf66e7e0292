import { describe, expect, it } from 'vitest';
import { PartError } from '../../../src/sim/index.ts';
import { i2cBench } from '../support.ts';

const PATH = '/i2c/part0';

describe('properties by name and value', () => {
  const lm75 = () => i2cBench({ compatible: 'national,lm75', reg: 0x48 });

  it('are read and set', async () => {
    const { parts } = await lm75();
    parts.set(PATH, 'temperature', 31.5);
    expect(parts.get(PATH, 'temperature')).toBe(31.5);
  });

  it.each([
    ['/i2c/nope', 'temperature', 1, '/i2c/nope: no simulated part; there are: /i2c/part0'],
    [PATH, 'humidity', 1, `not found: humidity of ${PATH}; it has: temperature`],
    [PATH, 'temperature', 'hot', `${PATH}: invalid temperature: expected -55 to 150 °C, got "hot"`],
    [PATH, 'temperature', Number.NaN, `${PATH}: invalid temperature: expected -55 to 150 °C, got NaN`],
    [PATH, 'temperature', 500, `${PATH}: invalid temperature: expected -55 to 150 °C, got 500`],
  ])('%s %s = %s is refused', async (path, property, value, sentence) => {
    const { parts } = await lm75();
    expect(() => parts.set(path, property, value)).toThrow(PartError);
    expect(() => parts.set(path, property, value)).toThrow(sentence);
  });

  it.each([
    ['national,lm75', 'ti,tmp102', /expected one of LM75 .*, got one of TMP102/],
    ['ti,tmp102', 'atmel,24c02', /expected one of TMP102 .*, got one of 24C02/],
    ['atmel,24c01', 'atmel,24c02', /expected one of 24C01 .*, got one of 24C02/],
  ])('%s takes no snapshot of %s, and stays as it is', async (one, other, sentence) => {
    const [here, there] = await Promise.all(
      [one, other].map((compatible) => i2cBench({ compatible, reg: 0x50 })),
    );
    const before = here?.parts.snapshot(PATH);
    const restore = () => here?.parts.restore(PATH, there?.parts.snapshot(PATH) as object);
    expect(restore).toThrow(PartError);
    expect(restore).toThrow(sentence);
    expect(here?.parts.snapshot(PATH)).toEqual(before);
  });

  it('a snapshot of a longer or a shorter memory is refused', async () => {
    const [small, large] = await Promise.all(
      [128, 256].map((size) =>
        i2cBench({ compatible: 'dtbus,register-map', reg: 0x50, properties: { 'dtbus,size': size } }),
      ),
    );
    if (small === undefined || large === undefined) throw new Error('no bench');
    const sentence = /invalid snapshot: expected (128|256) values in registers, got (128|256)/;
    expect(() => small.parts.restore(PATH, large.parts.snapshot(PATH))).toThrow(sentence);
    expect(() => large.parts.restore(PATH, small.parts.snapshot(PATH))).toThrow(sentence);
  });

  it('snapshots are copies', async () => {
    const bench = await i2cBench({ compatible: 'atmel,24c02', reg: 0x50 });
    bench.set('writeTime', 0);
    const empty = bench.parts.snapshot(PATH);
    bench.write([0, 1]);
    bench.parts.restore(PATH, empty);
    bench.write([1, 2]);
    bench.parts.restore(PATH, empty);
    expect(bench.writeRead([0], 2)).toEqual([0xff, 0xff]);
  });
});

describe('pins of a GPIO expander', () => {
  it.each(['nxp,pca9555', 'microchip,mcp23017'])('%s: each is driven by itself', async (compatible) => {
    const { parts, set, get } = await i2cBench({ compatible, reg: 0x20 });
    set('inputs', 0x0f0f);
    for (const [pin, high] of [
      [0, false],
      [1, true],
      [4, true],
      [15, true],
    ] as const)
      parts.drivePin(PATH, pin, high);
    expect(get('pins')).toBe(0x8f1e);
    for (const pin of [-1, 16, 0.5])
      expect(() => parts.drivePin(PATH, pin, true)).toThrow(
        `${PATH}: invalid pin: expected 0 to 15, got ${pin}`,
      );
    expect(get('pins')).toBe(0x8f1e);
  });

  it('one that is let go of is high where nothing says otherwise', async () => {
    const { parts, get } = await i2cBench({ compatible: 'nxp,pca9555', reg: 0x20 });
    parts.drivePin(PATH, 3, false);
    expect(get('pins')).toBe(0xfff7);
    parts.drivePin(PATH, 3, undefined);
    expect(get('pins')).toBe(0xffff);
  });

  it('no other part has any', async () => {
    const { parts } = await i2cBench({ compatible: 'national,lm75', reg: 0x48 });
    expect([parts.isExpander(PATH), parts.isExpander('/i2c/nope')]).toEqual([false, false]);
    expect(() => parts.drivePin(PATH, 0, true)).toThrow(`${PATH} is not a GPIO expander`);
    expect(() => parts.drivePin('/i2c/nope', 0, true)).toThrow('no simulated part');
  });
});

describe('a snapshot', () => {
  it.each([undefined, null, 5, {}, { part: 1, state: {} }, { part: 'x', state: null }])(
    'is not %j',
    async (given) => {
      const { parts } = await i2cBench({ compatible: 'national,lm75', reg: 0x48 });
      expect(() => parts.restore(PATH, given as object)).toThrow(
        `${PATH}: invalid snapshot: expected what snapshot() returned`,
      );
    },
  );

  it('is a copy: what happens later does not change it, and it may be put back again and again', async () => {
    const bench = await i2cBench({ compatible: 'atmel,24c02', reg: 0x50 });
    bench.set('writeTime', 0);
    const saved = bench.parts.snapshot(PATH);
    for (let time = 0; time < 2; time++) {
      bench.write([0, 0x42]);
      expect(bench.writeRead([0], 1)).toEqual([0x42]);
      bench.parts.restore(PATH, saved);
      expect(bench.writeRead([0], 1)).toEqual([0xff]);
    }
  });
});
