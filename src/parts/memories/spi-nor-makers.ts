import type { Part } from '../model.ts';
import { type FlashChip, family } from './spi-nor-chip.ts';
import * as KINDS from './spi-nor-kinds.ts';
import { partOf } from './spi-nor-part.ts';
import { WINBOND_PLAIN } from './spi-nor-winbond.ts';

const GIGADEVICE: readonly FlashChip[] = [
  ...family(KINDS.GIGADEVICE, 'gigadevice', [
    ['gd25q16', 'c84015', 2048],
    ['gd25q32', 'c84016', 4096],
    ['gd25q64', 'c84017', 8192],
    ['gd25q128', 'c84018', 16_384],
    ['gd25lq32', 'c86016', 4096],
    ['gd25lq64c', 'c86017', 8192],
    ['gd25lq128d', 'c86018', 16_384],
  ]),
  ...family(KINDS.GIGADEVICE_LARGE, 'gigadevice', [['gd25q256', 'c84019', 32_768]]),
];

/** MX25L data sheets, "Table of ID definitions"; MX25U and MX25R have device ids of their own. */
const MACRONIX: readonly FlashChip[] = [
  ...family(KINDS.MACRONIX_OLD, 'macronix', [
    ['mx25l2005a', 'c22012', 256],
    ['mx25l4005a', 'c22013', 512],
    ['mx25l8005', 'c22014', 1024],
  ]),
  ...family(KINDS.MACRONIX_DUAL, 'macronix', [
    ['mx25l1606e', 'c22015', 2048],
    ['mx25l3205d', 'c22016', 4096],
    ['mx25l6405d', 'c22017', 8192],
    ['mx25l12805d', 'c22018', 16_384],
  ]),
  ...family(KINDS.MACRONIX, 'macronix', [
    ['mx25l3233f', 'c22016', 4096],
    ['mx25l6433f', 'c22017', 8192],
    ['mx25l12835f', 'c22018', 16_384],
    ['mx25u4033', 'c22533', 512, { deviceId: 0x33 }],
    ['mx25u4035', 'c22533', 512, { deviceId: 0x33 }],
    ['mx25u8035', 'c22534', 1024, { deviceId: 0x34 }],
    ['mx25u3235f', 'c22536', 4096, { deviceId: 0x36 }],
    ['mx25u6435f', 'c22537', 8192, { deviceId: 0x37 }],
    ['mx25u12835f', 'c22538', 16_384, { deviceId: 0x38 }],
    ['mx25v8035f', 'c22314', 1024, { deviceId: 0x14 }],
    ['mx25r8035f', 'c22814', 1024, { deviceId: 0x14 }],
    ['mx25r1635f', 'c22815', 2048, { deviceId: 0x15 }],
    ['mx25r3235f', 'c22816', 4096, { deviceId: 0x16 }],
    ['mx25r6435f', 'c22817', 8192, { deviceId: 0x17 }],
  ]),
  ...family(KINDS.MACRONIX_MODE, 'macronix', [['mx25l25635e', 'c22019', 32_768]]),
  ...family(KINDS.MACRONIX_LARGE, 'macronix', [
    ['mx25l25635f', 'c22019', 32_768],
    ['mx25l51245g', 'c2201a', 65_536],
    ['mx66l51235f', 'c2201a', 65_536],
    ['mx66l1g45g', 'c2201b', 131_072],
    ['mx25u25635f', 'c22539', 32_768, { deviceId: 0x39 }],
    ['mx25u51245g', 'c2253a', 65_536, { deviceId: 0x3a }],
    ['mx66u51235f', 'c2253a', 65_536, { deviceId: 0x3a }],
  ]),
];

