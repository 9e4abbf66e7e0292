import {
  type AddressBytes,
  answers,
  BASIC,
  DEVICE_ID,
  DUAL,
  DUAL_READ,
  ERASE_4K,
  ERASE_32K,
  ERASE_64K,
  ERASE_CHIP,
  ERASES,
  EXTENDED_ADDRESS,
  erases,
  type FlashInstruction,
  FOUR_BYTE,
  FOUR_BYTE_ERASES,
  FOUR_BYTE_FAST_READS,
  FOUR_BYTE_MODE,
  FOUR_BYTE_PROGRAMS,
  FOUR_BYTE_READS,
  MICRON_FOUR_BYTE_READS,
  MICRON_QUAD,
  MICRON_SETTINGS,
  POWER_DOWN,
  PROGRAM,
  programs,
  QUAD,
  RESET,
  RESET_ALONE,
  reads,
  SFDP,
  SUSPEND_75,
  simple,
  takes,
} from './spi-nor-instructions.ts';

/** MX25L4005A and MX25L8005 data sheets. */
export const MACRONIX_OLD: readonly FlashInstruction[] = [
  ...BASIC,
  PROGRAM,
  ERASE_4K,
  ERASE_64K,
  ...ERASE_CHIP,
  DEVICE_ID,
  ...POWER_DOWN,
];

/** MX25L1606E and MX25L6405D data sheets, "Command Definition". */
export const MACRONIX_DUAL: readonly FlashInstruction[] = [
  ...BASIC,
  PROGRAM,
  ...DUAL_READ,
  ...ERASES,
  DEVICE_ID,
  SFDP,
  ...POWER_DOWN,
];

/** MX25L12835F data sheet, "Command Set": 15h reads the configuration register, B0h suspends. */
export const MACRONIX: readonly FlashInstruction[] = [
  ...BASIC,
  PROGRAM,
  answers(0x15, 'read configuration', 'read-status', 1),
  ...DUAL,
  reads(0x6b, 'quad read', 'mode', 1, 4),
  reads(0xeb, 'quad I/O read', 'mode', 3, 4),
  { ...programs(0x38, 'quad I/O program', 'mode', 4) },
  ...ERASES,
  DEVICE_ID,
  SFDP,
  simple(0xb0, 'suspend', 'suspend'),
  simple(0x30, 'resume', 'resume'),
  ...POWER_DOWN,
  ...RESET,
];

/** MX25L25635E data sheet. */
export const MACRONIX_MODE: readonly FlashInstruction[] = [...MACRONIX, ...FOUR_BYTE_MODE];

/** MX25L25635F data sheet. */
export const MACRONIX_LARGE: readonly FlashInstruction[] = [
  ...MACRONIX,
  ...FOUR_BYTE_READS,
  ...FOUR_BYTE_FAST_READS,
  programs(0x12, 'program', 4),
  programs(0x3e, 'quad I/O program', 4, 4),
  ...FOUR_BYTE_ERASES,
  ...FOUR_BYTE_MODE,
  ...EXTENDED_ADDRESS,
];

/** M25P80 data sheet, "Instructions". */
export const M25P: readonly FlashInstruction[] = [
  ...BASIC,
  PROGRAM,
  ERASE_64K,
  simple(0xc7, 'bulk erase', 'erase-chip'),
  ...POWER_DOWN,
];

/** M25P05-A data sheet: sectors of 32 KiB. */
export const M25P05: readonly FlashInstruction[] = withSectors(M25P, 0x8000);
/** M25P128 data sheet: sectors of 256 KiB. */
export const M25P128: readonly FlashInstruction[] = withSectors(M25P, 0x40000);

/** M25PX64 data sheet, "Instructions". */
export const M25PX: readonly FlashInstruction[] = [...M25P, ...DUAL_READ, ERASE_4K];

