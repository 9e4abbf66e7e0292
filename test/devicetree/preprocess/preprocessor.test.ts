import { describe, expect, it } from 'vitest';
import { preprocess } from '../../../src/devicetree/index.ts';
import { files, gcc, HAS_GCC } from '../support.ts';

/** Preprocessed text with white space made single, and messages. */
function run(
  source: string,
  texts: Readonly<Record<string, string>> = {},
  includePaths: readonly string[] = [],
) {
  const bytes = new TextEncoder().encode(source);
  const { text, diagnostics } = preprocess('main.dts', bytes, { readFile: files(texts), includePaths });
  return {
    text: text.replace(/\s+/g, ' ').trim(),
    problems: diagnostics.map(({ message, span }) => `${span?.line}.${span?.column} ${message}`),
  };
}

function textOf(source: string, texts: Readonly<Record<string, string>> = {}): string {
  const { text, problems } = run(source, texts);
  expect(problems).toEqual([]);
  return text;
}

describe('macros', () => {
  it('with parameters take arguments, over lines too', () => {
    expect(textOf('#define F(a, b) <a b>\nF(1,\n 2) F')).toBe('<1 2> F');
  });

  it('are not expanded inside of their own expansion (hide sets)', () => {
    expect(textOf('#define A A B\n#define B A\nA B')).toBe('A A A B');
    expect(textOf('#define f(x) x f\nf(1)(2)')).toBe('1 f(2)');
  });

  it('join tokens with ## and quote them with #', () => {
    expect(textOf('#define J(a, b) a##b\n#define S(a) #a\nJ(in, t) J(,x) S( "q" \\n + 1)')).toBe(
      'int x "\\"q\\" \\n + 1"',
    );
  });

  it('expand arguments first, but not next to ## or behind #', () => {
    expect(textOf('#define N 4\n#define S(a) #a\n#define X(a) S(a)\n#define J(a) a##_\nS(N) X(N) J(N)')).toBe(
      '"N" "4" N_',
    );
  });

  it('take any number of arguments with ..., named or not', () => {
    expect(
      textOf('#define L(...) <__VA_ARGS__>\n#define M(a, rest...) a: rest\nL() L(1, 2) M(3, 4, 5)'),
    ).toBe('<> <1, 2> 3: 4, 5');
    expect(textOf('#define C(a, ...) a , ## __VA_ARGS__\nC(1) C(1, 2)')).toBe('1 1 , 2');
  });

  it('have __VA_OPT__( ) for what counts only where there are variable arguments (C23 6.10.5.1)', () => {
    const macro = '#define F(a, ...) <a __VA_OPT__(+) __VA_ARGS__>\n#define NONE\n';
    expect(textOf(`${macro}F(1) F(1,) F(1, NONE) F(1, 2)`)).toBe('<1 > <1 > <1 > <1 + 2>');
    expect(textOf('#define L(a, ...) a##__VA_OPT__(_b) #__VA_OPT__(a "q")\nL(x) L(x, y)')).toBe(
      'x "" x_b "x \\"q\\""',
    );
  });

  it('take __VA_OPT__ for a name where nothing is variable', () => {
    expect(textOf('#define F(a) __VA_OPT__(a)\nF(1) __VA_OPT__(2)')).toBe('__VA_OPT__(1) __VA_OPT__(2)');
  });

  it('may be repeated only with the same inside of __VA_OPT__', () => {
    const define = (inside: string): string => `#define F(a, ...) a __VA_OPT__(${inside})\n`;
    expect(run(define('a b') + define('a b')).problems).toEqual([]);
    expect(run(define('a b') + define('a c')).problems).toEqual([
      '2.9 macro F is redefined with another value',
    ]);
  });

  it('are gone after #undef, and tell when they are defined differently', () => {
    expect(textOf('#define A 1\n#undef A\n#define A 2\nA')).toBe('2');
    expect(textOf('#define A 1\n#define A 1\nA')).toBe('1');
    expect(run('#define A 1\n#define A 2\nA').problems).toEqual([
      '2.9 macro A is redefined with another value',
    ]);
  });

  it('know where they are used', () => {
    expect(textOf('__FILE__ __LINE__\n__LINE__ __COUNTER__ __COUNTER__ __INCLUDE_LEVEL__')).toBe(
      '"main.dts" 1 2 0 1 0',
    );
  });

  it('may come from outside, and __DTS__ does', () => {
    const source = new TextEncoder().encode('BOARD __DTS__ linux');
    expect(preprocess('main.dts', source, { defines: { BOARD: '7' } }).text).toBe('7 1 linux');
  });

  it.each([
    ['#define', 'needs a name'],
    ['#define 1', 'needs a name'],
    ['#define F(', 'a macro parameter is missing here'],
    ['#define F(a a) a', 'expected "," or ")"'],
    ['#define F(a, a) a', 'parameter a is named twice'],
    ['#define F(a) ## a', '"##" cannot be at either end'],
    ['#define F(...) __VA_OPT__', '__VA_OPT__ needs ( ) behind it'],
    ['#define F(...) __VA_OPT__(a (b)', '__VA_OPT__ needs ( ) behind it'],
    ['#define F(...) __VA_OPT__(a __VA_OPT__(b))', '__VA_OPT__ cannot be nested'],
    ['#define F(...) __VA_OPT__(## a)', '"##" cannot be at either end of __VA_OPT__'],
    ['#define F(...) __VA_OPT__(a ##)', '"##" cannot be at either end of __VA_OPT__'],
    ['#undef', '#undef needs a name'],
    ['#define defined 1', '"defined" cannot be the name of a macro'],
    ['#define defined(x) 1', '"defined" cannot be the name of a macro'],
    ['#undef defined', '"defined" cannot be the name of a macro'],
  ])('%s is refused', (source, message) => {
    expect(run(source).problems.join()).toContain(message);
  });
});

