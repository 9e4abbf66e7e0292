import type { ChangeLog } from '../memory/change-log.ts';
import { ChunkedReader, differenceOf, inPieces, type Work } from '../memory/memory.ts';
import type { Range } from '../memory/range.ts';
import type { Eeprom } from './eeprom.ts';

interface WriteResult {
  /** Pages that were written; the others held the bytes already. */
  readonly pages: number;
  readonly bytes: number;
}

/**
 * Writes `image` from `from` on: only pages that differ, each read back and compared. The log says what was done when
 * it throws.
 * @throws {BusFault}, {Difference}, {Interrupted} between two pages
 */
export async function writeEeprom(
  eeprom: Eeprom,
  from: number,
  image: Uint8Array,
  work: Work,
  log: ChangeLog,
): Promise<WriteResult> {
  const range: Range = { from, to: from + image.length };
  work.progress.begin(['reading', image.length]);
  const old = await new ChunkedReader(eeprom).read(range, work);
  const part = (bytes: Uint8Array, page: Range) => bytes.subarray(page.from - from, page.to - from);
  const pages = [...pagesOf(range, eeprom.pageSize)].filter(
    (page) => Buffer.compare(part(old, page), part(image, page)) !== 0,
  );
  const bytes = pages.reduce((sum, page) => sum + page.to - page.from, 0);
  work.progress.begin(['writing', bytes], ['verifying', bytes]);
  /** What the adapter reads at a time. */
  let piece = eeprom.pageSize;
  for (const page of pages) {
    await work.interruption.pause();
    const wanted = part(image, page);
    log.begin(page);
    work.progress.phase('writing');
    await eeprom.write(page.from, wanted);
    work.progress.advance(wanted.length);
    work.progress.phase('verifying');
    const now = new Uint8Array(wanted.length);
    piece = await inPieces(now, piece, (at, into) => eeprom.read(page.from + at, into));
    const difference = differenceOf(now, wanted, page.from, eeprom.size);
    if (difference !== undefined) throw difference;
    work.progress.advance(wanted.length);
    log.done(page);
  }
  return { pages: pages.length, bytes };
}

/** A range cut at page boundaries: a write that crosses one would wrap to the page's beginning. */
function* pagesOf({ from, to }: Range, pageSize: number): Generator<Range> {
  for (let at = from; at < to; ) {
    const end = Math.min(to, at - (at % pageSize) + pageSize);
    yield { from: at, to: end };
    at = end;
  }
}
