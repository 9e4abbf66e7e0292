import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../src/input/index.ts';

describe('a file that is replaced', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-replace-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const modeOf = (file: string) => statSync(file).mode & 0o777;

  it('has the new contents, and its mode as before; nothing is left beside it', () => {
    const file = join(folder, 'rom.bin');
    writeFileSync(file, 'old contents');
    for (const mode of [0o640, 0o604]) {
      chmodSync(file, mode);
      replaceFile(file, Buffer.from(`new ${mode}`));
      expect([readFileSync(file, 'utf8'), modeOf(file)]).toEqual([`new ${mode}`, mode]);
    }
    expect(readdirSync(folder)).toEqual(['rom.bin']);
  });

  it('may be read by others where there was none before', () => {
    const file = join(folder, 'rom.bin');
    replaceFile(file, Buffer.from('new'));
    expect(modeOf(file)).toBe(0o644 & ~process.umask());
    const secret = join(folder, 'secret');
    replaceFile(secret, Buffer.from('new'), { mode: 0o600 });
    expect(modeOf(secret)).toBe(0o600);
  });

  it('stays as it was where it cannot take its place, and nothing is left beside it', () => {
    const file = join(folder, 'rom.bin');
    mkdirSync(join(file, 'inside'), { recursive: true });
    expect(() => replaceFile(file, Buffer.from('new'))).toThrow();
    expect([readdirSync(folder), readdirSync(file)]).toEqual([['rom.bin'], ['inside']]);
  });

  it('keeps its owner', () => {
    const file = join(folder, 'rom.bin');
    writeFileSync(file, 'old');
    const { uid, gid } = statSync(file);
    replaceFile(file, Buffer.from('new'));
    expect(statSync(file)).toMatchObject({ uid, gid });
  });
});
