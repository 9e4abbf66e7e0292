import { describe, expect, test } from 'vitest';
import {
  ANY_FORMAT,
  formatValue,
  isPrintableStrings,
  parseValue,
  parseValueFormat,
  type ValueFormat,
} from '../../../src/devicetree/fdt-tools/value-format.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const text = (value: string) => Uint8Array.from(value, (character) => character.charCodeAt(0));
const format = (letters: string) => parseValueFormat(letters) as ValueFormat;

describe('types of values (-t)', () => {
  test.each([
    ['s', 's', undefined],
    ['i', 'i', undefined],
    ['bx', 'x', 1],
    ['hhx', 'x', 1],
    ['hx', 'x', 2],
    ['lu', 'u', 4],
    ['r', 'r', undefined],
    ['bs', 's', undefined],
  ])('%s is type %s of %s bytes', (letters, type, size) => {
    expect(parseValueFormat(letters)).toEqual({ type, size });
  });

  test.each(['', 'b', 'q', 'xx', 'xb', 'hhhx', 'o'])('"%s" is none', (letters) => {
    expect(parseValueFormat(letters)).toBeUndefined();
  });
});

describe('printing a value', () => {
  // The expected texts are what fdtget of dtc 1.8.1 prints for the same bytes.
  test.each([
    ['a string', text('okay\0'), '', 'okay'],
    ['strings with spaces between them', text('a\0bc\0'), '', 'a bc'],
    ['an empty string is no text', text('a\0\0'), '', '97 0 0'],
    ['cells, signed', bytes(0, 0, 0x80, 0, 0xff, 0xff, 0xff, 0xff), '', '32768 -1'],
    ['cells, unsigned', bytes(0xff, 0xff, 0xff, 0xff), 'u', '4294967295'],
    ['cells, hexadecimal', bytes(0, 0, 0x80, 0), 'x', '8000'],
    ['bytes where cells do not fit', bytes(1, 2, 255), '', '1 2 255'],
    ['bytes of text when asked', text('ab\0'), 'bx', '61 62 0'],
    ['halves', bytes(0x12, 0x34, 0xff, 0xfe), 'hx', '1234 fffe'],
    ['a string with bytes beyond ASCII when asked', bytes(0xc3, 0xa4, 0), 's', '\xc3\xa4'],
    ['raw bytes', bytes(0, 1, 255), 'r', '\0\x01\xff'],
    ['nothing', bytes(), '', ''],
  ])('%s', (_, value, letters, expected) => {
    expect(formatValue(value, letters === '' ? ANY_FORMAT : format(letters))).toBe(expected);
  });

  test('a string without end is refused', () => {
    expect(() => formatValue(text('ab'), format('s'))).toThrow('Unterminated string');
  });

  test('a size that does not divide the length is refused', () => {
    expect(() => formatValue(bytes(1, 2, 3), format('lx'))).toThrow('3 bytes; expected a multiple of 4');
  });
});

describe('reading a value', () => {
  test.each([
    ['decimal cells', ['1', '-1'], '', [0, 0, 0, 1, 255, 255, 255, 255]],
    ['hexadecimal, with or without 0x', ['a', '0xB'], 'x', [0, 0, 0, 10, 0, 0, 0, 11]],
    ['any base for i', ['0x10', '010', '9'], 'bi', [16, 8, 9]],
    ['halves', ['0x1234'], 'hi', [0x12, 0x34]],
    ['strings', ['a', 'b c'], 's', [97, 0, 98, 32, 99, 0]],
    ['text in UTF-8', ['ä'], 's', [0xc3, 0xa4, 0]],
    ['a number that is cut to its size', ['0x1ff'], 'bx', [0xff]],
    ['no words', [], '', []],
  ])('%s', (_, words, letters, expected) => {
    const value = parseValue(words, letters === '' ? ANY_FORMAT : format(letters));
    expect([...value]).toEqual(expected);
  });

  test.each([
    ['12x', ''],
    ['0x12', ''],
    ['', 'i'],
    ['xyz', 'x'],
    ['09', 'i'],
    ['99999999999999999999', 'u'],
  ])('"%s" is no number of type "%s"', (word, letters) => {
    expect(() => parseValue([word], letters === '' ? ANY_FORMAT : format(letters))).toThrow(`"${word}"`);
  });
});

test.each([
  ['okay\0', true],
  ['a\0b\0', true],
  ['a', false],
  ['\0', false],
  ['a\0\0', false],
  ['a\n\0', false],
  ['', false],
])('%j is printable: %s', (value, expected) => {
  expect(isPrintableStrings(text(value))).toBe(expected);
});
