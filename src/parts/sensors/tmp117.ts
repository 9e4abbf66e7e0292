import type { DataSheet } from '../data-sheet.ts';
import { resetByGeneralCall } from '../general-call.ts';
import type { Model } from '../model.ts';

const sheet = {
  compatible: ['ti,tmp117', 'ti,tmp11x'],
  title: 'TMP117 temperature sensor, 16 bits',
  source: 'TI SNOSD82',
  notModelled: [
    'alerts and their limits',
    'averaging and conversion times',
    'the EEPROM',
    'SMBus alert response',
  ],
  node: 'sensor',
  bus: { i2c: { form: 'word registers', address: 0x48, pointer: 0x0f } },
  // 7.6.1 "Register map".
  registers: {
    TEMP_RESULT: { at: 0x0, reset: 0x8000, access: 'ro' },
    CONFIGURATION: {
      at: 0x1,
      reset: 0x0220,
      fields: {
        HIGH_ALERT: [15, 'rc'],
        LOW_ALERT: [14, 'rc'],
        DATA_READY: [13, 'rc'],
        EEPROM_BUSY: [12, 'ro'],
        MOD: [11, 10],
        CONV: [9, 7],
        AVG: [6, 5],
        T_NA: 4,
        POL: 3,
        DR_ALERT: 2,
        SOFT_RESET: [1, 'sc'],
      },
    },
    THIGH_LIMIT: { at: 0x2, reset: 0x6000 },
    TLOW_LIMIT: { at: 0x3, reset: 0x8000 },
    EEPROM_UL: { at: 0x4, fields: { EUN: 15, EEPROM_BUSY: [14, 'ro'] } },
    EEPROM1: { at: 0x5 },
    EEPROM2: { at: 0x6 },
    TEMP_OFFSET: { at: 0x7 },
    EEPROM3: { at: 0x8 },
    DEVICE_ID: { at: 0xf, reset: 0x0117, fields: { REV: [15, 12, 'ro'], DID: [11, 0, 'ro'] } },
  },
  senses: {
    temperature: { unit: '°C', range: [-55, 150], initial: 25, step: 1 / 128, doc: 'what the sensor feels' },
  },
} as const satisfies DataSheet;

const CONTINUOUS = 0;
const ONE_SHOT = 3;

const model: Model<typeof sheet> = (
  { TEMP_RESULT, CONFIGURATION, TEMP_OFFSET },
  { sense, quantize, signed, clamp, reset },
) => {
  /** 7.6.1.2: steps of 7.8125 m°C, with the offset of its register. */
  function convert(): void {
    TEMP_RESULT.value = clamp(
      quantize(sense.temperature, 1 / 128, 16) + signed(TEMP_OFFSET.value),
      -0x8000,
      0x7fff,
    );
    CONFIGURATION.DATA_READY = 1;
  }

  convert();
  return {
    onRead: {
      TEMP_RESULT() {
        CONFIGURATION.DATA_READY = 0;
        return TEMP_RESULT.value;
      },
    },
    onWrite: {
      CONFIGURATION({ SOFT_RESET, MOD }) {
        if (SOFT_RESET) reset();
        else if (MOD === ONE_SHOT || MOD === CONTINUOUS) convert();
      },
      TEMP_OFFSET: convert,
    },
    sensed() {
      if (CONFIGURATION.MOD === CONTINUOUS) convert();
    },
    ...resetByGeneralCall(reset),
    reset: convert,
  };
};

export const parts = [{ ...sheet, model }];
