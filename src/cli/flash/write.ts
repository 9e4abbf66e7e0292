import type { ChangeLog } from '../memory/change-log.ts';
import { ChunkedReader, differenceOf, type Work } from '../memory/memory.ts';
import type { Phase } from '../memory/progress.ts';
import type { Range } from '../memory/range.ts';
import type { SpiNor } from './spi-nor.ts';
import { mustErase, planWrite, type Step } from './write-plan.ts';

/** So many bytes of so many blocks are looked at in one message: with their address they fill a packet of a CH341A. */
const GLANCE = { bytes: 27, blocks: 64 } as const;

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
  const unit = blockSize(flash);
  const from = range.from - (range.from % unit);
  const to = Math.min(flash.size, Math.ceil(range.to / unit) * unit);
  const reader = new ChunkedReader(flash);
  const old = await readOld(flash, reader, { from, to }, range, image, work);
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

/**
 * What `around` holds, as far as the plan and a rescue need it. Of a block that is written anew, with all that may be erased
 * together with it, and of which the first bytes show that it must be erased, no more is read: the rest comes back
 * as it is to be.
 */
async function readOld(
  flash: SpiNor,
  reader: ChunkedReader,
  around: Range,
  range: Range,
  image: Uint8Array,
  work: Work,
): Promise<Uint8Array> {
  work.progress.begin(['reading', around.to - around.from]);
  const old = new Uint8Array(around.to - around.from);
  let unread = around.from;
  const readUntil = async (to: number) =>
    old.set(await reader.read({ from: unread, to }, work), unread - around.from);
  for await (const { at, begins } of blocksToErase(flash, range, image, work)) {
    await readUntil(at);
    unread = at + blockSize(flash);
    old.set(image.subarray(at - range.from, unread - range.from), at - around.from);
    old.set(begins, at - around.from);
    work.progress.advance(unread - at);
  }
  await readUntil(around.to);
  return old;
}

/** The blocks in `range` that surely must be erased, and how they begin. */
async function* blocksToErase(
  flash: SpiNor,
  range: Range,
  image: Uint8Array,
  work: Work,
): AsyncGenerator<{ readonly at: number; readonly begins: Uint8Array }> {
  const size = blockSize(flash);
  const most = flash.eraseTypes.at(-1)?.size ?? size;
  const end = range.to - (range.to % most);
  for (let from = Math.ceil(range.from / most) * most; from < end; from += GLANCE.blocks * size) {
    await work.interruption.pause();
    const count = Math.min(GLANCE.blocks, (end - from) / size);
    const blocks = Array.from({ length: count }, (_, i) => from + i * size);
    const seen = await flash.glance(blocks, GLANCE.bytes);
    if (seen === undefined) return;
    for (const [i, begins] of seen.entries()) {
      const at = blocks[i] as number;
      if (mustErase(begins, image.subarray(at - range.from))) yield { at, begins };
    }
  }
}

const blockSize = ({ eraseTypes, size }: SpiNor): number => eraseTypes[0]?.size ?? size;

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
