/**
 * Steps of a rest for each request before it: some 17 ns, and 34 ns behind a split ring, whose index the driver writes at
 * each kick, so that every look takes a line away from it; and at most: 1.7 µs.
 */
export const STEPS_PER_REQUEST = { packed: 16, split: 32 } as const;
const MOST_STEPS = 1536;

let scratch = 1;

/** How long an end of a queue that polls rests when it found nothing behind so many requests, in steps of `rest`. */
export function restSteps(requests: number, stepsPerRequest: number): number {
  return Math.min(requests * stepsPerRequest, MOST_STEPS);
}

/**
 * A rest of one that polls and has caught up with the other end, as long as the requests before it took: what PAUSE is to
 * a lock that spins. A look takes the cache line away from the end that is about to write it, who then waits for it at
 * each request instead of once for all that a line holds: two threads that do nothing but exchange requests take twice the
 * time of the slower one. After a rest several lines are full, and are read without a look at one that is being written.
 * One request under way at a time is met 17 ns (split: 34 ns) later at worst.
 *
 * It touches no memory but a word of this thread's own, at its end.
 */
export function rest(steps: number): void {
  let value = scratch;
  for (let left = steps; left > 0; left--) value = (Math.imul(value, 1_664_525) + 1) | 0;
  scratch = value;
}
