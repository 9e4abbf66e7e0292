import type { Properties, Registers } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';

/** Three axes of 16 bits from `at` on, as ST's and others' sensors have them: the low byte first, or the high one. */
export const axes = (at: number, stem = 'OUT', highFirst = false): Registers =>
  Object.fromEntries(
    ['X', 'Y', 'Z'].flatMap((axis, index) => {
      const first = at + 2 * index;
      return [
        [`${stem}_${axis}_L`, { at: first + (highFirst ? 1 : 0), access: 'ro' } as const],
        [`${stem}_${axis}_H`, { at: first + (highFirst ? 0 : 1), access: 'ro' } as const],
      ];
    }),
  );

/**
 * What the axes feel at the range after power-on.
 * @param gain what a count is, in `unit`
 * @param prefix before the letter of the axis: `magnet`
 */
const felt = (unit: string, gain: number, what: string, prefix = '', stem = 'OUT'): Properties =>
  Object.fromEntries(
    ['X', 'Y', 'Z'].map((axis) => [
      prefix === '' ? axis.toLowerCase() : `${prefix}${axis}`,
      {
        unit,
        range: [-32_768 * gain, 32_767 * gain],
        field: [`${stem}_${axis}_H`, `${stem}_${axis}_L`],
        gain,
        signed: true,
        doc: `${what} along ${axis.toLowerCase()}, at the range after power-on`,
      } as const,
    ]),
  );

const NOT = [
  'ranges other than that after power-on',
  'rates, FIFO and events',
  'the data-ready bit: it is always set',
];
const GYROSCOPE = 'the gyroscope: its registers hold what was written';
const G = 9.80665;

const st = (names: string, title: string, id: number, gain: number, bits = 16): PartRow => ({
  names,
  title: `${title} accelerometer`,
  source: `ST ${title} data sheet`,
  at: 0x19,
  i2c: { pointer: 0x7f },
  last: 0x7f,
  ids: { WHO_AM_I: [0x0f, id] },
  resets: { CTRL_REG1: [0x20, 0x07], STATUS: [0x27, 0x0f] },
  registers: axes(0x28),
  senses: felt('m/s²', (gain * G * 2 ** (bits - 16)) / 1000, 'acceleration'),
  notModelled: NOT,
});

