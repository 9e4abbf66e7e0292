import { unlessAborted } from '../link/index.ts';

/** Lets one at a time use an adapter: its lines are asked for at any time, also during a transfer. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Does `work` when all that came before has ended. @throws {BusFault} `ETIMEDOUT` its turn did not come until `signal` */
  async take<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last;
    let end: () => void = () => {};
    const own = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#last = before.then(() => own);
    try {
      await unlessAborted(before, signal);
      return await work();
    } finally {
      end();
    }
  }
}
