import { fstatSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EventFd, unixSocketPair } from '../../src/os/index.ts';
import { peerInode, peerOfSocket } from '../../src/os/unix-peer.ts';

it('the other end of a unix socket is named by its inode and its process', () => {
  const [a, b] = unixSocketPair();
  expect(peerInode(fstatSync(a.fd).ino)).toBe(fstatSync(b.fd).ino);
  expect(peerOfSocket(a.fd)).toEqual({ process: process.pid, user: process.getuid?.() });
  b.close();
  expect(peerInode(fstatSync(a.fd).ino)).toBeUndefined();
  a.close();
});

it('what is no socket has no other end', () => {
  const bell = EventFd.create();
  expect(peerInode(fstatSync(bell.fd).ino)).toBeUndefined();
  expect(() => peerOfSocket(bell.fd)).toThrow(/ENOTSOCK/);
  bell.close();
});
