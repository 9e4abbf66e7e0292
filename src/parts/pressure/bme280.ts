import type { DataSheet, Properties, Registers } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import {
  CALIBRATION,
  fineTemperature,
  rawHumidity,
  rawPressure,
  rawTemperature,
} from './bme280-compensation.ts';

/** Calibration, control and data of both (BMP280 data sheet, table 18). */
const BMP280_REGISTERS = {
  CALIB00: { at: 0x88, count: 26, access: 'ro' },
  ID: { at: 0xd0, reset: 0x58, access: 'ro' },
  RESET: { at: 0xe0, access: 'wo' },
  STATUS: { at: 0xf3, fields: { MEASURING: [3, 'ro'], IM_UPDATE: [0, 'ro'] } },
  CTRL_MEAS: { at: 0xf4, fields: { OSRS_T: [7, 5], OSRS_P: [4, 2], MODE: [1, 0] } },
  CONFIG: { at: 0xf5, fields: { T_SB: [7, 5], FILTER: [4, 2], SPI3W_EN: 0 } },
  PRESS: { at: 0xf7, count: 3, access: 'ro' },
  TEMP: { at: 0xfa, count: 3, access: 'ro' },
} as const satisfies Registers;

/** BME280 data sheet, table 18. */
const BME280_REGISTERS = {
  ...BMP280_REGISTERS,
  ID: { at: 0xd0, reset: 0x60, access: 'ro' },
  CALIB26: { at: 0xe1, count: 7, access: 'ro' },
  CTRL_HUM: { at: 0xf2, fields: { OSRS_H: [2, 0] } },
  HUM: { at: 0xfd, count: 2, access: 'ro' },
} as const satisfies Registers;

const BMP280_SENSES = {
  temperature: { unit: '°C', range: [-40, 85], initial: 25, doc: 'what the sensor feels' },
  pressure: { unit: 'Pa', range: [30_000, 110_000], initial: 101_325, doc: 'pressure of the air' },
} as const satisfies Properties;

const BME280_SENSES = {
  ...BMP280_SENSES,
  humidity: { unit: '%RH', range: [0, 100], initial: 50, doc: 'relative humidity of the air' },
} as const satisfies Properties;

const common = {
  notModelled: ['noise', 'three-wire SPI'],
  node: 'sensor',
  bus: {
    // 6.2.1: a write is pairs of register and value; only reads go on to the next register.
    i2c: { form: 'byte registers', address: 0x76, pairs: true },
    // 6.3: bit 7 is the direction and stands for the register's own bit 7; writes are pairs of bytes.
    spi: {
      form: 'registers',
      modes: 0b1001,
      maxSpeedHz: 10_000_000,
      header: { read: 0x80, address: 0x7f, base: 0x80, pairs: true },
    },
  },
} as const;

const bmp280 = {
  ...common,
  compatible: ['bosch,bmp280'],
  title: 'BMP280 pressure and temperature sensor',
  source: 'Bosch BST-BMP280-DS001',
  registers: BMP280_REGISTERS,
  senses: BMP280_SENSES,
} as const satisfies DataSheet;

const bme280 = {
  ...common,
  compatible: ['bosch,bme280'],
  title: 'BME280 pressure, humidity and temperature sensor',
  source: 'Bosch BST-BME280-DS002',
  registers: BME280_REGISTERS,
  senses: BME280_SENSES,
} as const satisfies DataSheet;

const RESET_WORD = 0xb6;
/** Start-up time (table 1): the calibration is copied, and IM_UPDATE set. */
const START_UP_NS = 2e6;
/** CONFIG.T_SB in ms (table 27); 6 and 7 mean other times in the BMP280. */
const STANDBY_MS = {
  bme280: [0.5, 62.5, 125, 250, 500, 1000, 10, 20],
  bmp280: [0.5, 62.5, 125, 250, 500, 1000, 2000, 4000],
};
/** CTRL_MEAS.MODE: 00 sleep, 01 and 10 forced, 11 normal. */
const MODE_NORMAL = 3;
/** Raw values of a quantity that is not measured (5.4.7 to 5.4.9). */
const SKIPPED_20 = 0x80000;
const SKIPPED_16 = 0x8000;

/** BMP280 data sheet, 3.3.3: nothing is in the filter, the next value passes. */
const EMPTY = -1;
/** After so many measurements with the largest coefficient nothing of an earlier value is left in 20 bits. */
const SETTLED = 1000;

/** Oversampling by its three bits: times, 0 = skipped. */
function oversampling(bits: number): number {
  return bits === 0 ? 0 : Math.min(16, 2 ** (bits - 1));
}

