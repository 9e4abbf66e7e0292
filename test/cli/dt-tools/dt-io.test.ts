import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf, processIo, reasonOf } from '../../../src/cli/dt-tools/dt-io.ts';
import { runDtc } from '../../../src/cli/dt-tools/run-dtc.ts';

describe('real files', () => {
  const io = processIo();
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-io-'));
    mkdirSync(join(folder, 'node'));
    writeFileSync(join(folder, 'property'), 'x\0');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a file is read and written', () => {
    io.writeFile(join(folder, 'node', 'p'), Uint8Array.of(1, 2));
    expect([...io.readFile(join(folder, 'node', 'p'))]).toEqual([1, 2]);
  });

  test('a directory is listed; a file is none', () => {
    expect(io.list(folder)).toEqual([
      { name: 'node', kind: 'directory' },
      { name: 'property', kind: 'file' },
    ]);
    expect(io.list(join(folder, 'property'))).toBeUndefined();
    expect(io.list('-')).toBeUndefined();
  });

  test('dtc reads a directory and writes a file', () => {
    const out = join(folder, 'out.dts');
    expect(runDtc(['-q', '-o', out, folder], io)).toBe(0);
    expect(readFileSync(out, 'utf8')).toContain('property = "x";');
  });

  test('what is not there has a reason', () => {
    try {
      io.readFile(join(folder, 'gone'));
      expect.unreachable();
    } catch (error) {
      expect(reasonOf(error)).toBe('no such file or directory');
    }
    expect(() => io.list(join(folder, 'gone'))).toThrow('ENOENT');
  });
});

test('a reason that is no message of the system is told as it is', () => {
  expect(reasonOf(new Error('the disk is tired'))).toBe('the disk is tired');
  expect(reasonOf('text')).toBe('text');
});

test('text of one character a byte becomes those bytes', () => {
  expect([...bytesOf('a\xff')]).toEqual([0x61, 0xff]);
});
