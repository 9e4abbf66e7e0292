import type { DataSheet, Registers } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { TIME } from './dallas.ts';
import { clockWithAlarm } from './one-alarm.ts';

/** NXP PCF85063A data sheet, table 5. */
const registers = {
  CONTROL_1: { at: 0x00, fields: { EXT_TEST: 7, STOP: 5, CIE: 2, '12_24': 1, CAP_SEL: 0 } },
  CONTROL_2: { at: 0x01, fields: { AIE: 7, AF: [6, 'w0c'], MI: 5, HMI: 4, TF: 3, COF: [2, 0] } },
  OFFSET: { at: 0x02 },
  RAM_BYTE: { at: 0x03 },
  SECONDS: { at: 0x04, fields: { OS: [7, 'w0c'], second: [6, 0] } },
  MINUTES: { at: 0x05, fields: { minute: [6, 0] } },
  HOURS: { at: 0x06, fields: { hour: [5, 0] } },
  DAYS: { at: 0x07, fields: { day: [5, 0] } },
  WEEKDAYS: { at: 0x08, fields: { weekday: [2, 0] } },
  MONTHS: { at: 0x09, fields: { month: [4, 0] } },
  YEARS: { at: 0x0a, fields: { year: [7, 0] } },
  ALARM: { at: 0x0b, count: 5, reset: 0x80 },
  TIMER_VALUE: { at: 0x10 },
  TIMER_MODE: { at: 0x11, reset: 0x18, fields: { TCF: [4, 3], TE: 2, TIE: 1, TI_TP: 0 } },
} as const satisfies Registers;

const sheet = {
  compatible: [
    'nxp,pcf85063a',
    'nxp,pcf85063',
    'nxp,pcf85063tp',
    'microcrystal,rv8263',
    'microcrystal,rv-8263-c8',
  ],
  title: 'PCF85063A clock with alarm',
  source: 'NXP PCF85063A',
  notModelled: [
    'the timer',
    'minute interrupts',
    '12-hour mode',
    'the CLKOUT pin',
    'the offset has no effect',
  ],
  node: 'rtc',
  battery: true,
  bus: { i2c: { form: 'byte registers', address: 0x51, last: 0x11 } },
  registers,
  senses: TIME,
  pins: ['INT'],
} as const satisfies DataSheet;

const model = clockWithAlarm({
  layout: { weekday: 'from-0' },
  stop: [0x00, 0x20],
  lost: [0x04, 0x80],
  flag: [0x01, 0x40],
  enable: [0x01, 0x80],
  alarm: [
    [0x0b, 'second'],
    [0x0c, 'minute'],
    [0x0d, 'hour'],
    [0x0e, 'day'],
    [0x0f, 'weekday'],
  ],
  softReset: { register: 'CONTROL_1', value: 0x58, registers },
});

export const parts: readonly Part[] = [{ ...sheet, model }];
