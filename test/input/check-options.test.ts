import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  bytesOrText,
  callback,
  checkOptions,
  filePath,
  flag,
  group,
  integer,
  listOf,
  oneOf,
  path,
  text,
} from '../../src/input/index.ts';

const check = (given: unknown) =>
  checkOptions('brew', given, {
    kind: oneOf('tea', 'coffee', 'water'),
    hot: flag,
    name: text,
    grams: integer(1, 20, 'g'),
    done: callback,
    pots: listOf('paths', path),
    label: bytesOrText,
    milk: group<object>({ share: integer(0, 100, '%') } as object),
  });

describe('options', () => {
  it.each([
    {},
    { kind: 'tea', hot: false, name: '', grams: 20, done: () => {}, label: new Uint8Array(1) },
    { pots: ['a', new URL('file:///b')], milk: { share: 0 }, hot: undefined },
    Object.create(null),
  ])('that are right pass: %o', (given) => {
    expect(() => check(given)).not.toThrow();
  });

  it.each([
    [{ knid: 'tea' }, 'unknown option knid of brew: did you mean kind'],
    [
      { sugar: 1 },
      'unknown option sugar of brew: the options are kind, hot, name, grams, done, pots, label, milk',
    ],
    [{ constructor: 1 }, /^unknown option constructor of brew/],
    [{ sugar: undefined }, /^unknown option sugar of brew/],
    [{ milk: { shaer: 1 } }, 'unknown option shaer of milk: did you mean share'],
    [{ milk: { share: 101 } }, 'invalid share: expected an integer from 0 to 100 %, got 101'],
    [{ milk: true }, 'invalid milk: expected an object, got true'],
    [{ kind: 'te' }, 'invalid kind: expected "tea", "coffee" or "water", got "te"'],
    [{ hot: 1 }, 'invalid hot: expected true or false, got 1'],
    [{ hot: null }, 'invalid hot: expected true or false, got null'],
    [{ name: 5 }, 'invalid name: expected text, got 5'],
    [{ grams: 1.5 }, 'invalid grams: expected an integer from 1 to 20 g, got 1.5'],
    [{ grams: '5' }, 'invalid grams: expected an integer from 1 to 20 g, got "5"'],
    [{ done: 'now' }, 'invalid done: expected a function, got "now"'],
    [{ pots: 'a' }, 'invalid pots: expected an array of paths, got "a"'],
    [{ pots: ['a', 5] }, 'invalid pots[1]: expected a path or a file: URL, got 5'],
    [{ label: [1] }, 'invalid label: expected text or bytes (a Uint8Array), got an array'],
    ['tea', 'invalid options of brew: expected an object, got "tea"'],
    [null, 'invalid options of brew: expected an object, got null'],
    [[], 'invalid options of brew: expected an object, got an array'],
  ])('that are wrong throw: %o', (given, message) => {
    expect(() => check(given)).toThrow(TypeError);
    expect(() => check(given)).toThrow(message);
  });
});

describe('a path', () => {
  it.each([
    ['board.dts', 'board.dts'],
    [new URL('file:///a%20b/board.dts'), '/a b/board.dts'],
    ['file:///a%20b/board.dts', '/a b/board.dts'],
    [pathToFileURL('/tmp/ä.dts'), '/tmp/ä.dts'],
    // As jsdom, or a vm context, has a URL class of its own.
    [runInNewContext('({ href: "file:///other/realm", protocol: "file:" })'), '/other/realm'],
  ])('%s is %s', (value, expected) => {
    expect(filePath('board', value)).toBe(expected);
  });

  it.each([
    ['', '""'],
    ['a\0b', '"a\\u0000b"'],
    [5, '5'],
    [null, 'null'],
    [new URL('https://example.org/board.dts'), 'https://example.org/board.dts'],
    [new URL('file://elsewhere/board.dts'), 'file://elsewhere/board.dts'],
    ['file://%', 'file://%'],
    [{}, 'an object'],
  ])('%s is none', (value, got) => {
    expect(() => filePath('board', value)).toThrow(
      `invalid board: expected a path or a file: URL, got ${got}`,
    );
  });
});
