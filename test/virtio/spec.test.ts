import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Tables of demands whose last column names tests, as `file: words of its title` or `file` for all of it. */
const TABLES = ['virtio/spec.md', 'transport/vhost-user/spec.md'];
const tests = fileURLToPath(new URL('..', import.meta.url));

/** What a test file says, or undefined when there is none of that name beside the table or in `test`. */
function sourceOf(table: string, file: string): string | undefined {
  const places = [join(tests, dirname(table), `${file}.test.ts`), join(tests, `${file}.test.ts`)];
  const path = places.find((place) => existsSync(place));
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}

/** Cells of the rows below a table's head. */
function rows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
    .filter((cells) => cells.at(-1) !== 'test' && !cells.every((cell) => /^-+$/.test(cell)));
}

describe.each(TABLES)('the table %s', (table) => {
  const all = rows(readFileSync(join(tests, table), 'utf8'));

  it('has demands', () => {
    expect(all.length).toBeGreaterThan(30);
  });

  it.each(all.map((cells) => [cells.slice(0, -1).join(', '), cells.at(-1) as string]))(
    'names tests that are there for: %s',
    (_, cell) => {
      const references = [...cell.matchAll(/`([a-z0-9/-]+)(?:: ([^`]+))?`/g)];
      expect(references.length).toBeGreaterThan(0);
      for (const [, file = '', title = ''] of references) {
        const source = sourceOf(table, file);
        expect(source, `${file}.test.ts is not there`).toBeDefined();
        expect(source?.includes(title), `${file}.test.ts has no title with: ${title}`).toBe(true);
      }
    },
  );
});
