import { DESC, DESC_WORDS } from '../chain/descriptor.ts';
import { KEEPS_ORDER } from '../queue/memory-order.ts';
import { OWNER_MASK } from './packed-layout.ts';

// Copies of what is imported: the engine folds a module's own constants into the code, imported ones it fetches.
const WORDS = DESC_WORDS;
const LAST = DESC.LAST;
const OWNER = OWNER_MASK;
const KEPT = KEEPS_ORDER;

/** No more is looked at in one go, so that a full ring is not read twice from end to end. */
const MOST = 64;

/** Two words that nobody else has. */
const own = new Int32Array(new SharedArrayBuffer(8));

/**
 * How many descriptors from `index` to the end of the lap carry `mark`, the other side's sign that they are
 * ours now; those may be read with plain loads.
 *
 * 2.8.1 demands a load with acquire for each: what lies behind a mark must not be read before it. An
 * `Atomics.load` is one, but the engine calls it as a function, at ten times the cost of the load. So the
 * first is read with it, the following ones plainly, and one fence stands between all marks and all contents,
 * as the kernel has one `smp_rmb` for several `READ_ONCE`. The language has no fence; `Atomics.store` and then
 * `Atomics.load` are one on what Node runs on. On x86 loads keep their order anyhow, so the queues look at one mark at a
 * time, plainly, before they ask here (see `KEEPS_ORDER`). On arm64 the two are `stlr` and `ldar`: earlier loads are
 * done before an `stlr`, an `ldar` does not overtake an `stlr`, later loads do not overtake an `ldar`. The compiler
 * moves no load across either, since they are calls. A mark that is missed, because a plain load was early, is found by
 * the next look, which starts with an `Atomics.load`.
 */
export function markedRun(words: Int32Array, index: number, size: number, mark: number): number {
  if ((Atomics.load(words, index * WORDS + LAST) & OWNER) !== mark) return 0;
  if (KEPT) return 1;
  const end = Math.min(size, index + MOST);
  let next = index + 1;
  while (next < end && ((words[next * WORDS + LAST] as number) & OWNER) === mark) next++;
  if (next - index > 1) {
    Atomics.store(own, 0, 0);
    Atomics.load(own, 1);
  }
  return next - index;
}

/** Words of a cache line. */
const LINE = 16;

/** Where the last look ahead stopped: without it the engine might leave out the loads. */
let readTo = 0;

/**
 * Reads one mark of each cache line of the `count` descriptors from `index` on, as long as they are `mark`: the lines come
 * from the other processor side by side, where descriptors that are read one after another wait for each.
 */
export function readAhead(words: Int32Array, index: number, count: number, mark: number): void {
  const end = Math.min((index + count) * WORDS, words.length);
  let next = index * WORDS + LAST + LINE;
  while (next < end && ((words[next] as number) & OWNER) === mark) next += LINE;
  if (next !== readTo) readTo = next;
}
