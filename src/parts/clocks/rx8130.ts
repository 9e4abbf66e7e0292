import type { DataSheet, Registers } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { TIME } from './dallas.ts';
import { clockWithAlarm } from './one-alarm.ts';

/** Epson RX8130CE application manual, 13.1 "Register table". */
const registers = {
  SEC: { at: 0x10, fields: { second: [6, 0] } },
  MIN: { at: 0x11, fields: { minute: [6, 0] } },
  HOUR: { at: 0x12, fields: { hour: [5, 0] } },
  WEEK: { at: 0x13, fields: { weekday: [6, 0] } },
  DAY: { at: 0x14, fields: { day: [5, 0] } },
  MONTH: { at: 0x15, fields: { month: [4, 0] } },
  YEAR: { at: 0x16, fields: { year: [7, 0] } },
  ALARM: { at: 0x17, count: 3, reset: 0x80 },
  TIMER_COUNTER: { at: 0x1a, count: 2 },
  EXTENSION: { at: 0x1c },
  FLAG: { at: 0x1d, fields: { VBLF: 7, UF: 5, TF: 4, AF: [3, 'w0c'], RSF: 2, VLF: [1, 'w0c'], VBFF: 0 } },
  CONTROL0: { at: 0x1e },
  CONTROL1: { at: 0x1f },
  USER: { at: 0x20, count: 4 },
  DIGITAL_OFFSET: { at: 0x30 },
} as const satisfies Registers;

const sheet = {
  compatible: ['epson,rx8130', 'epson,rx8130ce'],
  title: 'RX8130 clock with alarm',
  source: 'Epson RX8130CE',
  notModelled: ['the timer', 'update interrupts', 'the FOUT pin', 'the battery switch', 'the digital offset'],
  node: 'rtc',
  battery: true,
  bus: { i2c: { form: 'byte registers', address: 0x32, last: 0x3f } },
  registers,
  senses: TIME,
  pins: ['INT'],
} as const satisfies DataSheet;

const model = clockWithAlarm({
  layout: { weekday: 'one-hot' },
  first: 0x10,
  last: 0x3f,
  stop: [0x1e, 0x40],
  lost: [0x1d, 0x02],
  flag: [0x1d, 0x08],
  enable: [0x1e, 0x08],
  alarm: [
    [0x17, 'minute'],
    [0x18, 'hour'],
    [0x19, 'weekday'],
  ],
  dayInsteadOfWeekday: [0x1c, 0x08],
});

export const parts: readonly Part[] = [{ ...sheet, model }];
