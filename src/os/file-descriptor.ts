import { O_NONBLOCK } from './abi.ts';
import { cFunction, checked } from './libc.ts';
import { OsError } from './os-error.ts';

const F_GETFL = 3;
const F_SETFL = 4;

/** The owner of one open file: it is closed exactly once, by whoever holds this object. */
export class FileDescriptor {
  #fd: number;

  /** Takes over `fd`; nobody else may close it from now on. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The number, for calls. @throws {OsError} EBADF after `close` or `release`. */
  get fd(): number {
    if (this.#fd < 0) throw OsError.of('fd', 'EBADF', 'this file was closed');
    return this.#fd;
  }

  get isOpen(): boolean {
    return this.#fd >= 0;
  }

  /** Hands the file over to another owner. @throws {OsError} EBADF */
  release(): number {
    const { fd } = this;
    this.#fd = -1;
    return fd;
  }

  /** Closes the file; again: does nothing. */
  close(): void {
    if (this.#fd < 0) return;
    const fd = this.#fd;
    this.#fd = -1;
    // Linux frees the number even when close reports an error: there is nothing to try again.
    cFunction('int close(int fd)')(fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Closes every one of `files`. */
export function closeAll(files: Iterable<FileDescriptor | undefined>): void {
  for (const file of files) file?.close();
}

/** Makes reads and writes of `fd` give EAGAIN where they would block, or wait again. @throws {OsError} */
export function setNonBlocking(fd: number, on = true): void {
  const fcntl = cFunction('int fcntl(int fd, int command, int argument)');
  const flags = checked('fcntl', fcntl(fd, F_GETFL, 0));
  const wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (wanted !== flags) checked('fcntl', fcntl(fd, F_SETFL, wanted));
}
