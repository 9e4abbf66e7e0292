import type { Range } from '../memory/range.ts';
import { MAKER } from './identity.ts';

/** Bits of the first status register that protect blocks: BP0 to BP2 of all makers, BP3 of the larger chips. */
const BP = { BP0: 0x04, BP1: 0x08, BP2: 0x10, BP3: 0x20 } as const;
/** Winbond's and GigaDevice's second status register: what BP would protect is free, and the rest protected. */
const SR2_CMP = 0x40;
/** Their chips up to 16 MiB have TB in the place of BP3 (W25Q128JV data sheet, 7.1). */
const HAS_TB = 0x100_0000;

export interface ProtectionBits {
  /** Names of the bits that are set. */
  readonly names: readonly string[];
  /** Of the first status register. */
  readonly mask: number;
}

/** Which block protection bits are set. `sr2`: undefined for a chip that is not known to have one. */
export function protectionOf(
  maker: number,
  size: number,
  sr1: number,
  sr2: number | undefined,
): ProtectionBits {
  const winbondLike = maker === MAKER.WINBOND || maker === MAKER.GIGADEVICE;
  const bits = Object.entries(BP).filter(([name]) => !(winbondLike && size <= HAS_TB && name === 'BP3'));
  const names = bits.filter(([, bit]) => (sr1 & bit) !== 0).map(([name]) => name);
  if (sr2 !== undefined && (sr2 & SR2_CMP) !== 0) names.push('CMP');
  return { names, mask: bits.reduce((mask, [, bit]) => mask | bit, 0) };
}

/** The second status register is read by 35h only where that is what 35h means. */
export function hasSecondStatus(maker: number): boolean {
  return maker === MAKER.WINBOND || maker === MAKER.GIGADEVICE;
}

/** SRL, in older data sheets SRP1: no status register can be written until power-on, or ever (W25Q64JV data sheet, 7.1.5). */
const SR2_SRL = 0x01;

/** Why bits that protect blocks cannot be cleared. @param sr2 the second status register, where there is one */
export function lockOf(sr2: number | undefined): string {
  return sr2 !== undefined && (sr2 & SR2_SRL) !== 0
    ? "SRL locks the status registers: switch the chip's power off and on; where that does not help, they are locked for ever"
    : 'the status register is locked (SRP, WP# pin)';
}

/** Winbond's third status register, by its data sheets from W25Q16JV on: what is 0 in all of them, and WPS. */
const SR3_NONE = 0x18;
const SR3_WPS = 0x04;

/**
 * Whether blocks are locked one by one, and BP says nothing. A chip without that register leaves the line to whoever pulls it,
 * which reads as bits that no chip has.
 */
export function locksBlocks(sr3: number): boolean {
  return (sr3 & (SR3_NONE | SR3_WPS)) === SR3_WPS;
}

const SECTOR = 0x1000;
const BLOCK = 0x10000;

/** Addresses in `range` that have a lock each: of sectors in the first and the last block, else of blocks (W25Q64JV, 7.1.12). */
export function* lockPlaces({ from, to }: Range, size: number): Generator<number> {
  for (let at = from; at < to; ) {
    yield at;
    const isAtEnd = at < BLOCK || at >= size - BLOCK;
    const unit = isAtEnd ? SECTOR : BLOCK;
    at += unit - (at % unit);
  }
}

/** SST26VF064B data sheet, 4.3: all blocks are locked after power-on, and no status tells. */
export function isLockedAtPowerOn([maker, type]: Uint8Array): boolean {
  return maker === MAKER.SST && type === 0x26;
}
