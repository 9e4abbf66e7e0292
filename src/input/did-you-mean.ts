/** Edits (insert, delete, replace, swap neighbours) from `a` to `b`; `limit + 1` where it is more. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (previous[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (previous[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      }
      row.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return limit + 1;
    before = previous;
    previous = row;
  }
  return previous[b.length] as number;
}

/**
 * The nearest of `known` to `word`, or undefined where nothing is near enough to be what was meant.
 * @param most edits that may lie between; default: a third of the letters
 */
export function didYouMean(
  word: string,
  known: Iterable<string>,
  most = Math.max(1, Math.floor(word.length / 3)),
): string | undefined {
  if (word.length === 0 || word.length > 100) return undefined;
  let limit = most;
  let nearest: string | undefined;
  for (const candidate of known) {
    if (candidate === word) continue;
    const away = distance(word, candidate, limit);
    if (away > limit || (away === limit && nearest !== undefined)) continue;
    nearest = candidate;
    limit = away;
    if (away <= 1) break;
  }
  return nearest;
}
