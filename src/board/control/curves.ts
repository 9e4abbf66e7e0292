import type { CurveHandle } from '../handles/part-handle.ts';
import type { ControlledPart } from './controllable.ts';

/** More points of a curve are refused. */
const POINTS_MAX = 100_000;

/** What properties follow, as it was asked for from outside: by the part's path, each property by its name. */
export class Curves {
  readonly #running = new Map<string, Map<string, CurveHandle>>();

  /**
   * A property follows points of `[seconds, value]` from now on; with none it keeps the value that it has.
   * @throws {Error} for what are no points. @throws {PartError} as `PartHandle.follow`
   */
  follow(part: ControlledPart, property: string, points: unknown, repeat: boolean): void {
    const checked = checkPoints(points);
    // What it followed before goes on where this is refused.
    const handle = checked.length === 0 ? undefined : part.follow(property, checked, optionsOf(repeat));
    this.stop(part.path, property);
    if (handle === undefined) return;
    const running = this.#running.get(part.path) ?? new Map<string, CurveHandle>();
    this.#running.set(part.path, running.set(property, handle));
  }

  /** Whoever sets a value by hand means it. */
  stop(path: string, property: string): void {
    this.#running.get(path)?.get(property)?.stop();
    this.#running.get(path)?.delete(property);
  }

  /** The names of the properties that follow a curve. */
  of(path: string): string[] {
    return [...(this.#running.get(path)?.keys() ?? [])];
  }
}

/** A part is given a value ten times a second. */
const optionsOf = (repeat: boolean) => ({ repeat, everyMs: 100 });

/** @throws {Error} */
function checkPoints(points: unknown): readonly (readonly [number, number])[] {
  const isPoint = (each: unknown): each is [number, number] =>
    Array.isArray(each) && each.length === 2 && each.every(Number.isFinite);
  if (Array.isArray(points) && points.length <= POINTS_MAX && points.every(isPoint)) return points;
  throw new Error(`invalid points: expected at most ${POINTS_MAX} arrays of [seconds, value]`);
}
