import * as sets from './spi-nor-command-sets.ts';
import { WINBOND_PLAIN_LARGE_INSTRUCTIONS } from './spi-nor-instructions.ts';
import { BP2, BP3, ENTER, EXIT, type FlashKind, MODE_OR_INSTRUCTIONS, QUAD_ENABLE } from './spi-nor-kind.ts';
import { WINBOND_LARGE, WINBOND_PLAIN } from './spi-nor-winbond.ts';

const K = 1024;

export const GIGADEVICE: FlashKind = { ...WINBOND_PLAIN, source: 'GigaDevice GD25Q64C data sheet' };
const { locks: _large, ...largeWithoutLocks } = WINBOND_LARGE;
export const GIGADEVICE_LARGE: FlashKind = {
  ...largeWithoutLocks,
  source: 'GigaDevice GD25Q256D data sheet',
  instructions: WINBOND_PLAIN_LARGE_INSTRUCTIONS,
};

export const MACRONIX: FlashKind = {
  source: 'Macronix MX25L12835F data sheet',
  // Seen by a logic analyzer at an MX25L1605D (sigrok-dumps, spi/mx25l1605d).
  idRepeats: true,
  notModelled: ['single block protection (WPSEL)', 'secured OTP'],
  instructions: sets.MACRONIX,
  // The configuration register: driver strength, preamble, dummy cycles; TB can be set and not be cleared.
  writable: [0xfc, 0xdf],
  together: 2,
  quadEnable: QUAD_ENABLE.SR1_BIT6,
  protection: { bits: BP3, bottom: [1, 0x08] },
  typicalMs: {
    page: 0.33,
    erase: { [4 * K]: 43, [32 * K]: 180, [64 * K]: 280 },
    chipPerMib: 2375,
    status: 40,
  },
  sfdp: { dwords: 16 },
};
export const MACRONIX_LARGE: FlashKind = {
  ...MACRONIX,
  source: 'Macronix MX25L25635F data sheet',
  instructions: sets.MACRONIX_LARGE,
  sfdp: { dwords: 16, fourByte: MODE_OR_INSTRUCTIONS },
};
/** MX25L25635E: a mode for four address bytes, no instructions of their own for them. */
export const MACRONIX_MODE: FlashKind = {
  ...MACRONIX,
  source: 'Macronix MX25L25635E data sheet',
  instructions: sets.MACRONIX_MODE,
  sfdp: { dwords: 9 },
};
export const MACRONIX_DUAL: FlashKind = {
  ...MACRONIX,
  source: 'Macronix MX25L1606E and MX25L6405D data sheets',
  notModelled: ['protection from the bottom', 'secured OTP'],
  instructions: sets.MACRONIX_DUAL,
  writable: [0xbc],
  together: 1,
  quadEnable: QUAD_ENABLE.NONE,
  protection: { bits: BP3 },
  sfdp: { dwords: 9 },
};
const { sfdp: _sfdp, ...dualWithoutSfdp } = MACRONIX_DUAL;
export const MACRONIX_OLD: FlashKind = {
  ...dualWithoutSfdp,
  source: 'Macronix MX25L4005A data sheet',
  notModelled: [],
  instructions: sets.MACRONIX_OLD,
  writable: [0x9c],
  protection: { bits: BP2 },
};

export const M25P: FlashKind = {
  source: 'Micron M25P80 data sheet',
  instructions: sets.M25P,
  writable: [0x9c],
  together: 1,
  quadEnable: QUAD_ENABLE.NONE,
  protection: { bits: BP2 },
  typicalMs: {
    page: 0.64,
    erase: { [32 * K]: 600, [64 * K]: 600, [256 * K]: 1600 },
    chipPerMib: 8000,
    status: 1.3,
  },
};
export const M25P05: FlashKind = {
  ...M25P,
  source: 'Micron M25P05-A data sheet',
  instructions: sets.M25P05,
  writable: [0x8c],
  protection: { bits: [0x04, 0x08], block: 32 * K },
};
export const M25P128: FlashKind = {
  ...M25P,
  source: 'Micron M25P128 data sheet',
  instructions: sets.M25P128,
};
export const M25PX: FlashKind = {
  ...M25P,
  source: 'Micron M25PX64 data sheet',
  notModelled: ['lock registers', 'OTP'],
  instructions: sets.M25PX,
  writable: [0xbc],
  protection: { bits: BP2, bottom: [0, 0x20] },
  typicalMs: { page: 0.8, erase: { [4 * K]: 70, [64 * K]: 700 }, chipPerMib: 8500, status: 1.3 },
};

