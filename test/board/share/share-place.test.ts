import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listenUnix } from '../../../src/board/share/share-server.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-share-'));
  writeFileSync(join(folder, 'file'), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder with a mode. */
function folderOf(name: string, mode: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

const share = (path: string) => listenUnix(path, () => {});

it('refuses a path that no socket can have, and leaves none under a shorter name', async () => {
  const path = join(folder, `${'n'.repeat(120)}.sock`);
  await expect(share(path)).rejects.toThrow(
    /^too long a path: .*n\.sock; a socket's path takes 107 bytes: name a shorter one$/,
  );
  expect(existsSync(path.slice(0, 107))).toBe(false);
});

it('names a folder that is not there, and a file in its place', async () => {
  await expect(share(join(folder, 'absent/a.sock'))).rejects.toThrow(
    `not found: folder ${join(folder, 'absent')}; make it, or name another path`,
  );
  await expect(share(join(folder, 'file/a.sock'))).rejects.toThrow('file is a file and not a folder');
});

it.each([0o777, 0o770, 0o702])('refuses a folder that others may write to: %o', async (mode) => {
  const shared = folderOf(`others-${mode}`, mode);
  await expect(share(join(shared, 'a.sock'))).rejects.toThrow(
    `other users may write to ${shared}: run chmod go-w ${shared}, or name another path`,
  );
});

it.each([0o700, 0o755, 0o1777])('takes one where nobody can put another in its place: %o', async (mode) => {
  const path = join(folderOf(`own-${mode}`, mode), 'a.sock');
  const listener = await share(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  listener.close();
  expect(existsSync(path)).toBe(false);
});
