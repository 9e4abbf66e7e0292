import type { TracedBus } from '../trace/index.ts';
import { plainBus } from './captured.ts';
import { WaveError } from './wave/samples.ts';

/** Most buses, and most transfers that are open at a time, of an import. */
export const BUSES_MAX = 4096;

/** The buses that an importer finds, by their numbers. */
export class FoundBuses {
  readonly all: TracedBus[] = [];
  readonly #places = new Map<string, number>();
  readonly #free = { i2c: 0, spi: 0 };

  /** The place of a bus among all. @throws {WaveError} there are too many */
  placeOf(kind: TracedBus['kind'], number: number): number {
    const key = `${kind}-${number}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    if (this.all.length === BUSES_MAX)
      throw new WaveError(`more than ${BUSES_MAX} buses; cut the trace into parts and convert each`);
    const place = this.all.push(plainBus(kind, number)) - 1;
    this.#places.set(key, place);
    return place;
  }

  has(kind: TracedBus['kind'], number: number): boolean {
    return this.#places.has(`${kind}-${number}`);
  }

  /** The lowest number that no bus of the kind has. */
  free(kind: TracedBus['kind']): number {
    while (this.has(kind, this.#free[kind])) this.#free[kind]++;
    return this.#free[kind];
  }
}
