import type { DataSheet, Registers } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { TIME } from './dallas.ts';
import { clockWithAlarm } from './one-alarm.ts';

/** NXP PCF8563 data sheet, table 4. */
const registers = {
  CONTROL_STATUS_1: { at: 0x00, reset: 0x08, fields: { TEST1: 7, STOP: 5, TESTC: 3 } },
  CONTROL_STATUS_2: { at: 0x01, fields: { TI_TP: 4, AF: [3, 'w0c'], TF: 2, AIE: 1, TIE: 0 } },
  VL_SECONDS: { at: 0x02, fields: { VL: [7, 'w0c'], second: [6, 0] } },
  MINUTES: { at: 0x03, fields: { minute: [6, 0] } },
  HOURS: { at: 0x04, fields: { hour: [5, 0] } },
  DAYS: { at: 0x05, fields: { day: [5, 0] } },
  WEEKDAYS: { at: 0x06, fields: { weekday: [2, 0] } },
  CENTURY_MONTHS: { at: 0x07, fields: { C: 7, month: [4, 0] } },
  YEARS: { at: 0x08, fields: { year: [7, 0] } },
  ALARM: { at: 0x09, count: 4, reset: 0x80 },
  CLKOUT_CONTROL: { at: 0x0d, reset: 0x80, fields: { FE: 7, FD: [1, 0] } },
  TIMER_CONTROL: { at: 0x0e, reset: 0x03, fields: { TE: 7, TD: [1, 0] } },
  TIMER: { at: 0x0f },
} as const satisfies Registers;

const sheet = {
  compatible: ['nxp,pcf8563', 'epson,rtc8564', 'microcrystal,rv8564', 'haoyu,hym8563'],
  title: 'PCF8563 clock with alarm',
  source: 'NXP PCF8563',
  notModelled: ['the timer', 'the CLKOUT pin'],
  node: 'rtc',
  battery: true,
  bus: { i2c: { form: 'byte registers', address: 0x51, last: 0x0f } },
  registers,
  senses: TIME,
  pins: ['INT'],
} as const satisfies DataSheet;

const model = clockWithAlarm({
  layout: { weekday: 'from-0', century: { register: 'CENTURY_MONTHS', mask: 0x80 } },
  stop: [0x00, 0x20],
  lost: [0x02, 0x80],
  flag: [0x01, 0x08],
  enable: [0x01, 0x02],
  alarm: [
    [0x09, 'minute'],
    [0x0a, 'hour'],
    [0x0b, 'day'],
    [0x0c, 'weekday'],
  ],
});

export const parts: readonly Part[] = [{ ...sheet, model }];
