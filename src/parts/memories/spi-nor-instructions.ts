import type { Instruction } from '../data-sheet.ts';

/** What an instruction of SPI NOR flash does. */
export type FlashAction =
  | 'read'
  | 'program'
  | 'erase'
  | 'erase-chip'
  | 'read-status'
  | 'write-status'
  | 'write-enable'
  | 'write-enable-volatile'
  | 'write-disable'
  | 'read-id'
  | 'read-device-id'
  | 'read-unique-id'
  | 'read-sfdp'
  | 'read-flag-status'
  | 'read-security'
  | 'program-security'
  | 'erase-security'
  | 'suspend'
  | 'resume'
  | 'power-down'
  | 'release-power-down'
  | 'enter-4-byte'
  | 'exit-4-byte'
  | 'read-extended-address'
  | 'write-extended-address'
  | 'enable-reset'
  | 'reset';

interface FlashInstruction extends Instruction {
  /** Missing where the simulated flash ignores it. */
  readonly does?: FlashAction;
}

const simple = (opcode: number, name: string, does: FlashAction): FlashInstruction => ({
  opcode,
  name,
  does,
});

const reads = (
  opcode: number,
  name: string,
  address: 4 | 'mode',
  dummy: number,
  lines: 1 | 2 | 4 = 1,
): FlashInstruction => ({ opcode, name, does: 'read', address, dummy, lines, data: 'in' });

const programs = (opcode: number, name: string, address: 4 | 'mode', lines: 1 | 4 = 1): FlashInstruction => ({
  opcode,
  name,
  does: 'program',
  address,
  lines,
  data: 'out',
});

const erases = (opcode: number, name: string, address: 4 | 'mode', operand: number): FlashInstruction => ({
  opcode,
  name,
  does: 'erase',
  address,
  operand,
});

const answers = (opcode: number, name: string, does: FlashAction, operand = 0): FlashInstruction => ({
  opcode,
  name,
  does,
  data: 'in',
  operand,
});

const takes = (opcode: number, name: string, does: FlashAction, operand = 0): FlashInstruction => ({
  opcode,
  name,
  does,
  data: 'out',
  operand,
});

/** W25Q256JV data sheet, 8.1.2 to 8.1.4 "Instruction Set Table"; 70h is Micron's, the last ones are other makers'. */
export const INSTRUCTIONS: readonly FlashInstruction[] = [
  simple(0x06, 'write enable', 'write-enable'),
  simple(0x50, 'write enable for volatile status', 'write-enable-volatile'),
  simple(0x04, 'write disable', 'write-disable'),
  answers(0x05, 'read status', 'read-status', 0),
  answers(0x35, 'read status 2', 'read-status', 1),
  answers(0x15, 'read status 3', 'read-status', 2),
  takes(0x01, 'write status', 'write-status', 0),
  takes(0x31, 'write status 2', 'write-status', 1),
  takes(0x11, 'write status 3', 'write-status', 2),
  answers(0x70, 'read flag status', 'read-flag-status'),

  reads(0x03, 'read', 'mode', 0),
  reads(0x0b, 'fast read', 'mode', 1),
  reads(0x3b, 'dual read', 'mode', 1, 2),
  reads(0xbb, 'dual I/O read', 'mode', 1, 2),
  reads(0x6b, 'quad read', 'mode', 1, 4),
  reads(0xeb, 'quad I/O read', 'mode', 3, 4),
  reads(0x13, 'read', 4, 0),
  reads(0x0c, 'fast read', 4, 1),
  reads(0x3c, 'dual read', 4, 1, 2),
  reads(0xbc, 'dual I/O read', 4, 1, 2),
  reads(0x6c, 'quad read', 4, 1, 4),
  reads(0xec, 'quad I/O read', 4, 3, 4),

  programs(0x02, 'program', 'mode'),
  programs(0x32, 'quad program', 'mode', 4),
  programs(0x12, 'program', 4),
  programs(0x34, 'quad program', 4, 4),

  erases(0x20, 'erase 4 KiB', 'mode', 0x1000),
  erases(0x52, 'erase 32 KiB', 'mode', 0x8000),
  erases(0xd8, 'erase 64 KiB', 'mode', 0x10000),
  erases(0x21, 'erase 4 KiB', 4, 0x1000),
  erases(0x5c, 'erase 32 KiB', 4, 0x8000),
  erases(0xdc, 'erase 64 KiB', 4, 0x10000),
  simple(0xc7, 'erase chip', 'erase-chip'),
  simple(0x60, 'erase chip', 'erase-chip'),

  answers(0x9f, 'read JEDEC id', 'read-id'),
  { ...answers(0x90, 'read maker and device id', 'read-device-id'), address: 3 },
  { ...answers(0x4b, 'read unique id', 'read-unique-id'), dummy: 4 },
  { ...answers(0x5a, 'read SFDP', 'read-sfdp'), address: 3, dummy: 1 },

  { ...simple(0x44, 'erase security register', 'erase-security'), address: 3 },
  { ...takes(0x42, 'program security register', 'program-security'), address: 3 },
  { ...answers(0x48, 'read security register', 'read-security'), address: 3, dummy: 1 },
  simple(0x75, 'suspend', 'suspend'),
  simple(0x7a, 'resume', 'resume'),

  simple(0xb9, 'power down', 'power-down'),
  answers(0xab, 'wake up', 'release-power-down'),
  simple(0xb7, '4-byte addresses on', 'enter-4-byte'),
  simple(0xe9, '4-byte addresses off', 'exit-4-byte'),
  answers(0xc8, 'read extended address', 'read-extended-address'),
  takes(0xc5, 'write extended address', 'write-extended-address'),
  simple(0x66, 'enable reset', 'enable-reset'),
  simple(0x99, 'reset', 'reset'),

  // Not answered by the simulated flash.
  { opcode: 0x17, name: 'write bank address', data: 'out' },
  { opcode: 0x38, name: 'quad I/O program', address: 'mode', lines: 4, data: 'out' },
  { opcode: 0x3e, name: 'quad I/O program', address: 4, lines: 4, data: 'out' },
  { opcode: 0x61, name: 'write enhanced configuration', data: 'out' },
  { opcode: 0xb1, name: 'write non-volatile configuration', data: 'out' },
];
