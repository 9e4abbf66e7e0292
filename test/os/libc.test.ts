import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it, vi } from 'vitest';
import { nativeKoffi } from '../../src/os/libc.ts';
import { testFolder } from '../cli/folder.ts';

const loaded = (): boolean => Object.keys(createRequire(import.meta.url).cache).some((f) => /koffi/.test(f));

describe('the FFI is loaded by the first Linux call', () => {
  it('is not loaded by importing the room', async () => {
    const os = await import('../../src/os/index.ts');
    expect(loaded()).toBe(false);
    os.EventFd.create().close();
    expect(loaded()).toBe(true);
  });

  it('says in one sentence that this is not Linux', async () => {
    vi.resetModules();
    const os = await import('../../src/os/index.ts');
    vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin');
    expect(() => os.openPty()).toThrow(
      /^dtbus needs a Linux system call here, but this is darwin: .* Linux$/,
    );
    vi.restoreAllMocks();
  });

  it('says in one sentence that the FFI package is missing', async () => {
    vi.resetModules();
    vi.doMock('node:module', () => ({
      createRequire: () => () => {
        throw new Error("Cannot find module 'koffi'");
      },
    }));
    const os = await import('../../src/os/index.ts');
    expect(() => os.openPty()).toThrow(
      /^dtbus needs a Linux system call here, but the package 'koffi' cannot/,
    );
    vi.doUnmock('node:module');
  });
});

describe('the addon of koffi', () => {
  const load = createRequire(import.meta.url);
  /** Finds packages in a folder alone. */
  const below = (folder: string) =>
    Object.assign((id: string) => load(id), {
      resolve: Object.assign((id: string) => load.resolve(id), { paths: () => [folder] }),
    }) as unknown as NodeJS.Require;
  const folder = testFolder();

  it.runIf(['x64', 'arm64'].includes(process.arch) && process.platform === 'linux')(
    'is the one that the package loads, without its modules',
    () => {
      const native = nativeKoffi(load);
      const koffi = load('koffi') as typeof import('koffi');
      expect(native?.version).toBe(koffi.version);
      expect(native?.address).toBe(koffi.address);
    },
  );

  it.each([
    ['there is no such package', () => {}],
    ['it has no addon', () => mkdirSync(folder.path('koffi'))],
    [
      'the addon cannot be loaded',
      () => {
        const name = `linux-${process.arch}`;
        const place = `@koromix/koffi-${name}/${name.replace('-', '_')}`;
        mkdirSync(folder.path(place), { recursive: true });
        folder.write(`${place}/koffi.node`, 'no addon');
      },
    ],
  ])('is left to the package where %s', (_what, prepare) => {
    prepare();
    expect(nativeKoffi(below(folder.path('')))).toBeUndefined();
  });
});
