/**
 * Who asks: one front-end, be it the board's own FE drivers or a guest at a socket. It may be confined to
 * some units of each bus; what it owns is kept by the bus, so that two clients cannot own the same.
 */
export class Client {
  readonly name: string;
  /** What it has used with success is its own from then on. */
  readonly exclusive: boolean;
  #confinement: Map<string, ReadonlySet<number>> | undefined;

  constructor(name: string, options: { readonly exclusive?: boolean } = {}) {
    this.name = name;
    this.exclusive = options.exclusive ?? false;
  }

  /** From now on the client reaches only these units of that bus. */
  confine(busPath: string, units: Iterable<number>): void {
    this.#confinement ??= new Map();
    this.#confinement.set(busPath, new Set(units));
  }

  mayTouch(busPath: string, unit: number): boolean {
    const units = this.#confinement?.get(busPath);
    return units === undefined || units.has(unit);
  }
}
