import { O_CLOEXEC, type PinnedBytes, pinned } from './abi.ts';
import { FileDescriptor } from './file-descriptor.ts';
import { type CFunction, cFunction, checked, ffi, lastErrno } from './libc.ts';
import { OsError } from './os-error.ts';

/** Event bits of poll and epoll (Linux include/uapi/linux/eventpoll.h). */
export const POLL = {
  IN: 0x1,
  PRI: 0x2,
  OUT: 0x4,
  ERR: 0x8,
  HUP: 0x10,
  NVAL: 0x20,
  RDHUP: 0x2000,
  /** Of epoll only: tell what has come since the last time, not what is still there. */
  EDGE: 0x8000_0000,
  /** Of epoll only: tell once, then not again before `modify`. */
  ONESHOT: 0x4000_0000,
} as const;

const EPOLL_CTL = { ADD: 1, DEL: 2, MOD: 3 } as const;
const EINTR = 4;
/** More ready files than this come with the next wait. */
const BATCH = 64;

/** `struct epoll_event` { u32 events; u64 data } is packed on x86-64 and on nothing else. */
function eventLayout(): { readonly size: number; readonly data: number } {
  return process.arch === 'x64' ? { size: 12, data: 4 } : { size: 16, data: 8 };
}

type AsyncWait = {
  async(...args: [...number[], (error: Error | null, ready: number) => void]): void;
};

/**
 * Waits for many files at once. Each is added with a tag, a number below 2^32 that names it in the list of
 * ready ones. Waiting makes no garbage.
 */
export class Epoll {
  readonly file: FileDescriptor;
  readonly #events: PinnedBytes;
  readonly #change: PinnedBytes;
  readonly #size: number;
  readonly #data: number;
  readonly #wait: CFunction;
  readonly #control: CFunction;
  #waiting = false;

  /** @param file an epoll made elsewhere, by another thread for instance; without it, a new one */
  constructor(file?: FileDescriptor) {
    const layout = eventLayout();
    this.#size = layout.size;
    this.#data = layout.data;
    this.#events = pinned(BATCH * layout.size);
    this.#change = pinned(layout.size);
    this.#wait = cFunction('int epoll_wait(int fd, uintptr_t events, int room, int timeout)');
    this.#control = cFunction('int epoll_ctl(int fd, int operation, int target, uintptr_t event)');
    const create = cFunction('int epoll_create1(int flags)');
    this.file = file ?? new FileDescriptor(checked('epoll_create1', create(O_CLOEXEC)));
  }

  #apply(operation: number, fd: number, events: number, tag: number): void {
    this.#change.view.setUint32(0, events, true);
    this.#change.view.setUint32(this.#data, tag, true);
    checked('epoll_ctl', this.#control(this.file.fd, operation, fd, this.#change.address), `fd ${fd}`);
  }

  /** @throws {OsError} EEXIST when it is there, EPERM for a file that cannot be waited for. */
  add(fd: number, events: number, tag: number): void {
    this.#apply(EPOLL_CTL.ADD, fd, events, tag);
  }

  modify(fd: number, events: number, tag: number): void {
    this.#apply(EPOLL_CTL.MOD, fd, events, tag);
  }

  /** Must come before the file is closed: a duplicate elsewhere would keep it ready for ever. */
  remove(fd: number): void {
    this.#apply(EPOLL_CTL.DEL, fd, 0, 0);
  }

  /** Blocks for at most `timeoutMs` (-1: for ever); the number of ready files, 0 after a signal. */
  wait(timeoutMs: number): number {
    return this.#ready(this.#wait(this.file.fd, this.#events.address, BATCH, timeoutMs), lastErrno);
  }

  /** `wait` in another thread: JavaScript goes on meanwhile. One at a time, and no `wait` beside it. */
  waitAsync(timeoutMs: number): Promise<number> {
    if (this.#waiting) throw OsError.of('epoll_wait', 'EBUSY', 'another wait for this epoll is in progress');
    this.#waiting = true;
    return new Promise((resolve, reject) => {
      const wait = this.#wait as unknown as AsyncWait;
      wait.async(this.file.fd, this.#events.address, BATCH, timeoutMs, (error, ready) => {
        this.#waiting = false;
        if (error !== null) reject(error);
        // What failed fails in the next call here too, which throws it.
        else resolve(Math.max(ready, 0));
      });
    });
  }

  #ready(result: number, errnoOf: () => number): number {
    if (result >= 0) return result;
    const errno = errnoOf();
    if (errno === EINTR) return 0;
    throw new OsError('epoll_wait', errno);
  }

  /** Tag of the `index`th ready file of the last wait. */
  readyTag(index: number): number {
    return this.#events.view.getUint32(index * this.#size + this.#data, true);
  }

  /** Its `POLL` bits. */
  readyEvents(index: number): number {
    return this.#events.view.getUint32(index * this.#size, true);
  }

  close(): void {
    this.file.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const POLLFD_SIZE = 8;
let pollfd: PinnedBytes | undefined;

/**
 * Blocks until one of `events` (or ERR, HUP) is true of `fd`, at most `timeoutMs` (-1: for ever).
 * @returns the events that are true; 0 when time ran out or a signal came.
 */
export function pollOne(fd: number, events: number, timeoutMs: number): number {
  pollfd ??= pinned(POLLFD_SIZE);
  pollfd.view.setInt32(0, fd, true);
  pollfd.view.setInt16(4, events, true);
  const poll = cFunction('int poll(uintptr_t files, unsigned long count, int timeout)');
  const result = poll(pollfd.address, 1, timeoutMs);
  if (result < 0 && ffi().errno() !== EINTR) throw new OsError('poll', lastErrno());
  return result > 0 ? pollfd.view.getUint16(6, true) : 0;
}
