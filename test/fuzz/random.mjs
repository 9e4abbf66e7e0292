/** xorshift32: the same seed, the same run. */
export function randomFrom(seed) {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** What a run found. */
export class FuzzError extends Error {}

export function must(holds, what) {
  if (!holds) throw new FuzzError(what);
}
