import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { afterAll, describe, expect, it } from 'vitest';
import {
  acceptUnix,
  connectUnix,
  createMemfd,
  FdChannel,
  FileDescriptor,
  fileSize,
  listenUnix,
  setNonBlocking,
  socketKind,
  unixSocketPair,
} from '../../src/os/index.ts';
import { openFiles } from './open-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'dtbus-socket-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fresh = (() => {
  let n = 0;
  return (): string => join(folder, `${n++}.sock`);
})();

describe('a listening socket', () => {
  it('is at the path given, for its owner only', () => {
    const path = fresh();
    const umask = process.umask(0);
    const listener = listenUnix(path);
    process.umask(umask);
    const { mode } = statSync(path);
    expect((mode & 0o170000) === 0o140000).toBe(true);
    expect(mode & 0o777).toBe(0o600);
    listener.close();
  });

  it('takes clients of any program, one after the other', async () => {
    const path = fresh();
    const listener = listenUnix(path);
    expect(acceptUnix(listener.fd)).toBeUndefined();
    const client = createConnection(path);
    await new Promise((resolve) => client.once('connect', resolve));
    const server = acceptUnix(listener.fd);
    expect(server).toBeInstanceOf(FileDescriptor);
    expect(acceptUnix(listener.fd)).toBeUndefined();
    client.destroy();
    server?.close();
    listener.close();
  });

  it('names the path in its errors and leaves no descriptor behind', () => {
    const path = fresh();
    writeFileSync(path, '');
    const before = openFiles(/socket/).length;
    expect(() => listenUnix(path)).toThrow(new RegExp(`bind: EADDRINUSE: ${path}`));
    expect(() => listenUnix(`/${'x'.repeat(108)}`)).toThrow(
      /ENAMETOOLONG: invalid socket path: expected 1 to 107 bytes/,
    );
    expect(() => connectUnix(join(folder, 'nobody'))).toThrow(/connect: ENOENT: .*nobody/);
    expect(() => connectUnix('')).toThrow(/ENAMETOOLONG/);
    expect(openFiles(/socket/).length).toBe(before);
    expect(() => acceptUnix(-1)).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });

  it('connects to servers of any program', async () => {
    const path = fresh();
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const channel = new FdChannel(connectUnix(path), 64);
    setNonBlocking(channel.file.fd);
    let received = channel.receive(0, 64);
    while (received === undefined) {
      await new Promise((resolve) => setImmediate(resolve));
      received = channel.receive(0, 64);
    }
    expect(Buffer.from(channel.data.subarray(0, received.length)).toString()).toBe('hello');
    channel.close();
    server.close();
  });

  it('is told from a connected one and from what is no socket', () => {
    const listener = listenUnix(fresh());
    const [a, b] = unixSocketPair();
    const file = new FileDescriptor(openSync('/dev/null', 'r'));
    expect([listener, a, file].map(({ fd }) => socketKind(fd))).toEqual([
      'listening',
      'connected',
      undefined,
    ]);
    for (const each of [listener, a, b, file]) each.close();
  });
});

/** Sets the soft limit of open files, in the kernel: getting a child process to do it needs files itself. */
function limitOpenFiles(limit: number): void {
  const RLIMIT_NOFILE = 7;
  const prlimit = koffi.load(null).func('int prlimit(int pid, int resource, void *now, void *old)');
  const limits = new BigUint64Array(2);
  prlimit(0, RLIMIT_NOFILE, null, limits);
  prlimit(0, RLIMIT_NOFILE, BigUint64Array.of(BigInt(limit), limits[1] as bigint), null);
}

describe('bytes and open files over a socket', () => {
  function channels(room = 4096): [FdChannel, FdChannel] {
    const [a, b] = unixSocketPair();
    setNonBlocking(a.fd);
    setNonBlocking(b.fd);
    return [new FdChannel(a, room), new FdChannel(b, room)];
  }
  const memfds = (): string[] => openFiles(/memfd/);

  it('arrive together, the files open and close-on-exec', () => {
    const [a, b] = channels();
    const files = [1, 2, 3].map((size) => createMemfd(`m${size}`, size));
    a.data.set([9, 8, 7], 5);
    expect(
      a.send(
        5,
        3,
        files.map(({ fd }) => fd),
      ),
    ).toBe(3);
    for (const file of files) file.close();
    const got = b.receive(1, 100);
    expect(got?.length).toBe(3);
    expect([...b.data.subarray(0, 5)]).toEqual([0, 9, 8, 7, 0]);
    expect(got?.files.map(({ fd }) => fileSize(fd))).toEqual([1, 2, 3]);
    expect(memfds()).toHaveLength(3);
    for (const file of got?.files ?? []) file.close();
    expect(memfds()).toEqual([]);
    a.close();
    b.close();
  });

  it('say "not now" where they would block, and "ended" as a length of zero', () => {
    const [a, b] = channels(1 << 16);
    expect(b.receive(0, 8)).toBeUndefined();
    let sent = a.send(0, 1 << 16);
    while (sent !== undefined) sent = a.send(0, 1 << 16);
    b.close();
    expect(() => a.send(0, 8)).toThrow(expect.objectContaining({ code: 'EPIPE' }));
    a.close();
    const [c, d] = channels();
    c.close();
    expect(d.receive(0, 8)).toEqual({ length: 0, files: [] });
    d.close();
  });

  it('passes as many files as the kernel allows, and refuses more', () => {
    const [a, b] = channels();
    const file = createMemfd('many', 1);
    a.send(0, 1, new Array<number>(253).fill(file.fd));
    const got = b.receive(0, 1);
    expect(got?.files).toHaveLength(253);
    expect(() => a.send(0, 1, new Array<number>(254).fill(file.fd))).toThrow(/EINVAL: 254 descriptors/);
    for (const each of got?.files ?? []) each.close();
    file.close();
    expect(memfds()).toEqual([]);
    a.close();
    b.close();
  });

  it('fails, and keeps no file, when this process has no room for all of them', () => {
    const [a, b] = channels();
    const file = createMemfd('many', 1);
    a.send(0, 1, [file.fd, file.fd, file.fd]);
    const lowestFree = openSync('/dev/null', 'r');
    closeSync(lowestFree);
    limitOpenFiles(lowestFree + 1);
    try {
      expect(() => b.receive(0, 1)).toThrow(expect.objectContaining({ code: 'EMFILE', syscall: 'recvmsg' }));
    } finally {
      limitOpenFiles(1024);
    }
    file.close();
    expect(memfds()).toEqual([]);
    a.close();
    b.close();
  });

  it('checks its offsets', () => {
    const [a, b] = channels(16);
    for (const [offset, length] of [
      [-1, 2],
      [0, 0],
      [0, 17],
      [16, 1],
    ] as const) {
      expect(() => a.send(offset, length)).toThrow(RangeError);
      expect(() => a.receive(offset, length)).toThrow(RangeError);
    }
    a.close();
    b[Symbol.dispose]();
  });

  it('reports a descriptor that is not open', () => {
    const [a, b] = channels();
    expect(() => a.send(0, 1, [1 << 20])).toThrow(expect.objectContaining({ code: 'EBADF' }));
    const { file } = a;
    a.close();
    expect(() => a.receive(0, 1)).toThrow(expect.objectContaining({ code: 'EBADF' }));
    expect(file.isOpen).toBe(false);
    b.close();
  });
});
