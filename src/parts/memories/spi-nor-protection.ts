import type { Protection, StatusBit } from './spi-nor-kind.ts';

const SECTOR = 0x1000;
const BLOCK = 0x10000;

/** A range of addresses; empty when both are equal. */
interface ProtectedRange {
  readonly from: number;
  readonly to: number;
}

/**
 * What the block protect bits keep from being changed (W25Q128JV data sheet, 7.1.11 "Memory Protection Tables"; other
 * makers' tables follow the same rule with bits of their own).
 */
export function protectedRange(status: Uint8Array, layout: Protection, size: number): ProtectedRange {
  const { bits, block = BLOCK } = layout;
  const isSet = (bit: StatusBit | undefined) =>
    bit !== undefined && ((status[bit[0]] as number) & bit[1]) !== 0;
  let bp = 0;
  for (const [place, mask] of bits.entries()) if (isSet([0, mask])) bp += 2 ** place;
  const all = 2 ** bits.length - 1;
  const length = Math.min(size, protectedLength(bp, all, isSet(layout.sectors), block, size));
  const bottom = isSet(layout.bottom);
  const range = bottom ? { from: 0, to: length } : { from: size - length, to: size };
  if (!isSet(layout.complement)) return range;
  return bottom ? { from: length, to: size } : { from: 0, to: size - length };
}

function protectedLength(bp: number, all: number, bySector: boolean, block: number, size: number): number {
  if (bp === 0) return 0;
  if (bp === all) return size;
  if (bySector) return Math.min(8, 2 ** (bp - 1)) * SECTOR;
  // The settings below `all` double from this unit up to half of the chip, where there are enough of them.
  const unit = Math.max(block, size / 2 ** (all - 1));
  return unit * 2 ** (bp - 1);
}
