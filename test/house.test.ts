import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

type Sources = ReadonlyMap<string, string>;

interface Measure {
  readonly place: string;
  readonly size: number;
}

interface Script {
  readonly sourcesOf: () => Sources;
  readonly filesOf: () => string[];
  readonly fileSizes: (sources: Sources) => Measure[];
  readonly folderSizes: (files: readonly string[]) => Measure[];
  readonly functionSizes: (sources: Sources, least?: number) => Measure[];
  readonly circlesOf: (sources: Sources) => string[][];
}

const script = new URL('support/house.mjs', import.meta.url).href;
const { sourcesOf, filesOf, fileSizes, folderSizes, functionSizes, circlesOf } = (await import(
  script
)) as Script;

const MOST_LINES_OF_A_FILE = 400;
const MOST_LINES_OF_A_FUNCTION = 60;
const MOST_FILES_OF_A_FOLDER = 20;

const TOP_LEVEL = [
  ...['.ci', '.gitignore', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'bin', 'biome.json'],
  ...['build-short.mjs', 'build.mjs', 'docs', 'dts', 'examples', 'findings', 'hosts', 'package-lock.json'],
  ...['package.json', 'src', 'test', 'tsconfig.build.json', 'tsconfig.json', 'vitest.config.ts'],
];

/** What scripts make, nobody reads from top to bottom. */
const MADE = /^\/[*/] Made from /;

/** What else may be larger, and why. An entry that is no longer needed fails the test too. */
const LARGE_FILES: Readonly<Record<string, string>> = {
  'test/devicetree/checks/check-cases.ts': 'one table: a source a check, and what it says',
};

const LARGE_FOLDERS: Readonly<Record<string, string>> = {
  'test/dev/npm-drivers/scripts': 'a script a package of npm, called as the package is',
  'test/fixtures/devicetree/broken': 'a broken tree a fault, called after it',
};

/** Circles of types, by the files in them; where they are imported the linter has the reason once more. */
const CIRCLES: readonly (readonly [reason: string, ...files: string[]])[] = [
  [
    "a Bus hands out its promises, and these call the Bus, as in npm's i2c-bus",
    'src/dev/i2c-bus/bus.ts',
    'src/dev/i2c-bus/promisified-bus.ts',
  ],
  [
    'a tree, its nodes and its properties refer to each other',
    'src/devicetree/tree/live-node.ts',
    'src/devicetree/tree/live-property.ts',
    'src/devicetree/tree/live-tree.ts',
  ],
];

const sources = sourcesOf();

const placesOf = (measures: readonly Measure[], most: number) =>
  measures.filter(({ size }) => size > most).map(({ place }) => place);

describe('the house', () => {
  it(`has no file of more than ${MOST_LINES_OF_A_FILE} lines`, () => {
    expect(sources.size).toBeGreaterThan(900);
    const written = new Map([...sources].filter(([, text]) => !MADE.test(text)));
    expect(placesOf(fileSizes(written), MOST_LINES_OF_A_FILE).sort()).toEqual(
      Object.keys(LARGE_FILES).sort(),
    );
  });

  it(`has no function of more than ${MOST_LINES_OF_A_FUNCTION} lines, tables apart`, () => {
    expect(functionSizes(sources, MOST_LINES_OF_A_FUNCTION)).toEqual([]);
  });

  it(`has no folder of more than ${MOST_FILES_OF_A_FOLDER} files`, () => {
    expect(placesOf(folderSizes(filesOf()), MOST_FILES_OF_A_FOLDER).sort()).toEqual(
      Object.keys(LARGE_FOLDERS).sort(),
    );
  });

  it('has nothing at its top level but what belongs there', () => {
    const { stdout } = spawnSync('git', ['ls-files'], { encoding: 'utf8' });
    const top = new Set(stdout.split('\n').map((file) => file.split('/')[0] ?? ''));
    expect([...top].filter((name) => name !== '').sort()).toEqual(TOP_LEVEL);
  });

  it('has no circle of imports but of types that belong together', () => {
    expect(circlesOf(sources)).toEqual(CIRCLES.map(([, ...files]) => files));
  });
});

describe('the script that measures it', () => {
  const file = (text: string) => new Map([['a.ts', text]]);

  it('counts the lines between the braces of a function', () => {
    expect(functionSizes(file('function f() {\n  one();\n\n  two();\n}\n'))).toEqual([
      { place: 'a.ts f', size: 3 },
    ]);
  });

  it('measures a function within by itself', () => {
    const text = 'const f = () => {\n  before();\n  const g = () => {\n    one();\n    two();\n  };\n};\n';
    expect(functionSizes(file(text))).toEqual([
      { place: 'a.ts f', size: 3 },
      { place: 'a.ts g', size: 2 },
    ]);
    const declared = text.replace('const g = () => {', 'function g() {').replace('  };', '  }');
    expect(functionSizes(file(declared))).toEqual([
      { place: 'a.ts f', size: 1 },
      { place: 'a.ts g', size: 2 },
    ]);
  });

  it('leaves out those that are not longer than asked', () => {
    expect(functionSizes(file('const f = () => {\n  one();\n  two();\n};\n'), 1)).toEqual([
      { place: 'a.ts f', size: 2 },
    ]);
    expect(functionSizes(file('const f = () => {\n  one();\n  two();\n};\n'), 2)).toEqual([]);
  });

  it('measures the tests of a suite, not the suite', () => {
    const text = "describe.skipIf(x)('x', () => {\n  it(`y`, () => {\n    one();\n  });\n});\n";
    expect(functionSizes(file(text))).toEqual([{ place: 'a.ts "y"', size: 1 }]);
  });

  it('counts the first and last line of a table, not its entries', () => {
    const text = 'const f = () => {\n  const table = [\n    1,\n    2,\n    3,\n  ];\n  return table;\n};\n';
    expect(functionSizes(file(text))).toEqual([{ place: 'a.ts f', size: 3 }]);
  });

  it('measures methods, also private ones', () => {
    expect(functionSizes(file('class C {\n  #m(): void {\n    one();\n  }\n}\n'))).toEqual([
      { place: 'a.ts #m', size: 1 },
    ]);
  });

  it('counts the last line of a file that ends without a line break', () => {
    expect(fileSizes(file('one\ntwo'))).toEqual([{ place: 'a.ts', size: 2 }]);
  });

  it('counts the files of a folder without those below', () => {
    expect(folderSizes(['a/b.ts', 'a/c.md', 'a/d/e.ts'])).toEqual([
      { place: 'a', size: 2 },
      { place: 'a/d', size: 1 },
    ]);
  });

  it('finds a circle of imports, also of types and of what is exported on', () => {
    const circle = new Map([
      ['src/a.ts', "import type { B } from './b/b.ts';"],
      ['src/b/b.ts', "export { c } from '../c.ts';"],
      ['src/c.ts', "import { a } from './a.ts';\nimport 'node:fs';"],
      ['src/d.ts', "import { a } from './a.ts';"],
    ]);
    expect(circlesOf(circle)).toEqual([['src/a.ts', 'src/b/b.ts', 'src/c.ts']]);
  });
});
