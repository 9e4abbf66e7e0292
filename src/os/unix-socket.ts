import { fchmodSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { O_CLOEXEC, O_NONBLOCK } from './abi.ts';
import { FileDescriptor, setNonBlocking } from './file-descriptor.ts';
import { cFunction, checked, lastErrno } from './libc.ts';
import { OsError } from './os-error.ts';

export const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOL_SOCKET = 1;
const SO_TYPE = 3;
const SO_DOMAIN = 39;
const SO_ACCEPTCONN = 30;
const BACKLOG = 16;
/** Room for a path in `struct sockaddr_un`, with its closing NUL. */
const SUN_PATH = 108;
const AGAIN = 11;
const CONNABORTED = 103;
const INTR = 4;
/** How long a connection may take, and between two attempts. */
const CONNECT_MS = 5000;
const RETRY_MS = 10;
/** A word that nobody changes, to wait at. */
const NOBODY = new Int32Array(new SharedArrayBuffer(4));

/** `struct sockaddr_un` of a path in the file system. @throws {OsError} ENAMETOOLONG */
export function socketAddress(syscall: string, path: string): Uint8Array {
  const name = Buffer.from(path);
  if (name.length === 0 || name.length >= SUN_PATH || name.includes(0)) {
    throw OsError.of(
      syscall,
      'ENAMETOOLONG',
      `invalid socket path: expected 1 to ${SUN_PATH - 1} bytes: ${path}`,
    );
  }
  const address = Buffer.alloc(2 + SUN_PATH);
  address.writeUInt16LE(AF_UNIX, 0);
  name.copy(address, 2);
  return address;
}

function newSocket(): FileDescriptor {
  const socket = cFunction('int socket(int domain, int type, int protocol)');
  return new FileDescriptor(checked('socket', socket(AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0)));
}

function socketOption(fd: number, option: number): number | undefined {
  const value = Buffer.alloc(4);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(4);
  const getsockopt = cFunction('int getsockopt(int fd, int level, int name, void *value, void *length)');
  return getsockopt(fd, SOL_SOCKET, option, value, length) === 0 ? value.readInt32LE() : undefined;
}

/** Whether a descriptor is a socket of any kind. */
export function isSocket(fd: number): boolean {
  return socketOption(fd, SO_TYPE) !== undefined;
}

/** What kind of unix stream socket an inherited descriptor is; undefined for anything else. */
export function socketKind(fd: number): 'listening' | 'connected' | undefined {
  if (socketOption(fd, SO_DOMAIN) !== AF_UNIX || socketOption(fd, SO_TYPE) !== SOCK_STREAM) return undefined;
  return socketOption(fd, SO_ACCEPTCONN) === 1 ? 'listening' : 'connected';
}

/** What is wrong with a path, by the errno of `bind` or `connect`, and what to do. */
const REMEDIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bind: {
    ENOENT: 'no such folder, or it takes no files; make the folder, or name another path',
    ENOTDIR: 'part of the path is a file and not a folder; name another path',
    EACCES: 'no permission to make files in its folder; name another path',
    EPERM: 'no sockets can be made in its folder; name another path',
    EROFS: 'its folder is read-only; name another path',
    ENODEV: 'no sockets can be made in its folder; name another path',
    EOPNOTSUPP: 'no sockets can be made in its folder; name another path',
  },
  connect: {
    ENOENT: 'no such socket; start the program that makes it',
    ENOTDIR: 'part of the path is a file and not a folder; name another path',
    EACCES: 'no permission to connect to it',
    ECONNREFUSED: 'no program listens there now; start it again',
    EPROTOTYPE: 'not a stream socket; name another path',
  },
};

function failure(syscall: 'bind' | 'connect', errno: number, path: string): OsError {
  const { code } = new OsError(syscall, errno);
  const there = code === 'ECONNREFUSED' ? statSync(path, { throwIfNoEntry: false }) : undefined;
  const remedy =
    there?.isSocket() === false
      ? `not a socket but ${there.isDirectory() ? 'a folder' : 'a file'}; name another path`
      : REMEDIES[syscall]?.[code];
  return new OsError(syscall, errno, remedy === undefined ? path : `${path}: ${remedy}`);
}

