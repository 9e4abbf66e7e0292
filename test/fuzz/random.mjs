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

/** What the command line of a fuzzer asks for: `60s`, or so many of `unit`. */
export function boundOf(text, unit) {
  const amount = Number.parseFloat(text);
  if (!(amount > 0)) throw new Error(`invalid bound "${text}": expected for example 60s or 100000`);
  return text.endsWith('s') ? { seconds: amount } : { [unit]: amount };
}
