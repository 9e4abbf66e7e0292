/** Short texts that ask for much: each must end in a tree or in messages, in little memory. */

const header = '/dts-v1/;\n';
const each = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');
/** Macros of which each uses the one before twice. */
const doubling = (first: string, twice: (name: string) => string): string =>
  `#define A0 ${first}\n${each(60, (i) => `#define A${i + 1} ${twice(`A${i}`)}\n`)}`;
const ones = '1 '.repeat(20_000);

export const HOSTILE: Readonly<Record<string, () => string>> = {
  'a macro that doubles': () => `${header}${doubling('1', (a) => `${a} ${a}`)}/ { p = <A60>; };`,
  'a macro that doubles strings': () => `${header}${doubling('"x"', (a) => `${a}, ${a}`)}/ { p = A60; };`,
  'a macro that doubles a name': () =>
    `${header}#define A0(x) x##x\n${each(40, (i) => `#define A${i + 1}(x) A${i}(x##x)\n`)}/ { A40(a); };`,
  'a long argument used often': () => `${header}#define M(x) ${'x '.repeat(5000)}\n/ { p = <M(${ones})>; };`,
  'a long argument joined often': () =>
    `${header}#define M(x) ${'x ## x '.repeat(5000)}\n/ { p = <M(${ones})>; };`,
  'a long argument quoted often': () =>
    `${header}#define M(x) ${'#x, '.repeat(20_000)} ""\n/ { p = M(${ones}); };`,
  'long variable arguments used often': () =>
    `${header}#define M(...) ${'__VA_OPT__(__VA_ARGS__) '.repeat(5000)}\n/ { p = <M(${ones})>; };`,
  'arguments inside of arguments': () =>
    `${header}#define F(x) x x\n/ { p = <${'F('.repeat(250)}1${')'.repeat(250)}>; };`,
  'a file that includes itself twice': () => `${header}${'#include "main.dts"\n'.repeat(2)}`,
  'conditions inside of conditions': () => `${header}${'#if 1\n'.repeat(300_000)}`,
  'a condition of parentheses': () => `${header}#if ${'('.repeat(300_000)}1\n`,
  'nodes inside of nodes': () => `${header}/ ${'{ a '.repeat(200_000)}`,
  'parentheses inside of parentheses': () =>
    `${header}/ { p = <${'('.repeat(500_000)}1${')'.repeat(500_000)}>; };`,
  'a sum without end': () => `${header}/ { p = <(1${' + 1'.repeat(500_000)})>; };`,
  'an alternative without end': () => `${header}/ { p = <(${'1 ? 2 : '.repeat(200_000)}1)>; };`,
  'properties of two bytes': () => `${header}/ {${'a;'.repeat(300_000)}};`,
  'nodes of a few bytes': () => `${header}/ {${each(100_000, (i) => `a${i}{};`)}};`,
  'labels without end': () => `${header}/ { ${each(50_000, (i) => `l${i}: `)}a { }; };`,
  'labels at the end of long paths': () =>
    `${header}/ { ${each(900, (i) => `${'n'.repeat(200)}${i} { `)}${each(5000, (i) => `l${i}: y${i} { }; `)}${'};'.repeat(900)} };`,
  'references that an overlay leaves open': () =>
    `${header}/plugin/;\n${`&a { p = <${'&b '.repeat(1000)}>; };\n`.repeat(100)}`,
  'wide elements of one digit': () => `${header}/ { p = /bits/ 64 <${'1 '.repeat(500_000)}>; };`,
  'mistakes without end': () => `${header}/ { ${'p = < ; q { '.repeat(100_000)}`,
};
