import { describe, expect, it } from 'vitest';
import {
  cachedReader,
  compile,
  fromBlob,
  parse,
  parseFile,
  resolve,
  SourceCache,
  type Tree,
  toBlob,
} from '../../src/devicetree/index.ts';
import { blobOf, files, inRoot } from './support.ts';

describe('reading files', () => {
  const texts = { 'dir/a.dts': '/dts-v1/;\n#include "b.h"\n/ { a = <B>; };', 'dir/b.h': '#define B 5\n' };

  it('parseFile reads the source itself, and says what it read', () => {
    const { tree, dependencies } = parseFile('dir/a.dts', { readFile: files(texts) });
    expect(tree?.root.u32('a')).toBe(5);
    expect(dependencies).toEqual(['dir/a.dts', 'dir/b.h']);
  });

  it('a source that is not there is an error, not an exception', () => {
    const { tree, diagnostics } = parseFile('nope.dts', { readFile: files({}) });
    expect(tree).toBeUndefined();
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ['include', 'cannot read nope.dts'],
    ]);
  });

  it('cachedReader asks once for each path, found or not', () => {
    const asked: string[] = [];
    const read = cachedReader((path) => {
      asked.push(path);
      return files(texts)(path);
    });
    for (let i = 0; i < 3; i++) parseFile('dir/a.dts', { readFile: read, includePaths: ['other'] });
    expect(asked).toEqual(['dir/a.dts', 'dir/b.h']);
  });
});

describe('a source cache', () => {
  const source = '/dts-v1/;\n#include "n.h"\n/ { a = <N>; };';
  const valueWith = (header: string, cache: SourceCache): number | undefined =>
    parse('t.dts', source, { readFile: files({ 'n.h': header }), cache }).tree?.root.u32('a');

  it('sees when a header has changed', () => {
    const cache = new SourceCache();
    expect([
      valueWith('#define N 1\n', cache),
      valueWith('#define N 1\n', cache),
      valueWith('#define N 2\n', cache),
    ]).toEqual([1, 1, 2]);
  });

  it('forgets when it is full, and goes on', () => {
    const cache = new SourceCache(4000);
    const readFile = (path: string): Uint8Array => new TextEncoder().encode(`#define N_${path.length} 1\n`);
    const includes = Array.from({ length: 100 }, (_, i) => `#include "${'x'.repeat(i + 1)}"\n`).join('');
    const { tree } = parse('t.dts', `/dts-v1/;\n${includes}/ { a = <N_1 N_100>; };`, { readFile, cache });
    expect(tree?.root.u32s('a')).toEqual([1, 1]);
    expect(valueWith('#define N 3\n', cache)).toBe(3);
  });
});

describe('trees in steps', () => {
  it('stay open until they are resolved', () => {
    const { tree } = parse('t.dts', inRoot('a = <&l>; l: n { };'), { resolve: false });
    expect(tree?.root.u32('a')).toBe(0xffff_ffff);
    expect(tree && resolve(tree)).toEqual([]);
    expect(tree?.root.u32('a')).toBe(1);
  });

  it('tell what is wrong when they are resolved', () => {
    const { tree } = parse('t.dts', inRoot('a = <&l>;'), { resolve: false });
    expect((tree === undefined ? [] : resolve(tree)).map(({ code }) => code)).toEqual(['phandle_references']);
  });

  it('turn a blob into one with symbols taken as labels', () => {
    const { tree } = fromBlob(blobOf(inRoot('l: n { };'), { symbols: true }));
    if (tree !== undefined) resolve(tree);
    expect(tree?.byLabel('l')?.path).toBe('/n');
  });

  it('are only those that this room made', () => {
    const other = { root: {} } as Tree;
    expect(() => toBlob(other)).toThrow(TypeError);
    expect(() => resolve(other)).toThrow(TypeError);
  });

  it('give the same whether the source is text or bytes', () => {
    const text = inRoot('a = "ä";');
    expect(compile('t.dts', text).blob).toEqual(compile('t.dts', new TextEncoder().encode(text)).blob);
  });
});
