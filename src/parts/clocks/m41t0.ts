import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { afterPowerOn, TIME, TIME_REGISTERS, timeProperty } from './dallas.ts';

const sheet = {
  compatible: ['st,m41t0'],
  title: 'M41T0 clock',
  source: 'ST M41T0',
  notModelled: ['the OUT bit drives no pin', 'the frequency test and the calibration'],
  node: 'rtc',
  battery: true,
  bus: { i2c: { form: 'byte registers', address: 0x68, last: 0x07 } },
  // Table 2 "Register map".
  registers: {
    SECONDS: { at: 0, fields: { ST: 7, second: [6, 0] } },
    MINUTES: { at: 1, fields: { OF: [7, 'w0c'], minute: [6, 0] } },
    CENTURY_HOURS: { at: 2, fields: { CEB: 7, CB: 6, hour: [5, 0] } },
    DAY: TIME_REGISTERS.DAY,
    DATE: TIME_REGISTERS.DATE,
    MONTH: { at: 5, fields: { month: [4, 0] } },
    YEARS: TIME_REGISTERS.YEAR,
    CONTROL: { at: 7, reset: 0x80, fields: { OUT: 7 } },
  },
  senses: TIME,
} as const satisfies DataSheet;

const model: Model<typeof sheet> = ({ MINUTES }, { calendar, sense }) => {
  const time = calendar({
    weekday: 'from-1',
    century: { register: 'CENTURY_HOURS', mask: 0x40, enable: 0x80 },
  });
  return {
    calendar: time,
    onWrite: { SECONDS: ({ ST }) => time.stop(ST === 1) },
    properties: timeProperty(time),
    // "Oscillator fail detection": OF is set by the first power.
    reset: afterPowerOn(time, sense, () => {
      MINUTES.OF = 1;
    }),
  };
};

export const parts = [{ ...sheet, model }];
