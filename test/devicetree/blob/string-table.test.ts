import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StringTable } from '../../../src/devicetree/blob/string-table.ts';

/** dtc's way: the first place in the block where the string and its NUL stand, else the end. */
function searched(names: readonly string[]): { offsets: number[]; block: string } {
  let block = '';
  const offsets = names.map((name) => {
    const at = block.indexOf(`${name}\0`);
    if (at >= 0) return at;
    block += `${name}\0`;
    return block.length - name.length - 1;
  });
  return { offsets, block };
}

function tabled(names: readonly string[]): { offsets: number[]; block: string } {
  const table = new StringTable();
  const offsets = names.map((name) => table.offset(name));
  return { offsets, block: Buffer.from(table.bytes()).toString('latin1') };
}

describe('the strings block', () => {
  test.each([
    [['reg', 'foo-reg', 'reg', 'eg']],
    [['foo-reg', 'reg', 'g', '']],
    [['', 'a', '']],
    [Array.from({ length: 100 }, (_, i) => `${i}${'x'.repeat(99 - i)}y`)],
    [Array.from({ length: 100 }, (_, i) => `${'x'.repeat((i * 37) % 100)}y`)],
  ])('%j: a string stands where another ends in it', (names) => {
    expect(tabled(names)).toEqual(searched(names));
  });

  test('holds each ending once, however many strings end alike', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 7, size: 'max' });
    fc.assert(
      fc.property(fc.array(name, { minLength: 60, maxLength: 120 }), (names) => {
        expect(tabled(names)).toEqual(searched(names));
      }),
      { numRuns: 500 },
    );
  });
});
