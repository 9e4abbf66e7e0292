import { expect, test } from 'vitest';
import { parse, preprocess, SourceCache } from '../../../src/devicetree/index.ts';
import { files } from '../support.ts';

// Literals are what gcc 12's cpp prints (libcpp/lex.cc, _cpp_clean_line: "\r", "\n" and "\r\n" end a line each).

const preprocessed = (text: string): string => preprocess('a.dts', new TextEncoder().encode(text)).text;

test('ends a line where no newline follows it', () => {
  expect(preprocessed('#define A 1\r#define B 2\rA B').trim()).toBe('1 2');
  expect(preprocessed('#ifdef NO\r#define A 1\n\r#else\n#define A 2\r#endif\nA').trim()).toBe('2');
  expect(preprocessed('// A\rB').trim()).toBe('B');
  expect(preprocessed('#define A 1 \\\r+ 2\rA').trim()).toBe('1 + 2');
});

test('belongs to the newline that follows it', () => {
  expect(preprocessed('#define A 1 \\\r\n+ 2\r\nA').trim()).toBe('1 + 2');
  const { diagnostics } = parse('a.dts', '/dts-v1/;\r\n/ { a = <(>; };\r\n');
  expect(diagnostics[0]?.span).toMatchObject({ line: 2, column: 11 });
});

test.each([
  ['kept', () => new SourceCache()],
  ['read once', () => SourceCache.forOneRead()],
])('of a header that is %s too', (_how, cache) => {
  const header = '#ifdef NO\r#define A 1\n\r#else\n#define A 2\r#endif\n';
  const readFile = files({ 'a.h': header, 'b.h': '#define B 3\r#define C 4\r' });
  const source = '/dts-v1/;\n#include "a.h"\n#include "b.h"\n/ { a = <A B C>; };\n';
  const { tree, diagnostics } = parse('a.dts', source, { readFile, cache: cache() });
  expect(diagnostics).toEqual([]);
  expect([...(tree?.root.properties[0]?.value ?? [])]).toEqual([0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]);
});

test('is a blank to dtc, which sees a text that is not preprocessed', () => {
  const { tree } = parse('a.dts', '/dts-v1/;\r/ { a; // b;\r };\n };', { preprocess: false });
  expect(tree?.root.properties.map(({ name }) => name)).toEqual(['a']);
});
