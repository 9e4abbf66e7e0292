import { Epoll, EventFd, POLL } from '../../src/os/index.ts';

/** The longest wait, so that a thread that ends does not wait for this for long. */
const WAIT_MS = 1000;
/** The tag of what ends a wait. */
const WAKE = 0;

/** Tells when files have something to read, all of them by one wait in another thread. */
export class FileEvents {
  readonly #handlers = new Map<number, () => void>();
  #epoll: Epoll | undefined;
  #wake: EventFd | undefined;

  /** Calls `ready` while there is something to read. */
  add(fd: number, ready: () => void): void {
    const isFirst = this.#handlers.size === 0;
    if (this.#epoll === undefined || this.#wake === undefined) {
      this.#epoll = new Epoll();
      this.#wake = EventFd.create();
      this.#epoll.add(this.#wake.file.fd, POLL.IN, WAKE);
    }
    // Numbers of files that are of use here are never 0.
    this.#epoll.add(fd, POLL.IN, fd);
    this.#handlers.set(fd, ready);
    if (isFirst) void this.#wait(this.#epoll, this.#wake);
  }

  /** Must come before the file is closed. */
  remove(fd: number): void {
    if (!this.#handlers.delete(fd)) return;
    this.#epoll?.remove(fd);
    if (this.#handlers.size > 0) return;
    // The wait that is under way ends, and closes its own.
    this.#wake?.signal();
    this.#epoll = undefined;
    this.#wake = undefined;
  }

  async #wait(epoll: Epoll, wake: EventFd): Promise<void> {
    while (this.#epoll === epoll) {
      const ready = await epoll.waitAsync(WAIT_MS);
      for (let index = 0; index < ready && this.#epoll === epoll; index++) {
        const tag = epoll.readyTag(index);
        if (tag !== WAKE) this.#handlers.get(tag)?.();
      }
    }
    epoll.close();
    wake.file.close();
  }
}