describe('text of an assembler', () => {
  it('keeps lines that begin with an unknown #word, and expands macros in them', () => {
    expect(textOf('#define ONE 1\n#size-cells = <ONE>;\n  #gpio-cells = <(ONE)>;')).toBe(
      '#size-cells = <1>; #gpio-cells = <(1)>;',
    );
  });

  it('keeps preprocessing numbers whole, and words inside of strings', () => {
    expect(textOf('#define F 1\n0xe+F 1F "F" F')).toBe('0xe+F 1F "F" 1');
  });

  it('joins lines at a backslash, in the middle of a word too', () => {
    expect(textOf('#define LO\\\nNG 1 \\\n 2\nLONG "a\\\nb"')).toBe('1 2 "ab"');
  });

  it('drops comments, also over lines and at their end', () => {
    expect(textOf('a /* b\n * c */ d // e \\\n f\ng')).toBe('a d g');
  });

  it('lets a quote stay open at the end of a line', () => {
    expect(textOf('a = "one\n  two" , "three";')).toBe('a = "one two" , "three";');
  });
});

describe('conditions', () => {
  it.each([
    ['1', true],
    ['0', false],
    ['UNKNOWN', false],
    ['defined(A) && defined B', false],
    ['A == 3 && !defined B', true],
    ['-1 > 0u', true],
    ['-1 < 0', true],
    ['(2 || 1 / 0) && !(0 && 1 % 0)', true],
    ['1 ? 2 : 1 / 0', true],
    ['0x10 == 020 && 0b11 == 3', true],
    ["'a' == 97 && '\\n' == 10 && '\\x41' == 65", true],
    ['-1 >> 70 < 0', true],
    ['0x8000000000000000 > 0', true],
    ['TWICE(2) == 4', true],
    ['__has_include("there.h") && !__has_include(<nowhere.h>)', true],
    ['(1 << 3 | 4) == 12 ^ 0', true],
    ['7 / 2 * 2 + 7 % 2 - 7', false],
    ['~0 == -1 && +1', true],
  ])('#if %s is %s', (condition, holds) => {
    const source = `#define A 3\n#define TWICE(n) (2 * (n))\n#if ${condition}\nyes\n#else\nno\n#endif`;
    expect(textOf(source, { 'there.h': '' })).toBe(holds ? 'yes' : 'no');
  });

  it('choose one of several parts, at any depth', () => {
    const source = (n: number): string =>
      `#define N ${n}\n#if N == 1\none\n#elif N == 2\ntwo\n#if 1\nin\n#else\nnot\n#endif\n#elif N == 2\nagain\n#else\nmany\n#endif`;
    expect([1, 2, 3].map((n) => textOf(source(n)))).toEqual(['one', 'two in', 'many']);
  });

  it('are not read in a part that is skipped', () => {
    expect(textOf('#if 0\n#if 1 +\n#error no\n#else\n#bogus\n#endif\n#endif\nok')).toBe('ok');
    expect(textOf('#ifdef A\n#elifdef __DTS__\nok\n#elifndef B\nno\n#endif')).toBe('ok');
  });

  it.each([
    ['#if\n#endif', '1.1 the condition is missing'],
    ['#if 1 +\n#endif', '1.7 the condition ends too early'],
    ['#if 1 2\n#endif', '1.7 2 does not belong here'],
    ['#if (1\n#endif', '1.6 ")" is missing in the condition'],
    ['#if 1 ? 2\n#endif', '1.9 ":" is missing in the condition'],
    ['#if 1 / 0\n#endif', '1.9 division by zero in the condition'],
    ['#if 08\n#endif', '1.5 08 is not a value; expected a number, a character or a name'],
    ['#if defined\n#endif', '1.5 "defined" needs a name'],
    ['#if 1', '1.1 this condition has no #endif'],
    ['#endif', '1.1 #endif without #if'],
    ['#elif 1', '1.1 #elif without #if'],
    ['#if 1\n#else\n#else\n#endif', '3.1 #else behind #else'],
    ['#ifdef\n#endif', '1.1 #ifdef needs a name'],
    ['#line x', '1.1 #line needs a line number'],
  ])('%j is refused', (source, message) => {
    expect(run(source).problems).toContain(message);
  });
});

