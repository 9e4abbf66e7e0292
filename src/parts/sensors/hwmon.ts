import type { Property } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';

/** Where a value stands. */
type Place = NonNullable<Property['field']>;

const degrees = (
  field: Place,
  gain: number,
  doc: string,
  range: readonly [number, number] = [-55, 127],
): Property => ({ unit: '°C', range, initial: 25, field, gain, signed: true, doc });
const amount = (
  unit: string,
  field: Place,
  gain: number,
  most: number,
  doc: string,
  offset = 0,
): Property => ({ unit, range: [offset, most], initial: offset, field, gain, offset, doc });

/** Monitors and sensors whose values stand in their registers. */
const ROWS: readonly PartRow[] = [
  {
    names: 'ti,amc6821 tsd,mule',
    title: 'AMC6821 fan controller',
    source: 'TI SBAS386',
    at: 0x18,
    ids: { DEVICE_ID: [0x3d, 0x21], COMPANY_ID: [0x3e, 0x49] },
    resets: {
      CONFIG1: [0x00, 0xd4],
      CONFIG2: [0x01, 0x3d],
      CONFIG3: [0x3f, 0x82],
      CONFIG4: [0x04, 0x08],
      DUTY_CYCLE: [0x22, 0x55],
    },
    registers: {
      TEMP_LOW: { at: 0x06, fields: { REMOTE: [7, 5, 'ro'], LOCAL: [2, 0, 'ro'] } },
      TACH_LOW: { at: 0x08, access: 'ro' },
      TACH_HIGH: { at: 0x09, access: 'ro' },
      LOCAL: { at: 0x0a, access: 'ro' },
      REMOTE: { at: 0x0b, access: 'ro' },
    },
    senses: {
      temperature: degrees(['LOCAL', 'TEMP_LOW.LOCAL'], 0.125, 'what the chip itself feels'),
      remote: degrees(['REMOTE', 'TEMP_LOW.REMOTE'], 0.125, 'what the remote diode feels'),
      tach: {
        kind: 'integer',
        range: [0, 65_535],
        initial: 6000,
        field: ['TACH_HIGH', 'TACH_LOW'],
        doc: 'periods of 10 us that a turn of the fan takes',
      },
    },
    shows: { duty: { unit: '%', field: 'DUTY_CYCLE', gain: 100 / 255, doc: 'duty cycle of the fan' } },
  },
  {
    names: 'maxim,max31790',
    title: 'MAX31790 controller of six fans',
    source: 'Maxim MAX31790 data sheet',
    at: 0x20,
    resets: { GLOBAL_CONFIG: [0x00, 0x20] },
    registers: {
      ...Object.fromEntries(
        Array.from({ length: 6 }, (_, fan) => [
          [`TACH${fan + 1}_HIGH`, { at: 0x18 + 2 * fan, access: 'ro' }] as const,
          [`TACH${fan + 1}_LOW`, { at: 0x19 + 2 * fan, fields: { LOW: [7, 5, 'ro'] } }] as const,
        ]).flat(),
      ),
      ...Object.fromEntries(
        Array.from({ length: 6 }, (_, fan) => [
          [`PWM${fan + 1}_HIGH`, { at: 0x40 + 2 * fan, reset: 0 }] as const,
          [`PWM${fan + 1}_LOW`, { at: 0x41 + 2 * fan, fields: { LOW: 7 } }] as const,
        ]).flat(),
      ),
    },
    senses: Object.fromEntries(
      Array.from({ length: 6 }, (_, fan) => [
        `tach${fan + 1}`,
        {
          kind: 'integer',
          range: [0, 2047],
          initial: 1000,
          field: [`TACH${fan + 1}_HIGH`, `TACH${fan + 1}_LOW.LOW`],
          doc: `count of the tachometer of fan ${fan + 1}`,
        } as const,
      ]),
    ),
    shows: Object.fromEntries(
      Array.from({ length: 6 }, (_, fan) => [
        `pwm${fan + 1}`,
        {
          unit: '%',
          field: [`PWM${fan + 1}_HIGH`, `PWM${fan + 1}_LOW.LOW`],
          gain: 100 / 511,
          doc: `duty cycle of fan ${fan + 1}`,
        } as const,
      ]),
    ),
  },
  {
    names: 'maxim,max9611 maxim,max9612',
    title: 'MAX9611 current and temperature monitor',
    source: 'Maxim MAX9611 data sheet',
    at: 0x7c,
    registers: {
      CSA: { at: 0x00, width: 16, access: 'ro' },
      RS: { at: 0x02, width: 16, access: 'ro' },
      OUT: { at: 0x04, width: 16, access: 'ro' },
      SET: { at: 0x06, width: 16, access: 'ro' },
      TEMP: { at: 0x08, width: 16, fields: { T: [15, 7, 'ro'] } },
      CTRL1: { at: 0x0a },
      CTRL2: { at: 0x0b },
    },
    last: 0x0b,
    senses: { temperature: degrees('TEMP.T', 0.48, 'what the chip itself feels', [-40, 122]) },
    notModelled: ['numbers of the second byte of a word'],
  },
  {
    names: 'ti,ads7830 ti,ads7828',
    title: 'ADS7830 converter by its registers',
    source: 'TI SBAS302',
    at: 0x48,
  },
  {
    names: 'ti,ads1119 adi,ad7992 adi,ad7997 lltc,ltc2497 microchip,mcp3021 ti,adc101c ti,adc081c',
    title: 'ADS1119 and other converters',
    source: 'TI SBAS925',
    at: 0x40,
  },
  {
    names: 'microchip,emc2305 microchip,emc2301 microchip,emc2303',
    title: 'EMC2305 fan controller',
    source: 'Microchip DS20006532',
    at: 0x2f,
    ids: { PRODUCT_ID: [0xfd, 0x34], MANUFACTURER_ID: [0xfe, 0x5d], REVISION: [0xff, 0x80] },
    registers: {
      FAN1_SETTING: { at: 0x30 },
      TACH1_HIGH: { at: 0x3e, access: 'ro' },
      TACH1_LOW: { at: 0x3f, fields: { LOW: [7, 3, 'ro'] } },
    },
    senses: {
      tach1: {
        kind: 'integer',
        range: [0, 8191],
        initial: 4000,
        field: ['TACH1_HIGH', 'TACH1_LOW.LOW'],
        doc: 'count of the tachometer of fan 1',
      },
    },
    shows: { duty1: { unit: '%', field: 'FAN1_SETTING', gain: 100 / 255, doc: 'duty cycle of fan 1' } },
  },
  {
    names: 'maxim,max6650 maxim,max6651',
    title: 'MAX6650 fan controller',
    source: 'Maxim MAX6650 data sheet',
    at: 0x48,
    resets: { SPEED: [0x00, 0xff], CONFIG: [0x02, 0x0a], COUNT: [0x16, 0x02] },
  },
  {
    names: 'national,lm96163 national,lm63 national,lm64',
    title: 'LM63 fan controller with remote diode',
    source: 'TI SNAS433',
    at: 0x4c,
    ids: { MANUFACTURER_ID: [0xfe, 0x01], CHIP_ID: [0xff, 0x49] },
    registers: { LOCAL: { at: 0x00, access: 'ro' }, REMOTE: { at: 0x01, access: 'ro' } },
    senses: {
      temperature: degrees('LOCAL', 1, 'what the chip itself feels'),
      remote: degrees('REMOTE', 1, 'what the remote diode feels'),
    },
  },
  {
    names: 'nuvoton,nct7802',
    title: 'NCT7802 hardware monitor',
    source: 'Nuvoton NCT7802Y data sheet',
    at: 0x28,
    ids: { VENDOR_ID: [0xfd, 0x50], CHIP_ID: [0xfe, 0xc3], VERSION: [0xff, 0x21] },
  },
  {
    names: 'microchip,pac1934',
    title: 'PAC1934 power monitor',
    source: 'Microchip DS20005850',
    at: 0x10,
    ids: { PRODUCT_ID: [0xfd, 0x5b], MANUFACTURER_ID: [0xfe, 0x5d], REVISION_ID: [0xff, 0x03] },
  },
  {
    names: 'ti,tmp103',
    title: 'TMP103 temperature sensor, 8 bits',
    source: 'TI SBOS545',
    at: 0x70,
    registers: {
      TEMP: { at: 0, access: 'ro' },
      CONFIG: { at: 1, reset: 0x02 },
      TLOW: { at: 2, reset: 0xf6 },
      THIGH: { at: 3, reset: 0x3c },
    },
    last: 3,
    senses: { temperature: degrees('TEMP', 1, 'what the sensor feels') },
  },
  {
    names: 'semtech,sx9324',
    title: 'SX9324 proximity sensor',
    source: 'Semtech SX9324 data sheet',
    at: 0x28,
    ids: { WHOAMI: [0xfa, 0x23] },
  },
  {
    names: 'vishay,vcnl4010 vishay,vcnl4020',
    title: 'VCNL4010 proximity and light sensor',
    source: 'Vishay VCNL4010 data sheet',
    at: 0x13,
    ids: { PRODUCT_ID: [0x81, 0x21] },
  },
  {
    names: 'vishay,vcnl4040 capella,cm36686',
    title: 'VCNL4040 proximity and light sensor',
    source: 'Vishay VCNL4040 data sheet',
    at: 0x60,
    form: '8/16',
    i2c: { littleEndian: true, advances: false },
    registers: {
      PS: { at: 0x08, access: 'ro' },
      ALS: { at: 0x09, access: 'ro' },
      WHITE: { at: 0x0a, access: 'ro' },
    },
    ids: { ID: [0x0c, 0x0186] },
    last: 0x0c,
    senses: {
      illuminance: amount('lx', 'ALS', 0.1, 6553.5, 'light that falls in, at the shortest integration time'),
      proximity: { kind: 'integer', range: [0, 65_535], field: 'PS', doc: 'counts of the proximity sensor' },
    },
  },
  {
    names: 'sensortek,stk3310 sensortek,stk3311 sensortek,stk3335 sensortek,stk3013',
    title: 'STK3310 proximity and light sensor',
    source: 'Sensortek STK3310 data sheet',
    at: 0x48,
    ids: { PRODUCT_ID: [0x3e, 0x13] },
    registers: {
      PS_HIGH: { at: 0x11, access: 'ro' },
      PS_LOW: { at: 0x12, access: 'ro' },
      ALS_HIGH: { at: 0x13, access: 'ro' },
      ALS_LOW: { at: 0x14, access: 'ro' },
    },
    senses: {
      light: {
        kind: 'integer',
        range: [0, 65_535],
        field: ['ALS_HIGH', 'ALS_LOW'],
        doc: 'counts of the light sensor',
      },
      proximity: {
        kind: 'integer',
        range: [0, 65_535],
        field: ['PS_HIGH', 'PS_LOW'],
        doc: 'counts of the proximity sensor',
      },
    },
  },
  {
    names: 'isil,isl29018 isil,isl29023 liteon,ltr559 capella,cm3323',
    title: 'ISL29023, LTR559 and other light sensors',
    source: 'Renesas ISL29023 data sheet',
    at: 0x44,
    ids: { PART_ID: [0x86, 0x92], MANUFACTURER_ID: [0x87, 0x05] },
  },
  {
    names: 'infineon,irps5401 maxim,max20751',
    title: 'IRPS5401 power supply by its registers',
    source: 'Infineon IRPS5401 data sheet',
    at: 0x40,
  },
  {
    names: 'adi,adt7475',
    title: 'ADT7475 hardware monitor',
    source: 'onsemi ADT7475 data sheet',
    at: 0x2e,
    ids: { DEVICE_ID: [0x3d, 0x75], COMPANY_ID: [0x3e, 0x41], REVISION: [0x3f, 0x69] },
  },
  {
    names: 'lltc,ltc2945 adi,ltc4151 lltc,ltc2990 lltc,ltc4261 lltc,ltc4222',
    title: 'LTC2945 and other power monitors',
    source: 'Analog Devices LTC2945 data sheet',
    at: 0x6f,
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