/**
 * A listening socket at exactly `path`, which must not exist. It is never open to others: the mode, 0600 by
 * default, is set before there is a name (unix_bind takes it from the socket's own inode).
 * @throws {OsError} EADDRINUSE, EACCES, ENAMETOOLONG, …
 */
export function listenUnix(path: string, mode = 0o600): FileDescriptor {
  const address = socketAddress('bind', path);
  const socket = newSocket();
  try {
    fchmodSync(socket.fd, mode);
    const bind = cFunction('int bind(int fd, const void *address, unsigned int length)');
    if (bind(socket.fd, address, address.length) < 0) throw failure('bind', lastErrno(), path);
    checked('listen', cFunction('int listen(int fd, int backlog)')(socket.fd, BACKLOG), path);
    setNonBlocking(socket.fd);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** The next waiting client; undefined when there is none (any more). @throws {OsError} EMFILE, … */
export function acceptUnix(listener: number): FileDescriptor | undefined {
  const accept = cFunction('int accept4(int fd, void *address, void *length, int flags)');
  const fd = accept(listener, null, null, O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0) return new FileDescriptor(fd);
  const errno = lastErrno();
  if (errno === AGAIN || errno === INTR || errno === CONNABORTED) return undefined;
  throw new OsError('accept4', errno);
}

/**
 * A connection to the socket at `path`. The call waits, blocking, while the listener's queue is full; the
 * socket that it gives blocks.
 * @param timeoutMs how long it waits at most
 * @throws {OsError} ENOENT, ECONNREFUSED, EACCES, ETIMEDOUT, …
 */
export function connectUnix(path: string, timeoutMs = CONNECT_MS): FileDescriptor {
  const attempt = new Attempt(path, timeoutMs);
  for (;;) {
    const socket = attempt.next();
    if (socket !== undefined) return socket;
    Atomics.wait(NOBODY, 0, 0, RETRY_MS);
  }
}

/** The same, and the event loop goes on meanwhile. Rejects when `signal` aborts, too. */
export async function connectUnixLater(path: string, signal?: AbortSignal): Promise<FileDescriptor> {
  const attempt = new Attempt(path, CONNECT_MS);
  for (;;) {
    const socket = attempt.next();
    if (socket !== undefined) return socket;
    await sleep(RETRY_MS, undefined, { signal }).catch((aborted: unknown) => {
      attempt.end();
      throw aborted;
    });
  }
}

/** A unix socket does not connect later by itself: while the listener's queue is full it is tried again. */
class Attempt {
  readonly #path: string;
  readonly #giveUp: number;
  readonly #address: Uint8Array;
  readonly #socket: FileDescriptor;

  constructor(path: string, timeoutMs: number) {
    this.#path = path;
    this.#giveUp = performance.now() + timeoutMs;
    this.#address = socketAddress('connect', path);
    this.#socket = newSocket();
    setNonBlocking(this.#socket.fd);
  }

  /** @returns the connected socket, which blocks; undefined: not yet @throws {OsError} */
  next(): FileDescriptor | undefined {
    const connect = cFunction('int connect(int fd, const void *address, unsigned int length)');
    try {
      if (connect(this.#socket.fd, this.#address, this.#address.length) >= 0) {
        setNonBlocking(this.#socket.fd, false);
        return this.#socket;
      }
      const errno = lastErrno();
      if (errno !== AGAIN && errno !== INTR) throw failure('connect', errno, this.#path);
      if (performance.now() < this.#giveUp) return undefined;
      throw OsError.of('connect', 'ETIMEDOUT', `${this.#path}: the server does not accept connections`);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  end(): void {
    this.#socket.close();
  }
}

/** Two sockets connected with one another. They block. */
export function unixSocketPair(): [FileDescriptor, FileDescriptor] {
  const pair = Buffer.alloc(8);
  const socketpair = cFunction('int socketpair(int domain, int type, int protocol, void *pair)');
  checked('socketpair', socketpair(AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, pair));
  return [new FileDescriptor(pair.readInt32LE(0)), new FileDescriptor(pair.readInt32LE(4))];
}
