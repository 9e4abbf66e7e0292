import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compile,
  diffTrees,
  dtcChecks,
  formatDiff,
  fromBlob,
  isEmptyDiff,
  parse,
  resolve,
  type Tree,
  toBlob,
  writeAsm,
  writeDts,
  writeYaml,
} from '../../src/devicetree/index.ts';
import { CHECK_CASES } from './checks/check-cases.ts';

/** All that can be done with a tree that was read. */
function useAll(tree: Tree): void {
  resolve(tree, { checks: dtcChecks(), symbols: true, fixups: true, aliases: true });
  writeDts(tree, { annotate: 2 });
  writeYaml(tree);
  writeAsm(tree, { version: 1 });
  toBlob(tree, { version: 3 });
  formatDiff(diffTrees(tree, tree));
}

describe('a blob with some bytes changed', () => {
  const blobs = [
    readFileSync(new URL('../fixtures/devicetree/writers/types.dtb', import.meta.url)),
    // With errors in them, so that checks walk over strange values.
    ...CHECK_CASES.filter(({ exitCode }) => exitCode === 0).flatMap(({ source }) => {
      const { blob } = compile('a.dts', source);
      return blob === undefined ? [] : [blob];
    }),
  ];

  test('is refused, or can be checked and written in every form', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...blobs),
        fc.array(fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 9, 0xff), fc.nat(255))), {
          minLength: 1,
          maxLength: 6,
        }),
        (original, changes) => {
          const blob = new Uint8Array(original);
          // Behind the header, which is tried byte by byte elsewhere.
          for (const [at, value] of changes) blob[40 + (at % (blob.length - 40))] = value;
          const { tree, diagnostics } = fromBlob(blob);
          if (tree === undefined) expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
          else useAll(tree);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

const label = fc.stringMatching(/^[a-z]\d$/);
const name = fc.stringMatching(/^[a-z][a-z0-9,-]{0,3}$/);
const value: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 3 }).map((cells) => `<${cells.join(' ')}>`),
  fc
    .array(fc.nat(255), { maxLength: 5 })
    .map((bytes) => `[${bytes.map((b) => b.toString(16).padStart(2, '0')).join(' ')}]`),
  fc.stringMatching(/^[ -!#-[\]-~]{0,5}$/).map((text) => `"${text}"`),
  fc.nat(255).map((byte) => `"\\x${byte.toString(16).padStart(2, '0')}\\0${byte % 10}"`),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((wide) => `/bits/ 64 <${wide}>`),
  fc.nat(0xffff).map((half) => `/bits/ 16 <${half} 1>`),
);

interface Shape {
  readonly labels: readonly string[];
  readonly properties: Readonly<Record<string, readonly string[]>>;
  readonly children: Readonly<Record<string, Shape>>;
}

function shapeOf(depth: number): fc.Arbitrary<Shape> {
  const keys = { noNullPrototype: true };
  const children =
    depth === 0 ? fc.constant({}) : fc.dictionary(name, shapeOf(depth - 1), { maxKeys: 3, ...keys });
  return fc.record({
    labels: fc.array(label, { maxLength: 1 }),
    properties: fc.dictionary(name, fc.array(value, { maxLength: 3 }), { maxKeys: 4, ...keys }),
    children,
  });
}

const shape = shapeOf(3);

/** The shape as source. Each label once, for a second one would be an error. */
function sourceOf(root: Shape): string {
  const used = new Set<string>();
  const body = ({ properties, children }: Shape): string => {
    const lines = Object.entries(properties).map(([key, parts]) =>
      parts.length === 0 ? `${key};` : `${key} = ${parts.join(', ')};`,
    );
    for (const [key, child] of Object.entries(children)) {
      if (key in properties) continue;
      const own = child.labels.filter((text) => !used.has(text));
      for (const text of own) used.add(text);
      lines.push(`${own.map((text) => `${text}: `).join('')}${key} { ${body(child)} };`);
    }
    return lines.join(' ');
  };
  return `/dts-v1/; / { ${body(root)} };`;
}

describe('any tree', () => {
  test('written as source and compiled again gives the same blob, from source and from the blob', () => {
    fc.assert(
      fc.property(shape, (root) => {
        const source = sourceOf(root);
        const { tree, blob } = compile('a.dts', source, { symbols: true });
        if (tree === undefined || blob === undefined) throw new Error(source);
        expect(compile('b.dts', writeDts(tree)).blob, source).toEqual(blob);
        const { tree: read } = fromBlob(blob);
        resolve(read as Tree);
        expect(compile('c.dts', writeDts(read as Tree)).blob, source).toEqual(blob);
      }),
      { numRuns: 400 },
    );
  });

  test('differs from another exactly when the source does', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const trees = [a, b].map((root) => parse('a.dts', sourceOf(root)).tree as Tree);
        const sorted = trees.map((tree) => {
          resolve(tree, { sort: true });
          return Buffer.from(toBlob(tree)).toString('hex');
        });
        expect(isEmptyDiff(diffTrees(trees[0] as Tree, trees[1] as Tree))).toBe(sorted[0] === sorted[1]);
        expect(isEmptyDiff(diffTrees(trees[0] as Tree, trees[0] as Tree))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
