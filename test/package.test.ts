import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { types: string }>;
};

test('every type that a door of the package leads to is in the package', () => {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { encoding: 'utf8' }),
  ) as [{ files: { path: string }[] }];
  const packed = new Set(files.map(({ path }) => path));
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