export const N25Q: FlashKind = {
  source: 'Micron N25Q128A data sheet',
  notModelled: ['lock registers', 'OTP', 'XIP', 'dummy cycles by the configuration registers'],
  instructions: sets.N25Q,
  writable: [0xfc],
  together: 1,
  quadEnable: QUAD_ENABLE.NONE,
  protection: { bits: [...BP2, 0x40], bottom: [0, 0x20] },
  typicalMs: {
    page: 0.5,
    erase: { [4 * K]: 250, [32 * K]: 400, [64 * K]: 700 },
    chipPerMib: 10_625,
    status: 1.3,
  },
  sfdp: { dwords: 9 },
  refusal: 'flag-status',
  settings: [[0xff, 0xff], [0xfb], [0xdf]],
};
export const N25Q_LARGE: FlashKind = {
  ...N25Q,
  source: 'Micron N25Q256A data sheet',
  instructions: sets.N25Q_LARGE,
  fourByteNeedsWriteEnable: true,
};
export const MT25Q: FlashKind = {
  ...N25Q,
  source: 'Micron MT25QL512AB data sheet',
  instructions: sets.MT25Q,
  typicalMs: {
    page: 0.12,
    erase: { [4 * K]: 50, [32 * K]: 100, [64 * K]: 150 },
    chipPerMib: 2390,
    status: 1.3,
  },
  sfdp: {
    dwords: 16,
    fourByte: MODE_OR_INSTRUCTIONS | ENTER.ENABLED | ENTER.EXTENDED | EXIT.ENABLED,
  },
  settings: [[0xff, 0xff], [0xfb], [0xff]],
};
export const N25Q_DICE: FlashKind = {
  ...N25Q_LARGE,
  source: 'Micron N25Q00AA data sheet',
  instructions: sets.N25Q_DICE,
};
export const MT25Q_DICE: FlashKind = {
  ...MT25Q,
  source: 'Micron MT25QU02G data sheet',
  instructions: sets.MT25Q_DICE,
};

export const S25SL: FlashKind = {
  source: 'Spansion S25FL064A and S25FL128P data sheets',
  instructions: sets.S25SL,
  writable: [0xbc],
  together: 1,
  quadEnable: QUAD_ENABLE.NONE,
  protection: { bits: BP2 },
  typicalMs: { page: 1.5, erase: { [64 * K]: 500, [256 * K]: 2000 }, chipPerMib: 8000, status: 67 },
};
/** S25FL128P has a fourth bit, and its smallest area is 1/128. */
export const S25SL128: FlashKind = { ...S25SL, protection: { bits: BP3, block: 128 * K } };
export const S25SL128_256K: FlashKind = { ...S25SL128, instructions: sets.S25SL_256K };
export const S25FL_P: FlashKind = {
  source: 'Spansion S25FL129P data sheet',
  notModelled: ['OTP'],
  instructions: sets.S25FL_P,
  writable: [0x9c, 0x2f],
  together: 2,
  quadEnable: QUAD_ENABLE.SR2_BIT1,
  protection: { bits: BP2, bottom: [1, 0x20] },
  typicalMs: {
    page: 1.5,
    erase: { [4 * K]: 200, [64 * K]: 500, [256 * K]: 2000 },
    chipPerMib: 8000,
    status: 67,
  },
  refusal: 'status',
  smallSectors: 128 * K,
};
export const S25FL_P_256K: FlashKind = { ...S25FL_P, instructions: sets.S25FL_P_256K };
export const S25FL_S: FlashKind = {
  ...S25FL_P,
  source: 'Cypress S25FL128S and S25FL256S data sheet (001-98283)',
  notModelled: ['advanced sector protection', 'OTP', 'AutoBoot', 'common flash interface'],
  instructions: sets.S25FL_S,
  typicalMs: {
    page: 0.25,
    erase: { [4 * K]: 130, [64 * K]: 130, [256 * K]: 520 },
    chipPerMib: 2062,
    status: 140,
  },
};
export const S25FL_S_256K: FlashKind = { ...S25FL_S, instructions: sets.S25FL_S_256K };
export const S25FS_S: FlashKind = {
  ...S25FL_S,
  source: 'Cypress S25FS128S and S25FS512S data sheets',
  notModelled: [...(S25FL_S.notModelled ?? []), 'registers by 65h and 71h', 'SFDP'],
  instructions: sets.S25FS_S,
};
export const S25FS_S_256K: FlashKind = { ...S25FS_S, instructions: sets.S25FS_S_256K };
/** Its first status register and CR1 are laid out as Winbond's. */
export const S25FL_L: FlashKind = {
  ...GIGADEVICE,
  source: 'Cypress S25FL256L and S25FL128L data sheet (002-00124)',
};
export const S25FL_L_LARGE: FlashKind = { ...GIGADEVICE_LARGE, source: S25FL_L.source };

