import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { ALARM_REGISTERS, clockWithAlarms, TIME, TIME_REGISTERS } from './dallas.ts';

const sheet = {
  compatible: ['maxim,ds3231', 'dallas,ds3231'],
  title: 'DS3231 clock with two alarms and thermometer',
  source: 'Maxim 19-5170',
  notModelled: [
    'the 32 kHz output',
    'an oscillator that stops on battery (EOSC, OSF)',
    'the aging offset has no effect',
    'the 200 ms of a temperature conversion: BSY is never seen',
  ],
  node: 'rtc',
  battery: true,
  bus: { i2c: { form: 'byte registers', address: 0x68, last: 0x12 } },
  // Figure 1 "Timekeeping registers".
  registers: {
    ...TIME_REGISTERS,
    ...ALARM_REGISTERS,
    CONTROL: {
      at: 0x0e,
      reset: 0x1c,
      fields: { EOSC: 7, BBSQW: 6, CONV: [5, 'sc'], RS: [4, 3], INTCN: 2, A2IE: 1, A1IE: 0 },
    },
    STATUS: {
      at: 0x0f,
      reset: 0x08,
      fields: { OSF: [7, 'w0c'], EN32KHZ: 3, BSY: [2, 'ro'], A2F: [1, 'w0c'], A1F: [0, 'w0c'] },
    },
    AGING_OFFSET: { at: 0x10 },
    TEMP: { at: 0x11, count: 2, access: 'ro' },
  },
  senses: {
    temperature: { unit: '°C', range: [-40, 85], initial: 25, step: 0.25, doc: 'what its thermometer feels' },
    ...TIME,
  },
  pins: ['INT'],
} as const satisfies DataSheet;

/** By RS ("Control Register"). */
const SQUARE_WAVE_HZ = [1, 1024, 4096, 8192];

const model: Model<typeof sheet> = (registers, kit) => {
  const { behaviour } = clockWithAlarms(registers, kit, SQUARE_WAVE_HZ);

  /** Ten bits in steps of 0.25 °C, left-aligned. */
  function measure(): void {
    const quarters = Math.round(kit.sense.temperature * 4) & 0x3ff;
    registers.TEMP.set(0, quarters >> 2);
    registers.TEMP.set(1, (quarters & 3) << 6);
  }

  measure();
  return { ...behaviour, sensed: measure };
};

export const parts = [{ ...sheet, model }];
