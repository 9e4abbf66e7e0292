import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { types: string }>;
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

test('every type that a door of the package leads to is in the package', () => {
  const wanted = Object.values(exports).flatMap((door) =>
    typeof door === 'string' ? [] : posix.normalize(door.types),
  );
  expect(wanted.length).toBeGreaterThan(4);
  const missing: string[] = [];
  for (const file of wanted) {
    if (!packed.has(file)) {
      missing.push(file);
      continue;
    }
    for (const [, name] of readFileSync(file, 'utf8').matchAll(
      /(?:from|import\()\s*'(\.{1,2}\/[^']+)\.[jt]s'/g,
    )) {
      const types = posix.join(posix.dirname(file), `${name}.d.ts`);
      if (!wanted.includes(types)) wanted.push(types);
    }
  }
  expect(missing).toEqual([]);
  expect(wanted.length).toBeGreaterThan(100);
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
