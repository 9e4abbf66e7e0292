import { readlinkSync } from 'node:fs';
import { O_CLOEXEC, O_NONBLOCK, type PinnedBytes, pinned } from './abi.ts';
import { POLL, pollOne } from './epoll.ts';
import { FileDescriptor, setNonBlocking } from './file-descriptor.ts';
import { type CFunction, cFunction, checked, lastErrno } from './libc.ts';
import { OsError } from './os-error.ts';
import { isSocket } from './unix-socket.ts';

const EAGAIN = 11;
const EPIPE = 32;
const ECONNRESET = 104;
const WORD = 8;
/** A socket may hold many rings. */
const ROOM = 128 * WORD;
/** Flags of `send` and `recv`: this call does not block, whatever the descriptor does, and no SIGPIPE. */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/**
 * A doorbell: eight bytes written are a ring, eight bytes read take all rings. Mostly an eventfd; User-Mode
 * Linux sends socket pairs instead, so nothing here relies on eventfd's counting (facts: exactly 8 bytes,
 * EAGAIN is no error, the peer may be gone).
 */
export class EventFd {
  readonly file: FileDescriptor;
  readonly #word: PinnedBytes;
  /** Eight bytes to the other end, and what there is from it. */
  readonly #put: () => number;
  readonly #take: () => number;
  /** Whether it is asked before each call if that would block. */
  readonly #asks: boolean;

  /**
   * Takes over an open descriptor and makes it not block: a peer that stops listening must not stop us.
   * @param shared with a peer that may make it block again: a call to a socket says that it must not block, an eventfd
   * is asked each time whether it would
   */
  constructor(file: FileDescriptor, { shared = false } = {}) {
    setNonBlocking(file.fd);
    this.file = file;
    this.#word = pinned(WORD + ROOM);
    this.#word.view.setBigUint64(0, 1n, true);
    const out = this.#word.address;
    const room = out + WORD;
    const socket = shared && isSocket(file.fd);
    this.#asks = shared && !socket;
    if (socket) {
      const [send, receive] = socketCalls();
      this.#put = () => send(file.fd, out, WORD, MSG_DONTWAIT | MSG_NOSIGNAL);
      this.#take = () => receive(file.fd, room, ROOM, MSG_DONTWAIT);
    } else {
      const [write, read] = fileCalls();
      this.#put = () => write(file.fd, out, WORD);
      this.#take = () => read(file.fd, room, ROOM);
    }
  }

  /** A new eventfd that never blocks. */
  static create(options: { shared?: boolean } = {}): EventFd {
    const create = cFunction('int eventfd(unsigned int initial, int flags)');
    const file = new FileDescriptor(checked('eventfd', create(0, O_CLOEXEC | O_NONBLOCK)));
    return new EventFd(file, options);
  }

  get fd(): number {
    return this.file.fd;
  }

  /** Whether it takes any number of rings that nobody reads: an eventfd counts them. False where that cannot be known. */
  get neverFills(): boolean {
    try {
      return readlinkSync(`/proc/self/fd/${this.file.fd}`) === 'anon_inode:[eventfd]';
    } catch {
      return false;
    }
  }

  /**
   * Rings. False when nobody can hear it any more (a socket whose other end is closed); a bell that is
   * already rung as often as it can be is rung (EAGAIN). @throws {OsError}
   */
  signal(): boolean {
    if (this.#asks && pollOne(this.file.fd, POLL.OUT, 0) === 0) return true;
    if (this.#put() === WORD) return true;
    const errno = lastErrno();
    if (errno === EAGAIN) return true;
    if (errno === EPIPE || errno === ECONNRESET) return false;
    throw new OsError('write', errno, 'doorbell');
  }

  /**
   * Takes what was rung: `rung`; `silent` when nothing was, `ended` when the other end is closed.
   * @throws {OsError}
   */
  drain(): 'rung' | 'silent' | 'ended' {
    if (this.#asks && pollOne(this.file.fd, POLL.IN, 0) === 0) return 'silent';
    const got = this.#take();
    if (got === ROOM) this.drain();
    if (got > 0) return 'rung';
    if (got === 0) return 'ended';
    const errno = lastErrno();
    if (errno === EAGAIN) return 'silent';
    if (errno === ECONNRESET) return 'ended';
    throw new OsError('read', errno, 'doorbell');
  }

  close(): void {
    this.file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function socketCalls(): [send: CFunction, receive: CFunction] {
  return [
    cFunction('int64_t send(int fd, uintptr_t buffer, size_t length, int flags)'),
    cFunction('int64_t recv(int fd, uintptr_t buffer, size_t length, int flags)'),
  ];
}

function fileCalls(): [write: CFunction, read: CFunction] {
  return [
    cFunction('int64_t write(int fd, uintptr_t buffer, size_t length)'),
    cFunction('int64_t read(int fd, uintptr_t buffer, size_t length)'),
  ];
}
