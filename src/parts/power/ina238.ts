import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { conversionsOf } from './conversions.ts';
import { LOAD, SHUNT_PROPERTIES, shuntOhms } from './shunt.ts';

const sheet = {
  compatible: ['ti,ina238', 'ti,ina237'],
  title: 'INA238 current and power monitor',
  source: 'TI SLYS026',
  notModelled: ['the delay before the first conversion (CONVDLY)', 'alerts of averaged values (SLOWALERT)'],
  node: 'power-sensor',
  nodeProperties: SHUNT_PROPERTIES,
  bus: { i2c: { form: 'word registers', address: 0x40 } },
  // Table 7-3.
  registers: {
    CONFIG: { at: 0x00, fields: { RST: [15, 'sc'], CONVDLY: [13, 6], ADCRANGE: 4 } },
    ADC_CONFIG: {
      at: 0x01,
      reset: 0xfb68,
      fields: { MODE: [15, 12], VBUSCT: [11, 9], VSHCT: [8, 6], VTCT: [5, 3], AVG: [2, 0] },
    },
    SHUNT_CAL: { at: 0x02, reset: 0x1000, fields: { SHUNT_CAL: [14, 0] } },
    VSHUNT: { at: 0x04, access: 'ro' },
    VBUS: { at: 0x05, access: 'ro' },
    DIETEMP: { at: 0x06, access: 'ro', fields: { DIETEMP: [15, 4] } },
    CURRENT: { at: 0x07, access: 'ro' },
    POWER: { at: 0x08, access: 'ro', width: 24 },
    DIAG_ALRT: {
      at: 0x0b,
      reset: 0x0001,
      fields: {
        ALATCH: 15,
        /** ALERT also tells that a conversion is ready. */
        CNVR: 14,
        SLOWALERT: 13,
        APOL: 12,
        MATHOF: [9, 'ro'],
        /** TMPOL, SHNTOL, SHNTUL, BUSOL, BUSUL, POL: what is beyond its limit. */
        LIMITS: [7, 2, 'ro'],
        CNVRF: [1, 'ro'],
        MEMSTAT: [0, 'ro'],
      },
    },
    SOVL: { at: 0x0c, reset: 0x7fff },
    SUVL: { at: 0x0d, reset: 0x8000 },
    BOVL: { at: 0x0e, reset: 0x7fff, fields: { BOVL: [14, 0] } },
    BUVL: { at: 0x0f, fields: { BUVL: [14, 0] } },
    TEMP_LIMIT: { at: 0x10, reset: 0x7ff0, fields: { TOL: [15, 4] } },
    PWR_LIMIT: { at: 0x11, reset: 0xffff },
    MANUFACTURER_ID: { at: 0x3e, reset: 0x5449, access: 'ro' },
    DEVICE_ID: { at: 0x3f, reset: 0x2381, access: 'ro' },
  },
  senses: {
    ...LOAD,
    temperature: { unit: '°C', range: [-40, 125], initial: 25, doc: 'temperature of the die' },
  },
  pins: ['ALERT'],
} as const satisfies DataSheet;

/** MODE: bit 3 continuous, bit 2 temperature, bit 1 shunt, bit 0 bus. */
const CONTINUOUS = 8;
const TEMPERATURE = 4;
const SHUNT = 2;
const BUS = 1;
/** Table 7-6. */
const CONVERSION_NS = [50e3, 84e3, 150e3, 280e3, 540e3, 1052e3, 2074e3, 4120e3] as const;
const AVERAGES = [1, 4, 16, 64, 128, 256, 512, 1024] as const;
/** By the order of LIMITS' bits, from the lowest. */
const [POL, BUSUL, BUSOL, SHNTUL, SHNTOL, TMPOL] = [1, 2, 4, 8, 16, 32] as const;

