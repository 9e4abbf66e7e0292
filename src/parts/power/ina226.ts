import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { conversionsOf } from './conversions.ts';
import { BUS, CONTINUOUS, LOAD, SHUNT, SHUNT_PROPERTIES, shuntOhms } from './shunt.ts';

/** Table 4 of the data sheet. */
const REGISTERS = {
  CONFIGURATION: {
    at: 0,
    reset: 0x4127,
    fields: { RST: [15, 'sc'], R: [14, 12, 'ro'], AVG: [11, 9], VBUSCT: [8, 6], VSHCT: [5, 3], MODE: [2, 0] },
  },
  SHUNT_VOLTAGE: { at: 1, access: 'ro' },
  BUS_VOLTAGE: { at: 2, access: 'ro' },
  POWER: { at: 3, access: 'ro' },
  CURRENT: { at: 4, access: 'ro' },
  CALIBRATION: { at: 5, fields: { FS: [14, 0] } },
  MASK_ENABLE: {
    at: 6,
    fields: {
      /** Shunt over and under limit, bus over and under limit, power over limit: the highest one counts. */
      SOL: 15,
      SUL: 14,
      BOL: 13,
      BUL: 12,
      POL: 11,
      /** ALERT also tells that a conversion is ready. */
      CNVR: 10,
      AFF: [4, 'ro'],
      CVRF: [3, 'ro'],
      OVF: [2, 'ro'],
      APOL: 1,
      LEN: 0,
    },
  },
  ALERT_LIMIT: { at: 7 },
} as const;

const sheet = {
  compatible: ['ti,ina226'],
  title: 'INA226 current and power monitor with alert',
  source: 'TI SBOS547',
  notModelled: ['averaging changes times, not values', 'noise'],
  node: 'power-sensor',
  nodeProperties: SHUNT_PROPERTIES,
  bus: { i2c: { form: 'word registers', address: 0x40 } },
  registers: {
    ...REGISTERS,
    MANUFACTURER_ID: { at: 0xfe, reset: 0x5449, access: 'ro' },
    DIE_ID: { at: 0xff, reset: 0x2260, access: 'ro' },
  },
  senses: LOAD,
  pins: ['ALERT'],
} as const satisfies DataSheet;

const SHUNT_LSB = 2.5e-6;
const BUS_LSB = 1.25e-3;

/** Tables 6 to 8. */
const CONVERSION_NS = [140e3, 204e3, 332e3, 588e3, 1100e3, 2116e3, 4156e3, 8244e3] as const;
const AVERAGES = [1, 4, 16, 64, 128, 256, 512, 1024] as const;

const model: Model<typeof sheet> = (
  { CONFIGURATION, SHUNT_VOLTAGE, BUS_VOLTAGE, POWER, CURRENT, CALIBRATION, MASK_ENABLE, ALERT_LIMIT },
  kit,
) => {
  const { node, sense, clamp, quantize, signed, reset } = kit;
  const { ALERT } = kit.pin;
  const ohms = shuntOhms(node);
  const continuous = () => CONFIGURATION.MODE > CONTINUOUS;

  function duration(): number {
    const { MODE, VBUSCT, VSHCT, AVG } = CONFIGURATION;
    const bus = MODE & BUS ? (CONVERSION_NS[VBUSCT] as number) : 0;
    const shunt = MODE & SHUNT ? (CONVERSION_NS[VSHCT] as number) : 0;
    return (bus + shunt) * (AVERAGES[AVG] as number);
  }

  function convert(): void {
    if (CONFIGURATION.MODE & SHUNT) SHUNT_VOLTAGE.value = quantize(sense.current * ohms, SHUNT_LSB, 16);
    if (CONFIGURATION.MODE & BUS)
      BUS_VOLTAGE.value = clamp(Math.round(sense.busVoltage / BUS_LSB), 0, 0x7fff);
    MASK_ENABLE.CVRF = 1;
    calculate();
  }

  /** OVF: the current does not fit. The power always does: 8000h * 7FFFh / 20000. */
  function calculate(): void {
    const current = Math.trunc((signed(SHUNT_VOLTAGE.value) * CALIBRATION.value) / 2048);
    const shown = clamp(current, -0x8000, 0x7fff);
    CURRENT.value = shown;
    POWER.value = Math.trunc((Math.abs(shown) * BUS_VOLTAGE.value) / 20_000);
    MASK_ENABLE.OVF = shown !== current ? 1 : 0;
    compare();
  }

  /** 7.6.8: the alert function with the highest bit counts. */
  function beyond(): boolean {
    const { value: limit } = ALERT_LIMIT;
    if (MASK_ENABLE.SOL) return signed(SHUNT_VOLTAGE.value) > signed(limit);
    if (MASK_ENABLE.SUL) return signed(SHUNT_VOLTAGE.value) < signed(limit);
    if (MASK_ENABLE.BOL) return BUS_VOLTAGE.value > limit;
    if (MASK_ENABLE.BUL) return BUS_VOLTAGE.value < limit;
    return MASK_ENABLE.POL === 1 && POWER.value > limit;
  }

  function compare(): void {
    const latched = MASK_ENABLE.LEN && MASK_ENABLE.AFF;
    MASK_ENABLE.AFF = beyond() || latched ? 1 : 0;
    drive();
  }

  const asserted = () => MASK_ENABLE.AFF === 1 || (MASK_ENABLE.CNVR === 1 && MASK_ENABLE.CVRF === 1);
  const drive = () => ALERT.set(asserted() === (MASK_ENABLE.APOL === 1));

  const conversions = conversionsOf(kit, { continuous, duration, convert, pins: [ALERT] });
  return {
    onRead: {
      /** Reading acknowledges a latched alert and clears "conversion ready". */
      MASK_ENABLE() {
        const { value } = MASK_ENABLE;
        if (MASK_ENABLE.LEN) MASK_ENABLE.AFF = 0;
        MASK_ENABLE.CVRF = 0;
        drive();
        return value;
      },
    },
    onWrite: {
      CONFIGURATION({ RST }) {
        if (RST) {
          reset();
          return;
        }
        conversions.begin();
        // 7.6.7: choosing power-down leaves "conversion ready" as it is.
        if (duration() === 0) return;
        MASK_ENABLE.CVRF = 0;
        drive();
      },
      CALIBRATION: calculate,
      MASK_ENABLE: compare,
      ALERT_LIMIT: compare,
    },
    sensed: conversions.sensed,
    reset: conversions.reset,
    restored: drive,
    // 7.5.5 "SMBus alert response"; the line stays until MASK_ENABLE is read, or what caused it is over.
    alertResponse: () => (asserted() ? 0 : undefined),
  };
};

/** The INA230 is the same without identification. */
const ina230: Part = {
  ...sheet,
  compatible: ['ti,ina230', 'ti,ina231'],
  title: 'INA230 current and power monitor with alert',
  source: 'TI SBOS601',
  notModelled: ['averaging changes times, not values', 'noise'],
  registers: REGISTERS,
  model,
};

export const parts: readonly Part[] = [{ ...sheet, model }, ina230];
