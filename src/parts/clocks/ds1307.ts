import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { afterPowerOn, LAYOUT, TIME, TIME_REGISTERS, timeProperty } from './dallas.ts';

const sheet = {
  compatible: ['dallas,ds1307', 'maxim,ds1307'],
  title: 'DS1307 clock with 56 bytes of RAM',
  source: 'Maxim 19-6298',
  notModelled: ['the square wave output'],
  node: 'rtc',
  battery: true,
  bus: { i2c: { form: 'byte registers', address: 0x68, last: 0x3f } },
  // Table 2 "Timekeeper registers".
  registers: {
    SECONDS: { at: 0, fields: { CH: 7, second: [6, 0] } },
    MINUTES: TIME_REGISTERS.MINUTES,
    HOURS: TIME_REGISTERS.HOURS,
    DAY: TIME_REGISTERS.DAY,
    DATE: TIME_REGISTERS.DATE,
    MONTH: { at: 5, fields: { month: [4, 0] } },
    YEAR: TIME_REGISTERS.YEAR,
    CONTROL: { at: 7, reset: 0x03, fields: { OUT: 7, SQWE: 4, RS: [1, 0] } },
    RAM: { at: 8, count: 56 },
  },
  senses: TIME,
} as const satisfies DataSheet;

const model: Model<typeof sheet> = ({ SECONDS }, { calendar, sense }) => {
  const time = calendar({ weekday: LAYOUT.weekday, twelveHours: 0x40 });
  return {
    calendar: time,
    onWrite: { SECONDS: ({ CH }) => time.stop(CH === 1) },
    properties: timeProperty(time),
    // "Clock and Calendar": with the first power CH is 1, and the clock stands still.
    reset: afterPowerOn(time, sense, () => {
      SECONDS.CH = 1;
      time.stop(true);
    }),
  };
};

export const parts = [{ ...sheet, model }];