const model: Model<typeof sheet> = (registers, kit) => {
  const { CONFIG, ADC_CONFIG, SHUNT_CAL, VSHUNT, VBUS, DIETEMP, CURRENT, POWER, DIAG_ALRT } = registers;
  const { SOVL, SUVL, BOVL, BUVL, TEMP_LIMIT, PWR_LIMIT } = registers;
  const { node, sense, clamp, quantize, signed, reset } = kit;
  const { ALERT } = kit.pin;
  const ohms = shuntOhms(node);
  const continuous = () => ADC_CONFIG.MODE > CONTINUOUS;

  function duration(): number {
    const { MODE, VBUSCT, VSHCT, VTCT, AVG } = ADC_CONFIG;
    const time = (bit: number, code: number) => (MODE & bit ? (CONVERSION_NS[code] as number) : 0);
    return (time(BUS, VBUSCT) + time(SHUNT, VSHCT) + time(TEMPERATURE, VTCT)) * (AVERAGES[AVG] as number);
  }

  function convert(): void {
    const { MODE } = ADC_CONFIG;
    const shuntLsb = CONFIG.ADCRANGE ? 1.25e-6 : 5e-6;
    if (MODE & SHUNT) VSHUNT.value = quantize(sense.current * ohms, shuntLsb, 16) & 0xffff;
    if (MODE & BUS) VBUS.value = clamp(Math.round(sense.busVoltage / 3.125e-3), 0, 0x7fff);
    if (MODE & TEMPERATURE) DIETEMP.DIETEMP = quantize(sense.temperature, 0.125, 12);
    DIAG_ALRT.CNVRF = 1;
    calculate();
  }

  /** MATHOF: the current does not fit, without which the power does. */
  function calculate(): void {
    const calibration = SHUNT_CAL.value;
    const current = calibration === 0 ? 0 : (signed(VSHUNT.value) * 4096) / calibration;
    const shown = clamp(Math.trunc(current), -0x8000, 0x7fff);
    const power = Math.round((Math.abs(current) * VBUS.value) / 64);
    CURRENT.value = shown & 0xffff;
    POWER.value = Math.min(power, 0xff_ffff);
    DIAG_ALRT.MATHOF = shown !== Math.trunc(current) ? 1 : 0;
    compare();
  }

  function compare(): void {
    const shunt = signed(VSHUNT.value);
    const flags =
      (shunt > signed(SOVL.value) ? SHNTOL : 0) |
      (shunt < signed(SUVL.value) ? SHNTUL : 0) |
      (VBUS.value > BOVL.value ? BUSOL : 0) |
      (VBUS.value < BUVL.value ? BUSUL : 0) |
      (signed(DIETEMP.value) > signed(TEMP_LIMIT.value) ? TMPOL : 0) |
      // PWR_LIMIT is compared with the upper 16 of POWER's 24 bits.
      (POWER.value >> 8 > PWR_LIMIT.value ? POL : 0);
    DIAG_ALRT.LIMITS = DIAG_ALRT.ALATCH ? DIAG_ALRT.LIMITS | flags : flags;
    drive();
  }

  const asserted = () => DIAG_ALRT.LIMITS !== 0 || (DIAG_ALRT.CNVR === 1 && DIAG_ALRT.CNVRF === 1);
  const drive = () => ALERT.set(asserted() === (DIAG_ALRT.APOL === 1));

  /** A conversion begins as the mode says. */
  function begin(): void {
    conversions.begin();
    DIAG_ALRT.CNVRF = 0;
    drive();
  }

  const conversions = conversionsOf(kit, { continuous, duration, convert, pins: [ALERT] });
  return {
    onRead: {
      DIAG_ALRT() {
        const { value } = DIAG_ALRT;
        DIAG_ALRT.CNVRF = 0;
        if (DIAG_ALRT.ALATCH) DIAG_ALRT.LIMITS = 0;
        drive();
        return value;
      },
    },
    onWrite: {
      CONFIG({ RST }) {
        if (RST) reset();
        else begin();
      },
      ADC_CONFIG: begin,
      SHUNT_CAL: calculate,
      DIAG_ALRT: compare,
      SOVL: compare,
      SUVL: compare,
      BOVL: compare,
      BUVL: compare,
      TEMP_LIMIT: compare,
      PWR_LIMIT: compare,
    },
    sensed: conversions.sensed,
    reset: conversions.reset,
    restored: drive,
    // 7.5.1.2 "SMBus alert response"; the line stays until DIAG_ALRT is read, or what caused it is over.
    alertResponse: () => (asserted() ? 0 : undefined),
  };
};

export const parts = [{ ...sheet, model }];
