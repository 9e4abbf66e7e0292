const NONE: readonly never[] = [];

/** Something of a part that moves a pin when its time has come. */
interface LineTimer {
  /** Accounts for the time that has passed: somebody looks at the level. */
  catchUp(): void;
  /** Somebody begins to listen: from now on it has to be in time. */
  arm(): void;
}

/**
 * One output pin of a part, as its data sheet names it: `INT`, `ALERT`, `OS`. The level is electrical, so an
 * open-drain interrupt output idles high and goes low when it is asserted.
 */
export class Line {
  /** Pin name of the data sheet. */
  readonly name: string;
  readonly #idle: boolean;
  #high: boolean;
  /** The part has no power: it drives nothing. */
  #off = false;
  #listeners: readonly ((high: boolean) => void)[] = NONE;
  #timers: readonly LineTimer[] = NONE;

  constructor(name: string, idleHigh = true) {
    this.name = name;
    this.#idle = idleHigh;
    this.#high = idleHigh;
  }

  /** True while the pin is high; the part is brought up to the clock's time before. */
  get high(): boolean {
    for (const timer of this.#timers) timer.catchUp();
    return this.#off ? this.#idle : this.#high;
  }

  /** What of it a snapshot has: its level a moment ago. Put back, listeners hear of a change. */
  get state(): { high: boolean } {
    const line = this;
    return {
      get high() {
        return line.#high;
      },
      set high(high) {
        line.set(high);
      },
    };
  }

  /** True while somebody listens: a part need not keep a line up to date that nobody looks at. */
  get watched(): boolean {
    return this.#listeners.length > 0;
  }

  /** For the part: what moves the pin in time. */
  follow(timer: LineTimer): void {
    // An array that is exactly as long, unlike those of `push` and spread: a board may have thousands of pins.
    this.#timers = this.#timers.concat(timer);
  }

  /** Drives the pin; listeners hear of changes only. */
  set(high: boolean): void {
    if (high === this.#high) return;
    this.#high = high;
    if (!this.#off) this.#tell(high);
  }

  /** The part gets power, or loses it: without, the pin is idle, whatever its model sets. */
  power(on: boolean): void {
    if (this.#off !== on) return;
    this.#off = !on;
    if (this.#high !== this.#idle) this.#tell(on ? this.#high : this.#idle);
  }

  #tell(high: boolean): void {
    for (const listener of this.#listeners) listener(high);
  }

  /** Back to the level of a part without power. */
  release(): void {
    this.set(this.#idle);
  }

  /** Calls `listener` at every change of level; returns what ends it. */
  listen(listener: (high: boolean) => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    for (const timer of this.#timers) timer.arm();
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }
}