/** N25Q data sheets, "Read ID operations": 10h more bytes follow; MT25Q: 10h 44h. A11 is 1.8 V, A13 is 3 V. */
const MICRON: readonly FlashChip[] = [
  ...family(KINDS.M25P05, 'micron', [
    ['m25p05', '202010', 64],
    ['m25p10', '202011', 128],
  ]),
  ...family(KINDS.M25P, 'micron', [
    ['m25p20', '202012', 256],
    ['m25p40', '202013', 512],
    ['m25p80', '202014', 1024],
    ['m25p16', '202015', 2048],
    ['m25p32', '202016', 4096],
    ['m25p64', '202017', 8192],
  ]),
  ...family(KINDS.M25P128, 'micron', [['m25p128', '202018', 16_384]]),
  ...family(KINDS.M25PX, 'micron', [
    ['m25px80', '207114', 1024],
    ['m25px16', '207115', 2048],
    ['m25px32', '207116', 4096],
    ['m25px64', '207117', 8192],
  ]),
  ...family(KINDS.N25Q, 'micron', [
    ['n25q016a', '20bb15100000', 2048],
    ['n25q032', '20ba16100000', 4096],
    ['n25q032a', '20bb16100000', 4096],
    ['n25q064', '20ba17100000', 8192],
    ['n25q064a', '20bb17100000', 8192],
    ['n25q128a11', '20bb18100000', 16_384],
    ['n25q128a13', '20ba18100000', 16_384],
  ]),
  ...family(KINDS.N25Q_LARGE, 'micron', [
    ['n25q256a', '20ba19100000', 32_768],
    ['n25q256ax1', '20bb19100000', 32_768],
    ['n25q512a', '20bb20100000', 65_536],
    ['n25q512ax3', '20ba20100000', 65_536],
  ]),
  ...family(KINDS.N25Q_DICE, 'micron', [
    ['n25q00', '20ba21100000', 131_072, { dice: 4 }],
    ['n25q00a', '20bb21100000', 131_072, { dice: 4 }],
  ]),
  ...family(KINDS.MT25Q, 'micron', [
    ['mt25ql128a', '20ba18104400', 16_384],
    ['mt25ql256a', '20ba19104400', 32_768],
    ['mt25qu256a', '20bb19104400', 32_768],
    ['mt25ql512a', '20ba20104400', 65_536],
    ['mt25qu512a', '20bb20104400', 65_536],
  ]),
  ...family(KINDS.MT25Q_DICE, 'micron', [
    ['mt25ql01g', '20ba21104400', 131_072, { dice: 2 }],
    ['mt25qu01g', '20bb21104400', 131_072, { dice: 2 }],
    ['mt25ql02g', '20ba22104400', 262_144, { dice: 4 }],
    ['mt25qu02g', '20bb22104400', 262_144, { dice: 4 }],
  ]),
];

/** The fourth and fifth bytes of S25FL are how it is divided; the sixth, of FL-S and FS-S, the family. */
const SPANSION: readonly FlashChip[] = [
  ...family(KINDS.S25SL, 'spansion', [
    ['s25sl004a', '010212', 512],
    ['s25sl008a', '010213', 1024],
    ['s25sl016a', '010214', 2048],
    ['s25sl032a', '010215', 4096],
    ['s25sl064a', '010216', 8192],
  ]),
  ...family(KINDS.S25SL128_256K, 'spansion', [['s25sl12800', '0120180300', 16_384]]),
  ...family(KINDS.S25SL128, 'spansion', [['s25sl12801', '0120180301', 16_384]]),
  ...family(KINDS.S25FL_P, 'spansion', [
    ['s25sl032p', '0102154d00', 4096, { deviceId: 0x15 }],
    ['s25sl064p', '0102164d00', 8192, { deviceId: 0x16 }],
    ['s25fl129p1', '0120184d01', 16_384],
  ]),
  ...family(KINDS.S25FL_P_256K, 'spansion', [['s25fl129p0', '0120184d00', 16_384]]),
  ...family(KINDS.S25FL_S, 'spansion', [
    ['s25fl128s', '0120184d0180', 16_384],
    ['s25fl128s1', '0120184d0180', 16_384],
    ['s25fl256s1', '0102194d0180', 32_768],
  ]),
  ...family(KINDS.S25FL_S_256K, 'spansion', [
    ['s25fl128s0', '0120184d0080', 16_384],
    ['s25fl256s0', '0102194d0080', 32_768],
    ['s25fl512s', '0102204d0080', 65_536, { deviceId: 0x19 }],
  ]),
  ...family(KINDS.S25FS_S, 'spansion', [
    ['s25fs128s1', '0120184d0181', 16_384],
    ['s25fs256s1', '0102194d0181', 32_768],
  ]),
  ...family(KINDS.S25FS_S_256K, 'spansion', [
    ['s25fs256s0', '0102194d0081', 32_768],
    ['s25fs512s', '0102204d0081', 65_536, { deviceId: 0x19 }],
  ]),
  // These have Winbond's ids, as they are made there.
  ...family(WINBOND_PLAIN, 'spansion', [
    ['s25fl008k', 'ef4014', 1024],
    ['s25fl016k', 'ef4015', 2048],
    ['s25fl064k', 'ef4017', 8192],
    ['s25fl116k', '014015', 2048],
    ['s25fl132k', '014016', 4096],
    ['s25fl164k', '014017', 8192],
  ]),
  ...family(KINDS.S25FL_L, 'spansion', [
    ['s25fl064l', '016017', 8192],
    ['s25fl128l', '016018', 16_384],
  ]),
  ...family(KINDS.S25FL_L_LARGE, 'spansion', [['s25fl256l', '016019', 32_768]]),
];

