import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { statusAfterRead } from './axis-status.ts';

const AXES = ['X', 'Y', 'Z'] as const;
const FIELD = { unit: 'µT', range: [-1600, 1600] } as const;

const sheet = {
  compatible: ['st,lis3mdl-magn'],
  title: 'LIS3MDL magnetometer',
  source: 'ST DocID024204',
  notModelled: ['the interrupt generator, offsets, the self test', 'noise'],
  node: 'magnetometer',
  bus: {
    // Bit 7 of the register number goes on from register to register.
    i2c: { form: 'byte registers', address: 0x1e },
    spi: {
      form: 'registers',
      modes: 0b1001,
      maxSpeedHz: 10_000_000,
      header: { read: 0x80, address: 0x3f, increment: 0x40 },
    },
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
    STATUS_REG: { at: 0x27, access: 'ro', fields: { ZYXOR: 7, OR: [6, 4], ZYXDA: 3, DA: [2, 0] } },
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
const GOES_ON = 0x80;

const model: Model<typeof sheet> = (
  registers,
  { sense, every, once, keep, quantize, bus: wire, reset: powerOn, pin: { DRDY } },
) => {
  const { CTRL_REG1, CTRL_REG2, CTRL_REG3, CTRL_REG4, STATUS_REG, OUT_X_L, TEMP_OUT_L } = registers;
  const bus = keep({ goesOn: wire === 'spi' });
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
      const [first, second] = CTRL_REG4.BLE ? [word >> 8, word] : [word, word >> 8];
      OUT_X_L.set(2 * axis, first as number);
      OUT_X_L.set(2 * axis + 1, second as number);
    }
    if (CTRL_REG1.TEMP_EN) {
      const word = Math.round((sense.temperature - ZERO) * COUNTS_PER_DEGREE);
      TEMP_OUT_L.set(0, word);
      TEMP_OUT_L.set(1, word >> 8);
    }
    STATUS_REG.value = STATUS_REG.ZYXDA === 1 || count > 1 ? 0xff : 0x0f;
    DRDY.set(true);
  }

  return {
    onRead: {
      /** The higher byte of an axis clears its flags; the last of them those of all, and DRDY. */
      OUT_X_L(offset) {
        if ((offset & 1) === 1) {
          STATUS_REG.value = statusAfterRead(STATUS_REG.value, offset);
          if (STATUS_REG.value === 0) DRDY.set(false);
        }
        return OUT_X_L.get(offset);
      },
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
    pointer(byte) {
      bus.goesOn = (byte & GOES_ON) !== 0;
      return byte & 0x7f;
    },
    next: (register) => (bus.goesOn ? (register + 1) & 0x7f : register),
    reset() {
      samples.restart();
      single.cancel();
      DRDY.set(false);
    },
    restored: () => DRDY.set(STATUS_REG.ZYXDA === 1),
  };
};

export const parts = [{ ...sheet, model }];
