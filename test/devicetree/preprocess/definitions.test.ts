import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, preprocess, SourceCache } from '../../../src/devicetree/index.ts';
import { files, gcc, HAS_GCC } from '../support.ts';

type Texts = Readonly<Record<string, string>>;

function run(
  source: string,
  headers: Texts,
): { readonly text: string; readonly problems: readonly string[] } {
  const { text, diagnostics } = preprocess('main.dts', new TextEncoder().encode(source), {
    readFile: files(headers),
  });
  const problems = diagnostics.map(
    ({ message, hint, span, notes }) =>
      `${span?.file}:${span?.line}.${span?.column} ${message}|${hint}|${notes
        .map((note) => `${note.span?.file}:${note.span?.line}.${note.span?.column} ${note.message}`)
        .join('|')}`,
  );
  return { text: text.replace(/\s+/g, ' ').trim(), problems };
}

const MANY = Array.from({ length: 300 }, (_, i) => `#define PIN_${i}\t\t0x${i.toString(16)} ${i}\n`).join('');

/** Headers that define macros, what includes them, and the text that comes of it. */
const CASES: Readonly<Record<string, readonly [headers: Texts, source: string, text: string]>> = {
  'a header whose macros are mostly unused': [
    { 'h.h': `/* pins */\n#ifndef H\n#define H\n\n${MANY}\n#endif /* H */\n` },
    '#include "h.h"\n<PIN_7> <PIN_299> PIN_300',
    '<0x7 7> <0x12b 299> PIN_300',
  ],
  'words that stand before the header, where they are none yet': [
    { 'h.h': '#define A 1\n#define B 2\n' },
    'A B\n#include "h.h"\nA B',
    'A B 1 2',
  ],
  'macros of macros, of this header, of an earlier and of a later one': [
    {
      'a.h': '#define ONE 1\n#define LATE LATER\n',
      'b.h': '#define SUM (ONE + TWO)\n#define TWO 2\n#define LATER 3\n',
    },
    '#include "a.h"\n#include "b.h"\nSUM LATE',
    '(1 + 2) 3',
  ],
  'names that are joined of parts': [
    { 'h.h': '#define PIN_1 11\n#define PIN_2 12\n' },
    '#define P(n) PIN_##n\n#include "h.h"\nP(2) P(3)',
    '12 PIN_3',
  ],
  'macros with parameters, strings, "##" and several lines': [
    {
      'h.h':
        '#define F(a, b) ((a) << (b) | \\\n    ONE)\n#define ONE 1\n#define S "a // b /* c"\n#define J(a) x##a\n#define L(x) #x\n#define SPACED (x)\n',
    },
    '#include "h.h"\nF(2, 3) S J(1) L( y ) SPACED',
    '((2) << (3) | 1) "a // b /* c" x1 "y" (x)',
  ],
  'comments of every kind': [
    {
      'h.h':
        '// SPDX\n/* #define NOT 1\n */ #define A 1 // one\n#define B /* two */ 2 /* of\n two lines */ + 0\n#define C/**/3\n/***/\n#define E // none\n',
    },
    '#include "h.h"\nA B C E NOT',
    '1 2 + 0 3 NOT',
  ],
  'a guard, by which the second time counts for nothing': [
    {
      'h.h': '#ifndef G\n#define G\n#define A 1\n#endif\n',
      'i.h': '#include "h.h"\n#undef A\n#define A 2\n',
    },
    '#include "i.h"\n#include "h.h"\nA\n#ifdef G\nguarded\n#endif',
    '2 guarded',
  ],
  'a guard that is defined before': [
    { 'h.h': '#ifndef G\n#define G\n#define A 1\n#endif\n' },
    '#define G\n#include "h.h"\nA',
    'A',
  ],
  'a guard that does not reach to the end': [
    { 'h.h': '#ifndef G\n#define G\n#define A 1\n#endif\n#define B 2\n' },
    '#include "h.h"\n#include "h.h"\nA B',
    '1 2',
  ],
  'a header that is included twice without a guard': [
    { 'h.h': '#define A 1\n#define B 2\n' },
    '#include "h.h"\nA\n#include "h.h"\nA B',
    '1 1 2',
  ],
  'what is taken back, or asked for': [
    { 'h.h': '#define A 1\n#define B 2\n' },
    '#include "h.h"\n#undef A\nA\n#ifdef B\nB\n#endif\n#if defined(C) || defined(A)\nno\n#elif B == 2\nyes\n#endif',
    'A 2 yes',
  ],
  'what is taken back, and comes again': [
    { 'h.h': '#define A 1\n', 'i.h': '#define A 2\n' },
    '#include "h.h"\n#undef A\n#include "i.h"\nA',
    '2',
  ],
  'lines of Windows, and no end of the last': [
    { 'h.h': '#ifndef G\r\n#define G\r\n#define A 1\r\n#define B \\\r\n 2\r\n#endif', 'i.h': '#define C 3' },
    '#include "h.h"\n#include "i.h"\nA B C',
    '1 2 3',
  ],
  'headers that do more than define': [
    {
      'h.h': '#define A 1\n#include "i.h"\n#define B 2\n',
      'i.h': '#define C 3\nint\n#if 0\n#define B 9\n#endif\n',
      'j.h': "#define D '\n#define E don't\n#define F 6\n",
    },
    '#include "h.h"\n#include "j.h"\nA B C F',
    'int 1 2 3 6',
  ],
  'a name as a directive, an operator or a guard': [
    { 'h.h': '#ifndef A\n#define A 1\n#define define 2\n#define include 3\n#endif\n' },
    '#include "h.h"\nA define include\n#define B 4\nB',
    '1 2 3 4',
  ],
  'a name in a name, and a very long body': [
    { 'h.h': `#define e(x) x\n#  define   d 1\n#define LONG ${'(1) '.repeat(400)}\n#define AFTER 2\n` },
    '#include "h.h"\ne(d) LONG AFTER',
    `1 ${'(1) '.repeat(400)}2`,
  ],
};

