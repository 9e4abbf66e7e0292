import { O_CLOEXEC } from './abi.ts';
import { FileDescriptor } from './file-descriptor.ts';
import { cFunction, checked } from './libc.ts';

/*
 * Who is at the other end of a unix socket, as the kernel's socket diagnosis says it (Linux
 * include/uapi/linux/unix_diag.h, sock_diag(7)).
 */

const AF_UNIX = 1;
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const NETLINK_SOCK_DIAG = 4;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const UDIAG_SHOW_PEER = 4;
const UNIX_DIAG_PEER = 2;
const ALL_STATES = 0xffff_ffff;

/** `struct nlmsghdr`, then `struct unix_diag_req`; in the answer `struct unix_diag_msg`, then attributes. */
const HEADER = { LENGTH: 0, TYPE: 4, FLAGS: 6, BYTES: 16 } as const;
const REQUEST = { FAMILY: 16, STATES: 20, INODE: 24, SHOW: 28, COOKIE: 32, BYTES: 40 } as const;
const ATTRIBUTES = 32;
const ATTRIBUTE = { LENGTH: 0, TYPE: 2, DATA: 4 } as const;

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const UCRED_BYTES = 12;

/**
 * Inode of the socket that the unix socket with this inode is connected to; undefined where it has none or the
 * kernel does not tell (CONFIG_UNIX_DIAG).
 */
export function peerInode(inode: number): number | undefined {
  const socket = cFunction('int socket(int domain, int type, int protocol)');
  const fd = socket(AF_NETLINK, SOCK_RAW | O_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return undefined;
  const file = new FileDescriptor(fd);
  try {
    const request = Buffer.alloc(REQUEST.BYTES);
    request.writeUInt32LE(REQUEST.BYTES, HEADER.LENGTH);
    request.writeUInt16LE(SOCK_DIAG_BY_FAMILY, HEADER.TYPE);
    request.writeUInt16LE(NLM_F_REQUEST, HEADER.FLAGS);
    request.writeUInt8(AF_UNIX, REQUEST.FAMILY);
    request.writeUInt32LE(ALL_STATES, REQUEST.STATES);
    request.writeUInt32LE(inode, REQUEST.INODE);
    request.writeUInt32LE(UDIAG_SHOW_PEER, REQUEST.SHOW);
    request.fill(0xff, REQUEST.COOKIE);
    const send = cFunction('int64_t send(int fd, const void *data, size_t length, int flags)');
    if (send(file.fd, request, request.length, 0) !== request.length) return undefined;
    const answer = Buffer.alloc(512);
    const receive = cFunction('int64_t recv(int fd, void *data, size_t room, int flags)');
    return peerOf(answer.subarray(0, Math.max(0, receive(file.fd, answer, answer.length, 0))));
  } finally {
    file.close();
  }
}

function peerOf(answer: Buffer): number | undefined {
  if (answer.length < ATTRIBUTES || answer.readUInt16LE(HEADER.TYPE) !== SOCK_DIAG_BY_FAMILY)
    return undefined;
  for (let at = ATTRIBUTES; at + ATTRIBUTE.DATA + 4 <= answer.length; ) {
    if (answer.readUInt16LE(at + ATTRIBUTE.TYPE) === UNIX_DIAG_PEER) {
      const peer = answer.readUInt32LE(at + ATTRIBUTE.DATA);
      return peer === 0 ? undefined : peer;
    }
    const length = answer.readUInt16LE(at + ATTRIBUTE.LENGTH);
    at += Math.max(ATTRIBUTE.DATA, Math.ceil(length / 4) * 4);
  }
  return undefined;
}

/** Who connected to (or made) the other end of a unix socket; process 0 where it is not to be seen. */
export interface Peer {
  readonly process: number;
  readonly user: number;
}

export function peerOfSocket(fd: number): Peer {
  const credentials = Buffer.alloc(UCRED_BYTES);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(UCRED_BYTES);
  const getsockopt = cFunction('int getsockopt(int fd, int level, int name, void *value, void *length)');
  checked('getsockopt', getsockopt(fd, SOL_SOCKET, SO_PEERCRED, credentials, length));
  return { process: credentials.readInt32LE(0), user: credentials.readUInt32LE(4) };
}
