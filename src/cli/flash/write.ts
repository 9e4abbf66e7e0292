import type { ChangeLog } from '../memory/change-log.ts';
import { ChunkedReader, differenceOf, type Work } from '../memory/memory.ts';
import type { Range } from '../memory/range.ts';
import type { SpiNor } from './spi-nor.ts';
import { planWrite, type Step } from './write-plan.ts';

interface FlashWriteResult {
  readonly erased: number;
  readonly programmed: number;
}

/** What a block held before it was changed, so that a step that fails loses nothing. */
export interface Rescue {
  at: number;
  bytes: Uint8Array;
}

/**
 * Writes `image` into `range` and leaves everything around it as it is: a block that must be erased gets its
 * neighbouring bytes back. Block after block, each read back and compared before the next is touched.
 *
 * @param rescue is told what the present block held
 * @throws {BusFault}, {Difference}; {Interrupted} between two blocks, at the second Ctrl-C also within one
 */
export async function writeFlash(
  flash: SpiNor,
  range: Range,
  image: Uint8Array,
  work: Work,
  log: ChangeLog,
  rescue: (rescue: Rescue | undefined) => void,
): Promise<FlashWriteResult> {
  const unit = flash.eraseTypes[0]?.size ?? flash.size;
  const from = range.from - (range.from % unit);
  const to = Math.min(flash.size, Math.ceil(range.to / unit) * unit);
  const reader = new ChunkedReader(flash);
  work.progress.begin('comparing', to - from);
  const old = await reader.read({ from, to }, work);
  const wanted = old.slice();
  wanted.set(image, range.from - from);
  const steps = planWrite(old, wanted, from, flash.eraseTypes, flash.pageSize);

  // A block that is erased and then cannot be programmed is worse than one that was not touched.
  if (steps.some(({ pages }) => pages.length > 0)) await flash.findLimits();
  work.progress.begin('writing', costOf(steps));
  let erased = 0;
  let programmed = 0;
  for (const step of steps) {
    await work.interruption.pause();
    const part = ({ from: first, to: last }: Range) => wanted.subarray(first - from, last - from);
    rescue({ at: step.range.from, bytes: old.subarray(step.range.from - from, step.range.to - from) });
    log.begin(step.range);
    if (step.erase !== undefined) {
      await flash.erase(step.range.from, step.erase);
      log.erased(step.range);
      erased += step.erase.size;
    }
    for (const page of step.pages) {
      await work.interruption.pauseWithin();
      await flash.program(page.from, part(page));
      programmed += page.to - page.from;
      work.progress.advance(page.to - page.from);
    }
    const now = await reader.read(step.range, work, () => work.interruption.pauseWithin());
    const difference = differenceOf(now, part(step.range), step.range.from, flash.size);
    if (difference !== undefined) throw difference;
    log.done(step.range);
    rescue(undefined);
  }
  return { erased, programmed };
}

/** Bytes that are programmed and read back. */
function costOf(steps: readonly Step[]): number {
  return steps.reduce((sum, { range, pages }) => {
    const programmed = pages.reduce((bytes, page) => bytes + page.to - page.from, 0);
    return sum + programmed + range.to - range.from;
  }, 0);
}
