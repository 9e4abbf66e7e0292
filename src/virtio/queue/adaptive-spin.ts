/** Every so many waits the full time is tried again, for conditions change. */
const PROBE_INTERVAL = 64;

/**
 * How long to poll before going to sleep. Polling saves the cost of a wake-up (tens of microseconds) where
 * the other end runs on a core of its own; where both share one, it only keeps the other from running. So
 * the time halves when polling was in vain and doubles when it was not.
 */
export class AdaptiveSpin {
  readonly #maxMs: number;
  readonly #minMs: number;
  #currentMs: number;
  #waits = 0;

  /** @param maxUs longest polling in microseconds; `Infinity`: always poll */
  constructor(maxUs: number) {
    this.#maxMs = maxUs / 1000;
    this.#minMs = this.#maxMs / 32;
    this.#currentMs = this.#maxMs;
  }

  /** How long to poll this time, in ms. */
  next(): number {
    this.#waits++;
    return this.#waits % PROBE_INTERVAL === 0 ? this.#maxMs : this.#currentMs;
  }

  /** What was waited for came after so many ms, asleep or not: would the longest polling have met it? */
  waited(ms: number): void {
    if (ms <= this.#maxMs) this.#currentMs = Math.min(this.#maxMs, this.#currentMs * 2);
    else this.#currentMs = Math.max(this.#minMs, this.#currentMs / 2);
  }
}
