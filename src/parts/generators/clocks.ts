import type { Registers } from '../data-sheet.ts';
import type { PartRow } from '../rows.ts';

/** Registers of a byte each from `first` on, with what they hold after power-on. */
function bytesFrom(first: number, prefix: string, values: readonly number[]): Registers {
  return Object.fromEntries(
    values.map((reset, index) => [
      `${prefix}${(first + index).toString(16).toUpperCase().padStart(2, '0')}`,
      { at: first + index, reset },
    ]),
  );
}

/** CDCE913 to 949, a PLL: its outputs are on and divide by 1; N is 4, R 0, Q 16, P 2 (SCAS849, tables 10 to 14). */
const cdcePll = (index: number) =>
  bytesFrom(
    0x10 * index,
    `PLL${index}_`,
    [0x00, 0x00, 0x00, 0x00, 0xed, 0x02, 0x01, 0x01, 0x00, 0x40, 0x02, 0x08, 0x00, 0x40, 0x02, 0x08],
  );

/** Pages of SI5341, beside the one that power-on chooses. */
const SI5341_PAGES = [0x01, 0x02, 0x03, 0x04, 0x05, 0x08, 0x09, 0x0a, 0x0b];

/** Clock generators and jitter attenuators, by their registers. */
export const CLOCK_ROWS: readonly PartRow[] = [
  {
    names: 'cirrus,cs2000-cp cirrus,cs2500 cirrus,cs2100-cp',
    title: 'CS2000 clock multiplier',
    source: 'Cirrus CS2000-CP data sheet',
    at: 0x4e,
    i2c: { pointer: 0x7f },
    last: 0x7f,
    ids: { DEVICE_ID: [0x01, 0x00] },
  },
  {
    names:
      'idt,5p49v5923 idt,5p49v5925 idt,5p49v5933 idt,5p49v5935 idt,5p49v60 idt,5p49v6901 idt,5p49v6965 idt,5p49v6975 renesas,5p49v60',
    title: 'VersaClock 5 clock generator',
    source: 'Renesas VersaClock 5 register descriptions and programming guide',
    at: 0x6a,
    resets: {
      OTP: [0x00, 0x61],
      PRIMARY_SOURCE: [0x10, 0xa0],
      VCO_BAND: [0x11, 0x00],
      XTAL_X1_LOAD: [0x12, 0x81],
      XTAL_X2_LOAD: [0x13, 0x80],
      REFERENCE_DIVIDER: [0x15, 0x03],
      VCO_CONTROL: [0x16, 0x8c],
      FEEDBACK_INTEGER: [0x17, 0x07],
    },
    notModelled: ['what its OTP memory was given: frequencies are as of a blank part'],
  },
  {
    names: 'renesas,5p35023 renesas,5l35023',
    title: 'VersaClock 3S clock generator',
    // Its registers are what somebody wrote into its OTP memory: here the example of the binding in Linux.
    source: 'Renesas 5P35023 data sheet; Linux, renesas,5p35023.yaml',
    at: 0x68,
    last: 0x24,
    registers: bytesFrom(
      0x00,
      'BYTE',
      [
        0x80, 0x00, 0x11, 0x19, 0x4c, 0x02, 0x23, 0x7f, 0x83, 0x19, 0x08, 0xa9, 0x5f, 0x25, 0x24, 0xbf, 0x00,
        0x14, 0x7a, 0xe1, 0x00, 0x00, 0x00, 0x00, 0x01, 0x55, 0x59, 0xbb, 0x3f, 0x30, 0x90, 0xb6, 0x80, 0xb0,
        0x45, 0xc4, 0x95,
      ],
    ),
    notModelled: ['what its OTP memory was given: it has the settings of the example in the binding'],
  },
  {
    names: 'silabs,si570 silabs,si571 silabs,si598 silabs,si599',
    title: 'SI570 oscillator',
    source: 'Skyworks SI570 data sheet',
    at: 0x55,
    // 156.25 MHz: HS_DIV 4, N1 8, RFREQ 2BC011EB8h; parts of 7 ppm have them six further on.
    registers: {
      ...bytesFrom(0x07, 'RFREQ_', [0x01, 0xc2, 0xbc, 0x01, 0x1e, 0xb8]),
      ...bytesFrom(0x0d, 'RFREQ_7PPM_', [0x01, 0xc2, 0xbc, 0x01, 0x1e, 0xb8]),
      RESET: {
        at: 0x87,
        fields: { RST: [7, 'sc'], NEW_FREQ: [6, 'sc'], FREEZE_M: 5, VCADC: 4, RECALL: [0, 'sc'] },
      },
    },
    notModelled: ['the frequency itself', 'RECALL'],
  },
  {
    names: 'silabs,si514',
    title: 'SI514 oscillator',
    source: 'Skyworks SI514 data sheet',
    at: 0x55,
    // 100 MHz of 31.98 MHz: HS_DIV 22, LS_DIV 1, M 68.79299562.
    registers: {
      LP: { at: 0x00, reset: 0x33 },
      ...bytesFrom(0x05, 'M_', [0x5b, 0x38, 0x60, 0x99, 0x08, 0x16, 0x00]),
      RESET: { at: 0x80, fields: { RST: [7, 'sc'] } },
      CONTROL: { at: 0x84, reset: 0x04, fields: { OE: 2, FCAL: [0, 'sc'] } },
    },
    notModelled: ['the frequency itself; it is sold with 100 MHz'],
  },
  {
    names: 'silabs,si5341 silabs,si5340 silabs,si5342 silabs,si5344 silabs,si5345 silabs,si5332',
    title: 'SI5341 clock generator',
    source: 'Skyworks SI5341 reference manual',
    at: 0x74,
    ids: {
      PN_BASE_LOW: [0x02, 0x41],
      PN_BASE_HIGH: [0x03, 0x53],
      GRADE: [0x04, 0x00],
      REVISION: [0x05, 0x01],
    },
    registers: {
      PAGE: { at: 0x01 },
      DEVICE_READY: { at: 0xfe, reset: 0x0f, access: 'ro' },
      ...Object.fromEntries(
        SI5341_PAGES.map((bank) => [
          `PAGE_${bank.toString(16).toUpperCase()}`,
          { at: 0x02, count: 0xfc, bank },
        ]),
      ),
    },
    banks: { register: 'PAGE' },
    notModelled: ['a blank part: no plan in its NVM, so that PLL and dividers are 0'],
  },
  {
    names: 'silabs,si5351a silabs,si5351a-msop silabs,si5351b silabs,si5351c',
    title: 'SI5351 clock generator',
    source: 'Skyworks SI5351 data sheet',
    at: 0x60,
    registers: { STATUS: { at: 0x00, access: 'ro' } },
  },
  {
    names: 'ti,cdce913 ti,cdce925 ti,cdce937 ti,cdce949',
    title: 'CDCE925 clock generator',
    source: 'TI SCAS849',
    at: 0x65,
    i2c: { pointer: 0x7f },
    last: 0x7f,
    ids: { ID: [0x00, 0x81] },
    registers: {
      ...bytesFrom(0x01, 'GENERIC', [0x01, 0xb4, 0x01, 0x02, 0x50, 0x40]),
      ...cdcePll(1),
      ...cdcePll(2),
      ...cdcePll(3),
      ...cdcePll(4),
    },
    notModelled: ['its EEPROM', 'what CDCE913 lacks: PLLs and outputs of its relatives'],
  },
  {
    names: 'ti,cdce706 ti,cdce906',
    title: 'CDCE706 clock synthesizer',
    source: 'TI SCAS815',
    at: 0x69,
    i2c: { pointer: 0x7f },
    last: 0x7f,
    // M, N and dividers of 1: what came in goes out.
    registers: {
      ...bytesFrom(0x00, 'BYTE', [0x01, 0x01, 0x01, 0x00, 0x01, 0x01, 0x00, 0x01, 0x01]),
      ...bytesFrom(0x0d, 'DIVIDER', [0x01, 0x01, 0x01, 0x01, 0x01, 0x01]),
      ...bytesFrom(0x13, 'OUTPUT', [0x38, 0x39, 0x3a, 0x3b, 0x3c, 0x3d]),
    },
    notModelled: ['what its EEPROM was given: all divide by 1', 'its EEPROM'],
  },
];
