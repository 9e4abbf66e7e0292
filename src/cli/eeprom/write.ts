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
  work.progress.begin('comparing', image.length);
  const old = await new ChunkedReader(eeprom).read(range, work);
  work.progress.begin('writing', image.length);
  let pages = 0;
  /** What the adapter reads at a time. */
  let piece = eeprom.pageSize;
  let bytes = 0;
  for (const page of pagesOf(range, eeprom.pageSize)) {
    await work.interruption.pause();
    const wanted = image.subarray(page.from - from, page.to - from);
    if (
      differenceOf(old.subarray(page.from - from, page.to - from), wanted, page.from, eeprom.size) !==
      undefined
    ) {
      log.begin(page);
      await eeprom.write(page.from, wanted);
      const now = new Uint8Array(wanted.length);
      piece = await inPieces(now, piece, (at, into) => eeprom.read(page.from + at, into));
      const difference = differenceOf(now, wanted, page.from, eeprom.size);
      if (difference !== undefined) throw difference;
      log.done(page);
      pages++;
      bytes += wanted.length;
    }
    work.progress.advance(wanted.length);
  }
  return { pages, bytes };
}

/** A range cut at page boundaries: a write that crosses one would wrap to the page's beginning. */
function* pagesOf({ from, to }: Range, pageSize: number): Generator<Range> {
  for (let at = from; at < to; ) {
    const end = Math.min(to, at - (at % pageSize) + pageSize);
    yield { from: at, to: end };
    at = end;
  }
}
