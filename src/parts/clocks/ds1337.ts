import type { DataSheet, Registers } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { ALARM_REGISTERS, clockWithAlarms, TIME, TIME_REGISTERS } from './dallas.ts';

const STATUS = { at: 0x0f, fields: { OSF: [7, 'w0c'], A2F: [1, 'w0c'], A1F: [0, 'w0c'] } } as const;

const REGISTERS = {
  ...TIME_REGISTERS,
  ...ALARM_REGISTERS,
  CONTROL: {
    at: 0x0e,
    reset: 0x18,
    fields: { EOSC: 7, RS: [4, 3], INTCN: 2, A2IE: 1, A1IE: 0 },
  },
  STATUS,
} as const satisfies Registers;

const common = {
  node: 'rtc',
  battery: true,
  senses: TIME,
  pins: ['INT'],
} as const;

const ds1337 = {
  ...common,
  compatible: ['dallas,ds1337', 'isil,isl12057', 'maxim,ds1337'],
  title: 'DS1337 clock with two alarms',
  notModelled: ['the pin SQW/INTB'],
  source: 'Maxim 19-4652',
  bus: { i2c: { form: 'byte registers', address: 0x68, last: 0x0f } },
  registers: REGISTERS,
} as const satisfies DataSheet;

const ds1339 = {
  ...common,
  compatible: ['dallas,ds1339', 'maxim,ds1339'],
  title: 'DS1339 clock with two alarms and trickle charger',
  source: 'Maxim 19-5770',
  notModelled: ['the trickle charger charges nothing'],
  bus: { i2c: { form: 'byte registers', address: 0x68, last: 0x10 } },
  registers: {
    ...REGISTERS,
    CONTROL: {
      at: 0x0e,
      reset: 0x18,
      fields: { EOSC: 7, BBSQI: 5, RS: [4, 3], INTCN: 2, A2IE: 1, A1IE: 0 },
    },
    TRICKLE_CHARGER: { at: 0x10, fields: { TCS: [7, 4], DS: [3, 2], RS: [1, 0] } },
  },
} as const satisfies DataSheet;

/** By RS2 and RS1, on the one pin of the DS1339. */
const SQUARE_WAVE_HZ = [1, 4096, 8192, 32_768];

/** EOSC = 1 stops the oscillator, and OSF tells of it (DS1337 data sheet, "Status Register"). */
const modelOf =
  (squareWave?: readonly number[]): Model<typeof ds1337> =>
  (registers, kit) => {
    const { calendar, behaviour } = clockWithAlarms(registers, kit, squareWave);
    return {
      ...behaviour,
      onWrite: {
        CONTROL({ EOSC }) {
          calendar.stop(EOSC === 1);
          if (EOSC === 1) registers.STATUS.OSF = 1;
        },
      },
    };
  };

export const parts = [
  { ...ds1337, model: modelOf() },
  { ...ds1339, model: modelOf(SQUARE_WAVE_HZ) },
];
