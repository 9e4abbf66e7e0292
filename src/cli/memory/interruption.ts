/** What a run that was broken off throws. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor() {
    super('interrupted');
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ctrl-C, in two steps: the first asks the work to stop where nothing is lost by it, the second to stop at once.
 */
export class Interruption {
  #count = 0;
  readonly #onFirst: () => void;
  readonly #listener = () => this.interrupt();

  /** @param onFirst is called at the first Ctrl-C */
  constructor(onFirst: () => void = () => {}) {
    this.#onFirst = onFirst;
  }

  /** Listens to this process's signals until `release`. */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener);
  }

  interrupt(): void {
    this.#count++;
    if (this.#count === 1) this.#onFirst();
  }

  /** To be called where the work may stop and nothing is half done. @throws {Interrupted} */
  pause(): void {
    if (this.#count > 0) throw new Interrupted();
  }

  /** To be called within a step. @throws {Interrupted} at the second Ctrl-C */
  pauseWithin(): void {
    if (this.#count > 1) throw new Interrupted();
  }
}
