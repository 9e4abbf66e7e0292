import type { DataSheet } from '../data-sheet.ts';
import type { Model, RegisterHandle } from '../model.ts';

const FIELD = { unit: 'µT', range: [-800, 800] } as const;

const sheet = {
  compatible: ['honeywell,hmc5883l', 'honeywell,hmc5883'],
  title: 'HMC5883L magnetometer',
  source: 'Honeywell 900405, rev. E',
  notModelled: ['noise, averaging', 'the LOCK bit'],
  node: 'magnetometer',
  bus: { i2c: { form: 'byte registers', address: 0x1e } },
  // Table 2 "Register list": X, Z, Y.
  registers: {
    CONFIG_A: { at: 0x0, reset: 0x10, fields: { MA: [6, 5], DO: [4, 2], MS: [1, 0] } },
    CONFIG_B: { at: 0x1, reset: 0x20, fields: { GN: [7, 5] } },
    MODE: { at: 0x2, reset: 0x01, fields: { HS: 7, MD: [1, 0] } },
    DATA_X_H: { at: 0x3, count: 6, access: 'ro' },
    STATUS: { at: 0x9, access: 'ro', fields: { LOCK: 1, RDY: 0 } },
    ID_A: { at: 0xa, reset: 0x48, access: 'ro' },
    ID_B: { at: 0xb, reset: 0x34, access: 'ro' },
    ID_C: { at: 0xc, reset: 0x33, access: 'ro' },
  },
  senses: {
    magnetX: { ...FIELD, initial: 20, doc: 'magnetic field along X' },
    magnetY: { ...FIELD, doc: 'magnetic field along Y' },
    magnetZ: { ...FIELD, initial: 40, doc: 'magnetic field along Z' },
  },
  pins: ['DRDY'],
} as const satisfies DataSheet;

const [CONTINUOUS, SINGLE, IDLE] = [0, 1, 3];
/** Table 5: samples a second. */
const RATE_HZ = [0.75, 1.5, 3, 7.5, 15, 30, 75, 15] as const;
/** Table 9: counts a gauss. A gauss is 100 µT. */
const GAIN = [1370, 1090, 820, 660, 440, 390, 330, 230] as const;
const GAUSS = 100;
/** What is beyond ±2047 counts shows this. */
const OVERFLOW = -4096;
const MOST = 2047;
/** "Self test operation": the coils' fields in gauss, by MS = 1 and against it by MS = 2. */
const COILS = { X: 1.16, Y: 1.16, Z: 1.08 } as const;
/** "Measurement period": 6 ms. */
const SINGLE_NS = 6e6;
const LAST_DATA = 0x8;
const LAST = 0xc;

const model: Model<typeof sheet> = (
  { CONFIG_A, CONFIG_B, MODE, DATA_X_H, STATUS },
  { sense, once, every, pin: { DRDY } },
) => {
  const single = once(() => {
    measure();
    MODE.MD = IDLE;
  }, DRDY);
  const period = () => (MODE.MD === CONTINUOUS ? 1e9 / (RATE_HZ[CONFIG_A.DO] as number) : 0);
  const samples = every(period, measure, DRDY);

  function counts(axis: 'X' | 'Y' | 'Z'): number {
    const coil = CONFIG_A.MS === 1 ? 1 : CONFIG_A.MS === 2 ? -1 : 0;
    const gauss = sense[`magnet${axis}`] / GAUSS + coil * COILS[axis];
    const code = Math.round(gauss * (GAIN[CONFIG_B.GN] as number));
    return Math.abs(code) > MOST ? OVERFLOW : code;
  }

  function measure(): void {
    for (const [index, axis] of (['X', 'Z', 'Y'] as const).entries()) setWord(DATA_X_H, index, counts(axis));
    STATUS.RDY = 1;
    // A pulse of 250 µs: low and high again.
    DRDY.set(false);
    DRDY.set(true);
  }

  return {
    onRead: {
      DATA_X_H(offset) {
        STATUS.RDY = 0;
        return DATA_X_H.get(offset);
      },
    },
    onWrite: {
      MODE({ MD }) {
        single.cancel();
        samples.restart();
        STATUS.RDY = 0;
        if (MD === SINGLE) single.start(SINGLE_NS);
      },
      CONFIG_A: () => samples.restart(),
    },
    /** After the data come the data again; after the last register the first. */
    next: (register) => (register === LAST_DATA ? 0x3 : register >= LAST ? 0x0 : register + 1),
    reset() {
      single.cancel();
      samples.restart();
    },
  };
};

function setWord(register: RegisterHandle, index: number, value: number): void {
  register.set(2 * index, value >> 8);
  register.set(2 * index + 1, value);
}

export const parts = [{ ...sheet, model }];
