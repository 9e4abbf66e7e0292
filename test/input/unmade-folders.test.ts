import { expect, it, vi } from 'vitest';
import { makeFolders } from '../../src/input/index.ts';

/** A folder that is there, in which the file system makes none, and says that something is missing. */
const STRICT = '/strict';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    existsSync: (path: string) => path === STRICT,
    statSync: () => undefined,
    mkdirSync: (path: string) => {
      throw Object.assign(new Error(`ENOENT: no such file or directory, mkdir '${path}'`), {
        code: 'ENOENT',
        path,
      });
    },
  };
});

it.each([`${STRICT}/folder`, `${STRICT}/folder/below/it`])('ends where %s can never be made', (path) => {
  expect(() => makeFolders(path)).toThrow(
    expect.objectContaining({ code: 'ENOENT', path: `${STRICT}/folder` }),
  );
});
