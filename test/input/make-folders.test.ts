import { existsSync, statSync, symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makeFolders } from '../../src/input/index.ts';
import { testFolder } from '../cli/folder.ts';

const folder = testFolder();

it('makes a folder with those above it, for the user alone where that is asked for', () => {
  const path = folder.path('a/b/c');
  expect(makeFolders(path, 0o700)).toEqual(['a', 'a/b', 'a/b/c'].map((name) => folder.path(name)));
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(folder.path('a')).mode & 0o777).toBe(0o700);
  expect(makeFolders(path)).toEqual([]);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  makeFolders('/');
});

it('takes a link to a folder for one', () => {
  makeFolders(folder.path('real'));
  symlinkSync(folder.path('real'), folder.path('link'));
  makeFolders(folder.path('link'));
  makeFolders(folder.path('link/below'));
  expect(existsSync(folder.path('real/below'))).toBe(true);
});

it.each([
  ['a file', () => folder.write('file', ''), 'EEXIST'],
  ['what is below a file', () => `${folder.write('file', '')}/below`, 'ENOTDIR'],
  [
    'what is below a link to nowhere',
    () => {
      symlinkSync('/no/such/place', folder.path('broken'));
      return folder.path('broken/below');
    },
    'EEXIST',
  ],
])('refuses %s', (_what, path, code) => {
  expect(() => makeFolders(path())).toThrow(expect.objectContaining({ code }));
});
