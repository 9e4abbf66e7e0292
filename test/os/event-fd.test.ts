import { readFileSync, writeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EventFd, FileDescriptor, setNonBlocking, unixSocketPair } from '../../src/os/index.ts';
import { openFiles } from './open-files.ts';

const O_NONBLOCK = 0o4000;
const flags = (fd: number): number =>
  Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '', 8);

describe('an eventfd as a doorbell', () => {
  it('is silent, then rung however often it was, then silent again', () => {
    const bell = EventFd.create();
    expect(bell.drain()).toBe('silent');
    expect(bell.signal()).toBe(true);
    expect(bell.signal()).toBe(true);
    expect(bell.drain()).toBe('rung');
    expect(bell.drain()).toBe('silent');
    bell.close();
  });

  it('is rung when its counter is full', () => {
    const bell = EventFd.create();
    writeSync(bell.fd, new Uint8Array(new BigUint64Array([0xffff_ffff_ffff_fffen]).buffer));
    expect(bell.signal()).toBe(true);
    expect(bell.drain()).toBe('rung');
    bell.close();
  });

  it('never blocks, and its descriptor is closed by close', () => {
    const before = openFiles(/eventfd/); // Node has some of its own
    const bell = EventFd.create();
    expect(flags(bell.fd) & O_NONBLOCK).toBe(O_NONBLOCK);
    bell[Symbol.dispose]();
    expect(openFiles(/eventfd/)).toEqual(before);
  });
});

describe('a socket pair as a doorbell (User-Mode Linux)', () => {
  const pair = (): [EventFd, FileDescriptor] => {
    const [mine, theirs] = unixSocketPair();
    return [new EventFd(mine), theirs];
  };

  it('carries eight bytes a ring', () => {
    const [mine, theirs] = pair();
    const other = new EventFd(theirs);
    mine.signal();
    expect(other.drain()).toBe('rung');
    expect(other.drain()).toBe('silent');
    mine.close();
    other.close();
  });

  it('does not block when the peer never listens', () => {
    const [mine, theirs] = pair();
    expect(flags(mine.fd) & O_NONBLOCK).toBe(O_NONBLOCK);
    for (let i = 0; i < 2000; i++) expect(mine.signal()).toBe(true); // more than a socket's buffer holds
    mine.close();
    theirs.close();
  });

  it('does not block when the peer, who has it too, makes it block again', () => {
    const [mine, theirs] = unixSocketPair();
    const bell = new EventFd(mine, { shared: true });
    setNonBlocking(mine.fd, false);
    expect(bell.drain()).toBe('silent');
    for (let i = 0; i < 2000; i++) expect(bell.signal()).toBe(true);
    theirs.close();
    expect(bell.signal()).toBe(false);
    bell.close();
  });

  it('tells when nobody is left to hear it, and does not die of SIGPIPE', () => {
    const [mine, theirs] = pair();
    theirs.close();
    expect(mine.signal()).toBe(false);
    expect(mine.drain()).toBe('ended');
    mine.close();
  });

  it('throws for what is no doorbell at all', () => {
    const [a, b] = unixSocketPair();
    const bell = new EventFd(a);
    a.close();
    expect(() => bell.signal()).toThrow(expect.objectContaining({ code: 'EBADF' }));
    expect(() => new EventFd(new FileDescriptor(1 << 20))).toThrow(
      expect.objectContaining({ code: 'EBADF' }),
    );
    b.close();
  });
});
