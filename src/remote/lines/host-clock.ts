/** Two clocks may part by so much of the time that has passed. */
const DRIFT = 1e-4;

/** Now, by the monotonic clock of this machine, in ns. */
export function monotonicNs(): number {
  return Number(process.hrtime.bigint());
}

/**
 * The monotonic clock of a host as it is seen from here. Its readings arrive late by an unknown part of a round trip; half
 * of it is assumed, and of all readings the one is kept that can be wrong by least.
 */
export class HostClock {
  /** What is to be added to a time of the host's, in ms. */
  #offsetMs = 0;
  /** How wrong that may be, and since when it is known, in ms of this machine. */
  #errorMs = Number.POSITIVE_INFINITY;
  #knownMs = 0;

  /** The host's clock had `hostNs` between `sentMs` and now (`performance.now()`). */
  heard(hostNs: number, sentMs: number, nowMs = performance.now()): void {
    const errorMs = (nowMs - sentMs) / 2;
    if (errorMs > this.#errorMs + (nowMs - this.#knownMs) * DRIFT) return;
    this.#offsetMs = sentMs + errorMs - hostNs / 1e6;
    this.#errorMs = errorMs;
    this.#knownMs = nowMs;
  }

  /** A time of the host's as ns of this machine's CLOCK_MONOTONIC; never later than now. */
  here(hostNs: number, nowMs = performance.now(), nowNs = process.hrtime.bigint()): bigint {
    const agoMs = Math.max(0, nowMs - (hostNs / 1e6 + this.#offsetMs));
    return nowNs - BigInt(Math.round(agoMs * 1e6));
  }
}
