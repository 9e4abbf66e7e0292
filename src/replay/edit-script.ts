/** A piece of a comparison: so many are alike, then so many are only in the one, so many only in the other. */
export interface Edit {
  readonly same: number;
  readonly removed: number;
  readonly added: number;
}

/** With more differences than this, what is left is told as one: the work grows with their square. */
const MOST_EDITS = 1000;

/** The shortest way from `a` to `b` (Myers, "An O(ND) Difference Algorithm", 1986), in pieces. */
export function editScript(
  lengthA: number,
  lengthB: number,
  isSame: (a: number, b: number) => boolean,
): readonly Edit[] {
  let head = 0;
  while (head < lengthA && head < lengthB && isSame(head, head)) head++;
  let tail = 0;
  while (tail < lengthA - head && tail < lengthB - head && isSame(lengthA - 1 - tail, lengthB - 1 - tail))
    tail++;
  const middle = middleScript(lengthA - head - tail, lengthB - head - tail, (a, b) =>
    isSame(head + a, head + b),
  );
  return joined([{ same: head, removed: 0, added: 0 }, ...middle, { same: tail, removed: 0, added: 0 }]);
}

/** How far each diagonal has come, round by round: the way back is read from it. */
function middleScript(n: number, m: number, isSame: (a: number, b: number) => boolean): readonly Edit[] {
  if (n === 0 || m === 0) return [{ same: 0, removed: n, added: m }];
  const rounds: Int32Array[] = [];
  const offset = MOST_EDITS + 1;
  let reach = new Int32Array(2 * offset + 1);
  for (let d = 0; d <= Math.min(MOST_EDITS, n + m); d++) {
    rounds.push(reach.slice());
    for (let k = -d; k <= d; k += 2) {
      const down =
        k === -d || (k !== d && (reach[offset + k - 1] as number) < (reach[offset + k + 1] as number));
      let x = down ? (reach[offset + k + 1] as number) : (reach[offset + k - 1] as number) + 1;
      while (x < n && x - k < m && isSame(x, x - k)) x++;
      reach[offset + k] = x;
      if (x >= n && x - k >= m) return wayBack(rounds, n, m, offset);
    }
    reach = reach.slice();
  }
  return [{ same: 0, removed: n, added: m }];
}

function wayBack(rounds: readonly Int32Array[], n: number, m: number, offset: number): readonly Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [n, m];
  for (let d = rounds.length - 1; d >= 0; d--) {
    const reach = rounds[d] as Int32Array;
    const k = x - y;
    const down =
      k === -d || (k !== d && (reach[offset + k - 1] as number) < (reach[offset + k + 1] as number));
    const before = d === 0 ? 0 : (reach[offset + (down ? k + 1 : k - 1)] as number);
    const [fromX, fromY] = d === 0 ? [0, 0] : [before, before - (down ? k + 1 : k - 1)];
    const same = d === 0 ? x : x - (down ? fromX : fromX + 1);
    edits.push({ same, removed: 0, added: 0 });
    if (d > 0) edits.push({ same: 0, removed: down ? 0 : 1, added: down ? 1 : 0 });
    [x, y] = [fromX, fromY];
  }
  return edits.reverse();
}

/** Changes beside each other as one. */
function joined(edits: readonly Edit[]): readonly Edit[] {
  const all: Edit[] = [];
  for (const edit of edits) {
    const last = all.at(-1);
    if (last === undefined) all.push(edit);
    else if (edit.same === 0 || last.removed + last.added === 0) {
      if (edit.same > 0 || last.removed + last.added > 0 || edit.removed + edit.added > 0)
        all[all.length - 1] = {
          same: last.same + edit.same,
          removed: last.removed + edit.removed,
          added: last.added + edit.added,
        };
    } else all.push(edit);
  }
  return all;
}
