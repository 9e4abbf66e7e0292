import { expect, it } from 'vitest';
import { oneLine, printable } from '../../src/input/index.ts';

// Unicode 16.0, 3.12 (UAX #9, table 4): the explicit directional characters and marks.
it.each(['\u061c', '\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2069'])(
  'what turns the direction of text (%j) is shown, and turns nothing',
  (character) => {
    const shown = `a\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}b`;
    expect([oneLine(`a${character}b`), printable(`a${character}b`)]).toEqual([shown, shown]);
  },
);

it('letters of all scripts stay', () => {
  expect(oneLine('Größe עברית 温度 😀 µ°Ω')).toBe('Größe עברית 温度 😀 µ°Ω');
});
