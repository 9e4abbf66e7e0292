import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { ALARM_REGISTERS, clockWithAlarms, TIME, TIME_REGISTERS } from './dallas.ts';

const sheet = {
  compatible: ['maxim,ds3231', 'dallas,ds3231', 'maxim,ds3231-mfd'],
  title: 'DS3231 clock with two alarms and thermometer',
  source: 'Maxim 19-5170',
  notModelled: ['the 32 kHz output', 'the aging offset has no effect'],
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
      fields: { EOSC: 7, BBSQW: 6, CONV: 5, RS: [4, 3], INTCN: 2, A2IE: 1, A1IE: 0 },
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

/** "Temperature Registers": a conversion each 64 s; table "Electrical Characteristics", tCONV: 125 ms, at most 200. */
const CONVERSION_EACH_NS = 64e9;
const CONVERSION_NS = 125e6;
const CONV_BIT = 0x20;

const model: Model<typeof sheet> = (registers, kit) => {
  const { CONTROL, STATUS, TEMP } = registers;
  const { behaviour } = clockWithAlarms(registers, kit, SQUARE_WAVE_HZ);
  /** Until it is first spoken to, the temperature is that of the conversion with which the power came. */
  const power = kit.keep({ justCame: true });

  /** Ten bits in steps of 0.25 °C, left-aligned. */
  function measure(): void {
    const quarters = Math.round(kit.sense.temperature * 4) & 0x3ff;
    TEMP.set(0, quarters >> 2);
    TEMP.set(1, (quarters & 3) << 6);
  }

  const conversion = kit.once(() => {
    measure();
    CONTROL.CONV = 0;
    STATUS.BSY = 0;
  });
  function convert(lateNs = 0): void {
    STATUS.BSY = 1;
    conversion.start(CONVERSION_NS - lateNs);
  }
  const conversions = kit.every(
    () => CONVERSION_EACH_NS,
    (_count, lateNs) => {
      if (lateNs < CONVERSION_NS) convert(lateNs);
      else measure();
    },
  );

  measure();
  return {
    ...behaviour,
    begin() {
      power.justCame = false;
    },
    onWrite: {
      // CONV stays 1 until its conversion has ended; one that runs already is not begun anew.
      CONTROL({ CONV }, before) {
        if (before & CONV_BIT) CONTROL.CONV = 1;
        else if (CONV && !STATUS.BSY) convert();
      },
    },
    sensed(name) {
      if (name === 'temperature' && power.justCame) measure();
    },
    reset() {
      behaviour.reset?.();
      // On battery the oscillator had stopped.
      if (CONTROL.EOSC) STATUS.OSF = 1;
      conversion.cancel();
      CONTROL.CONV = 0;
      STATUS.BSY = 0;
      conversions.restart();
      power.justCame = true;
      measure();
    },
  };
};

export const parts = [{ ...sheet, model }];
