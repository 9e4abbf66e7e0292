import { describe, expect, test } from 'vitest';
import { parse, preprocess, type SourceClock } from '../../../src/devicetree/index.ts';
import { files } from '../support.ts';

/** gcc's "Common Predefined Macros" and the conditions of "__has_include", in the mode that Linux uses for trees. */

/** 3 February 2001, 04:05:06 of local time. */
const NOW = new Date(2001, 1, 3, 4, 5, 6);

function textOf(source: string, clock: Partial<SourceClock> = {}): string {
  return preprocess('a.dts', new TextEncoder().encode(source), { clock: { now: () => NOW, ...clock } }).text;
}

describe('the date and the time of the compilation', () => {
  test('are strings, the day padded with a space', () => {
    expect(textOf('__DATE__ __TIME__')).toBe('"Feb  3 2001" "04:05:06"');
  });

  test('are those of SOURCE_DATE_EPOCH, in UTC', () => {
    expect(textOf('__DATE__ __TIME__', { sourceDateEpoch: '86399' })).toBe('"Jan  1 1970" "23:59:59"');
    expect(textOf('__DATE__ __TIME__', { sourceDateEpoch: '253402300799' })).toBe('"Dec 31 9999" "23:59:59"');
  });

  test.each(['abc', '', '-1', '253402300800', '1.5'])(
    'SOURCE_DATE_EPOCH=%s is refused where a date is used',
    (epoch) => {
      const clock = { now: () => NOW, sourceDateEpoch: epoch };
      const [problem, ...more] = parse('a.dts', '/dts-v1/;\n/ { a = __DATE__, __TIME__; };', {
        clock,
      }).diagnostics;
      expect(problem).toMatchObject({
        severity: 'error',
        message: `invalid SOURCE_DATE_EPOCH "${epoch}": expected a number from 0 to 253402300799`,
        span: { line: 2, column: 9 },
      });
      expect(more).toEqual([]);
      expect(parse('a.dts', '/dts-v1/;\n/ { };', { clock }).diagnostics).toEqual([]);
    },
  );

  test('can be asked for, and undefined', () => {
    expect(textOf('#if defined(__DATE__) && defined(__TIME__) && defined(__TIMESTAMP__)\nyes\n#endif')).toBe(
      'yes',
    );
    expect(textOf('#undef __DATE__\n__DATE__')).toBe('__DATE__');
  });
});

describe('__TIMESTAMP__', () => {
  test('is when the current file was changed, whatever SOURCE_DATE_EPOCH says', () => {
    const clock = {
      now: () => NOW,
      sourceDateEpoch: '0',
      modified: (path: string) => (path === 'h.h' ? new Date(1999, 11, 31, 23, 59, 58) : NOW),
    };
    const { text } = preprocess('a.dts', new TextEncoder().encode('__TIMESTAMP__\n#include "h.h"\n'), {
      readFile: files({ 'h.h': '__TIMESTAMP__' }),
      clock,
    });
    expect(text).toBe('"Sat Feb  3 04:05:06 2001"\n"Fri Dec 31 23:59:58 1999"');
  });

  test('is question marks for a file without a time', () => {
    expect(textOf('__TIMESTAMP__')).toBe('"??? ??? ?? ??:??:?? ????"');
  });
});

describe('__has_include', () => {
  test.each(['__has_include', '__has_include_next'])('%s counts as defined', (name) => {
    expect(textOf(`#ifdef ${name}\na\n#endif\n#if defined(${name})\nb\n#endif`)).toBe('a\nb');
  });

  test('__has_include_next looks behind the folder of the current file', () => {
    const readFile = files({
      'one/h.h': '#if __has_include_next(<h.h>)\nyes\n#else\nno\n#endif',
      'two/h.h': '',
    });
    const textWith = (includePaths: readonly string[]): string =>
      preprocess('a.dts', new TextEncoder().encode('#include <h.h>\n'), { readFile, includePaths }).text;
    expect(textWith(['one', 'two'])).toBe('yes');
    expect(textWith(['one'])).toBe('no');
  });
});
