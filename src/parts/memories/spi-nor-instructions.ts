import type { Instruction } from '../data-sheet.ts';

/** What an instruction of SPI NOR flash does. */
export type FlashAction =
  | 'read'
  | 'program'
  | 'program-byte'
  | 'program-word'
  | 'erase'
  | 'erase-chip'
  | 'erase-die'
  | 'read-status'
  | 'write-status'
  | 'write-enable'
  | 'write-enable-volatile'
  | 'write-disable'
  | 'clear-status'
  | 'read-id'
  | 'read-device-id'
  | 'read-unique-id'
  | 'read-sfdp'
  | 'read-flag-status'
  | 'clear-flag-status'
  | 'read-setting'
  | 'write-setting'
  | 'read-security'
  | 'program-security'
  | 'erase-security'
  | 'lock-block'
  | 'unlock-block'
  | 'read-block-lock'
  | 'lock-all'
  | 'unlock-all'
  | 'write-locks'
  | 'lock-down'
  | 'suspend'
  | 'resume'
  | 'power-down'
  | 'release-power-down'
  | 'enter-4-byte'
  | 'exit-4-byte'
  | 'read-extended-address'
  | 'write-extended-address'
  | 'read-bank'
  | 'write-bank'
  | 'enable-reset'
  | 'reset';

export interface FlashInstruction extends Instruction {
  /** Missing where the simulated flash ignores it. */
  readonly does?: FlashAction;
}

export type AddressBytes = 2 | 3 | 4 | 'mode';

/** Operand of a reset that needs no enabling before it. */
export const RESET_ALONE = 1;

export const simple = (opcode: number, name: string, does: FlashAction): FlashInstruction => ({
  opcode,
  name,
  does,
});

export const reads = (
  opcode: number,
  name: string,
  address: AddressBytes,
  dummy: number,
  lines: 1 | 2 | 4 = 1,
): FlashInstruction => ({ opcode, name, does: 'read', address, dummy, lines, data: 'in' });

export const programs = (
  opcode: number,
  name: string,
  address: AddressBytes,
  lines: 1 | 4 = 1,
): FlashInstruction => ({ opcode, name, does: 'program', address, lines, data: 'out' });

export const erases = (opcode: number, address: AddressBytes, operand: number): FlashInstruction => ({
  opcode,
  name: `erase ${operand >> 10} KiB`,
  does: 'erase',
  address,
  operand,
});

export const answers = (opcode: number, name: string, does: FlashAction, operand = 0): FlashInstruction => ({
  opcode,
  name,
  does,
  data: 'in',
  operand,
});

export const takes = (opcode: number, name: string, does: FlashAction, operand = 0): FlashInstruction => ({
  opcode,
  name,
  does,
  data: 'out',
  operand,
});

/** What all have, from the M25P on: one line, a status register, three address bytes. */
export const BASIC: readonly FlashInstruction[] = [
  simple(0x06, 'write enable', 'write-enable'),
  simple(0x04, 'write disable', 'write-disable'),
  answers(0x05, 'read status', 'read-status', 0),
  takes(0x01, 'write status', 'write-status', 0),
  reads(0x03, 'read', 'mode', 0),
  reads(0x0b, 'fast read', 'mode', 1),
  answers(0x9f, 'read JEDEC id', 'read-id'),
];
export const PROGRAM = programs(0x02, 'program', 'mode');
export const DEVICE_ID: FlashInstruction = {
  ...answers(0x90, 'read maker and device id', 'read-device-id'),
  address: 3,
};
export const ERASE_CHIP = [
  simple(0xc7, 'erase chip', 'erase-chip'),
  simple(0x60, 'erase chip', 'erase-chip'),
];
export const POWER_DOWN = [
  simple(0xb9, 'power down', 'power-down'),
  answers(0xab, 'wake up', 'release-power-down'),
];
export const RESET = [simple(0x66, 'enable reset', 'enable-reset'), simple(0x99, 'reset', 'reset')];
export const SUSPEND_75 = [simple(0x75, 'suspend', 'suspend'), simple(0x7a, 'resume', 'resume')];
export const SFDP: FlashInstruction = { ...answers(0x5a, 'read SFDP', 'read-sfdp'), address: 3, dummy: 1 };

