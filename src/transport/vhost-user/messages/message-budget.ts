/**
 * How many messages a peer may send: a burst, and so many a second from then on. Each costs this process some
 * microseconds, so a peer that sends without pause takes at most a few percent of it.
 */
export class MessageBudget {
  readonly #burst: number;
  readonly #perMs: number;
  #left: number;
  #since: number;

  /** @param now `performance.now()` */
  constructor(burst: number, perSecond: number, now: number) {
    this.#burst = burst;
    this.#perMs = perSecond / 1000;
    this.#left = burst;
    this.#since = now;
  }

  /** Counts one message. False when it was the last for now. */
  spend(now: number): boolean {
    this.#left = Math.min(this.#burst, this.#left + (now - this.#since) * this.#perMs) - 1;
    this.#since = now;
    return this.#left >= 1;
  }
}
