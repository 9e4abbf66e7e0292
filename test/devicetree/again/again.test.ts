import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import {
  compile,
  fromBlob,
  type ParseOptions,
  parse,
  resolve,
  SourceCache,
} from '../../../src/devicetree/index.ts';
import { NO_CORPUS, unpackCorpus } from '../corpus.ts';
import { files } from '../support.ts';
import { edits, firstDifference, outcome, type Texts } from './edits.ts';
import { BOARD, SOC, TEXTS } from './texts.ts';

if (NO_CORPUS !== undefined) console.warn(`corpus tests are skipped: ${NO_CORPUS}`);

const sequences = (most: number): fc.Arbitrary<Parameters<typeof firstDifference>[2]> =>
  fc.array(edits, { minLength: 1, maxLength: most });

describe('a source compiled again after lines of its files were changed', () => {
  const options: ParseOptions[] = [
    {},
    { symbols: true, bootCpu: 0 },
    { phandleFormat: 'both' },
    { asOverlay: true },
    { preprocess: false },
    { resolve: false },
    { fixups: true, sort: true },
  ];
  test('gives what it gives where nothing was kept', { timeout: 120_000 }, () => {
    const binary = { readFile: files({ 'data.bin': 'abc' }) };
    fc.assert(
      fc.property(
        fc.constantFrom(...options, {}, {}, {}),
        fc.boolean(),
        sequences(12),
        (chosen, byParse, sequence) => {
          expect(firstDifference(TEXTS, { ...binary, ...chosen }, sequence, byParse)).toBeUndefined();
        },
      ),
      { numRuns: 400, seed: 18 },
    );
  });

  it.skipIf(NO_CORPUS !== undefined)('does so with boards of Linux', { timeout: 120_000 }, () => {
    const corpus = unpackCorpus();
    afterAll(() => corpus.remove());
    const boards = corpus.files.filter(({ path }, i) => i % 60 === 0 && path.endsWith('.dts'));
    const textsOf = (path: string): Texts => {
      const text = Buffer.from(corpus.read(path) ?? []).toString('latin1');
      const folder = path.slice(0, path.lastIndexOf('/'));
      const included = [...text.matchAll(/#include "([^"]+)"/g)].map(([, name]) => `${folder}/${name}`);
      const found = included.flatMap((name) => {
        const bytes = corpus.read(name);
        return bytes === undefined ? [] : [[name, Buffer.from(bytes).toString('latin1')] as const];
      });
      return new Map([[path, text], ...found]);
    };
    fc.assert(
      fc.property(fc.constantFrom(...boards), sequences(6), ({ path }, sequence) => {
        expect(firstDifference(textsOf(path), corpus.options(path), sequence, false)).toBeUndefined();
      }),
      { numRuns: 20, seed: 18 },
    );
  });
});

/** A board whose header is included twice: who reads all of it asks twice for the header. */
function asking(): { readonly compileWith: (speed: string) => number; readonly cache: SourceCache } {
  const cache = new SourceCache();
  const readFile = files(Object.fromEntries(TEXTS));
  return {
    cache,
    compileWith: (speed) => {
      let asked = 0;
      const { blob } = compile('board.dts', BOARD.replace('9600', speed), {
        cache,
        readFile: (path) => {
          if (path === 'names.h') asked++;
          return readFile(path);
        },
      });
      expect(Buffer.from(blob ?? []).readUInt32BE(Buffer.from(blob ?? []).indexOf('\0\0\x4b\0') - 4)).toBe(
        Number(speed),
      );
      return asked;
    },
  };
}

describe('what is kept of a source', () => {
  it('saves reading it, where properties of one block were changed', () => {
    const { compileWith } = asking();
    expect([compileWith('9600'), compileWith('4800'), compileWith('2400'), compileWith('9600')]).toEqual([
      2, 1, 1, 1,
    ]);
  });

  it.each<readonly [what: string, file: string, from: string, to: string]>([
    ['a property', 'board.dts', '\tmodel =', '\tfirst = <1>;\n\tmodel ='],
    [
      'a node that refers to others',
      'board.dts',
      '\tleds {',
      '\tl: n { r = <&gpio 1 2>, <&uart0>; };\n\tleds {',
    ],
    ['a label', 'board.dts', 'eeprom@50 {', 'other: eeprom@50 {'],
    [
      'a block',
      'board.dts',
      '/delete-node/ &spare;',
      '&gpio { more = <&clk 1 2>; n { }; };\n/delete-node/ &spare;',
    ],
    ['a macro', 'soc.dtsi', 'PAIR 3 4', 'PAIR 3 5'],
  ])('saves reading it, where %s was changed', (_, file, from, to) => {
    const cache = new SourceCache();
    const asked = [false, true].map((isChanged) => {
      const texts = new Map(TEXTS);
      if (isChanged) texts.set(file, (TEXTS.get(file) as string).replace(from, to));
      const readFile = files(Object.fromEntries(texts));
      let count = 0;
      compile('board.dts', texts.get('board.dts') as string, {
        cache,
        readFile: (path) => {
          if (path === 'names.h') count++;
          return readFile(path);
        },
      });
      return count;
    });
    expect(asked).toEqual([2, 1]);
  });

  it('is of one source: another one takes its place', () => {
    const { compileWith, cache } = asking();
    compileWith('9600');
    compile('other.dts', '/dts-v1/; / { };', { cache });
    expect(compileWith('4800')).toBe(2);
  });

  it('is not used for other options', () => {
    const others: readonly ParseOptions[] = [
      { symbols: true },
      { bootCpu: 3 },
      { phandleFormat: 'legacy' },
      { asOverlay: true },
      { preprocess: false },
      { resolve: false },
      { fixups: true },
      { aliases: true },
      { sort: true },
      { defines: { RED: '6' } },
      { includePaths: ['folder'] },
      { levels: new Map([['duplicate_label', 'off']]) },
      { checks: [] },
      { appended: [{ path: 'more.dts', source: '/ { more; };' }] },
    ];
    const texts = new Map([...TEXTS, ['folder/soc.dtsi', SOC]]);
    for (const other of others) {
      const cache = new SourceCache();
      for (const options of [{}, other, {}])
        expect(outcome(texts, options, cache, false)).toEqual(
          outcome(texts, options, new SourceCache(), false),
        );
    }
  });

  it("does not change with the bytes of the source, nor with the blob, which are their owners'", () => {
    const cache = new SourceCache();
    const bytes = Buffer.from('/dts-v1/; / { a = <1>; b = <2>; };');
    const first = compile('a.dts', bytes, { cache });
    const expected = Buffer.from(first.blob ?? []).toString('hex');
    first.blob?.fill(0);
    bytes.write('3', bytes.indexOf('1>'));
    const second = compile('a.dts', bytes, { cache });
    second.blob?.fill(0);
    expect(second.tree?.root.u32('a')).toBe(3);
    expect(first.tree?.root.u32('a')).toBe(1);
    bytes.write('1', bytes.indexOf('3>'));
    expect(Buffer.from(compile('a.dts', bytes, { cache }).blob ?? []).toString('hex')).toBe(expected);
  });

  it('is none of a blob: that is copied when it is read', () => {
    const { blob } = compile('a.dts', '/dts-v1/; / { a = <1>; };', { cache: new SourceCache() });
    const bytes = Buffer.from(blob ?? []);
    const { tree } = fromBlob(bytes);
    bytes.fill(0);
    expect(tree?.root.u32('a')).toBe(1);
  });

  it('gives each call a tree of its own, as the source was then', () => {
    const cache = new SourceCache();
    const source = (a: number): string => `/dts-v1/; / { l: n { a = <${a}>; }; o { r = <&l>; }; };`;
    const results = [1, 2, 3].map((a) => parse('a.dts', source(a), { cache }));
    expect(results.map(({ tree }) => tree?.byPath('/n')?.u32('a'))).toEqual([1, 2, 3]);
    const [first, second, third] = results.map(({ tree }) => tree);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('there are errors');
    resolve(second, { symbols: true });
    expect([first, second, third].map((tree) => tree.byPath('/__symbols__') !== undefined)).toEqual([
      false,
      true,
      false,
    ]);
    expect(third.byPath('/o')?.target('r')).toBe(third.byPath('/n'));
    expect(third.byPath('/n')?.tree).toBe(third);
  });

  it('is not trusted where the tree that was read was changed', () => {
    const cache = new SourceCache();
    const source = (a: number): string => `/dts-v1/; / { l: n { a = <${a}>; }; };`;
    const first = parse('a.dts', source(1), { cache });
    const late = parse('a.dts', source(2), { cache });
    if (first.tree !== undefined) resolve(first.tree, { symbols: true });
    const now = parse('a.dts', source(3), { cache });
    expect(
      [late, now].map(({ tree }) => [tree?.byPath('/n')?.u32('a'), tree?.byPath('/__symbols__')]),
    ).toEqual([
      [2, undefined],
      [3, undefined],
    ]);
  });

  it('is left alone by a source that a reader compiles in between', () => {
    const cache = new SourceCache();
    const source = (a: number): string => `/dts-v1/;\n#include "h"\n/ { a = <${a} H>; };`;
    const inner: unknown[] = [];
    const read = (a: number): readonly number[] | undefined =>
      parse('a.dts', source(a), {
        cache,
        readFile: (path) => {
          inner.push(parse('b.dts', '/dts-v1/; / { a = <7>; };', { cache }).tree?.root.u32('a'));
          return path === 'h' ? Buffer.from('#define H 9\n') : undefined;
        },
      }).tree?.root.u32s('a');
    expect([read(1), read(2)]).toEqual([
      [1, 9],
      [2, 9],
    ]);
    expect(inner).toEqual([7, 7]);
  });

  it('ends with a reader that fails', () => {
    const cache = new SourceCache();
    let fails = false;
    const read = (a: number): readonly number[] | undefined =>
      parse('a.dts', `/dts-v1/;\n#include "h"\n/ { a = <${a} H>; };`, {
        cache,
        readFile: () => {
          if (fails) throw new Error('no disk');
          return Buffer.from('#define H 9\n');
        },
      }).tree?.root.u32s('a');
    read(1);
    fails = true;
    expect(() => read(2)).toThrow('no disk');
    fails = false;
    expect(read(2)).toEqual([2, 9]);
  });
});