/** N25Q128A data sheet, "Command Definitions". */
export const N25Q: readonly FlashInstruction[] = [
  ...BASIC,
  PROGRAM,
  answers(0x9e, 'read JEDEC id', 'read-id'),
  answers(0x70, 'read flag status', 'read-flag-status'),
  simple(0x50, 'clear flag status', 'clear-flag-status'),
  ...MICRON_SETTINGS,
  ...MICRON_QUAD,
  ERASE_4K,
  ERASE_64K,
  simple(0xc7, 'bulk erase', 'erase-chip'),
  SFDP,
  ...SUSPEND_75,
  ...POWER_DOWN,
  ...RESET,
];

/** N25Q256A data sheet: reads, not programs or erases, have instructions with four address bytes. */
export const N25Q_LARGE: readonly FlashInstruction[] = [
  ...N25Q,
  ...FOUR_BYTE_READS,
  ...MICRON_FOUR_BYTE_READS,
  ...FOUR_BYTE_MODE,
  ...EXTENDED_ADDRESS,
];

/** MT25QL512 data sheet, "Command Definitions". */
export const MT25Q: readonly FlashInstruction[] = [
  ...N25Q_LARGE,
  ERASE_32K,
  ...FOUR_BYTE_PROGRAMS,
  ...FOUR_BYTE_ERASES,
];

/** MT25QU02G data sheet: several dice in one package are erased one by one. */
export const MT25Q_DICE: readonly FlashInstruction[] = diceOf(MT25Q);
/** N25Q00AA data sheet. */
export const N25Q_DICE: readonly FlashInstruction[] = diceOf(N25Q_LARGE);

/** S25FL128P data sheet, "Command Definitions". */
export const S25SL: readonly FlashInstruction[] = [
  ...M25P,
  simple(0x60, 'bulk erase', 'erase-chip'),
  DEVICE_ID,
];
/** The same with uniform sectors of 256 KiB. */
export const S25SL_256K: readonly FlashInstruction[] = withSectors(S25SL, 0x40000);

/** S25FL129P and S25FL064P data sheets: CR at 35h, sectors of 4 KiB at one end. */
export const S25FL_P: readonly FlashInstruction[] = [
  ...S25SL,
  answers(0x35, 'read configuration', 'read-status', 1),
  simple(0x30, 'clear status', 'clear-status'),
  ...DUAL,
  ...QUAD,
  ERASE_4K,
];
export const S25FL_P_256K: readonly FlashInstruction[] = withSectors(S25FL_P, 0x40000);

/** S25FL256S data sheet, 10.1 "Command Set Summary"; B7h and E9h are not in it. */
export const S25FL_S: readonly FlashInstruction[] = [
  ...S25FL_P.filter(({ opcode }) => opcode !== 0xb9),
  answers(0x16, 'read bank address', 'read-bank'),
  takes(0x17, 'write bank address', 'write-bank'),
  ...FOUR_BYTE_READS,
  ...FOUR_BYTE_FAST_READS,
  ...FOUR_BYTE_PROGRAMS,
  erases(0x21, 4, 0x1000),
  erases(0xdc, 4, 0x10000),
  simple(0x75, 'suspend', 'suspend'),
  simple(0x7a, 'resume', 'resume'),
  { ...simple(0xf0, 'reset', 'reset'), operand: RESET_ALONE },
];
export const S25FL_S_256K: readonly FlashInstruction[] = withSectors(
  S25FL_S.filter(({ opcode }) => opcode !== 0x20 && opcode !== 0x21),
  0x40000,
);
/** S25FS512S data sheet: 4-byte mode by B7h, reset by 66h and 99h. */
export const S25FS_S: readonly FlashInstruction[] = [
  ...S25FL_S.filter(({ opcode }) => opcode !== 0xf0),
  ...FOUR_BYTE_MODE,
  ...RESET,
];
export const S25FS_S_256K: readonly FlashInstruction[] = [...withSectors(S25FS_S, 0x40000)];

