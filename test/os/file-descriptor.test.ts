import { openSync, readSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { closeAll, EventFd, FileDescriptor, ioctl, OsError, POLL, pollOne } from '../../src/os/index.ts';
import { openFiles } from './open-files.ts';

const ZERO = /^\/dev\/zero$/;
const zero = (): FileDescriptor => new FileDescriptor(openSync('/dev/zero', 'r'));

describe('a file descriptor has one owner', () => {
  it('is closed once, and refuses to be used afterwards', () => {
    const file = zero();
    const { fd } = file;
    file.close();
    expect(openFiles(ZERO)).toEqual([]);
    const next = zero();
    expect(next.fd).toBe(fd); // Linux gives the lowest free number
    file.close();
    expect(openFiles(ZERO)).toEqual(['/dev/zero']);
    expect(() => file.fd).toThrow(expect.objectContaining({ code: 'EBADF' }));
    expect(file.isOpen).toBe(false);
    next.close();
  });

  it('goes to another owner by release', () => {
    const file = zero();
    const fd = file.release();
    file.close();
    const owner = new FileDescriptor(fd);
    expect(readSync(owner.fd, new Uint8Array(4))).toBe(4);
    owner[Symbol.dispose]();
    expect(openFiles(ZERO)).toEqual([]);
    expect(() => file.release()).toThrow(OsError);
  });

  it('closes many, leaving out those that are missing', () => {
    closeAll([zero(), undefined, zero()]);
    expect(openFiles(ZERO)).toEqual([]);
  });
});

describe('errors of system calls', () => {
  it('name the call, the errno and its number', () => {
    const file = zero();
    const FIONREAD = 0x541b;
    try {
      ioctl(file.fd, FIONREAD, new Uint8Array(4));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: 'OsError', code: 'ENOTTY', errno: 25, syscall: 'ioctl' });
      expect((error as Error).message).toBe('ioctl: ENOTTY: request 0x541b');
    }
    file.close();
  });

  it('keeps the number of an errno without a name', () => {
    expect(new OsError('read', 4000)).toMatchObject({ code: 'E4000', errno: 4000 });
  });
});

describe('ioctl', () => {
  it('takes a number, or bytes to fill', () => {
    const FIONBIO = 0x5421;
    const bell = EventFd.create();
    const on = new Uint8Array(new Int32Array([1]).buffer);
    expect(ioctl(bell.fd, FIONBIO, on)).toBe(0);
    const FIOCLEX = 0x5451;
    expect(ioctl(bell.fd, FIOCLEX, 0)).toBe(0);
    bell.close();
  });
});

describe('poll', () => {
  it('tells what is true of a file, and gives up after its time', () => {
    const bell = EventFd.create();
    expect(pollOne(bell.fd, POLL.IN, 0)).toBe(0);
    bell.signal();
    expect(pollOne(bell.fd, POLL.IN, -1)).toBe(POLL.IN);
    expect(pollOne(bell.fd, POLL.IN | POLL.OUT, 0)).toBe(POLL.IN | POLL.OUT);
    const { fd } = bell;
    bell.close();
    expect(pollOne(fd, POLL.IN, 0)).toBe(POLL.NVAL);
  });
});
