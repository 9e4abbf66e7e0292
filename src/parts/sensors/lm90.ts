import type { Property, Registers } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';

/** Where a value stands. */
type Place = NonNullable<Property['field']>;

/** ADT7461A data sheet, table 7: numbers to read and numbers to write differ; Linux reads at the former. */
const registers: Registers = {
  LOCAL: { at: 0x00, access: 'ro' },
  REMOTE_HIGH: { at: 0x01, access: 'ro' },
  STATUS: {
    at: 0x02,
    fields: {
      BUSY: [7, 'ro'],
      LHIGH: [6, 'rc'],
      LLOW: [5, 'rc'],
      RHIGH: [4, 'rc'],
      RLOW: [3, 'rc'],
      OPEN: [2, 'ro'],
      RTHRM: [1, 'ro'],
      LTHRM: [0, 'ro'],
    },
  },
  REMOTE_LOW: { at: 0x10, fields: { FRACTION: [7, 5, 'ro'] } },
  REMOTE_OFFSET: { at: 0x11 },
  REMOTE_OFFSET_LOW: { at: 0x12 },
};

const felt = (field: Place, gain: number, doc: string): Property => ({
  unit: '°C',
  range: [-55, 127],
  initial: 25,
  step: gain,
  field,
  gain,
  signed: true,
  doc,
});

const senses = {
  temperature: felt('LOCAL', 1, 'what the chip itself feels'),
  remote: felt(['REMOTE_HIGH', 'REMOTE_LOW.FRACTION'], 0.125, 'what the remote diode feels'),
  open: { kind: 'flag', field: 'STATUS.OPEN', doc: 'whether the remote diode is missing' } as const,
};

const lm90 = (names: string, title: string, source: string, manufacturer: number, chip: number): PartRow => ({
  names,
  title: `${title} temperature sensor with a remote diode`,
  source,
  at: 0x4c,
  node: 'sensor',
  ids: { MANUFACTURER_ID: [0xfe, manufacturer], CHIP_ID: [0xff, chip] },
  resets: {
    RATE: [0x04, 0x08],
    LOCAL_HIGH_LIMIT: [0x05, 0x55],
    REMOTE_HIGH_LIMIT: [0x07, 0x55],
    REMOTE_THERM: [0x19, 0x55],
    LOCAL_THERM: [0x20, 0x55],
    HYSTERESIS: [0x21, 0x0a],
  },
  registers,
  senses,
  notModelled: [
    'alarms at the limits',
    'writing of limits by their numbers from 09h on',
    'the extended range',
    'one-shot',
  ],
});

const ROWS: readonly PartRow[] = [
  lm90('adi,adt7461', 'ADT7461', 'onsemi ADT7461 data sheet', 0x41, 0x51),
  lm90('adi,adt7461a onnn,nct1008', 'ADT7461A and NCT1008', 'onsemi ADT7461A data sheet', 0x41, 0x57),
  lm90('adi,adm1032 adi,adt7481', 'ADM1032', 'onsemi ADM1032 data sheet', 0x41, 0x41),
  lm90('nxp,sa56004', 'SA56004', 'NXP SA56004 data sheet', 0xa1, 0x00),
  lm90('ti,tmp451', 'TMP451', 'TI SBOS686', 0x55, 0x00),
  lm90('ti,tmp461', 'TMP461', 'TI SBOS722', 0x55, 0x11),
  lm90('national,lm90 national,lm86 national,lm89 national,lm99', 'LM90', 'TI SNIS126', 0x01, 0x21),
  lm90('maxim,max6646 maxim,max6647 maxim,max6649', 'MAX6646', 'Maxim MAX6646 data sheet', 0x4d, 0x59),
  lm90('maxim,max6657 maxim,max6658 maxim,max6659', 'MAX6657', 'Maxim MAX6657 data sheet', 0x4d, 0x00),
  lm90('maxim,max6680 maxim,max6681', 'MAX6680', 'Maxim MAX6680 data sheet', 0x4d, 0x01),
  lm90('winbond,w83l771', 'W83L771', 'Nuvoton W83L771 data sheet', 0x5c, 0x00),
  lm90('maxim,max1619 maxim,max1617', 'MAX1619', 'Maxim MAX1619 data sheet', 0x4d, 0x04),
  lm90('maxim,max6695 maxim,max6696', 'MAX6695', 'Maxim MAX6695 data sheet', 0x4d, 0x01),
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
