import { describe, expect, it } from 'vitest';
import { checkProperty, declarationOf, isValue, PartError } from '../../../src/sim/wire/property.ts';

const BYTES = Uint8Array.of(1);
const doc = 'x';

describe('a value of a property', () => {
  it.each([
    ['number', [0, -1.5, 1e300], [Number.NaN, Number.POSITIVE_INFINITY, '1', true, undefined]],
    ['integer', [0, -7], [1.5, Number.NaN, '1']],
    ['flag', [true, false], [0, 1, 'true', undefined]],
    ['text', ['', 'a'], [1, true, BYTES, undefined]],
    ['bytes', [BYTES, Buffer.of(1)], [[1], 'a', new Uint16Array(1), undefined]],
  ] as const)('that is a %s', (kind, good, bad) => {
    for (const value of good) expect(isValue({ kind }, value)).toBe(true);
    for (const value of bad) expect(isValue({ kind }, value)).toBe(false);
  });

  it('is in the range, whose ends are in it', () => {
    const at = (value: number) => isValue({ kind: 'number', range: [-2, 3] }, value);
    expect([-2.1, -2, 0, 3, 3.1].map(at)).toEqual([false, true, true, true, false]);
  });

  it.each([
    [{ kind: 'number' }, 'a number'],
    [{ kind: 'number', unit: 'V' }, 'a number in V'],
    [{ kind: 'number', range: [0, 5] }, '0 to 5'],
    [{ kind: 'number', range: [0, 5], unit: 'V' }, '0 to 5 V'],
    [{ kind: 'integer' }, 'an integer'],
    [{ kind: 'integer', unit: 'ms' }, 'an integer in ms'],
    [{ kind: 'integer', range: [1, 9] }, 'an integer from 1 to 9'],
    [{ kind: 'integer', range: [1, 9], unit: 'ms' }, 'an integer from 1 to 9 ms'],
    [{ kind: 'flag' }, 'true or false'],
    [{ kind: 'text' }, 'text'],
    [{ kind: 'bytes' }, 'bytes (a Uint8Array; hex digits in the tree)'],
  ] as const)('is expected to be, by %j: %s', (declared, expected) => {
    const check = () => checkProperty('/i2c/part', { name: 'x', doc, ...declared }, null);
    expect(check).toThrow(
      expect.objectContaining({
        name: 'PartError',
        message: `/i2c/part: invalid x: expected ${expected}, got null`,
        sentence: `invalid x: expected ${expected}, got null`,
      }),
    );
  });

  it('is not set where it can only be read', () => {
    const check = () => checkProperty('/i2c/part', { name: 'x', kind: 'flag', readOnly: true, doc }, true);
    expect(check).toThrow('/i2c/part: x can only be read');
    expect(check).toThrow(PartError);
  });
});

describe('a property that is not there', () => {
  const declared = (...names: string[]) => names.map((name) => ({ name, kind: 'number', doc }) as const);

  it.each([
    [['a', 'b'], 'not found: qqqqqq of /p; it has: a, b'],
    [[], 'not found: qqqqqq of /p; it has: none'],
  ])('of those of %j', (names, sentence) => {
    expect(() => declarationOf('/p', declared(...names), 'qqqqqq')).toThrow(
      expect.objectContaining({ message: sentence, sentence: sentence.replace(' of /p', '') }),
    );
  });

  it('with a name close to it', () => {
    expect(() => declarationOf('/p', declared('temperature'), 'temprature')).toThrow(
      'not found: temprature of /p; it has: temperature (did you mean temperature)',
    );
  });

  it('and one that is', () => {
    expect(declarationOf('/p', declared('a', 'b'), 'b').name).toBe('b');
  });
});
