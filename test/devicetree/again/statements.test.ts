import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstDifferenceOf, type Texts } from './edits.ts';
import { source } from './node-cases.ts';

const PROPERTIES: readonly string[] = [
  'o = <&n>;',
  'p = <&clk>;',
  'q = <1>;',
  'q = <3>;',
  'r = "x", "y";',
  's;',
  's = "2";',
  't = <2 &clk 3>;',
  'k = <&clk2 1>;',
];
const NODES: readonly string[] = [
  'n: n { };',
  'm { u = <&n>; };',
  'clk2: v@1 { reg = <1>; w = <&clk>; };',
  'l { l1 { z; }; };',
  'n2: n { b; };',
];

/** Boards with statements in a block of theirs. */
const BOARDS: readonly ((statements: string) => string)[] = [
  (statements) => `/ { ${statements} clk: clk { x; }; };`,
  (statements) => `/ { clk: clk { x; }; };\n&clk { ${statements} };`,
  (statements) => `/ { first = <&clk>; ${statements}\n zz { }; clk: clk { x; q = <9>; }; };`,
  (statements) =>
    `/ { b1 { ${statements} }; b2 { f = <&clk>; }; clk: clk { x; }; };\n/ { b1 { q = <7>; }; };`,
];

const some = (all: readonly string[]) => fc.array(fc.constantFrom(...all), { maxLength: 3 });
const statements = fc.tuple(some(PROPERTIES), some(NODES), fc.constantFrom(' ', '\n'));

test('several statements of a block at once give what they give where nothing was kept', {
  timeout: 120_000,
}, () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...BOARDS),
      fc.array(statements, { minLength: 2, maxLength: 4 }),
      fc.boolean(),
      (board, all, byParse) => {
        const sequence = all.map(
          ([properties, nodes, space]): Texts =>
            new Map(Object.entries(source(board([...properties, ...nodes].join(space))))),
        );
        expect(firstDifferenceOf(sequence, {}, byParse)).toBeUndefined();
      },
    ),
    { numRuns: 3000, seed: 18 },
  );
});