describe('#include', () => {
  it('looks beside the file, then in the paths; <> only in the paths', () => {
    const texts = { 'dir/a.h': 'beside #', 'paths/a.h': 'path', 'paths/b.h': 'b' };
    const source = new TextEncoder().encode('#include "a.h"\n#include <a.h>\n#include "b.h"\n');
    const { text } = preprocess('dir/main.dts', source, { readFile: files(texts), includePaths: ['paths'] });
    expect(text.split('\n')).toEqual(['beside #', 'path', 'b']);
  });

  it('takes its name from a macro', () => {
    expect(textOf('#define NAME "x.h"\n#include NAME\n', { 'x.h': 'x' })).toBe('x');
  });

  it('reads a guarded file once, and one with #pragma once', () => {
    const texts = {
      'g.h': '#ifndef G\n#define G\ng\n#endif\n',
      'p.h': '#pragma once\np\n',
      './p.h': '#pragma once\np\n',
      'n.h': 'n\n',
    };
    expect(
      textOf('#include "g.h"\n#include "p.h"\n#include "./p.h"\n#include "n.h"\n'.repeat(2), texts),
    ).toBe('g p n n');
  });

  it('goes on behind the place of the file with #include_next', () => {
    const texts = { 'one/a.h': 'one\n#include_next <a.h>\n', 'two/a.h': 'two\n' };
    expect(run('#include <a.h>\n', texts, ['one', 'two']).text).toBe('one two');
  });

  it('tells of a file that is not there, and of a missing name', () => {
    expect(run('#include "no.h"\n#include\n').problems).toEqual([
      '1.10 cannot find no.h',
      '2.1 #include needs "file" or <file>',
    ]);
  });
});

it('#error and #warning say what stands behind them', () => {
  expect(run('#error no board\n#warning old\n').problems).toEqual(['1.1 no board', '2.1 old']);
});

