import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { statusAfterRead, statusAfterSample } from './axis-status.ts';

const AXES = ['X', 'Y', 'Z'] as const;
const FIELD = { unit: 'µT', range: [-1000, 1000] } as const;

const sheet = {
  compatible: ['fsl,mag3110'],
  title: 'MAG3110 magnetometer',
  source: 'NXP MAG3110, rev. 9.2',
  notModelled: ['fast read mode (FR)', 'the magnetic sensor reset', 'noise'],
  node: 'magnetometer',
  bus: { i2c: { form: 'byte registers', address: 0x0e } },
  // Table 11 "Register address map".
  registers: {
    DR_STATUS: { at: 0x00, access: 'ro', fields: { ZYXOW: 7, OW: [6, 4], ZYXDR: 3, DR: [2, 0] } },
    OUT_X_MSB: { at: 0x01, count: 6, access: 'ro' },
    WHO_AM_I: { at: 0x07, reset: 0xc4, access: 'ro' },
    SYSMOD: { at: 0x08, access: 'ro' },
    OFF_X_MSB: { at: 0x09, count: 6 },
    DIE_TEMP: { at: 0x0f, access: 'ro' },
    CTRL_REG1: { at: 0x10, fields: { DR: [7, 5], OS: [4, 3], FR: 2, TM: 1, AC: 0 } },
    CTRL_REG2: { at: 0x11, fields: { AUTO_MRST_EN: 7, RAW: 5, MAG_RST: [4, 'sc'] } },
  },
  senses: {
    magnetX: { ...FIELD, initial: 20, doc: 'magnetic field along X' },
    magnetY: { ...FIELD, doc: 'magnetic field along Y' },
    magnetZ: { ...FIELD, initial: 40, doc: 'magnetic field along Z' },
    temperature: { unit: '°C', range: [-40, 125], initial: 25, step: 1, doc: 'temperature of the die' },
  },
  pins: ['INT1'],
  idleLow: ['INT1'],
} as const satisfies DataSheet;

/** Counts a µT. OFF_X and its like stand one bit to the left. */
const COUNTS = 10;
/** 80 Hz at DR = 0 and OS = 0, half of that for each step of either. */
const FASTEST_NS = 1e9 / 80;
const LAST = 0x11;

const model: Model<typeof sheet> = (registers, { sense, once, every, quantize, pin: { INT1 } }) => {
  const { DR_STATUS, OUT_X_MSB, SYSMOD, OFF_X_MSB, DIE_TEMP, CTRL_REG1, CTRL_REG2 } = registers;
  const periodNs = () => FASTEST_NS * 2 ** (CTRL_REG1.DR + CTRL_REG1.OS);
  const samples = every(() => (CTRL_REG1.AC ? periodNs() : 0), sample, INT1);
  /** TM: one measurement, in standby too. */
  const triggered = once(() => {
    sample(1);
    CTRL_REG1.TM = 0;
  }, INT1);

  function sample(count: number): void {
    for (const [axis, name] of AXES.entries()) {
      const offset = ((OFF_X_MSB.get(2 * axis) << 24) >> 17) | (OFF_X_MSB.get(2 * axis + 1) >> 1);
      const word = quantize(sense[`magnet${name}`], 1 / COUNTS, 16) - (CTRL_REG2.RAW ? 0 : offset);
      OUT_X_MSB.set(2 * axis, word >> 8);
      OUT_X_MSB.set(2 * axis + 1, word);
    }
    DIE_TEMP.value = Math.round(sense.temperature);
    DR_STATUS.value = statusAfterSample(DR_STATUS.value, count);
    INT1.set(true);
  }

  return {
    onRead: {
      /** The flags of an axis go with it; with the last of them INT1 and those of all. */
      OUT_X_MSB(offset) {
        DR_STATUS.value = statusAfterRead(DR_STATUS.value, offset);
        if (DR_STATUS.value === 0) INT1.set(false);
        return OUT_X_MSB.get(offset);
      },
    },
    onWrite: {
      CTRL_REG1({ AC, TM }) {
        SYSMOD.value = AC ? 2 : 0;
        samples.restart();
        if (TM && !AC) triggered.start(periodNs());
      },
    },
    next: (register) => (register >= LAST ? 0 : register + 1),
    reset() {
      samples.restart();
      triggered.cancel();
      INT1.set(false);
    },
    restored: () => INT1.set(DR_STATUS.ZYXDR === 1),
  };
};

export const parts = [{ ...sheet, model }];
