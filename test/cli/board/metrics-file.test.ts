import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { expect, it } from 'vitest';
import { keepMetrics } from '../../../src/cli/board/metrics-file.ts';
import { testFolder } from '../folder.ts';

const folder = testFolder();

it('replaces nothing that is no regular file, as a device, and leaves nothing beside it', () => {
  const fifo = folder.path('fifo');
  execFileSync('mkfifo', [fifo]);
  const link = folder.path('link-to-fifo');
  symlinkSync(fifo, link);
  const inside = folder.path('inside');
  mkdirSync(inside);
  for (const place of [fifo, link, inside])
    expect(() => keepMetrics(place, () => 'x 1')).toThrow(
      `cannot write metrics to ${place}: not a regular file; name another path`,
    );
  expect([statSync(fifo).isFIFO(), lstatSync(link).isSymbolicLink(), statSync(inside).isDirectory()]).toEqual(
    [true, true, true],
  );
  expect(readdirSync(folder.path('.')).sort()).toEqual(['fifo', 'inside', 'link-to-fifo']);
});

it('writes through a link, and takes away only what it wrote itself', () => {
  const file = folder.path('metrics');
  writeFileSync(file, 'old');
  const link = folder.path('link');
  symlinkSync(file, link);
  const end = keepMetrics(link, () => 'x 1');
  expect([lstatSync(link).isSymbolicLink(), readFileSync(file, 'utf8')]).toEqual([true, 'x 1']);
  end();
  expect(existsSync(file)).toBe(false);
  const endOther = keepMetrics(file, () => 'x 2');
  execFileSync('sh', ['-c', 'echo other > "$1.new" && mv "$1.new" "$1"', 'sh', file]);
  endOther();
  expect(readFileSync(file, 'utf8')).toBe('other\n');
});
