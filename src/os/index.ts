export { addressOf, hasSystemCalls, type PinnedBytes, pinned } from './abi.ts';
export { Epoll, POLL, pollOne } from './epoll.ts';
export { EventFd } from './event-fd.ts';
export { FdChannel, type Received } from './fd-channel.ts';
export { closeAll, FileDescriptor, setNonBlocking } from './file-descriptor.ts';
export { IntervalTimer } from './interval-timer.ts';
export { IOCTL_SIZE_MAX, io, ioctl, ioctlAsync, ioctlOrErrno, ior, iow, iowr } from './ioctl.ts';
export { keepFreedMemory } from './libc.ts';
export { openedBy } from './open-files.ts';
export { OsError } from './os-error.ts';
export { signalAtParentsDeath } from './parent-death.ts';
export { openPty, type Pty, type PtyOptions } from './pty.ts';
export {
  createMemfd,
  fileSize,
  MAX_VIEW_LENGTH,
  Mapping,
  sealAgainstShrinking,
} from './shared-memory.ts';
export { sendUnixDatagram } from './unix-datagram.ts';
export { type Peer, peerInode, peerOfSocket } from './unix-peer.ts';
export {
  acceptUnix,
  connectUnix,
  connectUnixLater,
  listenUnix,
  socketAddress,
  socketKind,
  unixSocketPair,
} from './unix-socket.ts';
export { Watchdog } from './watchdog.ts';
