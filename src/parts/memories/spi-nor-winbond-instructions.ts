import {
  answers,
  BASIC,
  BLOCK_LOCKS,
  DEVICE_ID,
  DUAL,
  ERASES,
  EXTENDED_ADDRESS,
  type FlashInstruction,
  FOUR_BYTE,
  FOUR_BYTE_MODE,
  POWER_DOWN,
  PROGRAM,
  QUAD,
  RESET,
  SECURITY,
  SFDP,
  SUSPEND_75,
  UNIQUE_ID,
  WINBOND_STATUS,
} from './spi-nor-instructions.ts';

/** W25Q80DV data sheet, 6.2; W25Q64DW data sheet, 7.2: without locks of single blocks. */
export const WINBOND_PLAIN_INSTRUCTIONS: readonly FlashInstruction[] = [
  ...BASIC,
  PROGRAM,
  ...WINBOND_STATUS,
  ...DUAL,
  ...QUAD,
  ...ERASES,
  DEVICE_ID,
  UNIQUE_ID,
  SFDP,
  ...SECURITY,
  ...SUSPEND_75,
  ...POWER_DOWN,
  ...RESET,
];

/** W25Q64JV data sheet, 8.1.2 "Instruction Set Table". */
export const WINBOND_INSTRUCTIONS: readonly FlashInstruction[] = [
  ...WINBOND_PLAIN_INSTRUCTIONS,
  ...BLOCK_LOCKS,
];

/** W25Q256JV data sheet, 8.1.2 to 8.1.4. */
export const WINBOND_LARGE_INSTRUCTIONS: readonly FlashInstruction[] = [
  ...WINBOND_INSTRUCTIONS,
  ...FOUR_BYTE,
  ...FOUR_BYTE_MODE,
  ...EXTENDED_ADDRESS,
];

/**
 * A flash that says no more than `jedec,spi-nor`: a Winbond, and for who watches a chip of another maker, the names of
 * what only those have.
 */
export const PLAIN_NOR_INSTRUCTIONS: readonly FlashInstruction[] = [
  ...WINBOND_LARGE_INSTRUCTIONS,
  answers(0x70, 'read flag status', 'read-flag-status'),
  // Not answered by the simulated flash.
  { opcode: 0x17, name: 'write bank address', data: 'out' },
  { opcode: 0x38, name: 'quad I/O program', address: 'mode', lines: 4, data: 'out' },
  { opcode: 0x3e, name: 'quad I/O program', address: 4, lines: 4, data: 'out' },
  { opcode: 0x61, name: 'write enhanced configuration', data: 'out' },
  { opcode: 0xb1, name: 'write non-volatile configuration', data: 'out' },
];

/** GD25Q256D and S25FL256L data sheets: the same without locks of single blocks. */
export const WINBOND_PLAIN_LARGE_INSTRUCTIONS: readonly FlashInstruction[] = [
  ...WINBOND_PLAIN_INSTRUCTIONS,
  ...FOUR_BYTE,
  ...FOUR_BYTE_MODE,
  ...EXTENDED_ADDRESS,
];
