import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absence, brokenLink, bytesAt, fileTrouble, readTrouble, writeFault } from '../../src/input/index.ts';

let folder = '';
const at = (name: string) => join(folder, name);
const server = createServer();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-input-'));
  chmodSync(folder, 0o755);
  writeFileSync(at('file'), 'x');
  writeFileSync(at('secret'), 'x', { mode: 0 });
  mkdirSync(at('folder'));
  mkdirSync(at('closed'), { mode: 0 });
  execFileSync('mkfifo', [at('fifo')]);
  const links = {
    dead: '../gone/file',
    loop: 'loop',
    back: 'forth',
    forth: 'back',
    good: 'file',
    twice: 'dead',
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, at(name));
  await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** For root nothing is without permission. */
function asNobody<T>(look: () => T): T {
  const { geteuid, seteuid } = process;
  const isRoot = geteuid?.() === 0;
  if (isRoot) seteuid?.(65_534);
  try {
    return look();
  } finally {
    if (isRoot) seteuid?.(0);
  }
}

/** `@` is the folder. */
const said = (sentence: string | undefined) => sentence?.replaceAll(folder, '@');

describe('what is wrong with a file to read', () => {
  it.each([
    ['file', undefined],
    ['good', undefined],
    ['gone', 'not found: @/gone'],
    ['gone/below', 'not found: @/gone/below'],
    ['folder', '@/folder is a folder; expected a file'],
    ['fifo', '@/fifo is a FIFO; write what comes out of it to a file'],
    ['socket', '@/socket is a socket; expected a regular file'],
    ['dead', '@/dead is a link to ../gone/file, which is not there'],
    ['dead/', '@/dead is a link to ../gone/file, which is not there'],
    ['twice', '@/twice is a link to dead, which is not there'],
    ['dead/below', 'not found: @/dead/below: @/dead is a link to ../gone/file, which is not there'],
    ['loop', '@/loop is a link that leads back to itself'],
    ['back', '@/back is a link that leads back to itself'],
    ['file/below/more', 'not found: @/file/below/more: @/file is a file and not a folder'],
    ['secret', 'no permission to read @/secret: see ls -l @/secret'],
    ['closed/file', 'no permission to look for @/closed/file: see ls -ld @/closed'],
  ])('%s', (name, sentence) => {
    expect(said(asNobody(() => fileTrouble(`${folder}/${name}`))?.sentence)).toBe(sentence);
  });

  it('is that of a device, but not of what a shell hands over', () => {
    expect(fileTrouble('/dev/zero')?.sentence).toBe('/dev/zero is a device; expected a regular file');
    expect(fileTrouble('/dev/null')).toBeUndefined();
  });
});

describe('a file is read', () => {
  const read = (path: string) =>
    bytesAt(path, ({ kind, sentence }) => new Error(`${kind}: ${said(sentence)}`));

  it('whole', () => {
    expect(read(at('file')).toString()).toBe('x');
  });

  it('or it is said why not, which an error of the system says in words and without its call', () => {
    expect(() => read(at('gone'))).toThrow(/^absent: not found: @\/gone$/);
    expect(() => asNobody(() => read(at('secret')))).toThrow(/^denied: no permission to read @\/secret: /);
    expect(() => read('/proc/self/mem')).toThrow(/^fault: reading \/proc\/self\/mem failed: i\/o error$/);
    expect(() => read(at('x'.repeat(256)))).toThrow(/^fault: looking for @\/x{256} failed: name too long$/);
    const held = { code: 'EMFILE', errno: -constants.errno.EMFILE };
    expect(readTrouble('/dev/null', Object.assign(new Error('text'), held)).sentence).toBe(
      'reading /dev/null failed: too many open files',
    );
  });

  it('what was thrown comes through where it is no fault of the file', () => {
    const denied = Object.assign(new Error('text'), { code: 'ERR_ACCESS_DENIED' });
    expect(() => readTrouble('/dev/null', denied)).toThrow(denied);
  });

  it('a file that was taken away meanwhile is not there', () => {
    const thrown = Object.assign(new Error('text'), { code: 'ENOENT', errno: -constants.errno.ENOENT });
    expect(said(readTrouble(at('gone'), thrown).sentence)).toBe('not found: @/gone');
  });
});

it('nothing is absent of what is no file', () => {
  for (const name of ['folder', 'fifo', 'socket', 'secret']) expect(absence(at(name))).toBeUndefined();
  expect(absence(at('gone'))?.kind).toBe('absent');
});

it('links alone are broken links', () => {
  expect(brokenLink(at('gone'))).toBeUndefined();
  expect(brokenLink(at('good'))).toBeUndefined();
  expect(said(brokenLink(at('dead')))).toBe('@/dead is a link to ../gone/file, which is not there');
});

describe('why a file could not be written', () => {
  it.each([
    ['folder', 'cannot write @/folder: it is a folder; name a file'],
    ['dead', 'cannot write @/dead: @/dead is a link to ../gone/file, which is not there'],
    ['loop', 'cannot write @/loop: @/loop is a link that leads back to itself'],
    ['gone/below', 'cannot write @/gone/below: not found: @/gone'],
    ['file/below', 'cannot write @/file/below: not found: @/file/below: @/file is a file and not a folder'],
    ['secret', 'cannot write @/secret: no permission: see ls -ld @/secret'],
    ['new', 'cannot write @/new: no permission: see ls -ld @'],
  ])('%s', (name, sentence) => {
    const path = at(name);
    const told = asNobody(() => {
      try {
        writeFileSync(path, 'y');
        return 'written';
      } catch (thrown) {
        return writeFault(path, thrown);
      }
    });
    expect(said(told)).toBe(sentence);
  });

  it('is the disk, or what nobody foresaw', () => {
    const fault = (code: string) => writeFault('a.bus', Object.assign(new Error('text'), { code }));
    expect(fault('ENOSPC')).toBe(
      'cannot write a.bus: no space is left there; make room, or name another place',
    );
    expect(fault('EROFS')).toBe('cannot write a.bus: the file system there is read-only; name another place');
    expect(fault('EIO')).toBe('cannot write a.bus: EIO');
    const { EIO } = constants.errno;
    expect(writeFault('a.bus', Object.assign(new Error('text'), { code: 'EIO', errno: -EIO }))).toBe(
      'cannot write a.bus: i/o error',
    );
    expect(writeFault('a.bus', 'text')).toBe('cannot write a.bus: text');
  });
});
