import type { ParseOptions } from '../../../src/devicetree/index.ts';

/** Replacements in one file, each for the next compile. */
export interface Case {
  readonly file?: string;
  readonly edits: readonly (readonly [string, string])[];
  /** Files besides those of `TEXTS`, or instead of them. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly options?: ParseOptions;
}

export const source = (text: string): Readonly<Record<string, string>> => ({
  'board.dts': `/dts-v1/;\n${text}`,
});

/** Changes of nodes, labels, blocks and macros that reach further than they seem, or just as far. */
export const NODE_CASES: Readonly<Record<string, Case>> = {
  'a node that others of its name follow': {
    edits: [['a { };', 'a { }; c { };']],
    texts: source('/ { a { }; b { }; };\n/ { c { x; }; a { }; };\n'),
  },
  'a node that is deleted behind its place': {
    edits: [
      ['a { };', 'a { }; c { };'],
      ['a { };', 'a { }; d { };'],
    ],
    texts: source('/ { a { }; b { }; };\n/ { /delete-node/ c; };\n'),
  },
  'a property that is deleted behind its place': {
    edits: [['a;', 'a; c;']],
    texts: source('/ { a; };\n/ { /delete-property/ c; b; };\n'),
  },
  'a node between properties': {
    edits: [['a;', 'a; n { };']],
    texts: source('/ { a; b; };\n'),
  },
  'a node between properties that a macro makes': {
    edits: [['a;\n', 'a;\nn { };\n']],
    texts: source('#define M b\n/ { a;\nM;\n};\n'),
  },
  'a property behind a node': {
    edits: [['n { };', 'n { }; b;']],
    texts: source('/ { a; n { }; };\n'),
  },
  'a property behind a node that a macro makes': {
    edits: [['M;\n', 'M;\nb;\n']],
    texts: source('#define M n { }\n/ { a;\nM;\n};\n'),
  },
  'a property behind a deleted node': {
    edits: [['n;\n', 'n;\nb;\n']],
    texts: source('/ { a; n { }; };\n/ { c;\n/delete-node/ n;\n};\n'),
  },
  'statements in a part that is not read': {
    edits: [['\nb;\n', '\nb;\nc { };\n']],
    texts: source('/ { a;\n#if 0\nz;\nb;\n#endif\n};\n'),
  },
  'statements in the argument of a macro': {
    edits: [['b;\n', 'b;\nn { };\n']],
    texts: source('#define M(x) z\n/ { a; M(\nb;\n); };\n'),
  },
  'a statement in the path of a reference': {
    edits: [['&{', '&{\nb;\n']],
    texts: source('/ { a = <&{/n}>; n { }; };\n'),
  },
  'a node, its label, and what refers to it': {
    edits: [
      ['a { };', 'a { }; l: n { x = <1>; };'],
      ['l: n { x = <1>; };', 'l: n { x = <1>; y { z; }; };'],
      ['b { };', 'b { r = <&l 1>; };'],
      ['z;', 'z; r = <&l>;'],
      ['r = <&l 1>;', ''],
      ['l: n {', 'n {'],
    ],
    texts: source('/ { a { };\nb { };\nk: k { }; c { r = <&k>; }; };\n'),
  },
  'references that number others anew, one of which is omitted': {
    edits: [
      ['a { };', 'a { r = <&two>; };'],
      ['a { r = <&two>; };', 'a { r = <&three &two>; };'],
      ['r = <&three &two>;', ''],
      ['a {  };', 'a { r = <&gone>; };'],
    ],
    texts: source(
      '/ { a { }; one: one { }; two: two { }; three: three { phandle = <2>; };\n/omit-if-no-ref/ gone: gone { r = <&one>; };\nz { r = <&two>; }; };\n',
    ),
    options: { phandleFormat: 'both' },
  },
  'the last reference to what is omitted without one': {
    edits: [['r = <&l>;', '']],
    texts: source('/ { a { r = <&l>; }; /omit-if-no-ref/ l: n { }; };\n'),
  },
  'a node that references need': {
    edits: [['l: n { };', '']],
    texts: source('/ { a { }; l: n { }; b { r = <&l>; }; };\n'),
  },
  'a node that a path needs, below it': {
    edits: [['n { l: m { }; };', '']],
    texts: source('/ { a { }; n { l: m { }; }; b { p = &l; }; };\n'),
  },
  'a node that is not omitted': {
    edits: [['n: n { };', '']],
    texts: source('/ { a { }; n: n { }; };\n/omit-if-no-ref/ &n;\n/ { r = <&n>; };\n'),
  },
  'a label that another node has': {
    edits: [['b {', 'l: b {']],
    texts: source('/ { l: a { }; b { }; };\n'),
  },
  'a label that a property has': {
    edits: [['b {', 'l: b {']],
    texts: source('/ { a { l: x; }; b { }; };\n'),
  },
  'a label of a node that other blocks define': {
    edits: [['b {', 'l: b {']],
    texts: source('/ { a { }; b { }; };\n/ { k: b { }; };\n'),
  },
  'a label of a node in a later block of it': {
    edits: [['k: b {', 'l: k: b {']],
    texts: source('/ { a { }; b { }; };\n/ { k: b { }; };\n'),
  },
  'a label that references need': {
    edits: [['l: b {', 'b {']],
    texts: source('/ { a { }; l: b { }; };\n&l { x; };\n'),
  },
  'a label that the path of a reference needs': {
    edits: [['l: b {', 'm: b {']],
    texts: source('/ { a { r = <&{l/c}>; }; l: b { c { }; }; };\n'),
  },
  'a label that is a macro': {
    edits: [['b {', 'M: b {']],
    texts: source('#define M l\n/ { a { }; b { }; };\n'),
  },
  'a label with symbols': {
    edits: [['b {', 'l: b {']],
    texts: source('/ { a { }; b { }; };\n'),
    options: { symbols: true },
  },
  'a node with a label, with symbols': {
    edits: [['a { };', 'a { }; l: n { };']],
    texts: source('/ { a { }; b { }; };\n'),
    options: { symbols: true },
  },
  'statements behind those of an included file': {
    edits: [
      ['\nz;', '\nb { };\nz;'],
      ['\nz;', '\ny;\nz;'],
      ['\n#include "in"', '\nc;\n#include "in"'],
    ],
    texts: { ...source('/ { a;\n#include "in"\nz; };\n'), in: 'p;\nq;\n' },
  },
  'blocks outside of all nodes': {
    edits: [
      ['l { y; };\n', 'l { y; };\n/ { a { x = <2>; w; }; new { q = <&l>; }; };\n'],
      ['l { y; };\n', 'l { y; };\n&l { y = <3>; z = <&k 1>; in { }; };\n'],
      ['z = <&k 1>', 'z = <&k 2>'],
      ['l: a', 'a'],
    ],
    texts: source('/ { l: a { x = <1>; }; k: k { r = <&k>; }; };\n&l { y; };\n'),
  },
  'a block in front of one that changes the same': {
    edits: [['};\n&', '};\n&l { x = <3>; };\n&']],
    texts: source('/ { l: a { x = <1>; }; };\n&l { x = <2>; };\n'),
  },
  'a block in front of the node that it is for': {
    edits: [['/ {', '&l { y; };\n/ {']],
    texts: source('/ { l: a { x = <1>; }; };\n'),
  },
  'a block in front of a label that comes later': {
    edits: [['};\nk', '};\n&k { y; };\nk']],
    texts: source('/ { l: a { x = <1>; }; };\nk: &l { };\n'),
  },
  'a block in front of a reservation': {
    edits: [[';\n/m', ';\n/ { };\n/m']],
    texts: source('/memreserve/ 1 2;\n/memreserve/ 3 4;\n/ { };\n'),
  },
  'a block for what is deleted': {
    edits: [['};\n/d', '};\n&l { y; };\n/d']],
    texts: source('/ { l: a { x = <1>; }; b { }; };\n/delete-node/ &l;\n'),
  },
  'a block with what is deleted behind it': {
    edits: [['};\n/ ', '};\n/ { c; d { }; };\n/ ']],
    texts: source('/ { l: a { x = <1>; }; b { }; };\n/ { /delete-property/ c; /delete-node/ d; };\n'),
  },
  'a block for a label that is a macro': {
    edits: [['};\n', '};\n&M { y; };\n']],
    texts: source('#define M l\n/ { l: a { x = <1>; }; };\n'),
  },
  'a block in a part that is not read': {
    edits: [['};\n#e', '};\n/ { z; };\n#e']],
    texts: source('/ { a; };\n#if 0\n/ { b; };\n#endif\n'),
  },
  'a block inside of a node': {
    edits: [['b;\n', 'b;\n/ { z; };\n']],
    texts: source('/ { a;\nb;\n};\n'),
  },
  'a block with labels, names and numbers': {
    edits: [
      ['};\n', '};\n/ { n: new { }; };\n'],
      ['};\n/ {', '};\n/ { l: more { };'],
      ['};\n', '};\n/ { a { k: b { }; }; };\n'],
      ['};\n', '};\n/ { a { phandle = <3>; name = "a"; }; };\n'],
      ['};\n', '};\n/ { cpus { cpu@0 { reg = <7>; }; }; };\n'],
    ],
    texts: source('/ { l: a { x = <1>; b { }; }; cpus { cpu@0 { reg = <1>; }; }; };\n'),
  },
  'a macro with another value': {
    edits: [
      ['A 1', 'A 22'],
      ['A 22', 'A &k 1'],
      ['n { }', 'n { y = <A>; }'],
      ['A &k 1', 'A (1 + 2)'],
      ['b = <1>', 'b = <A>'],
    ],
    texts: source(
      '#define A 1\n/ { a = <A 1>; b = <1>; n { }; };\n/ { a = <A>, <A 2>; c = "A"; k: k { r = <&k>; }; };\n',
    ),
  },
  'a macro with another value and back, among other changes': {
    edits: [
      ['A 1', 'A 2'],
      ['b = <1>', 'b = <A>'],
      ['A 2', 'A 1'],
      ['b = <A>', 'b = <A A>'],
    ],
    texts: source('#define A 1\n/ { a = <A 1>; b = <1>; };\n'),
  },
  'a macro that others use': {
    edits: [['A 1', 'A 2']],
    texts: source('#define A 1\n#define B A\n/ { a = <B>; };\n'),
  },
  'a macro that a condition uses': {
    edits: [['A 1', 'A 2']],
    texts: source('#define A 1\n#if A == 1\n/ { a = <1>; };\n#endif\n/ { b = <A>; };\n'),
  },
  'a macro that is made of parts': {
    edits: [['AB 1', 'AB 2']],
    texts: source('#define AB 1\n#define CAT(x) A##x\n/ { a = <CAT(B)>; };\n'),
  },
  'a macro that becomes one with parameters': {
    edits: [['A (1)', 'A(x) (1)']],
    texts: source('#define A (1)\n/ { a = <A>; };\n'),
  },
  'a macro that is used in front of it, and in a part that is not read': {
    edits: [
      ['A 1', 'A 2'],
      ['B 1', 'B 2'],
    ],
    texts: source('/ { A; };\n#define A 1\n#define B 1\n/ {\n#if 0\nb = <B>;\n#endif\n};\n'),
  },
  'a macro that makes names and nodes': {
    edits: [
      ['A 1', 'A 2'],
      ['B b', 'B c'],
    ],
    texts: source('#define A 1\n#define B b\n/ { B = <1>; n@A { }; };\n'),
  },
  'a macro that is defined twice': {
    edits: [['A 1\n/', 'A 2\n/']],
    texts: source('#define A 1\n/ { a = <A>; };\n#undef A\n#define A 1\n/ { b = <A>; };\n'),
  },
  'a macro with an error': {
    edits: [['A 1', 'A 1)']],
    texts: source('#define A 1\n/ { a = <(A)>; b = <1>; };\n'),
  },
  'a macro with an error that nothing uses': {
    edits: [['A 1', 'A(1 2']],
    texts: source('#define A 1\n/ { a; };\n'),
  },
  'a macro and what uses it': {
    edits: [['A 1\n/ { a = <A>; b = <1>', 'A 2\n/ { a = <A>; b = <2>']],
    texts: source('#define A 1\n/ { a = <A>; b = <1>; };\n'),
  },
  'a macro that becomes parts': {
    edits: [
      ['A 1', 'A 1 ## 2'],
      ['A 1 ## 2', 'A 3 ## 4'],
    ],
    texts: source('#define A 1\n/ { a = <A>; };\n'),
  },
  'a macro that a deletion names': {
    edits: [['A b', 'A c']],
    texts: source('#define A b\n/ { b { }; c { }; };\n/ {\n/delete-node/ A;\n};\n'),
  },
  'a macro with parameters': {
    edits: [
      ['1 x', 'x 2'],
      ['M(x)', 'M(y)'],
    ],
    texts: source('#define M(x) 1 x\n/ { a = <M(3)>; b = <M (4)>; };\n'),
  },
  'a macro of statements': {
    edits: [
      ['x y', 'y x'],
      ['y x', 'y'],
    ],
    texts: source('#define M(x, y) x y\n/ { M(a = <1>;, b;) c; };\n/ { M(d;, n { };)\n};\n'),
  },
  'a macro in the argument of another': {
    edits: [['A 1', 'A 2']],
    texts: source('#define A 1\n#define M(x) x\n/ { a = <M(A)>; M(b = <A>;) c = <A>; };\n'),
  },
  'a macro that names a file': {
    edits: [['A "data.bin"', 'A "late.h"']],
    texts: source('#define A "data.bin"\n/ { a = /incbin/(A); };\n'),
  },
};
