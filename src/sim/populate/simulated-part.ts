import type { DeviceNode } from '../../bus/index.ts';
import { callLimited, limitedPart } from '../own/time-limit.ts';
import type { Part } from '../wire/part.ts';
import type { PartModel } from './catalogue.ts';
import type { RunningPart } from './registry.ts';

/** What a part is attached to. */
export interface PlaceOf<P> {
  readonly wire: {
    limited: boolean;
    fail(part: P, error: unknown): void;
  };
  readonly slots: {
    /** Lets a part that failed answer again. */
    revive(part: P): void;
    /** The part gets power, or loses it. */
    power(part: P, on: boolean): void;
    /** From now on `after` is called when the part was addressed. */
    watch(part: P, after: () => void): void;
  };
}

/**
 * A part of the tree and what its wire has in its place: where a user's own model runs in this thread, calls of it are
 * limited in time.
 */
export class SimulatedPart<P extends Part> implements RunningPart {
  readonly path: string;
  readonly model: PartModel;
  readonly own: boolean;
  readonly #place: PlaceOf<P>;
  #part: P | undefined;
  #onWire: P | undefined;
  #after: (() => void) | undefined;

  constructor(node: DeviceNode, model: PartModel, place: PlaceOf<P>) {
    this.path = node.path;
    this.model = model;
    this.own = node.has('dtbus,model');
    this.#place = place;
  }

  /** Calls of it are limited in time. */
  get limited(): boolean {
    return this.own && this.model.isolated !== true;
  }

  /** What the wire has. */
  get onWire(): P {
    return this.#onWire as P;
  }

  get part(): P {
    return this.#part as P;
  }

  /** Makes it. */
  by(create: () => P): void {
    if (!this.limited) {
      this.#part = create();
      this.#onWire = this.#part;
      return;
    }
    this.#part = callLimited(create);
    this.#onWire = limitedPart(this.#part, (error) => this.fail(error));
    this.#place.wire.limited = true;
  }

  fail(error: unknown): void {
    this.#place.wire.fail(this.onWire, error);
  }

  reset(): void {
    this.#reset();
    this.#place.slots.revive(this.onWire);
    this.#after?.();
  }

  /** Its pins are idle before it forgets anything, and until it has done what it does at power-on. */
  power(on: boolean): void {
    if (!on) this.#powerLines(false);
    try {
      this.#reset();
    } finally {
      this.#place.slots.power(this.onWire, on);
      if (on) this.#powerLines(true);
      this.#after?.();
    }
  }

  watch(after: () => void): void {
    this.#after = after;
    this.#place.slots.watch(this.onWire, after);
  }

  #reset(): void {
    if (this.limited)
      callLimited(
        () => this.part.reset(),
        (error) => this.fail(error),
      );
    else this.part.reset();
  }

  #powerLines(on: boolean): void {
    for (const line of this.part.lines ?? []) line.power(on);
  }
}
