import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/devicetree/index.ts';
import { files, inRoot } from '../support.ts';

describe('a value of many pieces', () => {
  /** The value `piece`, 10 000 times in a file that is included this often: a tree may take 32 MiB and 100 times its source. */
  const included = (piece: string, times: number) => {
    const readFile = files({ pieces: Array(10_000).fill(piece).join() });
    const value = Array(times).fill('\n#include "pieces"\n').join();
    return parse('test.dts', inRoot(`a = ${value}; l: n { };`), { readFile }).diagnostics;
  };

  it.each([['""'], ['<>'], ['[]'], ['&l'], ['<&l>']])('is not taken without end: %s', (piece) => {
    expect(included(piece, 70).map(({ message }) => message)).toEqual([
      'the tree is too large for its source',
    ]);
  });

  it('may be of half a million', () => expect(included('""', 50)).toEqual([]));
});
