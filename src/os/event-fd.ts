import { O_CLOEXEC, O_NONBLOCK, type PinnedBytes, pinned } from './abi.ts';
import { POLL, pollOne } from './epoll.ts';
import { FileDescriptor, setNonBlocking } from './file-descriptor.ts';
import { type CFunction, cFunction, checked, lastErrno } from './libc.ts';
import { OsError } from './os-error.ts';

const EAGAIN = 11;
const EPIPE = 32;
const ECONNRESET = 104;
const WORD = 8;
/** A socket may hold many rings. */
const ROOM = 128 * WORD;

/**
 * A doorbell: eight bytes written are a ring, eight bytes read take all rings. Mostly an eventfd; User-Mode
 * Linux sends socket pairs instead, so nothing here relies on eventfd's counting (facts: exactly 8 bytes,
 * EAGAIN is no error, the peer may be gone).
 */
export class EventFd {
  readonly file: FileDescriptor;
  readonly #word: PinnedBytes;
  readonly #read: CFunction;
  readonly #write: CFunction;
  readonly #shared: boolean;

  /**
   * Takes over an open descriptor and makes it not block: a peer that stops listening must not stop us.
   * @param shared with a peer that may make it block again: it is asked each time whether it would
   */
  constructor(file: FileDescriptor, { shared = false } = {}) {
    setNonBlocking(file.fd);
    this.file = file;
    this.#shared = shared;
    this.#word = pinned(WORD + ROOM);
    this.#word.view.setBigUint64(0, 1n, true);
    this.#read = cFunction('int64_t read(int fd, uintptr_t buffer, size_t length)');
    this.#write = cFunction('int64_t write(int fd, uintptr_t buffer, size_t length)');
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

  /**
   * Rings. False when nobody can hear it any more (a socket whose other end is closed); a bell that is
   * already rung as often as it can be is rung (EAGAIN). @throws {OsError}
   */
  signal(): boolean {
    if (this.#shared && pollOne(this.file.fd, POLL.OUT, 0) === 0) return true;
    if (this.#write(this.file.fd, this.#word.address, WORD) === WORD) return true;
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
    if (this.#shared && pollOne(this.file.fd, POLL.IN, 0) === 0) return 'silent';
    const got = this.#read(this.file.fd, this.#word.address + WORD, ROOM);
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