if (!HAS_GCC) console.warn("comparing with gcc's preprocessor is skipped: there is no gcc");

describe.skipIf(!HAS_GCC)("gcc's preprocessor agrees", () => {
  const same = (text: string): string => text.replace(/\s+/g, ' ').trim();

  it.each([
    // Space between tokens decides about names and labels of the language.
    '#define X foo\n#define N 12\n&X X: X-bar X@N N-bar N.x <N>N;[N]',
    '#define F(a) a\n#define E\nF(foo)1 F(1)foo F(x)E y -F(-) F(&)& /F(/) [F(12)ab] F(a)F(b)',
    '#define G(a,b) a##b\nG(foo,-) G(-,bar) G(foo,-bar) <G(1,x) G(a,) G(,b) G(,)>',
    '#define P(a, n) a##n: a##n@n { x = <n>; };\nP(node, 1) P(pin, 2)',
    '#define A(x) B(x) x\n#define B(x) <x>\n#define C A(A(1))\nC',
    '#define EE f\n#define f(x) x EE\nEE(2) f(1)(2)',
    '#define L(x, ...) #x #__VA_ARGS__ , ##__VA_ARGS__\nL(a) L(a, b, c) L( a b , "s" )',
    '#define CAT(a, b) CAT_(a, b)\n#define CAT_(a, b) a ## b\n#define V 3\nCAT(n, V) CAT(CAT(1, 2), V)',
    '#define EMPTY\n#define Q(x) x EMPTY\nQ()Q(1)Q( )Q(,)'.replace('Q(,)', ''),
    '#define E\n#define F(a, ...) f(a __VA_OPT__(,) __VA_ARGS__)\nF(1) F(1,) F(1, E) F(1, E E) F(1,2) F(1, 2, 3)',
    '#define G(x, ...) x __VA_OPT__(a ## x ## b) end\nG() G(1) G(1,2) G(,2)',
    '#define H(x, ...) x##__VA_OPT__(a b)##x x ## __VA_OPT__( a b ) ## c\nH(1) H(1,2) H(,2)',
    '#define S(x, ...) #__VA_OPT__(x __VA_ARGS__ #x x##1)\n#define N 5\nS(N) S(1,2) S( N  b , c ) S(N, N)',
    '#define J(x, ...) __VA_OPT__() x __VA_OPT__(  x  )y\nJ(1) J(1,2)\n#define K(...) [__VA_OPT__(( __VA_ARGS__ ))]\nK() K(1)',
    '#define L(...) a##__VA_OPT__(b)c __VA_OPT__(x)##d __VA_OPT__()##z q##__VA_OPT__()\nL() L(1)',
    '#define M(x, ...) <__VA_OPT__(x##x)> <__VA_OPT__(#x)> __VA_OPT__(x)x\nM(,1) M(a,1) M(a)',
    '#define T(a, ...) <__VA_OPT__(-)>-<__VA_OPT__( - )> foo-__VA_OPT__(bar)-baz\nT(1) T(1,2)',
    '#define V(...) , ## __VA_OPT__(x) , ## __VA_ARGS__\nV() V(1)\n#define I(...) a __VA_OPT__( ( ) , ) b\nI() I(1) I((),)',
    '#define F1(m, x, ...) m(x) __VA_OPT__(F2(m, __VA_ARGS__))\n#define F2(m, x, ...) m(x) __VA_OPT__(F3(m, __VA_ARGS__))\n#define W(x) <x>\nF1(W, 1) F1(W, 1, 2) F1(W, 1, 2, 3)',
    '#\n# \n  #foo-bar EMPTY\n#define Z(x) (x\nZ(1)) Z (2))',
    '/dts-v1/;\n/ { a = "multi\n  line // no comment\n"; c = \'x\'; };',
  ])('%j', (source) => {
    expect(run(`${source}\n`).text.replace(/" ;/g, '";')).toBe(same(gcc(`${source}\n`)));
  });
});
