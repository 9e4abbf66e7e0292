import { hasOneTask } from '../../bus/index.ts';
import { Epoll, POLL } from '../../os/index.ts';

/** The longest wait: a program that ends in the middle of a transfer waits for it. */
const WAIT_MS = 200;

/** With one task: so long is waited in this thread, and so often others have a turn in it, timers and signals. */
const HERE_MS = 10;
const TURN_MS = 20;

/** A device whose transfers end some time. */
export interface Completing {
  readonly isWaiting: boolean;
  /** Takes those that have ended. */
  reap(): void;
}

/**
 * Waits for transfers of all open devices while some are under way, in one other thread. Of a process that has one task in this one
 * first: to wake another and be woken takes longer than most transfers.
 */
class Completions {
  readonly #devices = new Map<number, Completing>();
  #epoll: Epoll | undefined;
  #isRunning = false;
  /** When others are to have a turn. */
  #turn = 0;

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
      const ready = (hasOneTask() && (await this.#readyHere(epoll))) || (await epoll.waitAsync(WAIT_MS));
      for (let index = 0; index < ready; index++) this.#devices.get(epoll.readyTag(index))?.reap();
    }
    this.#isRunning = false;
    this.#end();
  }

  /** @returns 0: none ended soon */
  async #readyHere(epoll: Epoll): Promise<number> {
    // Who begins one transfer begins others behind it.
    await undefined;
    if (performance.now() >= this.#turn) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#turn = performance.now() + TURN_MS;
    }
    return this.#isAnyWaiting() ? epoll.wait(HERE_MS) : 0;
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
