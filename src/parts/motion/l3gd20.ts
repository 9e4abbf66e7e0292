import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { statusAfterSample } from './axis-status.ts';
import { putAxis, readAxes, ST_SPI, ST_STATUS, stPointer } from './st-axes.ts';

const AXES = ['X', 'Y', 'Z'] as const;
const RATE = { unit: '°/s', range: [-2000, 2000] } as const;

const sheet = {
  // The gyroscope of an LSM9DS0 has the same registers, but for a temperature.
  compatible: ['st,l3gd20-gyro', 'st,lsm9ds0-gyro'],
  title: 'L3GD20 gyroscope',
  source: 'ST DocID022116; LSM9DS0: DocID024763',
  notModelled: ['the interrupt generator, the FIFO, filters, the self test', 'noise'],
  node: 'gyroscope',
  bus: {
    i2c: { form: 'byte registers', address: 0x6b },
    spi: ST_SPI,
  },
  // Table 17 "Register address map".
  registers: {
    WHO_AM_I: { at: 0x0f, reset: 0xd4, access: 'ro' },
    CTRL_REG1: { at: 0x20, reset: 0x07, fields: { DR: [7, 6], BW: [5, 4], PD: 3, ZEN: 2, XEN: 1, YEN: 0 } },
    CTRL_REG2: { at: 0x21 },
    CTRL_REG3: { at: 0x22, fields: { I1: [7, 6], H_LACTIVE: 5, PP_OD: 4, I2_DRDY: 3, I2: [2, 0] } },
    CTRL_REG4: { at: 0x23, fields: { BDU: 7, BLE: 6, FS: [5, 4], SIM: 0 } },
    CTRL_REG5: { at: 0x24 },
    REFERENCE: { at: 0x25 },
    OUT_TEMP: { at: 0x26, access: 'ro' },
    STATUS_REG: { at: 0x27, access: 'ro', fields: ST_STATUS },
    OUT_X_L: { at: 0x28, count: 6, access: 'ro' },
    FIFO_CTRL_REG: { at: 0x2e },
    FIFO_SRC_REG: { at: 0x2f, reset: 0x20, access: 'ro' },
    INT1_CFG: { at: 0x30 },
    INT1_SRC: { at: 0x31, access: 'ro' },
    INT1_THS: { at: 0x32, count: 6 },
    INT1_DURATION: { at: 0x38 },
  },
  senses: {
    gyroX: { ...RATE, doc: 'rotation about X' },
    gyroY: { ...RATE, doc: 'rotation about Y' },
    gyroZ: { ...RATE, doc: 'rotation about Z' },
    temperature: { unit: '°C', range: [-40, 85], initial: 25, step: 1, doc: 'temperature of the die' },
  },
  pins: ['DRDY'],
  idleLow: ['DRDY'],
} as const satisfies DataSheet;

/** Table 21: samples a second by DR. */
const RATE_HZ = [95, 190, 380, 760] as const;
/** Table 4: °/s a count at ±250, 500 and 2000 °/s. */
const PER_COUNT = [0.00875, 0.0175, 0.07, 0.07] as const;
/** A count of OUT_TEMP is a degree less; it is 0 at this. */
const ZERO = 25;

const model: Model<typeof sheet> = (registers, kit) => {
  const {
    sense,
    every,
    quantize,
    pin: { DRDY },
  } = kit;
  const { CTRL_REG1, CTRL_REG3, CTRL_REG4, STATUS_REG, OUT_X_L, OUT_TEMP } = registers;
  const way = stPointer(kit);
  const samples = every(() => (CTRL_REG1.PD ? 1e9 / (RATE_HZ[CTRL_REG1.DR] as number) : 0), sample, DRDY);

  function sample(count: number): void {
    const enabled = [CTRL_REG1.XEN, CTRL_REG1.YEN, CTRL_REG1.ZEN];
    for (const [axis, name] of AXES.entries()) {
      if (!enabled[axis]) continue;
      const word = quantize(sense[`gyro${name}`], PER_COUNT[CTRL_REG4.FS] as number, 16);
      putAxis(OUT_X_L, axis, word, CTRL_REG4.BLE);
    }
    OUT_TEMP.value = Math.round(ZERO - sense.temperature);
    STATUS_REG.value = statusAfterSample(STATUS_REG.value, count);
    drive();
  }

  const drive = () => DRDY.set(STATUS_REG.ZYXDA === 1 && CTRL_REG3.I2_DRDY === 1);

  return {
    onRead: { OUT_X_L: readAxes(STATUS_REG, OUT_X_L, drive) },
    onWrite: { CTRL_REG1: () => samples.restart() },
    afterWrite: drive,
    ...way,
    reset() {
      samples.restart();
      drive();
    },
    restored: drive,
  };
};

export const parts = [{ ...sheet, model }];
