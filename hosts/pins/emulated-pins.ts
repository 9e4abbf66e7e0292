const ALL = 0xffff;

/** The GPIO pins of an emulated adapter, and what is wired to them. Bit n is pin n. */
export class EmulatedPins {
  /** What pulls or drives each pin from outside, where the adapter does not drive it. */
  outside = ALL;
  readonly #wires: readonly (readonly [number, number])[];
  #driven = 0;
  #directions = 0;

  /** @param wires pairs of pins that are wired together */
  constructor(wires: readonly (readonly [number, number])[] = []) {
    this.#wires = wires;
  }

  /** What the adapter drives from now on; a bit of `directions` that is set is an output. */
  drive(levels: number, directions: number): void {
    this.#driven = levels;
    this.#directions = directions;
  }

  /** Which pins are outputs of the adapter. */
  get outputs(): number {
    return this.#directions;
  }

  /** The level of every pin. */
  get levels(): number {
    const outputs = this.#directions;
    let levels = (this.#driven & outputs) | (this.outside & ~outputs & ALL);
    const follow = (from: number, to: number): void => {
      if (((outputs >> from) & 1) === 1 && ((outputs >> to) & 1) === 0)
        levels = (levels & ~(1 << to)) | (((levels >> from) & 1) << to);
    };
    for (const [one, other] of this.#wires) {
      follow(one, other);
      follow(other, one);
    }
    return levels;
  }
}
