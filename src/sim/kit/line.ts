const NONE: readonly never[] = [];

/**
 * One output pin of a part, as its data sheet names it: `INT`, `ALERT`, `OS`. The level is electrical, so an
 * open-drain interrupt output idles high and goes low when it is asserted.
 */
export class Line {
  /** Pin name of the data sheet. */
  readonly name: string;
  readonly #idle: boolean;
  #high: boolean;
  #listeners: readonly ((high: boolean) => void)[] = NONE;
  #watch: readonly (() => void)[] = NONE;
  #look: readonly (() => void)[] = NONE;

  constructor(name: string, idleHigh = true) {
    this.name = name;
    this.#idle = idleHigh;
    this.#high = idleHigh;
  }

  /** True while the pin is high; the part is brought up to the clock's time before. */
  get high(): boolean {
    for (const callback of this.#look) callback();
    return this.#high;
  }

  /** True while somebody listens: a part need not keep a line up to date that nobody looks at. */
  get watched(): boolean {
    return this.#listeners.length > 0;
  }

  /** For the part: `callback` is called whenever somebody begins to listen. */
  onWatch(callback: () => void): void {
    // No room for more, as `push` would take: a board may have thousands of pins.
    this.#watch = [...this.#watch, callback];
  }

  /** For the part: `callback` is called before somebody looks at the level. */
  onLook(callback: () => void): void {
    this.#look = [...this.#look, callback];
  }

  /** Drives the pin; listeners hear of changes only. */
  set(high: boolean): void {
    if (high === this.#high) return;
    this.#high = high;
    for (const listener of this.#listeners) listener(high);
  }

  /** Back to the level of a part without power. */
  release(): void {
    this.set(this.#idle);
  }

  /** Calls `listener` at every change of level; returns what ends it. */
  listen(listener: (high: boolean) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    for (const callback of this.#watch) callback();
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }
}
