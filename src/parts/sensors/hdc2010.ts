import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { CLIMATE, codeOf } from './climate.ts';

const sheet = {
  compatible: ['ti,hdc2010', 'ti,hdc2080', 'ti,hdc2021', 'ti,hdc2022'],
  title: 'HDC2010 humidity and temperature sensor',
  source: 'TI SNAS693',
  notModelled: ['the heater warms nothing', 'offsets', 'noise'],
  node: 'sensor',
  bus: { i2c: { form: 'byte registers', address: 0x40 } },
  // 7.6, "Register maps".
  registers: {
    TEMPERATURE: { at: 0x00, count: 2, access: 'ro' },
    HUMIDITY: { at: 0x02, count: 2, access: 'ro' },
    INTERRUPT_DRDY: {
      at: 0x04,
      fields: { DRDY: [7, 'rc'], TH: [6, 'rc'], TL: [5, 'rc'], HH: [4, 'rc'], HL: [3, 'rc'] },
    },
    TEMPERATURE_MAX: { at: 0x05, access: 'ro' },
    HUMIDITY_MAX: { at: 0x06, access: 'ro' },
    INTERRUPT_ENABLE: { at: 0x07, fields: { DRDY: 7, TH: 6, TL: 5, HH: 4, HL: 3 } },
    TEMP_OFFSET_ADJUST: { at: 0x08 },
    HUM_OFFSET_ADJUST: { at: 0x09 },
    TEMP_THR_L: { at: 0x0a },
    TEMP_THR_H: { at: 0x0b, reset: 0xff },
    RH_THR_L: { at: 0x0c },
    RH_THR_H: { at: 0x0d, reset: 0xff },
    CONFIG: {
      at: 0x0e,
      fields: { RESET: [7, 'sc'], AMM: [6, 4], HEAT: 3, DRDY_EN: 2, INT_POL: 1, INT_MODE: 0 },
    },
    MEASUREMENT: {
      at: 0x0f,
      fields: { TRES: [7, 6], HRES: [5, 4], MEAS_CONF: [2, 1], TRIG: [0, 'sc'] },
    },
    MANUFACTURER_ID_LOW: { at: 0xfc, reset: 0x49, access: 'ro' },
    MANUFACTURER_ID_HIGH: { at: 0xfd, reset: 0x54, access: 'ro' },
    DEVICE_ID_LOW: { at: 0xfe, reset: 0xd0, access: 'ro' },
    DEVICE_ID_HIGH: { at: 0xff, reset: 0x07, access: 'ro' },
  },
  senses: { ...CLIMATE, temperature: { ...CLIMATE.temperature, range: [-40, 125] } },
  pins: ['INT'],
  // INT_POL is 0: active low.
} as const satisfies DataSheet;

const TEMPERATURE_SCALE = { offset: -40, span: 165, full: 65536 };
const HUMIDITY_SCALE = { offset: 0, span: 100, full: 65536 };
/** AMM: seconds between two measurements; 0 measures when it is triggered. */
const PERIOD_S = [0, 120, 60, 10, 5, 1, 0.5, 0.2] as const;
/** 6.5: conversion times by TRES and HRES: 14, 11 and 9 bits. */
const TEMPERATURE_NS = [610e3, 350e3, 225e3, 225e3] as const;
const HUMIDITY_NS = [660e3, 400e3, 275e3, 275e3] as const;
const MISSING = [2, 5, 7, 7] as const;
const TEMPERATURE_ONLY = 1;

const model: Model<typeof sheet> = (registers, kit) => {
  const { TEMPERATURE, HUMIDITY, INTERRUPT_DRDY: EVENTS, INTERRUPT_ENABLE, CONFIG, MEASUREMENT } = registers;
  const { TEMPERATURE_MAX, HUMIDITY_MAX, TEMP_THR_L, TEMP_THR_H, RH_THR_L, RH_THR_H } = registers;
  const { sense, keep, once, every, clamp, reset: powerOn } = kit;
  const { INT } = kit.pin;
  const state = keep({ triggered: false });
  const single = once(measure, INT);
  const periodic = every(() => (state.triggered ? (PERIOD_S[CONFIG.AMM] as number) * 1e9 : 0), measure, INT);

  function put(register: { set(offset: number, value: number): void }, code: number): void {
    register.set(0, code & 0xff);
    register.set(1, code >> 8);
  }
  const rounded = (code: number, resolution: number) => code & ~(2 ** (MISSING[resolution] as number) - 1);

  function measure(): void {
    const temperature = rounded(codeOf(sense.temperature, TEMPERATURE_SCALE, clamp), MEASUREMENT.TRES);
    put(TEMPERATURE, temperature);
    TEMPERATURE_MAX.value = Math.max(TEMPERATURE_MAX.value, temperature >> 8);
    if (temperature >> 8 > TEMP_THR_H.value) EVENTS.TH = 1;
    if (temperature >> 8 < TEMP_THR_L.value) EVENTS.TL = 1;
    if (MEASUREMENT.MEAS_CONF !== TEMPERATURE_ONLY) {
      const humidity = rounded(codeOf(sense.humidity, HUMIDITY_SCALE, clamp), MEASUREMENT.HRES);
      put(HUMIDITY, humidity);
      HUMIDITY_MAX.value = Math.max(HUMIDITY_MAX.value, humidity >> 8);
      if (humidity >> 8 > RH_THR_H.value) EVENTS.HH = 1;
      if (humidity >> 8 < RH_THR_L.value) EVENTS.HL = 1;
    }
    EVENTS.DRDY = 1;
    drive();
  }

  /** Without DRDY_EN the pin floats, and something pulls it up. */
  function drive(): void {
    const asserted = CONFIG.DRDY_EN === 1 && (EVENTS.value & INTERRUPT_ENABLE.value) !== 0;
    INT.set(asserted === (CONFIG.INT_POL === 1) || CONFIG.DRDY_EN === 0);
  }

  return {
    onRead: {
      INTERRUPT_DRDY() {
        const { value } = EVENTS;
        EVENTS.value = 0;
        drive();
        return value;
      },
    },
    onWrite: {
      CONFIG({ RESET, AMM }, before) {
        if (RESET) powerOn();
        else if (AMM !== ((before >> 4) & 7)) periodic.restart();
      },
      MEASUREMENT({ TRIG, MEAS_CONF }) {
        if (!TRIG) return;
        state.triggered = true;
        periodic.restart();
        // The first one follows the trigger at once, in either mode.
        single.start(
          (TEMPERATURE_NS[MEASUREMENT.TRES] as number) +
            (MEAS_CONF === TEMPERATURE_ONLY ? 0 : (HUMIDITY_NS[MEASUREMENT.HRES] as number)),
        );
      },
    },
    afterWrite: drive,
    reset() {
      state.triggered = false;
      single.cancel();
      periodic.restart();
      drive();
    },
    restored: drive,
  };
};

export const parts: readonly Part[] = [{ ...sheet, model }];
