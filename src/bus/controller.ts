/** A result that is there at once where nothing has to be waited for. */
export type MaybePromise<T> = T | Promise<T>;

/** What a host noticed in a transfer beside its result, for traces. */
export interface TransferNotes {
  /** How long parts held SCL low, in ns. */
  readonly stretchedNs: number;
  /** Injected faults that struck, in words. */
  readonly struck: readonly string[];
}

/** What controllers of every bus share. */
export interface Controller {
  /** One phrase for a person: `Bus Pirate v3.5 on /dev/ttyUSB0`. */
  readonly description: string;
  /**
   * How long it may have to wait for its parts before a transfer can begin (supplies that were just switched on), in ms;
   * missing: not at all. A transfer's deadline is longer by this.
   */
  readonly startupMs?: number;
  /** What it noticed in its last transfer; asked between that and the next. Missing where it can tell nothing. */
  notes?(): TransferNotes;
}
