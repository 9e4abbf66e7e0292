/** Numbers that look random and are the same for the same seed (xorshift32). */
export class Chances {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds are to differ from the first number on, and 0 would stay 0.
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1;
    for (let i = 0; i < 4; i++) this.next();
  }

  /** From 0 up to, and without, 1. */
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) / 2 ** 32;
  }
}
