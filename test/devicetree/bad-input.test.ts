import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile, type Diagnostic } from '../../src/devicetree/index.ts';
import { files } from './support.ts';

/** Of a processor's time: longer than any of these takes, and shorter than anybody waits. */
const SECONDS = 10;

/** Begins to count the processor's time, which others on the machine do not add to. @returns what passed, in s */
function countTime(): () => number {
  const begin = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1e6;
  };
}

/** What is said about a source that is refused, within the time. */
function refused(
  source: string | Uint8Array,
  options: Parameters<typeof compile>[2] = {},
): readonly Diagnostic[] {
  const seconds = countTime();
  const { tree, blob, diagnostics } = compile('bad.dts', source, options);
  expect(seconds()).toBeLessThan(SECONDS);
  expect(tree).toBeUndefined();
  expect(blob).toBeUndefined();
  return diagnostics;
}

function chain(count: number, link: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => link(i)).join('');
}

describe('a text that makes much of itself is refused with a place', () => {
  const doubling = chain(60, (i) => `#define A${i + 1} A${i} A${i}\n`);
  const nested = chain(60, (i) => `#define F${i + 1}(x) F${i}(x x)\n`);
  const quoting = chain(200, (i) => `#define S${i + 1}(x) S${i}(#x #x)\n`);
  const includes = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`i${i}.h`, `#include "i${i + 1}.h"\n#include "i${i + 1}.h"\n`]),
  );

  it.each([
    [
      'macros that double',
      `${doubling}#define A0 1\n/dts-v1/; / { a = <A60>; };`,
      'macro A60 expands to too much text',
    ],
    [
      'arguments that double',
      `${nested}#define F0(x) x\n/dts-v1/; / { a = <F60(1)>; };`,
      'macro F60 expands to too much text',
    ],
    [
      'an argument of many tokens',
      `#define f(x) x\n/dts-v1/; / { a = <f(${'1 '.repeat(100_001)})>; };`,
      'the arguments of macro f are too long',
    ],
    [
      'strings of strings',
      `${quoting}#define S0(x) x\n/dts-v1/; / { a = S200("\\\\"); };`,
      'macro S200 expands',
    ],
    [
      'uses in uses',
      `#define f(x) x\n/dts-v1/; / { a = <${'f('.repeat(20_000)}1${')'.repeat(20_000)}>; };`,
      'macro f',
    ],
    [
      'nested uses',
      `#define f(x) x\n/dts-v1/; / { a = <${'f('.repeat(400)}1${')'.repeat(400)}>; };`,
      'nested more than 300 deep',
    ],
    [
      'a long body',
      `#define X ${'a '.repeat(200_000)}\n/dts-v1/; / { };`,
      'the macro has more than 100000 tokens',
    ],
    [
      'long arguments',
      `#define X(a)\n/dts-v1/; / { };X(${'a '.repeat(200_000)})`,
      'the arguments of macro X are too long',
    ],
    ['a file in itself', '/dts-v1/;\n#include "self.h"\n', 'self.h includes itself more than 200 deep'],
    ['files twice each', '/dts-v1/;\n#include "i0.h"\n', 'the same files are included over and over'],
    [
      '/include/ in itself',
      '/dts-v1/; / { /include/ "self.dtsi" };',
      'self.dtsi includes itself more than 200 deep',
    ],
    [
      'nodes in nodes',
      `/dts-v1/; / {${' n {'.repeat(10_000)}${' };'.repeat(10_000)} };`,
      'nodes are nested more than 1000 deep',
    ],
    [
      'parentheses',
      `/dts-v1/; / { a = <${'('.repeat(100_000)}1${')'.repeat(100_000)}>; };`,
      'nested more than 400 deep',
    ],
    ['signs', `/dts-v1/; / { a = <(${'!-~'.repeat(50_000)}1)>; };`, 'nested more than 400 deep'],
    ['conditions in conditions', `#if ${'('.repeat(5000)}1${')'.repeat(5000)}\n#endif\n`, 'nested too deep'],
    [
      'a number without end',
      `/dts-v1/; / { a = <(${'0xe+'.repeat(100_000)}1)>; };`,
      'the number has 400001 characters',
    ],
    ['too many tokens', ';'.repeat(3_000_000), 'tokens'],
    [
      'too many nodes',
      `/dts-v1/; / {${chain(300, (i) => `\nn${i} {\n#include "nodes.dtsi"\n};`)}};`,
      'too large for its source',
    ],
    [
      'labels on one node',
      `/dts-v1/; / { ${chain(2000, (i) => `l${i}:`)} n { }; };`,
      'there are more than 1000 labels in one place',
    ],
    [
      'labels one by one',
      `/dts-v1/; / { x: n { }; };${chain(2000, (i) => `l${i}: &x { };`)}`,
      'more than 1000 labels',
    ],
    [
      'a file over and over',
      `/dts-v1/; / { a = ${'/incbin/("big.bin"), '.repeat(200)} <1>; };`,
      'too large for its source',
    ],
    ['quotes without partner', `/dts-v1/; / {\n${"it's\n".repeat(20_001)}};`, ''],
  ])('%s', (_name, source, message) => {
    const big = { 'big.bin': new Uint8Array(1_000_000), 'nodes.dtsi': chain(1000, (i) => `n${i}{};`) };
    const self = { 'i40.h': '', 'self.h': '#include "self.h"\n', 'self.dtsi': '/include/ "self.dtsi"' };
    const [first] = refused(source, { readFile: files({ ...includes, ...self, ...big }) });
    expect(first?.message).toContain(message);
    expect(first?.span?.line).toBeGreaterThan(0);
  });

  it('paths that are written once for each reference or label', () => {
    const deep = '{ nodenodenode '.repeat(900);
    const close = '};'.repeat(900);
    const references = `/dts-v1/; / ${deep} { b: b { }; }; ${close} / { a = ${'&b,'.repeat(30_000)} &b; };`;
    expect(refused(references)[0]?.code).toBe('limit');
    const labels = `/dts-v1/; / ${deep} { ${chain(30_000, (i) => `l${i}: n${i}{};`)} }; ${close}`;
    expect(refused(labels, { symbols: true })[0]?.code).toBe('limit');
  });
});

