import type { ChangeLog } from '../memory/change-log.ts';
import { ChunkedReader, differenceOf, type Work } from '../memory/memory.ts';
import type { Phase } from '../memory/progress.ts';
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
  work.progress.begin(['reading', to - from]);
  const old = await reader.read({ from, to }, work);
  const wanted = old.slice();
  wanted.set(image, range.from - from);
  const steps = planWrite(old, wanted, from, flash.eraseTypes, flash.pageSize);

  // A block that is erased and then cannot be programmed is worse than one that was not touched.
  if (steps.some(({ pages }) => pages.length > 0)) await flash.findLimits();
  work.progress.begin(...phasesOf(steps));
  let erased = 0;
  let programmed = 0;
  for (const step of steps) {
    await work.interruption.pause();
    const part = ({ from: first, to: last }: Range) => wanted.subarray(first - from, last - from);
    rescue({ at: step.range.from, bytes: old.subarray(step.range.from - from, step.range.to - from) });
    log.begin(step.range);
    if (step.erase !== undefined) {
      work.progress.phase('erasing');
      await flash.erase(step.range.from, step.erase, () => work.progress.tick());
      work.progress.advance(step.erase.size);
      log.erased(step.range);
      erased += step.erase.size;
    }
    if (step.pages.length > 0) work.progress.phase('writing');
    for (let next = 0; next < step.pages.length; ) {
      const run = step.pages.slice(next, next + flash.pagesAtOnce);
      for (const _ of run) await work.interruption.pauseWithin();
      await flash.program(run.map((page) => ({ offset: page.from, bytes: part(page) })));
      const bytes = run.reduce((sum, { from: first, to: last }) => sum + last - first, 0);
      programmed += bytes;
      work.progress.advance(bytes);
      next += run.length;
    }
    work.progress.phase('verifying');
    const now = await reader.read(step.range, work, () => work.interruption.pauseWithin());
    const difference = differenceOf(now, part(step.range), step.range.from, flash.size);
    if (difference !== undefined) throw difference;
    log.done(step.range);
    rescue(undefined);
  }
  return { erased, programmed };
}

/** What the steps erase, write and read back, which they do in turns. */
function phasesOf(steps: readonly Step[]): readonly Phase[] {
  const sum = (bytes: (step: Step) => number) => steps.reduce((total, step) => total + bytes(step), 0);
  const inPages = ({ pages }: Step) => pages.reduce((bytes, { from, to }) => bytes + to - from, 0);
  return [
    ['erasing', sum(({ erase }) => erase?.size ?? 0)],
    ['writing', sum(inPages)],
    ['verifying', sum(({ range }) => range.to - range.from)],
  ];
}
