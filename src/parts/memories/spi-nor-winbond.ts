import { type FlashChip, family } from './spi-nor-chip.ts';
import {
  BASIC,
  DEVICE_ID,
  DUAL_READ,
  ERASE_4K,
  ERASE_64K,
  ERASE_CHIP,
  type FlashInstruction,
  POWER_DOWN,
  PROGRAM,
  WINBOND_INSTRUCTIONS,
  WINBOND_LARGE_INSTRUCTIONS,
  WINBOND_PLAIN_INSTRUCTIONS,
} from './spi-nor-instructions.ts';
import { BP2, BP3, type FlashKind, MODE_OR_INSTRUCTIONS, QUAD_ENABLE } from './spi-nor-kind.ts';

const K = 1024;

/** W25X data sheets, "Instruction Set". */
const WINBOND_X_INSTRUCTIONS: readonly FlashInstruction[] = [
  ...BASIC,
  PROGRAM,
  ...DUAL_READ,
  ERASE_4K,
  ERASE_64K,
  ...ERASE_CHIP,
  DEVICE_ID,
  ...POWER_DOWN,
];

const WINBOND: FlashKind = {
  source: 'Winbond W25Q64JV data sheet',
  instructions: WINBOND_INSTRUCTIONS,
  writable: [0xfc, 0x7b, 0xe4],
  together: 2,
  quadEnable: QUAD_ENABLE.SR2_BIT1,
  protection: { bits: BP2, bottom: [0, 0x20], sectors: [0, 0x40], complement: [1, 0x40] },
  typicalMs: {
    page: 0.7,
    erase: { [4 * K]: 45, [32 * K]: 120, [64 * K]: 150 },
    chipPerMib: 2000,
    status: 10,
  },
  sfdp: { dwords: 16 },
  locks: 'wps',
};
const { locks: _locks, ...withoutLocks } = WINBOND;
export const WINBOND_PLAIN: FlashKind = {
  ...withoutLocks,
  source: 'Winbond W25Q80DV and W25Q64DW data sheets',
  instructions: WINBOND_PLAIN_INSTRUCTIONS,
  writable: [0xfc, 0x7b, 0xe0],
};
export const WINBOND_LARGE: FlashKind = {
  ...WINBOND,
  source: 'Winbond W25Q256JV data sheet',
  instructions: WINBOND_LARGE_INSTRUCTIONS,
  writable: [0xfc, 0x7b, 0xe6],
  protection: { bits: BP3, bottom: [0, 0x40], complement: [1, 0x40] },
  sfdp: { dwords: 16, fourByte: MODE_OR_INSTRUCTIONS },
};
const WINBOND_X: FlashKind = {
  source: 'Winbond W25X80 data sheet',
  instructions: WINBOND_X_INSTRUCTIONS,
  writable: [0xbc],
  together: 1,
  quadEnable: QUAD_ENABLE.NONE,
  protection: { bits: BP2, bottom: [0, 0x20] },
  typicalMs: { page: 1.5, erase: { [4 * K]: 150, [64 * K]: 1000 }, chipPerMib: 8000, status: 10 },
};

/** The size of one that names no chip decides which of these it is. */
const W25Q: readonly FlashChip[] = [
  ...family(WINBOND_PLAIN, 'winbond', [['w25q80', 'ef4014', 1024]]),
  ...family(WINBOND, 'winbond', [
    ['w25q16', 'ef4015', 2048],
    ['w25q32', 'ef4016', 4096],
    ['w25q64', 'ef4017', 8192],
    ['w25q128', 'ef4018', 16_384],
  ]),
  ...family(WINBOND_LARGE, 'winbond', [
    ['w25q256', 'ef4019', 32_768],
    ['w25q512jv', 'ef4020', 65_536, { deviceId: 0x19 }],
  ]),
];

export const WINBOND_CHIPS: readonly FlashChip[] = [
  ...W25Q,
  ...family(WINBOND_PLAIN, 'winbond', [
    ['w25q80bl', 'ef4014', 1024],
    ['w25q16dw', 'ef6015', 2048],
    ['w25q32w', 'ef5016', 4096],
    ['w25q32dw', 'ef6016', 4096],
    ['w25q64dw', 'ef6017', 8192],
  ]),
  ...family(WINBOND, 'winbond', [
    ['w25q128fw', 'ef6018', 16_384],
    ['w25q32jv', 'ef7016', 4096],
    ['w25q64jvm', 'ef7017', 8192],
    ['w25q128jv', 'ef7018', 16_384],
  ]),
  ...family(WINBOND_LARGE, 'winbond', [
    ['w25q256jvm', 'ef7019', 32_768],
    ['w25q256jw', 'ef6019', 32_768],
  ]),
  ...family(WINBOND_X, 'winbond', [
    ['w25x10', 'ef3011', 128],
    ['w25x20', 'ef3012', 256],
    ['w25x40', 'ef3013', 512],
    ['w25x80', 'ef3014', 1024],
    ['w25x16', 'ef3015', 2048],
    ['w25x32', 'ef3016', 4096],
    ['w25x64', 'ef3017', 8192],
  ]),
];

/** The Winbond chip that holds at least `size` bytes: what a plain `jedec,spi-nor` becomes. */
export function winbondOfSize(size: number): FlashChip | undefined {
  return W25Q.find((each) => each.size >= size);
}
