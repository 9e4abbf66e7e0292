import fc from 'fast-check';
import { compile, type ParseOptions, parse, SourceCache, type Tree } from '../../../src/devicetree/index.ts';

/** What an editor's user does to a text: one line, or two at once. Numbers are taken modulo what there is. */
interface Edit {
  /** Which of the files. */
  readonly file: number;
  readonly line: number;
  readonly how: number;
  readonly what: number;
  /** The text as it was at first is edited, not the present one. */
  readonly fromFirst: boolean;
  /** The edit is taken back once its outcome was compared. */
  readonly takenBack: boolean;
  readonly andAnother: boolean;
  /** Of the changes that mostly leave a source without errors. */
  readonly isGood: boolean;
}

export const edits: fc.Arbitrary<Edit> = fc.record({
  file: fc.nat(100),
  line: fc.nat(100_000),
  how: fc.nat(100),
  what: fc.nat(100),
  fromFirst: fc.boolean(),
  takenBack: fc.boolean(),
  andAnother: fc.integer({ min: 0, max: 6 }).map((n) => n === 0),
  isGood: fc.boolean(),
});

/** Lines that somebody may put in; most belong somewhere, some nowhere. */
const LINES: readonly string[] = [
  '',
  '/* a note */',
  '// a note',
  'new-property = <1 2>;',
  'status = "okay";',
  'compatible = "a,b", "c";',
  'reg = <0x10 0x20>;',
  '#clock-cells = <1>;',
  'bare;',
  'sum = <(1 + 2)>, [00 ff];',
  'name = "node";',
  'phandle = <77>;',
  'labelled: before = <3 inside: 4>;',
  'ref = <&{/} 1>, &{/};',
  'nowhere = <&no_such_label>;',
  'node@9 { reg = <9>; };',
  'child: node@8 { };',
  '/delete-property/ status;',
  '/delete-node/ node@9;',
  '/omit-if-no-ref/ node@7 { };',
  '/memreserve/ 0x1000 0x100;',
  '/plugin/;',
  '};',
  '{',
  '"',
  '/* open',
  '*/',
  '#define LATE 5',
  '#undef LATE',
  '#define OPEN <1>; second = <2',
  'late = <LATE>;',
  'opens = OPEN>;',
  'when = __DATE__;',
  'where = <__LINE__>;',
  'counted = <__COUNTER__>;',
  '#if 0',
  '#else',
  '#endif',
  '#error no',
  '#warning hm',
  '#include "no-such-file.h"',
  '# 7 "other.dts"',
  'text = "over \\',
  '\tlines";',
  'wide = "ä";',
  'file = /incbin/("data.bin");',
];

/** Lines that have a place in many blocks, each with names that come again in others. */
const GOOD_LINES: readonly string[] = [
  'extra { };',
  'extra { more = <1 2>; #extra-cells = <1>; text = "a", "b"; };',
  'marked: extra { reg = <1>; deep { deeper { status = "okay"; }; }; };',
  'other: extra@1 { clocks = <&gpio 1>; };',
  'third: third { first = <&marked>; };',
  'spare-name { clocks = <&clk 1 2>, <&uart0>; second: below { }; };',
  'led-0 { color = <7>; };',
  'eeprom@50 { };',
  'dmas = <7>;',
  'color = <7>;',
  'clocks = <&gpio 7>;',
  'refer = <&clk 1 2>;',
  'refer = <&marked>, <&other>, <&uart0>;',
  'more = <RED NAMED(RED)>;',
  'late = <LATE_SPEED>;',
  'unused { };',
  'node { name = "node"; };',
  'again { a = <1>; a = <2>; };',
  'cpu@0 { reg = <0>; };',
  'cpus { };',
  'aliases { };',
  '__symbols__ { };',
  'l: with-property { p: of = <1>; };',
  '/* a\nnote */',
  '#ifdef RED\nred-only = <1>;\n#endif',
  '#ifdef GREEN\ngreen { };\n#endif',
  '#define GREEN 1',
  '#define RED 6',
  '#include "names.h"',
  '#include "late.h"',
];

