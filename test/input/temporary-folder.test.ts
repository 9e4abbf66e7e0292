import { existsSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { temporaryFolder } from '../../src/input/index.ts';

const before = process.env['TMPDIR'];
afterEach(() => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
});

it('is made, a new one each time', () => {
  const [one, two] = [temporaryFolder('a'), temporaryFolder('a')];
  expect(existsSync(one)).toBe(true);
  expect(one).toContain('dtbus-a-');
  expect(two).not.toBe(one);
  for (const each of [one, two]) rmdirSync(each);
});

it.each([
  ['gone', 'not found: @/gone'],
  ['file', 'not found: @/file/dtbus-a-: @/file is a file and not a folder'],
])('says why it cannot be made, without the call of the system: %s', (name, why) => {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-input-'));
  writeFileSync(join(folder, 'file'), '');
  process.env['TMPDIR'] = join(folder, name);
  expect(() => temporaryFolder('a')).toThrow(
    new Error(`cannot make a temporary folder in ${folder}/${name} (TMPDIR): ${why.replaceAll('@', folder)}`),
  );
  rmSync(folder, { recursive: true });
});
