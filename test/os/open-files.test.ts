import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openedBy } from '../../src/os/index.ts';

describe.runIf(process.platform === 'linux')('who has a file open', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-open-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is nobody, or this process, also by a link', () => {
    const file = join(folder, 'port');
    writeFileSync(file, '');
    symlinkSync(file, join(folder, 'link'));
    expect(openedBy(file)).toBeUndefined();
    const fd = openSync(file, 'r');
    expect(openedBy(join(folder, 'link'))).toBe(`process ${process.pid} (this one)`);
    closeSync(fd);
    expect(openedBy(file)).toBeUndefined();
  });

  it('is another process, by its name; what may not be seen is passed over', () => {
    mkdirSync(join(folder, '41'));
    mkdirSync(join(folder, '42/fd'), { recursive: true });
    writeFileSync(join(folder, '42/comm'), 'flashrom\n');
    symlinkSync('/dev/bus/usb/001/004', join(folder, '42/fd/7'));
    expect(openedBy('/dev/bus/usb/001/004', folder)).toBe('process 42 (flashrom)');
    expect(openedBy('/dev/bus/usb/001/005', folder)).toBeUndefined();
    expect(openedBy('/dev/bus/usb/001/004', join(folder, 'nothing'))).toBeUndefined();
  });
});
