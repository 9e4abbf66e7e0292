import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';

const ads7924Data = (channel: number) => ({
  [`DATA${channel}_U`]: { at: 2 + 2 * channel, access: 'ro' } as const,
  [`DATA${channel}_L`]: { at: 3 + 2 * channel, fields: { LOW: [7, 4, 'ro'] } } as const,
});
const CHANNELS = [0, 1, 2, 3];

/** Sensors and converters whose results stand in their registers. */
const ROWS: readonly PartRow[] = [
  {
    names: 'st,hts221',
    title: 'HTS221 humidity and temperature sensor',
    source: 'ST DocID026333',
    at: 0x5f,
    i2c: { pointer: 0x7f },
    last: 0x3f,
    // Calibration: 0 and 100 °C are 0 and 10000, 0 and 100 % are 0 and 20000.
    ids: {
      WHO_AM_I: [0x0f, 0xbc],
      STATUS: [0x27, 0x03],
      H0_RH_X2: [0x30, 0],
      H1_RH_X2: [0x31, 200],
      T0_DEGC_X8: [0x32, 0],
      T1_DEGC_X8: [0x33, 0x20],
      T1_T0_MSB: [0x35, 0x0c],
      H0_OUT_L: [0x36, 0],
      H0_OUT_H: [0x37, 0],
      H1_OUT_L: [0x3a, 0x20],
      H1_OUT_H: [0x3b, 0x4e],
      T0_OUT_L: [0x3c, 0],
      T0_OUT_H: [0x3d, 0],
      T1_OUT_L: [0x3e, 0x10],
      T1_OUT_H: [0x3f, 0x27],
    },
    resets: { AV_CONF: [0x10, 0x1b] },
    registers: {
      HUMIDITY_L: { at: 0x28, access: 'ro' },
      HUMIDITY_H: { at: 0x29, access: 'ro' },
      TEMP_L: { at: 0x2a, access: 'ro' },
      TEMP_H: { at: 0x2b, access: 'ro' },
    },
    senses: {
      humidity: {
        unit: '%RH',
        range: [0, 100],
        initial: 50,
        field: ['HUMIDITY_H', 'HUMIDITY_L'],
        gain: 0.005,
        signed: true,
        doc: 'relative humidity of the air',
      },
      temperature: {
        unit: '°C',
        range: [-40, 120],
        initial: 25,
        field: ['TEMP_H', 'TEMP_L'],
        gain: 0.01,
        signed: true,
        doc: 'what the sensor feels',
      },
    },
    notModelled: ['rates, one-shot and the data-ready line: results are always there', 'the heater'],
  },
  {
    names: 'renesas,isl28022',
    title: 'ISL28022 power monitor',
    source: 'Renesas FN8386',
    at: 0x40,
    form: '8/16',
    last: 0x09,
    resets: { CONFIG: [0x00, 0x799f] },
    registers: {
      SHUNT: { at: 0x01, access: 'ro' },
      BUS: { at: 0x02, fields: { VOLTAGE: [15, 2, 'ro'] } },
    },
    senses: {
      shuntVoltage: {
        unit: 'V',
        range: [-0.32, 0.32],
        field: 'SHUNT',
        gain: 10e-6,
        signed: true,
        doc: 'voltage across the shunt, at the range after power-on',
      },
      busVoltage: {
        unit: 'V',
        range: [0, 60],
        initial: 12,
        field: 'BUS.VOLTAGE',
        gain: 0.004,
        doc: 'voltage of the bus, at the range after power-on',
      },
    },
    notModelled: ['current and power', 'thresholds and alerts', 'conversion times'],
  },
  {
    names: 'ti,ads7924',
    title: 'ADS7924 converter, 12 bits, 4 inputs',
    source: 'TI SBAS482',
    at: 0x48,
    i2c: { pointer: 0x7f },
    last: 0x16,
    ids: { RESET_ID: [0x16, 0x19] },
    registers: Object.assign({}, ...CHANNELS.map(ads7924Data)),
    senses: Object.fromEntries(
      CHANNELS.map((channel) => [
        `ch${channel}`,
        {
          unit: 'V',
          range: [0, 3.3],
          field: [`DATA${channel}_U`, `DATA${channel}_L.LOW`],
          gain: 3.3 / 4096,
          doc: `voltage at CH${channel}, with a supply of 3.3 V`,
        },
      ]),
    ),
    notModelled: ['modes: the results follow at once', 'limits and INT', 'reset by register 16h'],
  },
  {
    names: 'adi,ad7291',
    title: 'AD7291 converter with temperature sensor',
    source: 'Analog Devices AD7291 data sheet',
    at: 0x2f,
    form: '8/16',
    last: 0x3f,
    registers: {
      T_SENSE: { at: 0x02, fields: { CODE: [11, 0, 'ro'] } },
      T_AVERAGE: { at: 0x03, fields: { CODE: [11, 0, 'ro'] } },
    },
    senses: {
      temperature: {
        unit: '°C',
        range: [-40, 125],
        initial: 25,
        field: 'T_SENSE.CODE',
        gain: 0.25,
        signed: true,
        doc: 'temperature of the die',
      },
    },
    notModelled: ['its eight inputs: their results are 0', 'averages, limits and ALERT'],
  },
  {
    names: 'capella,cm32181',
    title: 'CM32181 light sensor',
    source: 'Linux drivers/iio/light/cm32181.c: registers and id',
    at: 0x10,
    form: '8/16',
    i2c: { littleEndian: true },
    last: 0x07,
    ids: { ID: [0x07, 0xc081] },
    registers: { ALS: { at: 0x04, access: 'ro' } },
    senses: {
      counts: {
        kind: 'integer',
        range: [0, 65_535],
        initial: 1000,
        field: 'ALS',
        doc: 'what it counts of the light',
      },
    },
    notModelled: ['that the counts follow time and sensitivity', 'thresholds and the interrupt'],
  },
  {
    names: 'semtech,sx9310',
    title: 'SX9310 proximity sensor',
    source: 'Linux drivers/iio/proximity/sx9310.c: registers and id',
    at: 0x28,
    last: 0x7f,
    ids: { WHOAMI: [0x42, 0x01] },
    registers: {
      IRQ_SRC: { at: 0x00, access: 'rc' },
      STAT0: { at: 0x01, access: 'ro' },
      STAT1: { at: 0x02, access: 'ro' },
    },
  },
  {
    names: 'semtech,sx9311',
    title: 'SX9311 proximity sensor',
    source: 'Linux drivers/iio/proximity/sx9310.c: registers and id',
    at: 0x28,
    last: 0x7f,
    ids: { WHOAMI: [0x42, 0x02] },
    registers: {
      IRQ_SRC: { at: 0x00, access: 'rc' },
      STAT0: { at: 0x01, access: 'ro' },
      STAT1: { at: 0x02, access: 'ro' },
    },
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
