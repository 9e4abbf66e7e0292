import { messageOf } from '../../bus/index.ts';
import type { Cancel, Clock } from '../kit/clock.ts';
import { SECOND } from '../kit/clock.ts';
import type { PartRegistry } from '../populate/registry.ts';
import { declarationOf } from '../wire/property.ts';
import { type Curve, readerOf } from './curve.ts';

/** The parts of a board whose properties follow curves, on the board's clock. */
export class Following {
  readonly #parts: PartRegistry;
  readonly #clock: Clock;
  readonly #warn: (sentence: string) => void;
  readonly #running = new Map<number, { readonly what: string; cancel: Cancel }>();

  constructor(parts: PartRegistry, clock: Clock, warn: (sentence: string) => void) {
    this.#parts = parts;
    this.#clock = clock;
    this.#warn = warn;
  }

  /**
   * From now on the property has the values of the curve, as near as its range allows. A curve that it followed before ends.
   * @param id a number of the caller's, for `stop` @throws {PartError} the part refuses the first value
   */
  start(id: number, path: string, property: string, curve: Curve): void {
    const what = `${path} ${property}`;
    const { range, kind } = declarationOf(path, this.#parts.at(path).model.properties, property);
    const [least, greatest] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const valueAt = readerOf(curve);
    const began = this.#clock.now();
    let count = 0;
    const set = () => {
      const value = Math.min(greatest, Math.max(least, valueAt((count * curve.everyNs) / SECOND)));
      this.#parts.set(path, property, kind === 'integer' ? Math.round(value) : value);
    };
    set();
    for (const [other, { what: followed }] of this.#running) if (followed === what) this.stop(other);
    const running = { what, cancel: () => {} };
    const arm = () => {
      count++;
      running.cancel = this.#clock.after(began + count * curve.everyNs - this.#clock.now(), () => {
        try {
          set();
          arm();
        } catch (error) {
          this.#running.delete(id);
          this.#warn(`${what} no longer follows its curve: ${messageOf(error)}`);
        }
      });
    };
    this.#running.set(id, running);
    arm();
  }

  stop(id: number): void {
    this.#running.get(id)?.cancel();
    this.#running.delete(id);
  }
}
