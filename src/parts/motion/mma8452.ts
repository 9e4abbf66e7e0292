import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { statusAfterRead, statusAfterSample } from './axis-status.ts';

const AXES = ['X', 'Y', 'Z'] as const;
const G = { unit: 'g', range: [-8, 8] } as const;

/** What the relatives differ in. */
interface Row {
  readonly name: string;
  readonly whoAmI: number;
  readonly bits: number;
  readonly source: string;
}

const ROWS: readonly Row[] = [
  { name: 'mma8451', whoAmI: 0x1a, bits: 14, source: 'NXP MMA8451Q, rev. 10' },
  { name: 'mma8452', whoAmI: 0x2a, bits: 12, source: 'NXP MMA8452Q, rev. 10' },
  { name: 'mma8453', whoAmI: 0x3a, bits: 10, source: 'NXP MMA8453Q, rev. 7' },
];

const sheetOf = ({ name, whoAmI, bits, source }: Row) =>
  ({
    compatible: [`fsl,${name}`],
    title: `${name.toUpperCase()} accelerometer, ${bits} bits`,
    source,
    notModelled: [
      'motion, taps, orientation, transients and the FIFO of the MMA8451',
      'the high-pass filter, automatic sleep',
      'fast read mode (F_READ)',
      'noise',
    ],
    node: 'accelerometer',
    bus: { i2c: { form: 'byte registers', address: 0x1d } },
    // Table 11 "Register address map"; those of functions that are not modelled keep what is written.
    registers: {
      STATUS: { at: 0x00, access: 'ro', fields: { ZYXOW: 7, OW: [6, 4], ZYXDR: 3, DR: [2, 0] } },
      OUT_X_MSB: { at: 0x01, count: 6, access: 'ro' },
      SYSMOD: { at: 0x0b, access: 'ro' },
      INT_SOURCE: { at: 0x0c, access: 'ro', fields: { SRC_DRDY: 0 } },
      WHO_AM_I: { at: 0x0d, reset: whoAmI, access: 'ro' },
      XYZ_DATA_CFG: { at: 0x0e, fields: { HPF_OUT: 4, FS: [1, 0] } },
      HP_FILTER_CUTOFF: { at: 0x0f },
      PL_STATUS: { at: 0x10, access: 'ro' },
      PL_CFG: { at: 0x11, reset: 0x80 },
      PL_COUNT: { at: 0x12 },
      FF_MT_CFG: { at: 0x15 },
      FF_MT_SRC: { at: 0x16, access: 'ro' },
      FF_MT_THS: { at: 0x17 },
      FF_MT_COUNT: { at: 0x18 },
      TRANSIENT_CFG: { at: 0x1d },
      TRANSIENT_SRC: { at: 0x1e, access: 'ro' },
      TRANSIENT_THS: { at: 0x1f },
      TRANSIENT_COUNT: { at: 0x20 },
      PULSE_CFG: { at: 0x21 },
      PULSE_SRC: { at: 0x22, access: 'ro' },
      PULSE: { at: 0x23, count: 6 },
      ASLP_COUNT: { at: 0x29 },
      CTRL_REG1: { at: 0x2a, fields: { ASLP_RATE: [7, 6], DR: [5, 3], LNOISE: 2, F_READ: 1, ACTIVE: 0 } },
      CTRL_REG2: { at: 0x2b, fields: { ST: 7, RST: [6, 'sc'], SMODS: [4, 3], SLPE: 2, MODS: [1, 0] } },
      CTRL_REG3: { at: 0x2c, fields: { FIFO_GATE: 7, WAKE: [6, 3], IPOL: 1, PP_OD: 0 } },
      CTRL_REG4: { at: 0x2d, fields: { INT_EN: [7, 1], INT_EN_DRDY: 0 } },
      CTRL_REG5: { at: 0x2e, fields: { INT_CFG: [7, 1], INT_CFG_DRDY: 0 } },
      OFF_X: { at: 0x2f, count: 3 },
    },
    senses: {
      accelX: { ...G, doc: 'acceleration along X' },
      accelY: { ...G, doc: 'acceleration along Y' },
      accelZ: { ...G, initial: 1, doc: 'acceleration along Z' },
    },
    pins: ['INT1', 'INT2'],
  }) as const satisfies DataSheet;

/** CTRL_REG1.DR: samples a second. */
const RATE_HZ = [800, 400, 200, 100, 50, 12.5, 6.25, 1.5625] as const;
/** OFF_X and its like count 2 mg. */
const OFFSET_G = 0.002;
const LAST = 0x31;
/** What the self test adds in g (table 2: 12 bits at ±4 g, +44, +61 and +392 counts). */
const SELF_TEST_G = [0.086, 0.119, 0.766] as const;

const modelOf =
  ({ bits }: Row): Model<ReturnType<typeof sheetOf>> =>
  (registers, { sense, every, quantize, reset: powerOn, pin: { INT1, INT2 } }) => {
    const { STATUS, OUT_X_MSB, SYSMOD, INT_SOURCE, XYZ_DATA_CFG, OFF_X } = registers;
    const { CTRL_REG1, CTRL_REG2, CTRL_REG3, CTRL_REG4, CTRL_REG5 } = registers;
    const period = () => (CTRL_REG1.ACTIVE ? 1e9 / (RATE_HZ[CTRL_REG1.DR] as number) : 0);
    const samples = every(period, sample, INT1, INT2);

    /** Left-justified: the same counts a g of 16 bits for all of them. */
    function sample(count: number): void {
      const lsb = (2 * 2 ** XYZ_DATA_CFG.FS) / 2 ** (bits - 1);
      for (const [axis, name] of AXES.entries()) {
        const offset = ((OFF_X.get(axis) << 24) >> 24) * OFFSET_G;
        const tested = CTRL_REG2.ST ? (SELF_TEST_G[axis] as number) : 0;
        const word = quantize(sense[`accel${name}`] + offset + tested, lsb, bits) << (16 - bits);
        OUT_X_MSB.set(2 * axis, word >> 8);
        OUT_X_MSB.set(2 * axis + 1, word);
      }
      STATUS.value = statusAfterSample(STATUS.value, count);
      drive();
    }

    function drive(): void {
      INT_SOURCE.SRC_DRDY = STATUS.ZYXDR;
      const asserted = STATUS.ZYXDR === 1 && CTRL_REG4.INT_EN_DRDY === 1;
      const level = (mine: boolean) => (asserted && mine) === (CTRL_REG3.IPOL === 1);
      INT1.set(level(CTRL_REG5.INT_CFG_DRDY === 1));
      INT2.set(level(CTRL_REG5.INT_CFG_DRDY === 0));
    }

    /** A read of one byte of an axis clears the flags of that axis; of the last, those of all. */
    function wasRead(offset: number): void {
      STATUS.value = statusAfterRead(STATUS.value, offset);
      drive();
    }

    return {
      onRead: {
        OUT_X_MSB(offset) {
          wasRead(offset);
          return OUT_X_MSB.get(offset);
        },
      },
      onWrite: {
        CTRL_REG1({ ACTIVE }) {
          SYSMOD.value = ACTIVE;
          samples.restart();
        },
        CTRL_REG2({ RST }) {
          if (RST) powerOn();
        },
      },
      afterWrite: drive,
      next: (register: number) => (register === 0x06 || register >= LAST ? 0 : register + 1),
      reset() {
        samples.restart();
        drive();
      },
      restored: drive,
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));