/** The BMP280 lacks humidity: its registers have no handles then. */
const model: Model<typeof bme280> = (registers, { sense, once, every, stopwatch, keep, reset: powerOn }) => {
  const { CTRL_MEAS, CONFIG, PRESS, TEMP } = registers;
  const { CTRL_HUM, CALIB26, HUM } = registers as Partial<typeof registers>;
  /** "Changes to this register only become effective after a write to ctrl_meas" (5.4.3). */
  const effective = keep({ osrsH: 0 });
  const startUp = once();
  /** A forced measurement, which ends in sleep, or the first of normal mode: standby and measurement then take turns. */
  const first = once((lateNs) => {
    measure();
    if (CTRL_MEAS.MODE !== MODE_NORMAL) CTRL_MEAS.MODE = 0;
    cycle.start(lateNs);
    cycles.restart(lateNs);
  });
  const cycle = stopwatch();
  const cycles = every(() => (isCycling() ? standbyNs() + measurementNs() : 0), measureAgain);
  /** What the filter holds of temperature and pressure, between 20-bit values. */
  const [TEMPERATURE, PRESSURE] = [0, 1];
  const memory = keep(Float64Array.of(EMPTY, EMPTY));

  const isCycling = () => CTRL_MEAS.MODE === MODE_NORMAL && !first.pending;
  const standbyNs = () => (STANDBY_MS[HUM === undefined ? 'bmp280' : 'bme280'][CONFIG.T_SB] as number) * 1e6;

  function isMeasuring(): boolean {
    if (!isCycling()) return first.pending;
    return cycle.elapsedNs % (standbyNs() + measurementNs()) >= standbyNs();
  }

  const samples = () => ({
    t: oversampling(CTRL_MEAS.OSRS_T),
    p: oversampling(CTRL_MEAS.OSRS_P),
    h: oversampling(effective.osrsH),
  });

  /** Typical time (9.1): 1 ms, 2 ms a sample, half a millisecond more for pressure and for humidity. */
  function measurementNs(): number {
    const { t, p, h } = samples();
    return (1 + 2 * t + (p === 0 ? 0 : 2 * p + 0.5) + (h === 0 ? 0 : 2 * h + 0.5)) * 1e6;
  }

  function measure(): void {
    const { t, p, h } = samples();
    const exact = rawTemperature(sense.temperature, CALIBRATION);
    const fine = fineTemperature(exact, CALIBRATION);
    // A filter keeps what it holds while its quantity is skipped.
    show(
      t === 0 ? SKIPPED_20 : resolution(filter(TEMPERATURE, exact), t),
      p === 0 ? SKIPPED_20 : resolution(filter(PRESSURE, rawPressure(sense.pressure, fine, CALIBRATION)), p),
      h === 0 ? SKIPPED_16 : rawHumidity(sense.humidity, fine, CALIBRATION),
    );
  }

  function measureAgain(count: number): void {
    const times = CONFIG.FILTER === 0 ? 1 : Math.min(count, SETTLED);
    for (let time = 0; time < times; time++) measure();
  }

  /** 3.4.4: filtered = (filtered before * (coefficient - 1) + measured) / coefficient; coefficient 2 to 16, 1 = off. */
  function filter(index: number, measured: number): number {
    const coefficient = 2 ** Math.min(CONFIG.FILTER, 4);
    const before = memory[index] as number;
    const after = before === EMPTY ? measured : (before * (coefficient - 1) + measured) / coefficient;
    memory[index] = after;
    return after;
  }

  /** 16 bits and one more for each doubling of samples; 20 with the filter (3.4.1). */
  function resolution(raw: number, count: number): number {
    const missing = CONFIG.FILTER === 0 ? 4 - Math.log2(count) : 0;
    return Math.round(raw / 2 ** missing) * 2 ** missing;
  }

  function show(temperature: number, pressure: number, humidity: number): void {
    for (const [register, raw] of [
      [PRESS, Math.min(pressure, 0xfffff)],
      [TEMP, Math.min(temperature, 0xfffff)],
    ] as const) {
      register.set(0, raw >> 12);
      register.set(1, raw >> 4);
      register.set(2, (raw & 0x0f) << 4);
    }
    HUM?.set(0, humidity >> 8);
    HUM?.set(1, humidity);
  }

  function clear(): void {
    for (const [index, byte] of calibrationBytes().entries()) registers.CALIB00.set(index, byte);
    for (const [index, byte] of humidityCalibrationBytes().entries()) CALIB26?.set(index, byte);
    effective.osrsH = 0;
    memory.fill(EMPTY);
    first.cancel();
    show(SKIPPED_20, SKIPPED_20, SKIPPED_16);
  }

  clear();
  return {
    reset() {
      clear();
      startUp.start(START_UP_NS);
    },
    onRead: { STATUS: () => (isMeasuring() ? 0x08 : 0) | (startUp.pending ? 0x01 : 0) },
    onWrite: {
      RESET({ value }) {
        if (value === RESET_WORD) powerOn();
      },
      CTRL_MEAS({ MODE }) {
        effective.osrsH = CTRL_HUM?.OSRS_H ?? 0;
        first.cancel();
        if (MODE === 0) return;
        first.start(measurementNs());
      },
      // BMP280 data sheet, 3.3.3: writing it empties the filter.
      CONFIG: () => memory.fill(EMPTY),
    },
  };
};

/** dig_T1 to dig_P9, little-endian, and dig_H1 at A1h. */
function calibrationBytes(): number[] {
  const words = [...CALIBRATION.t, ...CALIBRATION.p].flatMap((word) => [word & 0xff, (word >> 8) & 0xff]);
  return [...words, 0, CALIBRATION.h[0]];
}

/** dig_H2 to dig_H6; H4 and H5 share a byte (table 16). */
function humidityCalibrationBytes(): number[] {
  const [, h2, h3, h4, h5, h6] = CALIBRATION.h;
  return [h2 & 0xff, h2 >> 8, h3, h4 >> 4, (h4 & 0x0f) | ((h5 & 0x0f) << 4), h5 >> 4, h6];
}

export const parts: readonly Part[] = [
  { ...bmp280, model },
  { ...bme280, model },
];