/** Motion sensors that a driver finds by their id, and reads at the range after power-on. */
const ROWS: readonly PartRow[] = [
  st('st,lis2de12', 'LIS2DE12', 0x33, 15.6 / 256),
  st('st,lis2hh12', 'LIS2HH12', 0x41, 0.061),
  st('st,lis2dw12', 'LIS2DW12', 0x44, 0.061),
  st('st,lis2ds12', 'LIS2DS12', 0x43, 0.061),
  st('st,lsm303agr-accel', 'LSM303AGR', 0x33, 0.061),
  st('silan,sc7a20', 'SC7A20', 0x11, 0.061),
  st('st,lsm303c-accel', 'LSM303C', 0x41, 0.061),
  {
    names: 'st,lis2mdl st,iis2mdc st,lsm303agr-magn',
    title: 'LIS2MDL magnetometer',
    source: 'ST LIS2MDL data sheet',
    at: 0x1e,
    i2c: { pointer: 0x7f },
    last: 0x7f,
    ids: { WHO_AM_I: [0x4f, 0x40] },
    resets: { CFG_REG_A: [0x60, 0x03], STATUS: [0x67, 0x0f] },
    registers: axes(0x68),
    senses: felt('G', 0.0015, 'field'),
    notModelled: NOT,
  },
  {
    names: 'st,lsm9ds1-magn st,lsm303c-magn',
    title: 'LSM9DS1 magnetometer',
    source: 'ST LSM9DS1 data sheet',
    at: 0x1e,
    i2c: { pointer: 0x7f },
    last: 0x7f,
    ids: { WHO_AM_I: [0x0f, 0x3d] },
    resets: { CTRL_REG1: [0x20, 0x10], CTRL_REG3: [0x22, 0x03], STATUS: [0x27, 0x0f] },
    registers: axes(0x28),
    senses: felt('G', 0.00014, 'field'),
    notModelled: NOT,
  },
  ...(
    [
      ['st,lsm6ds3 st,lsm6ds3h', 'LSM6DS3', 0x69],
      ['st,lsm6dsl st,lsm6dsm st,ism330dlc', 'LSM6DSL', 0x6a],
      ['st,lsm6dso st,lsm6dso32 st,lsm6dsox', 'LSM6DSO', 0x6c],
      ['st,ism330dhcx st,lsm6dsr st,lsm6dsrx', 'ISM330DHCX', 0x6b],
    ] as const
  ).map(
    ([names, title, id]): PartRow => ({
      names,
      title: `${title} accelerometer and gyroscope`,
      source: `ST ${title} data sheet`,
      at: 0x6a,
      last: 0x7f,
      ids: { WHO_AM_I: [0x0f, id] },
      resets: { STATUS: [0x1e, 0x07] },
      registers: {
        ...axes(0x28),
        CTRL3_C: {
          at: 0x12,
          reset: 0x04,
          fields: { BOOT: [7, 'sc'], BDU: 6, REST: [5, 1], SW_RESET: [0, 'sc'] },
        },
      },
      senses: felt('m/s²', (0.061 * G) / 1000, 'acceleration'),
      notModelled: [...NOT, GYROSCOPE],
    }),
  ),
  {
    names: 'st,lsm9ds1-imu',
    title: 'LSM9DS1 accelerometer and gyroscope',
    source: 'ST LSM9DS1 data sheet',
    at: 0x6a,
    last: 0x7f,
    ids: { WHO_AM_I: [0x0f, 0x68] },
    resets: { CTRL_REG4: [0x1e, 0x38], CTRL_REG5_XL: [0x1f, 0x38], STATUS: [0x27, 0x07] },
    registers: {
      ...axes(0x28),
      CTRL_REG8: {
        at: 0x22,
        reset: 0x04,
        fields: { BOOT: [7, 'sc'], BDU: 6, REST: [5, 1], SW_RESET: [0, 'sc'] },
      },
    },
    senses: felt('m/s²', (0.061 * G) / 1000, 'acceleration'),
    notModelled: [...NOT, GYROSCOPE],
  },
  {
    names: 'bosch,bmi160',
    title: 'BMI160 accelerometer and gyroscope',
    source: 'Bosch BMI160 data sheet',
    at: 0x68,
    last: 0x7f,
    ids: { CHIP_ID: [0x00, 0xd1] },
    resets: { PMU_STATUS: [0x03, 0x14] },
  },
  {
    names: 'bosch,bmg160 bosch,bmi055_gyro bosch,bmi088_gyro',
    title: 'BMG160 gyroscope',
    source: 'Bosch BMG160 data sheet',
    at: 0x69,
    last: 0x7f,
    ids: { CHIP_ID: [0x00, 0x0f] },
  },
  {
    names:
      'bosch,bmc150_accel bosch,bmc156_accel bosch,bma253 bosch,bma254 bosch,bma255 bosch,bma250e bosch,bma222e bosch,bma280 bosch,bmi055_accel',
    title: 'BMC150 accelerometer',
    source: 'Bosch BMC150 data sheet',
    at: 0x10,
    last: 0x7f,
    ids: { CHIP_ID: [0x00, 0xfa] },
  },
  {
    names: 'bosch,bmc150_magn bosch,bmc156_magn bosch,bmm150',
    title: 'BMM150 magnetometer',
    source: 'Bosch BMM150 data sheet',
    at: 0x10,
    last: 0x7f,
    ids: { CHIP_ID: [0x40, 0x32] },
  },
  {
    names: 'st,lsm9ds0-imu',
    title: 'LSM9DS0 accelerometer and magnetometer',
    source: 'ST DocID024763',
    at: 0x1d,
    i2c: { pointer: 0x7f },
    last: 0x7f,
    ids: { WHO_AM_I_XM: [0x0f, 0x49] },
    resets: {
      STATUS_REG_M: [0x07, 0x0f],
      INT_CTRL_REG_M: [0x12, 0xe8],
      CTRL_REG1_XM: [0x20, 0x07],
      CTRL_REG5_XM: [0x24, 0x18],
      CTRL_REG6_XM: [0x25, 0x20],
      CTRL_REG7_XM: [0x26, 0x02],
      STATUS_REG_A: [0x27, 0x0f],
    },
    registers: { ...axes(0x28), ...axes(0x08, 'OUT_M') },
    senses: {
      ...felt('m/s²', (0.061 * G) / 1000, 'acceleration'),
      ...felt('G', 0.00016, 'field', 'magnet', 'OUT_M'),
    },
    notModelled: [...NOT, 'temperature'],
  },
  {
    names: 'memsic,mxc4005 memsic,mxc6655',
    title: 'MXC4005 accelerometer',
    source: 'Memsic MXC4005XC data sheet; registers as in Linux drivers/iio/accel/mxc4005.c',
    at: 0x15,
    last: 0x0f,
    ids: { DEVICE_ID: [0x0e, 0x02] },
    registers: axes(0x03, 'OUT', true),
    // 12 bits in the upper ones of 16: 1024 counts of those a g.
    senses: felt('m/s²', G / 1024 / 16, 'acceleration'),
    notModelled: [...NOT, 'temperature, and the lowest 4 bits, which are always 0'],
  },
  {
    names: 'fsl,mma7660',
    title: 'MMA7660 accelerometer, 6 bits',
    source: 'NXP MMA7660FC data sheet',
    at: 0x4c,
    last: 0x0a,
    registers: Object.fromEntries(
      ['X', 'Y', 'Z'].map((axis, at) => [
        `${axis}OUT`,
        { at, fields: { ALERT: [6, 'ro'], OUT: [5, 0, 'ro'] } } as const,
      ]),
    ),
    senses: Object.fromEntries(
      ['x', 'y', 'z'].map((axis) => [
        axis,
        {
          unit: 'm/s²',
          range: [-1.5 * G, 1.5 * G],
          field: `${axis.toUpperCase()}OUT.OUT`,
          // 21.33 counts a g.
          gain: (3 * G) / 64,
          signed: true,
          doc: `acceleration along ${axis}`,
        } as const,
      ]),
    ),
    notModelled: ['standby: it always measures', 'taps, tilt, shakes and their interrupt'],
  },
  {
    names: 'voltafield,af8133j',
    title: 'AF8133J magnetometer',
    source: 'Linux drivers/iio/magnetometer/af8133j.c: registers and scales',
    at: 0x1c,
    last: 0x1f,
    ids: { PCODE: [0x00, 0x5e], STATUS: [0x02, 0x01] },
    resets: { RANGE: [0x0b, 0x34] },
    registers: axes(0x03),
    senses: felt('G', 12 / 32_768, 'field'),
    notModelled: NOT,
  },
  {
    names: 'kionix,kxtj21009 kionix,kxcj91008 kionix,kxcjk1013',
    title: 'KXTJ2 accelerometer',
    source: 'Kionix KXTJ2 data sheet',
    at: 0x0f,
    last: 0x7f,
    ids: { WHO_AM_I: [0x0f, 0x09] },
  },
  {
    names: 'fsl,fxos8700 nxp,fxos8700',
    title: 'FXOS8700 accelerometer and magnetometer',
    source: 'NXP FXOS8700CQ data sheet',
    at: 0x1e,
    last: 0x7f,
    ids: { WHO_AM_I: [0x0d, 0xc7] },
  },
  {
    names: 'nxp,fxas21002c',
    title: 'FXAS21002C gyroscope',
    source: 'NXP FXAS21002C data sheet',
    at: 0x20,
    last: 0x7f,
    ids: { WHO_AM_I: [0x0c, 0xd7] },
  },
  {
    names: 'asahi-kasei,ak09911',
    title: 'AK09911 magnetometer',
    source: 'AKM AK09911 data sheet',
    at: 0x0c,
    last: 0x7f,
    ids: { WIA1: [0x00, 0x48], WIA2: [0x01, 0x05] },
    resets: { ST1: [0x10, 0x01], ASAX: [0x60, 0x80], ASAY: [0x61, 0x80], ASAZ: [0x62, 0x80] },
  },
  {
    names: 'asahi-kasei,ak09912',
    title: 'AK09912 magnetometer',
    source: 'AKM AK09912 data sheet',
    at: 0x0c,
    last: 0x7f,
    ids: { WIA1: [0x00, 0x48], WIA2: [0x01, 0x04] },
    resets: { ST1: [0x10, 0x01], ASAX: [0x60, 0x80], ASAY: [0x61, 0x80], ASAZ: [0x62, 0x80] },
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
