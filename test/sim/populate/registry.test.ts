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

  it('a snapshot of a longer or a shorter memory is refused', async () => {
    const [small, large] = await Promise.all([
      i2cBench({ compatible: 'atmel,24c01', reg: 0x50 }),
      i2cBench({ compatible: 'atmel,24c02', reg: 0x50 }),
    ]);
    const sentence = /invalid snapshot: expected (128|256) values in memory, got (128|256)/;
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