/** Lines that have a place outside of all nodes. */
const TOP_LINES: readonly string[] = [
  '/ { extra { }; };',
  '/ { extra-top = <1>; marked: extra { r = <&gpio 1>; }; };',
  '&uart0 { status = "disabled"; more = <1>; };',
  '&gpio { marked: sub { }; #gpio-cells = <3>; };',
  'again: &gpio { };',
  '&marked { more; };',
  '&{/soc} { late { a = <&clk 3 4>; }; };',
  '/delete-node/ &gpio;',
  '/delete-node/ &marked;',
  '/delete-node/ &{/leds};',
  '/omit-if-no-ref/ &clk;',
  '#define PAIR 5 6',
  '#define RED 7',
  '#include "late.h"',
  '#include "names.h"',
  '/memreserve/ 0x1000 0x100;',
];

const GOOD_CHANGES: readonly ((line: string, what: number) => string)[] = [
  (line) => line.replace(/^(\s*)([\w-]+(@\w+)? \{)/, '$1marked: $2'),
  (line) => line.replace(/^(\s*)([\w:\s-]+(@\w+)? \{)/, '$1other: $2'),
  (line) => line.replace(/(\w+): /, 'third: '),
  (line) => line.replace(/(\w+): /, ''),
  (line) => line.replace(/[\w-]+((@\w+)? \{)/, 'extra$1'),
  (line) => line.replace(/(\w)@(\w+) \{/, '$1@9$2 {'),
  (line) => line.replace(/&\w+/, '&gpio'),
  (line) => line.replace(/&\w+/, '&clk'),
  (line) => line.replace(/&\w+/, '&marked'),
  (line) => line.replace(/<&[^>]*>/, '<3>'),
  (line) => line.replace(/<(\w+)/, '<&clk $1'),
  (line) => line.replace(/[\w,-]+( =|;)/, 'extra$1'),
  (line) => line.replace(/(\w+) (\d+)$/, '$1 1$2'),
  (line) => line.replace(/"(\w)/, '"$1$1'),
  (line) => line.replace(/(\d)>/, '$10>'),
  (line) => line.replace(/<(\d)/, '<1$1'),
  (line) => line.replace(/^(\s*)#(ifdef|include)/, '$1// #$2'),
];

const CHANGES: readonly ((line: string, what: number) => string)[] = [
  (line) => line.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
  (line) => line.replace(/"([^"]*)"/, '"$1 more"'),
  (line) => line.replace(/[a-z]/, 'q'),
  (line) => line.replace(/<[^>]*>/, '<7 8>'),
  (line) => line.replace(/&(\w+)/, '&$1, <&$1>'),
  (line) => line.replace(/(\w+):/, '$1_: other:'),
  (line) => line.replace(/;/, ''),
  (line) => line.replace(/([\w,-]+) =/, 'renamed ='),
  (line) => `  ${line}  `,
  (line, what) => line + ['', ';', '}', '{', '"', ' /* c */', ' // c', '\\', ' #'][what % 9],
];

/** One of `all`. */
function oneOf<T>(all: readonly T[], number: number): T {
  return all[number % all.length] as T;
}

/** `lines` with one of them changed, taken out, moved or put in, near `at`, so that mostly no error comes of it. */
function editedWell(lines: string[], at: number, { how, what }: Pick<Edit, 'how' | 'what'>): void {
  const near = (ends: RegExp): number =>
    Math.max(
      0,
      lines.findIndex((each, i) => i >= at && ends.test(each)),
    );
  const line = near(/;$/);
  switch (how % 8) {
    case 0:
      lines.splice(line, 1);
      return;
    case 1:
    case 2:
      lines.splice(near(/^\t+\};$/), 0, oneOf(GOOD_LINES, what));
      return;
    case 3:
      lines.splice(line + (how & 1), 0, oneOf(GOOD_LINES, what));
      return;
    case 4: {
      const top = near(/^\};$|^$/);
      lines.splice(top + 1, 0, oneOf(TOP_LINES, what));
      return;
    }
    case 5: {
      const [moved = ''] = lines.splice(line, 1);
      lines.splice(line + (what % 5) - 2, 0, moved);
      return;
    }
    default: {
      const change = oneOf(GOOD_CHANGES, what);
      const from = lines.findIndex((each, i) => i >= at && change(each, what) !== each);
      if (from >= 0) lines[from] = change(lines[from] as string, what);
    }
  }
}

/** `text` with one line of it changed, taken out, or put in. */
function edited(text: string, { line, how, what, isGood }: Omit<Edit, 'file'>): string {
  const lines = text.split('\n');
  const at = line % lines.length;
  if (isGood) {
    editedWell(lines, at, { how, what });
    return lines.join('\n');
  }
  const near = lines.findIndex((each, i) => i >= at && each.endsWith(';'));
  const put = LINES[what % LINES.length] as string;
  switch (how % 8) {
    case 0:
      lines.splice(at, 1);
      break;
    case 1:
      lines.splice(at, 0, put);
      break;
    case 2:
      lines.splice(at, 0, lines[at] as string);
      break;
    case 3:
    case 4:
      lines.splice(near < 0 ? at : near + 1, 0, put);
      break;
    default: {
      const from = near < 0 || how % 3 === 0 ? at : near;
      const change = CHANGES[what % CHANGES.length] as (typeof CHANGES)[number];
      lines[from] = change(lines[from] as string, line);
    }
  }
  return lines.join('\n');
}

/** All that can be read of a tree, places included. */
function everything(tree: Tree | undefined): readonly string[] {
  if (tree === undefined) return [];
  const { sources } = tree;
  return [...tree.nodes()].flatMap((node) => [
    JSON.stringify([
      node.path,
      node.labels,
      node.phandle,
      node.definitions,
      tree.byLabel(node.labels[0] ?? '')?.path,
    ]),
    ...node.properties.map((property) =>
      JSON.stringify([
        property.name,
        property.labels,
        Buffer.from(property.value).toString('hex'),
        property.span,
        property.definitions,
        property.markers.map(({ kind, offset, ref, loc }) => [
          kind,
          offset,
          ref,
          sources.place(loc),
          sources.trace(loc),
        ]),
      ]),
    ),
  ]);
}

interface Outcome {
  readonly blob: string;
  readonly tree: readonly string[];
  readonly files: readonly string[] | undefined;
  readonly diagnostics: unknown;
  readonly dependencies: readonly string[];
}

/** Latin-1 texts by path; the first is the source. */
export type Texts = ReadonlyMap<string, string>;

/** What comes of the source that `texts` begins with, on `cache`. */
export function outcome(texts: Texts, options: ParseOptions, cache: SourceCache, byParse: boolean): Outcome {
  const [[path, text]] = texts as unknown as [[string, string]];
  const readFile = (name: string): Uint8Array | undefined => {
    const own = texts.get(name);
    return own === undefined ? options.readFile?.(name) : Buffer.from(own, 'latin1');
  };
  const all = { ...options, readFile, cache };
  const bytes = Buffer.from(text, 'latin1');
  const read = byParse ? { ...parse(path, bytes, all), blob: undefined } : compile(path, bytes, all);
  const { tree, blob, diagnostics, dependencies } = read;
  return {
    blob: Buffer.from(blob ?? []).toString('hex'),
    tree: everything(tree),
    files: tree?.sources.files.map(({ path: name, text: whole }) => `${name} ${whole.length}`),
    diagnostics,
    dependencies,
  };
}

interface Outcomes {
  readonly kept: Outcome;
  readonly fresh: Outcome;
}

/** Compiles each of `all` in turn, on one cache and on fresh ones. @returns the first outcomes that are not the same */
export function firstDifferenceOf(
  all: Iterable<Texts>,
  options: ParseOptions,
  byParse = false,
): Outcomes | undefined {
  const cache = new SourceCache();
  for (const texts of all) {
    const kept = outcome(texts, options, cache, byParse);
    const fresh = outcome(texts, options, new SourceCache(), byParse);
    if (JSON.stringify(kept) !== JSON.stringify(fresh)) return { kept, fresh };
  }
  return undefined;
}

/** The same for `texts` changed by one edit after the other; a text that is broken is mended before the next. */
export function firstDifference(
  texts: Texts,
  options: ParseOptions,
  all: readonly Edit[],
  byParse: boolean,
): Outcomes | undefined {
  const sequence: Texts[] = [texts];
  const present = new Map(texts);
  for (const edit of all) {
    const [name, was] = [...present][edit.file % present.size] as [string, string];
    const once = edited(edit.fromFirst ? (texts.get(name) as string) : was, edit);
    present.set(name, edit.andAnother ? edited(once, { ...edit, line: edit.line * 7 }) : once);
    sequence.push(new Map(present));
    if (!edit.takenBack) continue;
    present.set(name, was);
    sequence.push(new Map(present));
  }
  return firstDifferenceOf(sequence, options, byParse);
}
