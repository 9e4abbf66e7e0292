/** Status register bits of the W25Q family (W25Q128JV data sheet, 7.1). */
export const SR1 = { BUSY: 0x01, WEL: 0x02, TB: 0x20, SEC: 0x40, SRP: 0x80 } as const;
export const SR2 = { QE: 0x02, CMP: 0x40, SUS: 0x80 } as const;

const SECTOR = 0x1000;
const BLOCK = 0x10000;

/** A range of addresses; empty when both are equal. */
export interface ProtectedRange {
  readonly from: number;
  readonly to: number;
}

/**
 * What the block protect bits keep from being changed (7.1.11 "Memory Protection Tables"). Chips above
 * 16 MiB have a BP3 where the smaller ones have TB, and TB where they have SEC.
 */
export function protectedRange(sr1: number, sr2: number, size: number): ProtectedRange {
  const large = size > 0x100_0000;
  const bp = large ? (sr1 >> 2) & 0x0f : (sr1 >> 2) & 0x07;
  const bottom = (sr1 & (large ? SR1.SEC : SR1.TB)) !== 0;
  const bySector = !large && (sr1 & SR1.SEC) !== 0;
  const length = Math.min(size, protectedLength(bp, large ? 15 : 7, bySector, size));
  const range = bottom ? { from: 0, to: length } : { from: size - length, to: size };
  if ((sr2 & SR2.CMP) === 0) return range;
  return bottom ? { from: length, to: size } : { from: 0, to: size - length };
}

function protectedLength(bp: number, all: number, bySector: boolean, size: number): number {
  if (bp === 0) return 0;
  if (bp === all) return size;
  if (bySector) return Math.min(8, 2 ** (bp - 1)) * SECTOR;
  // The settings below `all` double from this unit up to half of the chip, where there are enough of them.
  const unit = Math.max(BLOCK, size / 2 ** (all - 1));
  return unit * 2 ** (bp - 1);
}
