import type { Contents } from '../model.ts';
import { CONTENTS_FILE } from './memory-contents.ts';

/** What the at24 and at25 bindings share. */
export const EEPROM_NODE = {
  pagesize: { type: 'u32', doc: 'bytes that one write cycle takes' },
  ...CONTENTS_FILE,
} as const;

/** Self-timed write cycle (tWR, tWC), at most: 5 ms. */
export const WRITE_TIME = {
  writeTime: { unit: 'ms', range: [0, 1000], initial: 5, doc: 'write cycle time' },
} as const;

/**
 * What a write cycle does: `count` bytes that were sent from `address` on, and that lie in the page buffer where their
 * addresses are within the page. Of more than a page the last ones count ("Page Write": the counter rolls over).
 */
export function writePage(memory: Contents, page: Uint8Array, address: number, count: number): void {
  const { bytes } = memory;
  const pageStart = address - (address % page.length);
  for (let i = 0; i < Math.min(count, page.length); i++) {
    const offset = (address + count - 1 - i) % page.length;
    bytes[pageStart + offset] = page[offset] as number;
  }
  memory.changed();
}
