import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeNewFiles } from '../../src/input/index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-input-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('writes all files', () => {
  expect(writeNewFiles(folder, { a: '1', b: '2' })).toEqual([join(folder, 'a'), join(folder, 'b')]);
  expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('2');
});

it('leaves none where one cannot be written', () => {
  const write = () => writeNewFiles(folder, { a: '1', 'no/b': '2', c: '3' });
  expect(write).toThrow(`cannot write ${join(folder, 'no/b')}: not found: ${join(folder, 'no')}`);
  expect(readdirSync(folder)).toEqual([]);
});

it('leaves what somebody else has made meanwhile', () => {
  writeFileSync(join(folder, 'b'), 'theirs');
  expect(() => writeNewFiles(folder, { a: '1', b: '2' })).toThrow(/^cannot write .*b: file already exists$/);
  expect(readdirSync(folder)).toEqual(['b']);
  expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('theirs');
});
