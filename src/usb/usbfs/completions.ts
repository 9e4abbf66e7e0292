import { Epoll, POLL } from '../../os/index.ts';

/** The longest wait: a program that ends in the middle of a transfer waits for it. */
const WAIT_MS = 200;

/** A device whose transfers end some time. */
export interface Completing {
  readonly isWaiting: boolean;
  /** Takes those that have ended. */
  reap(): void;
}

/** Waits for transfers of all open devices, in one other thread, while some are under way. */
class Completions {
  readonly #devices = new Map<number, Completing>();
  #epoll: Epoll | undefined;
  #isRunning = false;

  /** Before the first transfer of a device. @param fd of usbfs */
  add(fd: number, device: Completing): void {
    this.#epoll ??= new Epoll();
    this.#epoll.add(fd, POLL.OUT, fd);
    this.#devices.set(fd, device);
  }

  /** Must come before the file is closed; again: does nothing. */
  remove(fd: number): void {
    if (!this.#devices.delete(fd)) return;
    this.#epoll?.remove(fd);
    if (!this.#isRunning) this.#end();
  }

  /** A transfer is under way. */
  watch(): void {
    if (!this.#isRunning && this.#epoll !== undefined) void this.#run(this.#epoll);
  }

  async #run(epoll: Epoll): Promise<void> {
    this.#isRunning = true;
    while (this.#isAnyWaiting()) {
      const ready = await epoll.waitAsync(WAIT_MS);
      for (let index = 0; index < ready; index++) this.#devices.get(epoll.readyTag(index))?.reap();
    }
    this.#isRunning = false;
    this.#end();
  }

  #isAnyWaiting(): boolean {
    for (const { isWaiting } of this.#devices.values()) if (isWaiting) return true;
    return false;
  }

  #end(): void {
    if (this.#devices.size > 0) return;
    this.#epoll?.close();
    this.#epoll = undefined;
  }
}

export const completions = new Completions();
