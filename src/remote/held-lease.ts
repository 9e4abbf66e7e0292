/** A lease is renewed so many times in its time. */
const RENEWALS = 3;

/** A lease as its user has it: by this machine's monotonic clock it is his until the host may have ended it. */
export class HeldLease {
  /** 0: there is none. */
  fence = 0;
  /** By which others take part in it. */
  name = '';
  /** How long the host keeps it for who comes again. */
  graceMs = 0;
  #ttlMs = 0;
  #untilMs = 0;
  /** When renewals were sent that the host has not answered. */
  #renewals: number[] = [];
  #renewing: NodeJS.Timeout | undefined;
  readonly #renew: (fence: number) => boolean;

  /** @param renew asks the host for more time; false: it cannot be asked now */
  constructor(renew: (fence: number) => boolean) {
    this.#renew = renew;
  }

  /** The host may have ended it. */
  get isDoubtful(): boolean {
    return this.fence !== 0 && performance.now() >= this.#untilMs;
  }

  /** The host renews what it has just granted, or ends it: a first renewal that is lost in a pause is refused there. */
  begin(fence: number, name: string, ttlMs: number, graceMs: number): void {
    this.graceMs = graceMs;
    this.fence = fence;
    this.name = name;
    this.#ttlMs = ttlMs;
    this.#untilMs = performance.now() + ttlMs;
    this.lost();
    this.#renewing = setInterval(() => {
      const sentMs = performance.now();
      if (this.#renew(fence)) this.#renewals.push(sentMs);
    }, ttlMs / RENEWALS);
    this.#renewing.unref();
  }

  /** The host has renewed it, after `sentMs`: nothing is known of a later time. */
  lives(sentMs = 0): void {
    this.#untilMs = Math.max(this.#untilMs, sentMs + this.#ttlMs);
  }

  /** The host has answered a renewal. @returns when that was sent */
  renewed(): number | undefined {
    const sentMs = this.#renewals.shift();
    this.lives(sentMs);
    return sentMs;
  }

  /** Renewals that were under way are not answered any more. */
  cutOff(): void {
    this.#renewals = [];
  }

  /** The host has ended it: it is not renewed any more, and says why to who uses it. */
  lost(): void {
    clearInterval(this.#renewing);
  }

  /** It was given back. */
  end(): void {
    this.lost();
    this.fence = 0;
    this.name = '';
  }
}
