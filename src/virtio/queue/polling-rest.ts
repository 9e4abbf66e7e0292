import { rest, restSteps, STEPS_PER_REQUEST } from './rest.ts';

/** Where an end of a packed ring that polls last found nothing, for its rests. */
export class PollingRest {
  /** A place in the ring; below 0 in an earlier lap, as far back as that is known. */
  private emptyAt = 0;

  /** So many descriptors were taken since, now that `at` is the next. */
  taken(at: number): number {
    return at - this.emptyAt;
  }

  /** The end went on to the next lap of a ring of `size`. */
  turn(size: number): void {
    this.emptyAt = Math.max(this.emptyAt, 0) - size;
  }

  /** Takes `at` for a place where nothing was found, without a rest. */
  begin(at: number): void {
    this.emptyAt = at;
  }

  /** Nothing was found at `at`: rests, once until something is. */
  foundNothing(at: number): void {
    const taken = this.taken(at);
    this.emptyAt = at;
    if (taken > 0) rest(restSteps(taken, STEPS_PER_REQUEST.packed));
  }
}
