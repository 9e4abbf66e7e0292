import { createRequire } from 'node:module';
import { describe, expect, it, vi } from 'vitest';

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
