import { expect, test } from 'vitest';
import { files } from '../support.ts';
import { firstDifferenceOf, type Texts } from './edits.ts';
import { type Case, NODE_CASES, source } from './node-cases.ts';
import { TEXTS } from './texts.ts';

/** Changes of one line that reach further than they seem. */
const CASES: Readonly<Record<string, Case>> = {
  'a reference to another node, which numbers phandles anew': {
    edits: [['clocks = <&clk PAIR>', 'clocks = <&gpio PAIR>']],
  },
  'a reference more': { edits: [['second-speed = <115200>', 'second-speed = <&clk>']] },
  'a new property with a reference': { edits: [['second-speed =', 'first = <&gpio>;\n\tsecond-speed =']] },
  'a property less that has a reference': { edits: [['\tclocks = <&clk PAIR>;\n', '']] },
  'a path': { edits: [['serial0 = &uart0', 'serial0 = &clk']] },
  'space in the name of a header': {
    edits: [['#include < soc.dtsi>', '#include <  soc.dtsi>']],
    texts: { ...source('#include < soc.dtsi>\n'), ' soc.dtsi': '/ { a = <1>; };\n' },
    options: { includePaths: [''] },
  },
  'a macro that is defined below': {
    file: 'soc.dtsi',
    edits: [['reg = <0x30 0x4>', 'reg = <0x30 LATE_SPEED>']],
  },
  'a macro that is defined below, in parts': {
    edits: [['<1>', '<CAT(TE)>']],
    texts: source('#define CAT(x) LA##x\n/ { a = <1>; };\n#define LATE 5\n'),
  },
  'a macro that is defined below, in the body of another': {
    edits: [['<1>', '<NOW>']],
    texts: source('#define NOW LATE\n/ { a = <1>; };\n#define LATE 5\n'),
  },
  'a macro that is defined anew below': {
    edits: [['<A 1>', '<A 2>']],
    texts: source('#define A 1\n/ { a = <A 1>; };\n#undef A\n#define A 5\n'),
  },
  'a macro that is taken back below': {
    edits: [['z = <1>;', 'z = <1>; A;']],
    texts: source('#define A b\n/ { z = <1>; };\n#undef A\n'),
  },
  'a macro of a header that is included again below': {
    edits: [['<1>', '<SECOND>']],
    texts: {
      ...source('#include "twice.h"\n/ { a = <1>; };\n#define AGAIN\n#include "twice.h"\n'),
      'twice.h': '#ifdef AGAIN\n#define SECOND 2\n#endif\n',
    },
  },
  'a macro that makes statements': {
    edits: [
      ['a = <1 M>', 'a = <2 M>'],
      ['\ta = <2 M>;\n', ''],
    ],
    texts: source('#define M 3>, <4>; b = <5\n/ {\n\tz = <1>;\n\ta = <1 M>;\n\tc = <1>;\n};\n'),
  },
  'a macro that deletes': {
    edits: [['a = M;', 'a = <1>;']],
    texts: source('#define M <1>; /delete-property/ b\n/ { b = <1>; };\n/ { c = <1>; a = M; };\n'),
  },
  'a counter': {
    edits: [['<__COUNTER__ 1>', '<__COUNTER__ 2>']],
    texts: source('/ { a = <__COUNTER__ 1>; b = <__COUNTER__>; };\n'),
  },
  'the number of the line': {
    edits: [['<1>;', '<1>;\n\n']],
    texts: source('/ { a = <1>; b = <__LINE__>; };\n'),
  },
  'lines that say where they are from': {
    edits: [['<1>;', '<1234567890 1234567890>;']],
    texts: source('/ { a = <1>; b = <2>; };\n# 7 "other.dts"\n/ { c { }; };\n'),
  },
  'a string over two lines': {
    edits: [['"a', '"aa']],
    texts: source('/ { z = <1>; a = "a\n b"; b = <2>; };\n'),
  },
  'many lines, one after the other': {
    file: 'soc.dtsi',
    edits: [
      ['\t\t\tstatus = "disabled";\n', '\t\t\tstatus = "disabled";\n\t\t\tmore = "a rather long text";\n\n'],
      ['#gpio-cells = <2>', '#gpio-cells = <3>, <4>'],
      ['#clock-cells = <2>;', '#clock-cells =\n\n<2>;'],
      ['more = "a rather long text"', 'more = "short"'],
      ['clocks = <&clk 1 2>, <&clk 3 4>', 'clocks = <&clk 1 2>, <&clk 3 5>'],
      ['more = "short";', ''],
    ],
  },
  'a source that includes itself': {
    edits: [['<1>', '<2>']],
    texts: source('#ifndef G\n#define G\n#include "board.dts"\n#endif\n/ { a = <1>; };\n'),
  },
  'an overlay, whose fixups tell of offsets': {
    edits: [['a = "x", ', 'a = "xyz1234", ']],
    texts: source('/plugin/;\n&there { a = "x", <&here>; here: n { }; };\n'),
  },
  'fixups of a board': {
    edits: [['clocks = <&clk PAIR>', 'clocks = <1>, <&clk PAIR>']],
    options: { fixups: true },
  },
  'properties in order of their names': {
    edits: [['second-speed = <115200>;', 'second-speed = <115200>; a-speed = <1>;']],
    options: { sort: true },
  },
  aliases: {
    edits: [['serial0 = &uart0;', 'serial0 = &uart0; more = <1>;']],
    options: { aliases: true, symbols: true },
  },
  'a line that a directive joins': {
    edits: [['<1>;\n#define', '<2>; #define']],
    texts: source('/ { a = <1>;\n#define B 2\nb = <B>; };\n'),
  },
  'a directive between properties': {
    edits: [['B 2', 'B 3']],
    texts: source('/ { a = <1>;\n#define B 2\nb = <1>; c = <B>; };\n'),
  },
  'a condition around properties': {
    edits: [['#if 1', '#if 0']],
    texts: source('/ { a = <1>;\n#if 1\nb = <1>;\n#endif\nc = <2>; };\n'),
  },
  'a part that is not read': {
    edits: [['b = <1>', 'b = <2>']],
    texts: source('/ { a = <1>;\n#if 0\nb = <1>;\n#endif\nc = <2>; };\n'),
  },
  'a comment that swallows what follows': {
    edits: [['<1>;', '<1>; /*']],
    texts: source('/ { a = <1>; b = <2>; /* c */ d = <4>; };\n'),
  },
  'a comment that ends earlier': {
    edits: [['/* c', '/* */ c']],
    texts: source('/ { a = <1>; /* c = <2>; */ d = <4>; };\n'),
  },
  'a property of two blocks, the first of which was changed': {
    edits: [
      ['a = <1>', 'a = <11>'],
      ['b = <2>', 'b = <22>, <3>'],
      ['\tb = <22>, <3>;\n', ''],
    ],
    texts: source('/ {\n\ta = <1>;\n\tb = <2>;\n\tc = <3>;\n};\n/ { b = <4>; e = <5>; };\n'),
  },
  'a property that shows again': {
    edits: [['b = <4>; ', '']],
    texts: source('/ { a = <1>; b = <2>; };\n/ { z = <3>; b = <4>; c = <5>; };\n'),
  },
  'a property that another block has': {
    edits: [['z = <3>;', 'z = <3>; e = <1>;']],
    texts: source('/ { a = <1>; };\n/ { z = <3>; };\n/ { e = <4>; f = <5>; };\n'),
  },
  'a new property among those of other blocks': {
    edits: [['z = <3>;', 'y = <1>; z = <3>;']],
    texts: source('/ { a = <1>; };\n/ { a = <2>; z = <3>; };\n/ { e = <4>; };\n'),
  },
  'a property twice in a block': {
    edits: [['<1>;', '<1>; b = <2>;']],
    texts: source('/ { n { a = <1>; b = <3>; c = <4>; }; };\n'),
  },
  'the number of the boot CPU': { file: 'soc.dtsi', edits: [['cpu@1 { reg = <1>', 'cpu@1 { reg = <2>']] },
  'a name, a phandle': {
    edits: [
      ['<1>;', '<1>; phandle = <9>;'],
      ['phandle = <9>;', 'name = "n";'],
    ],
    texts: source('/ { l: n { a = <1>; }; m { b = <&l>; }; };\n'),
  },
  'symbols of its own': {
    edits: [['b = "/n"', 'b = "/m"']],
    texts: source('/ { n { a = <1>; }; m { }; __symbols__ { a = "/n"; b = "/n"; }; };\n'),
  },
  'a deleted node': {
    edits: [['<1>', '<2>']],
    texts: source('/ { l: n { a = <1>; }; };\n/delete-node/ &l;\n/ { n { b = <1>; }; };\n'),
  },
  'a new property in a node that is deleted below': {
    edits: [['a = <1>;', 'b = <2>; a = <1>;']],
    texts: source('/ { l: n { a = <1>; }; };\n/delete-node/ &l;\n'),
  },
  'a new node in a node that is deleted below': {
    edits: [['a = <1>;', 'a = <1>; m { };']],
    texts: source('/ { l: n { a = <1>; }; };\n/delete-node/ &l;\n'),
  },
  'a new property in a node that is omitted, as nothing refers to it': {
    edits: [['a = <1>;', 'b = <2>; a = <1>;']],
    texts: source('/ { /omit-if-no-ref/ l: n { a = <1>; }; };\n'),
  },
  'a new property in a block of before the node was deleted': {
    edits: [['a = <1>;', 'c = <2>; a = <1>;']],
    texts: source('/ { l: n { a = <1>; }; };\n/delete-node/ &l;\n/ { n { b = <1>; }; };\n'),
  },
  'a block of the root in a node that is deleted below': {
    edits: [['a = <1>;', 'a = <1>; / { b = <2>; };']],
    texts: source('/ { l: n { a = <1>; }; };\n/delete-node/ &l;\n'),
  },
  'a block of the root in a node of symbols': {
    edits: [['a = "/n";', 'a = "/n"; / { b = <2>; };']],
    texts: source('/ { n { }; __symbols__ { a = "/n"; }; };\n'),
  },
  'a label of before the node was deleted': {
    edits: [['n { a', 'l: n { a']],
    texts: source('/ { n { a = <1>; }; };\n/delete-node/ &{/n};\n/ { n { b = <1>; }; };\n'),
  },
  'a property behind a deletion, in front of which is a directive': {
    edits: [['/delete-node/ m;', '/delete-node/ m; b;']],
    texts: source('/ {\n#define A 1\n/delete-node/ m; };\n'),
  },
  'a node in front of a property, between which is a directive': {
    edits: [['a = <1>;', 'a = <1>; m { };']],
    texts: source('/ { a = <1>;\n#define OPEN {\nb = <1>; };\n'),
  },
  'a text in UTF-8, behind a byte order mark': {
    edits: [['"ä"', '"äö"']],
    texts: { 'board.dts': '\xef\xbb\xbf/dts-v1/; / { z = <1>; a = "ä"; b = <1>; };' },
  },
  'a file that is gone': { file: 'late.h', edits: [['#define LATE_SPEED 19200\n', '']] },
};

