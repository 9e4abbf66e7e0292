import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { statusAfterSample } from './axis-status.ts';
import { putAxis, readAxes, ST_SPI, ST_STATUS, stPointer } from './st-axes.ts';

const AXES = ['X', 'Y', 'Z'] as const;
const FIELD = { unit: 'µT', range: [-1600, 1600] } as const;

const sheet = {
  compatible: ['st,lis3mdl-magn'],
  title: 'LIS3MDL magnetometer',
  source: 'ST DocID024204',
  notModelled: ['the interrupt generator, offsets, the self test', 'noise'],
  node: 'magnetometer',
  bus: {
    i2c: { form: 'byte registers', address: 0x1e },
    spi: ST_SPI,
  },
  // Table 16 "Register address map".
  registers: {
    OFFSET_X_REG_L_M: { at: 0x05, count: 6 },
    WHO_AM_I: { at: 0x0f, reset: 0x3d, access: 'ro' },
    CTRL_REG1: { at: 0x20, reset: 0x10, fields: { TEMP_EN: 7, OM: [6, 5], DO: [4, 2], FAST_ODR: 1, ST: 0 } },
    CTRL_REG2: { at: 0x21, fields: { FS: [6, 5], REBOOT: [3, 'sc'], SOFT_RST: [2, 'sc'] } },
    CTRL_REG3: { at: 0x22, reset: 0x03, fields: { LP: 5, SIM: 2, MD: [1, 0] } },
    CTRL_REG4: { at: 0x23, fields: { OMZ: [3, 2], BLE: 1 } },
    CTRL_REG5: { at: 0x24, fields: { FAST_READ: 7, BDU: 6 } },
    STATUS_REG: { at: 0x27, access: 'ro', fields: ST_STATUS },
    OUT_X_L: { at: 0x28, count: 6, access: 'ro' },
    TEMP_OUT_L: { at: 0x2e, count: 2, access: 'ro' },
    INT_CFG: { at: 0x30, reset: 0xe8 },
    INT_SRC: { at: 0x31, access: 'ro' },
    INT_THS_L: { at: 0x32, count: 2 },
  },
  senses: {
    magnetX: { ...FIELD, initial: 20, doc: 'magnetic field along X' },
    magnetY: { ...FIELD, doc: 'magnetic field along Y' },
    magnetZ: { ...FIELD, initial: 40, doc: 'magnetic field along Z' },
    temperature: { unit: '°C', range: [-40, 85], initial: 25, doc: 'temperature of the die' },
  },
  pins: ['DRDY'],
  idleLow: ['DRDY'],
} as const satisfies DataSheet;

const [CONTINUOUS, SINGLE, IDLE] = [0, 1, 3];
/** Tables 19 and 20: samples a second, by DO, and with FAST_ODR by the mode of operation. */
const RATE_HZ = [0.625, 1.25, 2.5, 5, 10, 20, 40, 80] as const;
const FAST_HZ = [1000, 560, 300, 155] as const;
/** Table 3: counts a gauss (100 µT) at ±4, 8, 12 and 16 gauss. */
const COUNTS = [6842, 3421, 2281, 1711] as const;
const GAUSS = 100;
/** 8 counts a degree, 0 at 25 °C. */
const [COUNTS_PER_DEGREE, ZERO] = [8, 25];

const model: Model<typeof sheet> = (registers, kit) => {
  const {
    sense,
    every,
    once,
    quantize,
    reset: powerOn,
    pin: { DRDY },
  } = kit;
  const { CTRL_REG1, CTRL_REG2, CTRL_REG3, CTRL_REG4, STATUS_REG, OUT_X_L, TEMP_OUT_L } = registers;
  const way = stPointer(kit);
  const periodNs = () => 1e9 / (CTRL_REG1.FAST_ODR ? FAST_HZ[CTRL_REG1.OM as 0] : RATE_HZ[CTRL_REG1.DO as 0]);
  const samples = every(() => (CTRL_REG3.MD === CONTINUOUS ? periodNs() : 0), sample, DRDY);
  const single = once(() => {
    sample(1);
    CTRL_REG3.MD = IDLE;
  }, DRDY);

  function sample(count: number): void {
    const gauss = 1 / (COUNTS[CTRL_REG2.FS] as number);
    for (const [axis, name] of AXES.entries()) {
      const word = quantize(sense[`magnet${name}`] / GAUSS, gauss, 16);
      putAxis(OUT_X_L, axis, word, CTRL_REG4.BLE);
    }
    if (CTRL_REG1.TEMP_EN) {
      const word = Math.round((sense.temperature - ZERO) * COUNTS_PER_DEGREE);
      TEMP_OUT_L.set(0, word);
      TEMP_OUT_L.set(1, word >> 8);
    }
    STATUS_REG.value = statusAfterSample(STATUS_REG.value, count);
    DRDY.set(true);
  }

  return {
    /** DRDY falls with the last of the flags. */
    onRead: {
      OUT_X_L: readAxes(STATUS_REG, OUT_X_L, () => {
        if (STATUS_REG.value === 0) DRDY.set(false);
      }),
    },
    onWrite: {
      CTRL_REG1: () => samples.restart(),
      CTRL_REG2({ SOFT_RST }) {
        if (SOFT_RST) powerOn();
      },
      CTRL_REG3({ MD }) {
        samples.restart();
        single.cancel();
        if (MD === SINGLE) single.start(periodNs());
      },
    },
    ...way,
    reset() {
      samples.restart();
      single.cancel();
      DRDY.set(false);
    },
    restored: () => DRDY.set(STATUS_REG.ZYXDA === 1),
  };
};

export const parts = [{ ...sheet, model }];
