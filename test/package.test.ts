import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

type Door = string | { types?: string };

const { exports, dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, Door>;
  dependencies: Record<string, string>;
};

const packed = (() => {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' }),
  ) as [{ files: { path: string }[] }];
  return new Set(files.map(({ path }) => path));
})();

/** What GitHub and npm make of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

test('every relative link of a text in the package leads to a file in it', () => {
  const texts = [...packed].filter((path) => path.endsWith('.md'));
  expect(texts).toContain('src/parts/README.md');
  const links = texts.flatMap((text) =>
    [...readFileSync(text, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => [text, link as string]),
  ) as [string, string][];
  const local = links.filter(([, link]) => !/^[a-z]+:/.test(link));
  expect(local.length).toBeGreaterThan(10);
  const dead = local.filter(([text, link]) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? text : posix.join(posix.dirname(text), path);
    if (!packed.has(target)) return true;
    const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(
      ([, title]) => title as string,
    );
    return anchor !== undefined && !headings.map(anchorOf).includes(anchor);
  });
  expect(dead).toEqual([]);
});

/** A path of a source or test in backquotes: `src/bus`, `clocks/ds3231.ts`. */
const PATH =
  /`(?:[^`\n]* )?((?:src|hosts|test|bin|docs|dts|examples)\/[\w./-]+|[\w-]+\/[\w./-]+\.(?:ts|mjs|dts))(?: [^`\n]*)?`/g;

test('a text in the package that names a file which is not in it says that this is in the repository', () => {
  const isPacked = (path: string) =>
    packed.has(path) || [...packed].some((file) => file.startsWith(`${path}/`));
  const named = [...packed]
    .filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md')
    .flatMap((text) => {
      const [head = '', ...sections] = readFileSync(text, 'utf8').split(/^(?=## )/m);
      const isAboutClone = /clone of the repository/.test(head);
      return [head, ...sections].flatMap((section) =>
        [...section.matchAll(PATH)].map(([, path = '']) => {
          const places = [path, posix.join(posix.dirname(text), path)].map((place) =>
            place.replace(/\/$/, ''),
          );
          const isTold = isAboutClone || /\b(clone|repository)\b/.test(section);
          return { text, path, isThere: places.some(isPacked), isTold };
        }),
      );
    });
  const outside = named.filter(({ isThere }) => !isThere);
  expect(outside.length).toBeGreaterThan(10);
  expect(outside.filter(({ isTold }) => !isTold)).toEqual([]);
});

/** The files of types that `doors` lead to, and the packages that they name. */
function typesBehind(doors: readonly string[]): { files: readonly string[]; packages: ReadonlySet<string> } {
  const files = [...doors];
  const packages = new Set<string>();
  for (const file of files) {
    if (!packed.has(file)) continue;
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
      const types = posix.join(posix.dirname(file), name.replace(/\.[jt]s$/, '.d.ts'));
      if (!name.startsWith('.')) packages.add(name);
      else if (!files.includes(types)) files.push(types);
    }
  }
  return { files, packages };
}

const typesOf = (door: Door): readonly string[] =>
  typeof door === 'string' || door.types === undefined ? [] : [posix.normalize(door.types)];

test('every type that a door of the package leads to is in the package', () => {
  const doors = Object.values(exports).flatMap(typesOf);
  expect(doors.length).toBeGreaterThan(4);
  const { files } = typesBehind(doors);
  expect(files.filter((file) => !packed.has(file))).toEqual([]);
  expect(files.length).toBeGreaterThan(100);
});

// A user's tsc without skipLibCheck refuses all of his project otherwise.
test('types name no package that is there only where somebody installed it', () => {
  const doors = Object.entries(exports).flatMap(([name, door]) => (name === './vitest' ? [] : typesOf(door)));
  const named = [...typesBehind(doors).packages].filter((name) => !name.startsWith('node:'));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !(name in dependencies))).toEqual([]);
});

// vite prints an error with a stack for each such file, at every run of a user's tests.
test('no program of the package names a source map that is not in it', () => {
  const programs = [...packed].filter((path) => /\.[cm]?js$/.test(path));
  expect(programs.length).toBeGreaterThan(50);
  const dangling = programs.filter((path) => {
    const [, map] = /^\/\/# sourceMappingURL=(\S+)$/m.exec(readFileSync(path, 'utf8')) ?? [];
    return map !== undefined && !packed.has(posix.join(posix.dirname(path), map));
  });
  expect(dangling).toEqual([]);
});

// Node prints the line where an error was thrown that nobody catches: whole files were one line, of up to 180,000 characters.
test.each([
  [
    "import { openBoard } from 'dtbus'; await openBoard('nowhere.dts');",
    'BoardError: board not found: nowhere.dts',
  ],
  [
    "import { openBoard } from 'dtbus'; (await openBoard('dts/demo.dts')).part('&temp').temprature = 1;",
    'PartError: not found: temprature of /i2c/temp@48',
  ],
  [
    "import { openBoardSync } from 'dtbus'; openBoardSync('dts/demo.dts').open('/dev/i2c-1').transferSync([{ addr: 0x10, read: 1 }]);",
    'BusFault: ENXIO',
  ],
])('%s says in a few lines what is wrong', (script, sentence) => {
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain(sentence);
  expect(stderr.length).toBeLessThan(2500);
});
