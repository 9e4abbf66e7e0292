/** A controller's end that answers when it is told to, like one on a serial line. */
export class Late {
  #finish: () => void = () => {};

  /** Lets the transfer that is under way end, and everything that waits for it go on. */
  async finish(): Promise<void> {
    this.#finish();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** A transfer that does `end` when it is told to. */
  wait(end: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#finish = () => {
        end();
        resolve();
      };
    });
  }
}
