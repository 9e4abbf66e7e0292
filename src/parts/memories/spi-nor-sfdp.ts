import type { FlashChip } from './spi-nor-chips.ts';

/**
 * Serial Flash Discoverable Parameters (JEDEC JESD216B): a header, the headers of the parameter tables, and
 * the tables: the Basic Flash Parameter Table and, above 16 MiB, the 4-byte Address Instruction Table.
 */
const BFPT_AT = 0x80;
const BFPT_DWORDS = 16;
const FOUR_BYTE_AT = 0xc0;
const FOUR_BYTE_DWORDS = 2;
const SFDP_LENGTH = 0x100;

/** Times are a count of units: `count` and the number of the unit in the field's own list. */
function time(ms: number, unitsMs: readonly number[], countBits: number): { count: number; unit: number } {
  const unit = unitsMs.findIndex((length) => ms <= length * 2 ** countBits);
  const length = unitsMs[unit] ?? 1;
  return { count: Math.ceil(ms / length) - 1, unit };
}

/** Typical times of the W25Q family in ms. */
export const TYPICAL_MS = { page: 0.7, sector: 45, block32: 120, block64: 150, chipPerMib: 2000, status: 10 };

const ERASE_UNITS = [1, 16, 128, 1000];
const CHIP_ERASE_UNITS = [16, 256, 4000, 64000];

export function basicParameters(chip: FlashChip): readonly number[] {
  const fourByte = chip.size > 0x100_0000;
  const sector = time(TYPICAL_MS.sector, ERASE_UNITS, 5);
  const block32 = time(TYPICAL_MS.block32, ERASE_UNITS, 5);
  const block64 = time(TYPICAL_MS.block64, ERASE_UNITS, 5);
  const wholeChip = time((TYPICAL_MS.chipPerMib * chip.size) / (1 << 20), CHIP_ERASE_UNITS, 5);
  return [
    // 1: 4 KiB erase by 20h, pages; 1-1-2, 1-2-2, 1-4-4, 1-1-4 reads; bits 18:17: 3, or 3 and 4 address bytes
    0xfff1_20e5 | (fourByte ? 0x0002_0000 : 0),
    // 2: bits, less one
    chip.size * 8 - 1,
    // 3: 1-4-4 EBh with 2 mode and 4 wait clocks; 1-1-4 6Bh with 8 wait clocks
    0x6b08_eb44,
    // 4: 1-1-2 3Bh with 8 wait clocks; 1-2-2 BBh with 4 mode clocks
    0xbb80_3b08,
    // 5 to 7: no 2-2-2, no 4-4-4
    0xffff_ffee,
    0x0000_ffff,
    0x0000_ffff,
    // 8, 9: erase types: 4 KiB by 20h, 32 KiB by 52h, 64 KiB by D8h
    0x520f_200c,
    0x0000_d810,
    // 10: their typical times; the maximum is 2 * (4 + 1) times that
    4 |
      (sector.count << 4) |
      (sector.unit << 9) |
      (block32.count << 11) |
      (block32.unit << 16) |
      (block64.count << 18) |
      (block64.unit << 23),
    // 11: pages of 2^8 bytes, 11 * 64 µs a page, 4 * 8 µs for a first byte, 3 * 1 µs for more; chip erase
    0x8000_0000 |
      (wholeChip.count << 24) |
      (wholeChip.unit << 29) |
      (2 << 19) |
      (1 << 18) |
      (3 << 14) |
      (1 << 13) |
      (10 << 8) |
      0x84,
    // 12, 13: no suspend and resume
    0x8000_0000,
    0,
    // 14: deep power-down by B9h and ABh, 3 µs to leave; busy is bit 0 of what 05h reads
    (0xb9 << 23) | (0xab << 15) | (1 << 13) | (2 << 8) | 0x04,
    // 15: quad enable
    chip.quadEnable << 20,
    // 16: reset by 66h 99h; 06h before writing the status; 4-byte mode by B7h and E9h, 4-byte instructions
    (1 << 12) | 1 | (fourByte ? (1 << 29) | (1 << 24) | (1 << 14) : 0),
  ];
}

/** All that 5Ah reads. */
export function sfdpOf(chip: FlashChip): Uint8Array {
  const fourByte = chip.size > 0x100_0000;
  const sfdp = new Uint8Array(SFDP_LENGTH).fill(0xff);
  const view = new DataView(sfdp.buffer);
  sfdp.set([0x53, 0x46, 0x44, 0x50, 0x06, 0x01, fourByte ? 1 : 0, 0xff], 0);
  sfdp.set([0x00, 0x06, 0x01, BFPT_DWORDS, BFPT_AT, 0, 0, 0xff], 8);
  for (const [index, dword] of basicParameters(chip).entries())
    view.setUint32(BFPT_AT + 4 * index, dword, true);
  if (!fourByte) return sfdp;
  sfdp.set([0x84, 0x00, 0x01, FOUR_BYTE_DWORDS, FOUR_BYTE_AT, 0, 0, 0xff], 16);
  // 13h, 0Ch, 3Ch, BCh, 6Ch, ECh, 12h, 34h and erase types 1 to 3; then the opcodes of these
  view.setUint32(FOUR_BYTE_AT, 0x0eff, true);
  view.setUint32(FOUR_BYTE_AT + 4, 0xffdc_5c21, true);
  return sfdp;
}