describe('headers of definitions', () => {
  it.each(Object.entries(CASES))('%s', (_, [headers, source, text]) => {
    expect(run(`${source}\n`, headers)).toEqual({ text, problems: [] });
  });

  if (!HAS_GCC) console.warn("comparing with gcc's preprocessor is skipped: there is no gcc");
  it.skipIf(!HAS_GCC).each(Object.entries(CASES))('gcc agrees: %s', (_, [headers, source, text]) => {
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-headers-'));
    try {
      for (const [name, header] of Object.entries(headers)) writeFileSync(join(folder, name), header);
      const here = source.replaceAll('#include "', `#include "${folder}/`);
      expect(gcc(`${here}\n`).replace(/\s+/g, ' ').trim()).toBe(text);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('say what is defined again with another value, and where it was first', () => {
    const { text, problems } = run('#include "h.h"\n#include "i.h"\nA C\n', {
      'h.h': '#define A 1\n#define B 2\n',
      'i.h': '#define C 3\n/* */\n#define A 2\n',
    });
    expect(text).toBe('2 3');
    expect(problems).toEqual([
      'i.h:3.9 macro A is redefined with another value|the later definition is used from here; write #undef A before it if that is intended|h.h:1.9 A is first defined here|i.h:1.1 i.h is included here'.replace(
        'i.h:1.1 i.h',
        'main.dts:2.1 i.h',
      ),
    ]);
  });

  it.each([
    ['twice in one header', '#define A 1\n#define A 2\n', 'h.h:2.9 macro A is redefined with another value'],
    ['one that the source has', '#define OWN 2\n', 'h.h:1.9 macro OWN is redefined with another value'],
    [
      'one with parameters that is wrong',
      '#define F(a a) 1\n',
      'h.h:1.13 expected "," or ")" in the macro parameters',
    ],
    ['"##" at an end', '#define A ## 1\n', 'h.h:1.11 "##" cannot be at either end of a macro'],
    ['a line without a name', '#define A 1\n#define 1\n', 'h.h:2.1 #define needs a name'],
    [
      'an operator as a name',
      '#define A 1\n#define defined 1\n',
      'h.h:2.9 "defined" cannot be the name of a macro',
    ],
    ['a guard without an end', '#ifndef G\n#define G\n', 'h.h:1.1 this condition has no #endif'],
    ['a comment without an end', '#define A 1\n/* \n#define B 2\n', 'h.h:2.1 the comment is not closed'],
  ])('say what is wrong whether it is used or not: %s', (_, header, problem) => {
    const { problems } = run('#define OWN 1\n#include "h.h"\n', { 'h.h': header });
    expect(problems.map((each) => each.slice(0, each.indexOf('|')))).toEqual([problem]);
  });

  it('are looked through for the name that a wrong one may mean', () => {
    const headers = { 'h.h': '#define GPIO_ACTIVE_HIGH 0\n#define GPIO_ACTIVE_LOW 1\n' };
    const readFile = files(headers);
    const source = '/dts-v1/;\n#include "h.h"\n/ { a = <GPIO_ACTIVE_LO>; };';
    const hints = [SourceCache.forOneRead(), new SourceCache()].map(
      (cache) => parse('t.dts', source, { readFile, cache }).diagnostics[0]?.hint,
    );
    expect(hints[0]).toContain('GPIO_ACTIVE_LOW');
    expect(hints[1]).toBe(hints[0]);
  });

  it('give the place of a macro that was used, and of its definition', () => {
    const headers = { 'h.h': '#define A 1\n#define BAD (1 +)\n' };
    const source = '/dts-v1/;\n#include "h.h"\n/ { a = <BAD>; };';
    const [of, as] = [SourceCache.forOneRead(), new SourceCache()].map(
      (cache) => parse('t.dts', source, { readFile: files(headers), cache }).diagnostics,
    );
    expect(of?.[0]?.notes.map(({ span }) => `${span?.file}:${span?.line}.${span?.column}`)).toContain(
      'h.h:2.17',
    );
    expect(of).toEqual(as);
  });

  it('give the same places when one without a guard comes again', () => {
    const headers = { 'h.h': '#define A 1\n#define BAD 1 2\n' };
    const source = '/dts-v1/;\n#include "h.h"\n#undef A\n#include "h.h"\n#if BAD\n#endif\n/ { a = <A>; };';
    const [of, as] = [SourceCache.forOneRead(), new SourceCache()].map(
      (cache) => parse('t.dts', source, { readFile: files(headers), cache }).diagnostics,
    );
    expect(of).toHaveLength(1);
    expect(of).toEqual(as);
  });

  it('keep nothing for the next reading', () => {
    const cache = SourceCache.forOneRead();
    const valueWith = (header: string): number | undefined =>
      parse('t.dts', '/dts-v1/;\n#include "n.h"\n/ { a = <N>; };', {
        readFile: files({ 'n.h': header }),
        cache,
      }).tree?.root.u32('a');
    expect([valueWith('#define N 1\n'), valueWith('#define N 1\n'), valueWith('#define N 2\n')]).toEqual([
      1, 1, 2,
    ]);
    expect(parse('t.dts', '/dts-v1/;\n/ { a = <N>; };', { cache }).tree).toBeUndefined();
  });
});