export const ISSI: FlashKind = {
  source: 'ISSI IS25LP128 data sheet',
  notModelled: ['function register (48h, 42h)', 'information rows'],
  instructions: sets.ISSI,
  writable: [0xfc],
  together: 1,
  quadEnable: QUAD_ENABLE.SR1_BIT6,
  protection: { bits: BP3 },
  typicalMs: {
    page: 0.2,
    erase: { [4 * K]: 70, [32 * K]: 130, [64 * K]: 200 },
    chipPerMib: 2800,
    status: 2,
  },
  sfdp: { dwords: 16 },
};
export const ISSI_LARGE: FlashKind = {
  ...ISSI,
  source: 'ISSI IS25LP256D data sheet',
  instructions: sets.ISSI_LARGE,
  sfdp: { dwords: 16, fourByte: MODE_OR_INSTRUCTIONS | ENTER.BANK },
};

export const SST25: FlashKind = {
  source: 'Microchip SST25VF016B data sheet (S71271)',
  notModelled: ['end of a write on SO (70h)'],
  instructions: sets.SST25,
  // BPL, BP3 to BP0; after power-on all is protected.
  writable: [0xbc],
  together: 1,
  powerOnStatus: 0x1c,
  quadEnable: QUAD_ENABLE.NONE,
  protection: { bits: BP2 },
  typicalMs: {
    page: 0.007,
    erase: { [4 * K]: 18, [32 * K]: 18, [64 * K]: 18 },
    chipPerMib: 17.5,
    status: 0,
  },
  enableLastsOne: true,
};
export const SST25_PAGES: FlashKind = {
  ...SST25,
  source: 'Microchip SST25VF064C data sheet',
  notModelled: ['security ID'],
  instructions: sets.SST25_PAGES,
  powerOnStatus: 0x3c,
  protection: { bits: BP3 },
  typicalMs: { ...SST25.typicalMs, page: 1.5 },
};
const { powerOnStatus: _status, enableLastsOne: _enable, ...sstPages } = SST25_PAGES;
/** These came from Sanyo, with its id, and keep their status. */
export const SST25_SANYO: FlashKind = {
  ...sstPages,
  source: 'Microchip SST25WF040B data sheet',
  notModelled: [],
  protection: { bits: BP2, bottom: [0, 0x20] },
  typicalMs: { page: 4, erase: { [4 * K]: 40, [32 * K]: 80, [64 * K]: 80 }, chipPerMib: 600, status: 8 },
};
export const SST26: FlashKind = {
  source: 'Microchip SST26VF064B data sheet (DS20005119)',
  notModelled: [
    'blocks that cannot be read, and locks for ever (E8h)',
    'security ID',
    'erase of smaller blocks at both ends by D8h',
  ],
  instructions: sets.SST26,
  // The status register is read-only; of the configuration IOC and WPEN can be written. BPNV reads 1.
  writable: [0x00, 0x82],
  together: 2,
  quadEnable: QUAD_ENABLE.SR2_BIT1,
  protection: { bits: [] },
  typicalMs: {
    page: 1,
    erase: { [4 * K]: 18, [64 * K]: 18 },
    chipPerMib: 4,
    status: 20,
  },
  sfdp: { dwords: 16 },
  locks: 'register',
};

export const AT25DF: FlashKind = {
  source: 'Adesto AT25DF321A data sheet (DS-25DF321A)',
  notModelled: ['OTP security register'],
  instructions: sets.AT25DF,
  // SPRL; the other bits of a write switch the protection of all sectors.
  writable: [0x80],
  together: 1,
  quadEnable: QUAD_ENABLE.NONE,
  protection: { bits: [] },
  typicalMs: {
    page: 1,
    erase: { [4 * K]: 50, [32 * K]: 250, [64 * K]: 400 },
    chipPerMib: 9000,
    status: 0,
  },
  locks: 'global',
};

export const MR25H: FlashKind = {
  source: 'Everspin MR25H40 data sheet',
  instructions: sets.MR25H,
  writable: [0x8c],
  together: 1,
  quadEnable: QUAD_ENABLE.NONE,
  protection: { bits: [0x04, 0x08], block: 1 },
  typicalMs: { page: 0, erase: {}, chipPerMib: 0, status: 0 },
  direct: true,
};