const ISSI: readonly FlashChip[] = [
  ...family(KINDS.ISSI, 'issi', [
    ['is25lq040b', '9d4013', 512],
    ['is25lp080d', '9d6014', 1024],
    ['is25lp016d', '9d6015', 2048],
    ['is25lp032', '9d6016', 4096],
    ['is25lp064', '9d6017', 8192],
    ['is25lp128', '9d6018', 16_384],
    ['is25wp032', '9d7016', 4096],
    ['is25wp064', '9d7017', 8192],
    ['is25wp128', '9d7018', 16_384],
  ]),
  ...family(KINDS.ISSI_LARGE, 'issi', [
    ['is25lp256', '9d6019', 32_768],
    ['is25wp256', '9d7019', 32_768],
  ]),
];

/** SST's second byte says the voltage; 90h and ABh give the third. */
const SST: readonly FlashChip[] = [
  ...family(KINDS.SST25, 'sst', [
    ['sst25vf040b', 'bf258d', 512, { deviceId: 0x8d }],
    ['sst25vf080b', 'bf258e', 1024, { deviceId: 0x8e }],
    ['sst25vf016b', 'bf2541', 2048, { deviceId: 0x41 }],
    ['sst25vf032b', 'bf254a', 4096, { deviceId: 0x4a }],
    ['sst25wf512', 'bf2501', 64, { deviceId: 0x01 }],
    ['sst25wf010', 'bf2502', 128, { deviceId: 0x02 }],
    ['sst25wf020', 'bf2503', 256, { deviceId: 0x03 }],
    ['sst25wf040', 'bf2504', 512, { deviceId: 0x04 }],
    ['sst25wf080', 'bf2505', 1024, { deviceId: 0x05 }],
  ]),
  ...family(KINDS.SST25_PAGES, 'sst', [['sst25vf064c', 'bf254b', 8192, { deviceId: 0x4b }]]),
  ...family(KINDS.SST25_SANYO, 'sst', [
    ['sst25wf020a', '621612', 256, { deviceId: 0x12 }],
    ['sst25wf040b', '621613', 512, { deviceId: 0x13 }],
    ['sst25wf080b', '621614', 1024, { deviceId: 0x14 }],
  ]),
  ...family(KINDS.SST26, 'sst', [
    ['sst26wf016b', 'bf2651', 2048],
    ['sst26vf016b', 'bf2641', 2048],
    ['sst26vf064b', 'bf2643', 8192],
  ]),
];

const OTHERS: readonly FlashChip[] = [
  ...family(KINDS.AT25DF, 'atmel', [
    ['at25df041a', '1f440100', 512],
    ['at25df081a', '1f450100', 1024],
    ['at26df081a', '1f450100', 1024],
    ['at26df161a', '1f460100', 2048],
    ['at25df321', '1f470000', 4096],
    ['at25df321a', '1f470100', 4096],
    ['at25df641', '1f480000', 8192],
  ]),
  ...family(KINDS.MR25H, 'everspin', [
    ['mr25h128', '', 16, { addressBytes: 2 }],
    ['mr25h256', '', 32, { addressBytes: 2 }],
    ['mr25h10', '', 128],
    ['mr25h40', '', 512],
  ]),
];

/** The flashes of all makers but Winbond: a board that has none of them does not load them. */
export const parts: readonly Part[] = [
  ...MACRONIX,
  ...MICRON,
  ...SPANSION,
  ...GIGADEVICE,
  ...ISSI,
  ...SST,
  ...OTHERS,
].map(partOf);
