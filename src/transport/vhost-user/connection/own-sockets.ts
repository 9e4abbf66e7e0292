import { fstatSync } from 'node:fs';
import { type FileDescriptor, peerInode } from '../../../os/index.ts';
import { VhostUserError } from '../messages/message.ts';

/** Inodes of the sockets by which front-ends are connected here. */
const own = new Set<number>();

/** Notes a connected socket of ours. @returns forgets it. */
export function noteOwnSocket({ fd }: FileDescriptor): () => void {
  const { ino } = fstatSync(fd);
  own.add(ino);
  return () => own.delete(ino);
}

/**
 * A front-end that hands over its own end of a connection leaves both ends with us: nobody would ever see that
 * it has gone, and the connection would never end.
 * @throws {VhostUserError}
 */
export function refuseOwnSocket({ fd }: FileDescriptor): void {
  const stat = fstatSync(fd);
  if (!stat.isSocket()) return;
  const peer = peerInode(stat.ino);
  if (peer !== undefined && own.has(peer)) {
    throw new VhostUserError('this descriptor is the front-end’s end of a connection to this back-end');
  }
}
