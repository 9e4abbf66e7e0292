import { expect, test } from 'vitest';
import { parse, preprocess } from '../../../src/devicetree/index.ts';
import { files } from '../support.ts';

/** Windows' editors put U+FEFF in front of a text; gcc takes no notice of it in any file (libcpp/charset.cc). */
const MARK = '\ufeff';

test('a byte order mark is no text, in the source and in all that it includes', () => {
  const readFile = files({
    'a.h': `${MARK}#define A 1\n`,
    'b.dtsi': `${MARK}/ { b = <A>; };\n`,
    'c.dtsi': `${MARK}/ { c; };\n`,
  });
  const source = `${MARK}/dts-v1/;\n#include "a.h"\n#include "b.dtsi"\n/include/ "c.dtsi"\n`;
  const { tree, diagnostics } = parse('a.dts', source, { readFile });
  expect(diagnostics).toEqual([]);
  expect(tree?.root.properties.map(({ name }) => name)).toEqual(['b', 'c']);
});

test.each([true, false])('places are counted behind it (preprocess: %s)', (preprocessed) => {
  const { diagnostics } = parse('a.dts', `${MARK}/dts-v1/ /dts-v1/;\n/ { };`, { preprocess: preprocessed });
  expect(diagnostics[0]?.span).toMatchObject({ line: 1, column: 9 });
  expect(diagnostics[0]?.excerpt).toBe('/dts-v1/ /dts-v1/;');
});

test('only the first one is a mark, and only whole', () => {
  expect(parse('a.dts', `${MARK}${MARK}/dts-v1/; / { };`).tree).toBeUndefined();
  expect(parse('a.dts', Uint8Array.of(0xef, 0xbb, 0x2f)).tree).toBeUndefined();
  expect(preprocess('a.dts', new TextEncoder().encode(`${MARK}#define A b\nA`)).text).toBe('b');
});