test.each(Object.entries({ ...CASES, ...NODE_CASES }))(
  '%s',
  (_, { file = 'board.dts', edits, texts = {}, options = {} }) => {
    const sequence: Texts[] = [new Map([...TEXTS, ...Object.entries(texts)])];
    for (const [from, to] of edits) {
      const before = sequence.at(-1) as Texts;
      const text = before.get(file) as string;
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      sequence.push(new Map(before).set(file, text.replace(from, to)));
    }
    const readFile = files({ 'data.bin': 'abc' });
    for (const byParse of [false, true])
      expect(
        firstDifferenceOf([...sequence, ...sequence], { readFile, ...options }, byParse),
      ).toBeUndefined();
  },
);

/** Texts that stay as they are, while `change` does something else. */
function* unchanged(text: string, change: () => void): Generator<Texts> {
  const texts: Texts = new Map(Object.entries(source(text)));
  yield texts;
  change();
  yield texts;
}

test('bytes of a file that were changed', () => {
  let bytes = 'abc';
  const texts = unchanged('/ { a = /incbin/("data.bin", 0, 3); b = <1>; };\n', () => {
    bytes = 'xyz';
  });
  expect(firstDifferenceOf(texts, { readRange: () => Buffer.from(bytes) })).toBeUndefined();
});

test('a second that has passed', () => {
  let seconds = 1;
  const texts = unchanged('/ { a = __TIME__; b = <1>; };\n', () => {
    seconds = 2;
  });
  const clock = { now: () => new Date(2026, 1, 1, 0, 0, seconds) };
  expect(firstDifferenceOf(texts, { clock })).toBeUndefined();
});
