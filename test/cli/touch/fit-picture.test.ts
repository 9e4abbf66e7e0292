import { describe, expect, it } from 'vitest';
import { fitPicture } from '../../../src/cli/touch/fit-picture.ts';

describe('a picture for a terminal', () => {
  // Unicode's chart of braille patterns: dots 1 2 3 7 are the left column, 4 5 6 8 the right one.
  it.each([
    ['one dot in each corner of a cell', ['▀ ', ' ▄'], '\u{2881}'],
    ['all dots', ['██', '██'], '\u{28ff}'],
    ['the left column to its third dot', ['█ ', '▀ '], '\u{2807}'],
    ['a row of cells that is not full', ['▄▄▄'], '\u{2812}\u{2802}'],
  ])('has %s in braille where it is too wide', (_, lines, drawn) => {
    expect(fitPicture(lines.join('\n'), 1)).toBe(drawn);
  });

  it('of 128 x 64 dots has 64 x 16 characters', () => {
    const lines = fitPicture(
      Array(32)
        .fill(`${' '.repeat(127)}█`)
        .join('\n'),
      80,
    ).split('\n');
    expect(lines).toHaveLength(16);
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set([64]));
    expect(lines[0]?.at(-1)).toBe('\u{28b8}');
  });

  it.each([
    ['fits', '██\n██', 2],
    ['goes to a file', '██\n██', undefined],
    ['has letters', 'hello\nworld', 3],
  ])('stays as it is where it %s', (_, text, columns) => {
    expect(fitPicture(text, columns)).toBe(text);
  });
});