export const DUAL_READ = [reads(0x3b, 'dual read', 'mode', 1, 2)];
export const DUAL = [...DUAL_READ, reads(0xbb, 'dual I/O read', 'mode', 1, 2)];
export const QUAD = [
  reads(0x6b, 'quad read', 'mode', 1, 4),
  reads(0xeb, 'quad I/O read', 'mode', 3, 4),
  programs(0x32, 'quad program', 'mode', 4),
];
/** N25Q data sheet, "Dummy Clock Cycles": 8 on two lines, 10 on four. */
export const MICRON_QUAD = [
  ...DUAL_READ,
  reads(0xbb, 'dual I/O read', 'mode', 2, 2),
  reads(0x6b, 'quad read', 'mode', 1, 4),
  reads(0xeb, 'quad I/O read', 'mode', 5, 4),
  programs(0x32, 'quad program', 'mode', 4),
];
export const ERASE_4K = erases(0x20, 'mode', 0x1000);
export const ERASE_32K = erases(0x52, 'mode', 0x8000);
export const ERASE_64K = erases(0xd8, 'mode', 0x10000);
export const ERASES = [ERASE_4K, ERASE_32K, ERASE_64K, ...ERASE_CHIP];

export const FOUR_BYTE_READS = [reads(0x13, 'read', 4, 0), reads(0x0c, 'fast read', 4, 1)];
export const FOUR_BYTE_FAST_READS = [
  reads(0x3c, 'dual read', 4, 1, 2),
  reads(0xbc, 'dual I/O read', 4, 1, 2),
  reads(0x6c, 'quad read', 4, 1, 4),
  reads(0xec, 'quad I/O read', 4, 3, 4),
];
export const MICRON_FOUR_BYTE_READS = [
  reads(0x3c, 'dual read', 4, 1, 2),
  reads(0xbc, 'dual I/O read', 4, 2, 2),
  reads(0x6c, 'quad read', 4, 1, 4),
  reads(0xec, 'quad I/O read', 4, 5, 4),
];
export const FOUR_BYTE_PROGRAMS = [programs(0x12, 'program', 4), programs(0x34, 'quad program', 4, 4)];
export const FOUR_BYTE_ERASES = [erases(0x21, 4, 0x1000), erases(0x5c, 4, 0x8000), erases(0xdc, 4, 0x10000)];
export const FOUR_BYTE = [
  ...FOUR_BYTE_READS,
  ...FOUR_BYTE_FAST_READS,
  ...FOUR_BYTE_PROGRAMS,
  ...FOUR_BYTE_ERASES,
];
export const FOUR_BYTE_MODE = [
  simple(0xb7, '4-byte addresses on', 'enter-4-byte'),
  simple(0xe9, '4-byte addresses off', 'exit-4-byte'),
];
export const EXTENDED_ADDRESS = [
  answers(0xc8, 'read extended address', 'read-extended-address'),
  takes(0xc5, 'write extended address', 'write-extended-address'),
];
export const WINBOND_STATUS = [
  simple(0x50, 'write enable for volatile status', 'write-enable-volatile'),
  answers(0x35, 'read status 2', 'read-status', 1),
  answers(0x15, 'read status 3', 'read-status', 2),
  takes(0x31, 'write status 2', 'write-status', 1),
  takes(0x11, 'write status 3', 'write-status', 2),
];
export const UNIQUE_ID: FlashInstruction = { ...answers(0x4b, 'read unique id', 'read-unique-id'), dummy: 4 };
export const SECURITY: readonly FlashInstruction[] = [
  { ...simple(0x44, 'erase security register', 'erase-security'), address: 3 },
  { ...takes(0x42, 'program security register', 'program-security'), address: 3 },
  { ...answers(0x48, 'read security register', 'read-security'), address: 3, dummy: 1 },
];
export const BLOCK_LOCKS: readonly FlashInstruction[] = [
  { ...simple(0x36, 'lock block', 'lock-block'), address: 'mode' },
  { ...simple(0x39, 'unlock block', 'unlock-block'), address: 'mode' },
  { ...answers(0x3d, 'read block lock', 'read-block-lock'), address: 'mode' },
  simple(0x7e, 'lock all blocks', 'lock-all'),
  simple(0x98, 'unlock all blocks', 'unlock-all'),
];

/** Micron's settings by number: 0 non-volatile, 1 volatile, 2 enhanced volatile configuration. */
export const MICRON_SETTINGS = [
  answers(0xb5, 'read non-volatile configuration', 'read-setting', 0),
  takes(0xb1, 'write non-volatile configuration', 'write-setting', 0),
  answers(0x85, 'read volatile configuration', 'read-setting', 1),
  takes(0x81, 'write volatile configuration', 'write-setting', 1),
  answers(0x65, 'read enhanced configuration', 'read-setting', 2),
  takes(0x61, 'write enhanced configuration', 'write-setting', 2),
];

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
