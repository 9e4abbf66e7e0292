import type { Range } from '../memory/range.ts';
import type { EraseType } from './sfdp.ts';

/** One step of a write, done to its end before the next one begins: erase a block, or not, and program pages. */
export interface Step {
  readonly range: Range;
  /** The block is erased first. */
  readonly erase: EraseType | undefined;
  /** Pages to program. */
  readonly pages: readonly Range[];
}

/**
 * How `wanted` comes into a flash that holds `old`; both begin at `from`, which is the beginning of an erase block, and
 * end with one. Blocks that hold the same already are left alone; those in which bits only go from 1 to 0 are
 * programmed without an erase; of the others as many as possible are erased together.
 */
export function planWrite(
  old: Uint8Array,
  wanted: Uint8Array,
  from: number,
  eraseTypes: readonly EraseType[],
  pageSize: number,
): Step[] {
  const smallest = eraseTypes[0] as EraseType;
  const needs = new Map<number, Need>();
  for (let at = 0; at < wanted.length; at += smallest.size) {
    const end = at + smallest.size;
    needs.set(from + at, needOf(old.subarray(at, end), wanted.subarray(at, end)));
  }
  const end = from + wanted.length;
  const steps: Step[] = [];
  for (let at = from; at < end; ) {
    const need = needs.get(at);
    const erase = need === 'erase' ? largestFor(at, end, eraseTypes, smallest.size, needs) : undefined;
    const range = { from: at, to: at + (erase ?? smallest).size };
    const pages = [...pagesOf(range, pageSize)].filter((page) => {
      const bytes = wanted.subarray(page.from - from, page.to - from);
      if (erase !== undefined) return bytes.some((byte) => byte !== 0xff);
      return need === 'program' && !same(old.subarray(page.from - from, page.to - from), bytes);
    });
    if (need !== 'nothing') steps.push({ range, erase, pages });
    at = range.to;
  }
  return steps;
}

/** Whether a block has to be erased for what it is to hold, as far as what was read of its beginning shows it. */
export function mustErase(old: Uint8Array, wanted: Uint8Array): boolean {
  return needOf(old, wanted.subarray(0, old.length)) === 'erase';
}

type Need = 'nothing' | 'program' | 'erase';

function needOf(old: Uint8Array, wanted: Uint8Array): Need {
  let need: Need = 'nothing';
  for (let i = 0; i < wanted.length; i++) {
    const is = old[i] as number;
    const be = wanted[i] as number;
    if (is === be) continue;
    if ((is & be) !== be) return 'erase';
    need = 'program';
  }
  return need;
}

/** The largest erase at `at` of which every part must be erased. */
function largestFor(
  at: number,
  end: number,
  eraseTypes: readonly EraseType[],
  unit: number,
  needs: ReadonlyMap<number, Need>,
): EraseType {
  const fits = ({ size }: EraseType) => {
    if (at % size !== 0 || at + size > end) return false;
    for (let part = at; part < at + size; part += unit) if (needs.get(part) !== 'erase') return false;
    return true;
  };
  return eraseTypes.findLast(fits) ?? (eraseTypes[0] as EraseType);
}

function* pagesOf({ from, to }: Range, pageSize: number): Generator<Range> {
  for (let at = from; at < to; at += pageSize) yield { from: at, to: Math.min(to, at + pageSize) };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}
