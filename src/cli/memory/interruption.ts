/** What a run that was broken off throws. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor() {
    super('interrupted');
  }
}

/** How often a signal is looked for. */
const LISTEN_MS = 20;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ctrl-C, in two steps: the first asks the work to stop where nothing is lost by it, the second to stop at once.
 */
export class Interruption {
  #count = 0;
  #listened = 0;
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
  async pause(): Promise<void> {
    await this.#listenNow();
    if (this.#count > 0) throw new Interrupted();
  }

  /** To be called within a step. @throws {Interrupted} at the second Ctrl-C */
  async pauseWithin(): Promise<void> {
    await this.#listenNow();
    if (this.#count > 1) throw new Interrupted();
  }

  /** Transfers on a simulated bus never let the event loop run, and signals come by it. */
  async #listenNow(): Promise<void> {
    const now = performance.now();
    if (now - this.#listened < LISTEN_MS) return;
    this.#listened = now;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
