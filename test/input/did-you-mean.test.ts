import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../src/input/index.ts';

describe('the nearest name', () => {
  it.each([
    ['temprature', ['humidity', 'temperature'], 'temperature'],
    ['clok', ['connect', 'clock', 'look'], 'clock'],
    ['tpye', ['type'], 'type'],
    ['b', ['a1', 'ab'], 'ab'],
  ])('of %s is found among %s: %s', (word, known, near) => {
    expect(didYouMean(word, known)).toBe(near);
  });

  it.each([
    ['', ['a']],
    ['humidity', ['temperature']],
    ['clock', ['clock']],
    ['x'.repeat(101), ['x'.repeat(100)]],
    ['constructor', []],
  ])('of "%s" is not found among %s', (word, known) => {
    expect(didYouMean(word, known)).toBeUndefined();
  });
});