describe('much that is right is taken in time', () => {
  it.each([
    ['cells', `/dts-v1/; / { a = <${'1 '.repeat(500_000)}>; };`],
    ['definitions', `${chain(50_000, (i) => `#define M${i} ${i}\n`)}/dts-v1/; / { a = <M0 M49999>; };`],
    ['blocks of one node', `/dts-v1/; / { x: n { }; };${'&x { a = <1>; };'.repeat(30_000)}`],
    [
      'references',
      `/dts-v1/; / { a = <${chain(10_000, (i) => `&l${i} `)}>;${chain(10_000, (i) => `l${i}: n${i}{};`)}};`,
    ],
    ['unresolved references', `/dts-v1/; /plugin/; &x { a = <${chain(10_000, (i) => `&l${i} `)}>; };`],
    ['paths', `/dts-v1/; / { a = ${'&b,'.repeat(10_000)} &b; b: b { }; };`],
    ['strings', `/dts-v1/; / { a = ${'"x", '.repeat(50_000)} "y"; };`],
    ['lines', `/dts-v1/; / { a = "${'x\n'.repeat(20_000)}"; };`],
  ])('%s', (_name, source) => {
    const seconds = countTime();
    expect(compile('good.dts', source).diagnostics).toEqual([]);
    expect(seconds()).toBeLessThan(SECONDS);
  });
});

describe('whatever comes in, a tree or errors come out', () => {
  const WORDS =
    `/dts-v1/; /plugin/; /memreserve/ /delete-node/ /delete-property/ /omit-if-no-ref/ /bits/ /incbin/ /include/
    #define #undef #if #ifdef #else #elif #endif #include ## # F(x) F x y: y n@1 & &y &{/n@1} { } }; ; = , < > [ ] ( ) "s" " '
    'c' 1 0x2 09 0xffffffffffffffff << >> && || ? : + - * / % ! ~ ^ | // /* */ \\ phandle name reg aliases __fixups__`.split(
      /\s+/,
    );
  const words = fc.array(fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(' ', '\n')), { maxLength: 60 });

  function outcome(source: string | Uint8Array, preprocess: boolean): void {
    const readFile = files({ 's.h': 'n { };', s: '/ { };' });
    const { tree, diagnostics } = compile('any.dts', source, { preprocess, readFile, symbols: true });
    expect(tree === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    for (const { span, message } of diagnostics) {
      expect(message).not.toBe('');
      if (span !== undefined) expect(span.line > 0 && span.column > 0).toBe(true);
    }
  }

  it('of bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), outcome), { numRuns: 500 });
  });

  it('of words of the language', () => {
    const source = words.map((parts) => `/dts-v1/; / { ${parts.join(' ')} };`);
    fc.assert(fc.property(source, fc.boolean(), outcome), { numRuns: 2000 });
  });

  it('of words without space between them', () => {
    fc.assert(
      fc.property(
        words.map((parts) => parts.join('')),
        fc.boolean(),
        outcome,
      ),
      { numRuns: 1000 },
    );
  });
});

it('leaves nothing of one source behind for the next', () => {
  const before = compile('a.dts', '/dts-v1/; / { a = <N>; };').diagnostics.map(({ message }) => message);
  compile('b.dts', '#define N 1\n#define F(x) F(x\n/dts-v1/; / { a = <N F(F(N>; };');
  expect(compile('a.dts', '/dts-v1/; / { a = <N>; };').diagnostics.map(({ message }) => message)).toEqual(
    before,
  );
});

it('lets a reader compile something else meanwhile', () => {
  const readFile = (path: string): Uint8Array => {
    compile('inner.dts', '#define A 2\n/dts-v1/; / { };');
    return new TextEncoder().encode(`/* ${path} */`);
  };
  const { tree } = compile('outer.dts', '#define A 1\n#include "x"\n/dts-v1/; / { a = <A>; };', { readFile });
  expect(tree?.root.u32('a')).toBe(1);
});

it('a name that cannot be defined is the caller’s mistake', () => {
  const define = (name: string, value = '1') =>
    compile('a.dts', '/dts-v1/; / { };', { defines: { [name]: value } });
  expect(() => define('F(')).toThrow('cannot define F(');
  // GCC: macro names must be identifiers; "defined" cannot be used as a macro name; duplicate macro parameter "a".
  for (const name of ['', '1X', 'defined', 'defined(x)', 'X(a,a)'])
    expect(() => define(name)).toThrow(`cannot define ${name}: `);
  expect(() => define('A', '##')).toThrow('cannot define A: ');
});