/** IS25LP128 data sheet, "Instruction Set": D7h is 20h. */
export const ISSI: readonly FlashInstruction[] = [
  ...BASIC,
  PROGRAM,
  ...DUAL,
  ...QUAD,
  ...ERASES,
  erases(0xd7, 'mode', 0x1000),
  DEVICE_ID,
  SFDP,
  ...SUSPEND_75,
  ...POWER_DOWN,
  ...RESET,
];
export const ISSI_LARGE: readonly FlashInstruction[] = [
  ...ISSI,
  ...FOUR_BYTE,
  ...FOUR_BYTE_MODE,
  ...EXTENDED_ADDRESS,
  answers(0x16, 'read bank address', 'read-bank'),
  takes(0x17, 'write bank address', 'write-bank'),
];

const SST_COMMON: readonly FlashInstruction[] = [
  ...fixed(BASIC),
  simple(0x50, 'enable write status', 'write-enable-volatile'),
  ...fixed(ERASES),
  DEVICE_ID,
];

/** SST25VF016B data sheet, table 5: bytes by 02h, words one after the other by ADh; no power-down. */
export const SST25: readonly FlashInstruction[] = [
  ...SST_COMMON,
  { opcode: 0x02, name: 'program byte', does: 'program-byte', address: 3, data: 'out' },
  { opcode: 0xad, name: 'program words', does: 'program-word', address: 'mode', data: 'out' },
  { ...answers(0xab, 'read maker and device id', 'read-device-id'), address: 3 },
];

/** SST25VF064C and SST25WF040B data sheets: pages of 256 bytes. */
export const SST25_PAGES: readonly FlashInstruction[] = [
  ...SST_COMMON,
  ...fixed([PROGRAM]),
  ...fixed(DUAL_READ),
  { ...answers(0xab, 'read maker and device id', 'read-device-id'), address: 3 },
];

/** SST26VF064B data sheet, table 5-1: 35h is the configuration, 98h unlocks all blocks. */
export const SST26: readonly FlashInstruction[] = [
  ...BASIC,
  PROGRAM,
  answers(0x35, 'read configuration', 'read-status', 1),
  ...DUAL,
  ...QUAD,
  ERASE_4K,
  ERASE_64K,
  ...ERASE_CHIP,
  SFDP,
  answers(0x72, 'read block protection', 'read-block-lock'),
  takes(0x42, 'write block protection', 'write-locks'),
  simple(0x8d, 'lock block protection down', 'lock-down'),
  simple(0x98, 'unlock all blocks', 'unlock-all'),
  simple(0xb0, 'suspend', 'suspend'),
  simple(0x30, 'resume', 'resume'),
  ...RESET,
];

/** AT25DF321A data sheet, table 6-1: sectors are protected one by one. */
export const AT25DF: readonly FlashInstruction[] = [
  ...BASIC,
  PROGRAM,
  ...DUAL_READ,
  ...ERASES,
  { ...simple(0x36, 'protect sector', 'lock-block'), address: 3 },
  { ...simple(0x39, 'unprotect sector', 'unlock-block'), address: 3 },
  { ...answers(0x3c, 'read sector protection', 'read-block-lock'), address: 3 },
  ...POWER_DOWN,
];

/** MR25H40 data sheet, table 1: memory that needs no erase. */
export const MR25H: readonly FlashInstruction[] = [
  ...BASIC.filter(({ opcode }) => opcode !== 0x9f && opcode !== 0x0b),
  PROGRAM,
  simple(0xb9, 'sleep', 'power-down'),
  simple(0xab, 'wake up', 'release-power-down'),
];

function withSectors(instructions: readonly FlashInstruction[], bytes: number): readonly FlashInstruction[] {
  return instructions.map((each) =>
    each.does === 'erase' && each.operand === 0x10000
      ? erases(each.opcode, each.address as AddressBytes, bytes)
      : each,
  );
}

function diceOf(instructions: readonly FlashInstruction[]): readonly FlashInstruction[] {
  return [
    ...instructions.filter(({ does }) => does !== 'erase-chip'),
    { ...simple(0xc4, 'erase die', 'erase-die'), address: 'mode' },
  ];
}

/** With three address bytes in all modes. */
function fixed(instructions: readonly FlashInstruction[]): readonly FlashInstruction[] {
  return instructions.map((each) => (each.address === 'mode' ? { ...each, address: 3 } : each));
}
