import { expect, it } from 'vitest';
import { shown } from '../../src/input/index.ts';

class Probe {}

it.each([
  ['hot', '"hot"'],
  ['a\nb', '"a\\nb"'],
  ['x'.repeat(61), `"${'x'.repeat(60)}…"`],
  [-0.5, '-0.5'],
  [Number.NaN, 'NaN'],
  [12n, '12n'],
  [true, 'true'],
  [undefined, 'undefined'],
  [null, 'null'],
  [Symbol('s'), 'Symbol(s)'],
  [() => {}, 'a function'],
  [[1, 2], 'an array'],
  [new Uint8Array(16), '16 bytes'],
  [{ a: 1 }, 'an object'],
  [Object.create(null), 'an object'],
  [new Probe(), 'a Probe'],
])('an error shows %s as %s', (value, text) => {
  expect(shown(value)).toBe(text);
});
