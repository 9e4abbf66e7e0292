import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

const COUNTS = { kind: 'integer', range: [0, 65_535] } as const;

const sheet = {
  compatible: ['avago,apds9930', 'amstaos,tsl2772', 'amstaos,tmd2772'],
  title: 'APDS9930 light and proximity sensor',
  source: 'Broadcom APDS-9930 data sheet',
  notModelled: [
    'light in lx: a test sets what the converters count',
    'gain, LED current, pulses and the proximity offset: they change no count',
    'saturation',
    'sleep after interrupt',
  ],
  node: 'light-sensor',
  bus: { i2c: { form: 'byte registers', address: 0x39 } },
  // "Register set", with the values after a reset.
  registers: {
    ENABLE: { at: 0x00, fields: { SAI: 6, PIEN: 5, AIEN: 4, WEN: 3, PEN: 2, AEN: 1, PON: 0 } },
    ATIME: { at: 0x01, reset: 0xff },
    PTIME: { at: 0x02, reset: 0xff },
    WTIME: { at: 0x03, reset: 0xff },
    AILT: { at: 0x04, count: 2 },
    AIHT: { at: 0x06, count: 2 },
    PILT: { at: 0x08, count: 2 },
    PIHT: { at: 0x0a, count: 2 },
    PERS: { at: 0x0c, fields: { PPERS: [7, 4], APERS: [3, 0] } },
    CONFIG: { at: 0x0d, fields: { AGL: 2, WLONG: 1, PDL: 0 } },
    PPULSE: { at: 0x0e },
    CONTROL: { at: 0x0f, fields: { PDRIVE: [7, 6], PDIODE: [5, 4], PGAIN: [3, 2], AGAIN: [1, 0] } },
    ID: { at: 0x12, reset: 0x39, access: 'ro' },
    STATUS: {
      at: 0x13,
      access: 'ro',
      fields: { PSAT: 6, PINT: 5, AINT: 4, PVALID: 1, AVALID: 0 },
    },
    CH0DATA: { at: 0x14, count: 2, access: 'ro' },
    CH1DATA: { at: 0x16, count: 2, access: 'ro' },
    PDATA: { at: 0x18, count: 2, access: 'ro' },
    POFFSET: { at: 0x1e },
  },
  senses: {
    ch0: { ...COUNTS, initial: 500, doc: 'what the diode for visible and infrared light counts' },
    ch1: { ...COUNTS, initial: 100, doc: 'what the diode for infrared light counts' },
    proximity: { ...COUNTS, doc: 'what the proximity diode counts' },
  },
  pins: ['INT'],
} as const satisfies DataSheet;

/** A step of ATIME, PTIME and WTIME; with WLONG a wait is twelve times as long. */
const STEP_NS = 2.73e6;
const LONG = 12;
/** A command byte: bits 6 and 5 say what the rest is. */
const [KIND, ADVANCES, SPECIAL] = [0x60, 0x20, 0x60];
/** Special functions: which interrupts they clear. */
const [CLEARS_PROXIMITY, CLEARS_LIGHT] = [[5, 7] as readonly number[], [6, 7] as readonly number[]] as const;
/** APERS: samples beyond the limits in a row; above 3 in steps of 5. */
const samplesOf = (code: number) => (code <= 3 ? Math.max(1, code) : 5 * (code - 3));

interface Word {
  get(offset: number): number;
}
const wordOf = (register: Word) => register.get(0) | (register.get(1) << 8);

const model: Model<typeof sheet> = (registers, { sense, keep, every, pin: { INT } }) => {
  const { ENABLE, ATIME, PTIME, WTIME, AILT, AIHT, PILT, PIHT, PERS, CONFIG, STATUS } = registers;
  const { CH0DATA, CH1DATA, PDATA } = registers;
  const state = keep({ advances: false, light: 0, proximity: 0 });
  const steps = (register: { value: number }) => 256 - register.value;

  const cycles = every(
    () => {
      if (!ENABLE.PON || !(ENABLE.AEN || ENABLE.PEN)) return 0;
      const wait = ENABLE.WEN ? steps(WTIME) * (CONFIG.WLONG ? LONG : 1) : 0;
      return STEP_NS * ((ENABLE.AEN ? steps(ATIME) : 0) + (ENABLE.PEN ? steps(PTIME) : 0) + wait);
    },
    measure,
    INT,
  );

  function put(register: { set(offset: number, value: number): void }, value: number): void {
    register.set(0, value & 0xff);
    register.set(1, value >> 8);
  }

  function measure(count: number): void {
    if (ENABLE.PEN) {
      put(PDATA, sense.proximity);
      STATUS.PVALID = 1;
      const beyond = sense.proximity < wordOf(PILT) || sense.proximity > wordOf(PIHT);
      state.proximity = beyond ? state.proximity + count : 0;
      if (PERS.PPERS === 0 || (beyond && state.proximity >= PERS.PPERS)) STATUS.PINT = 1;
    }
    if (ENABLE.AEN) {
      put(CH0DATA, sense.ch0);
      put(CH1DATA, sense.ch1);
      STATUS.AVALID = 1;
      const beyond = sense.ch0 < wordOf(AILT) || sense.ch0 > wordOf(AIHT);
      state.light = beyond ? state.light + count : 0;
      if (PERS.APERS === 0 || (beyond && state.light >= samplesOf(PERS.APERS))) STATUS.AINT = 1;
    }
    drive();
  }

  const drive = () =>
    INT.set(!((STATUS.AINT === 1 && ENABLE.AIEN === 1) || (STATUS.PINT === 1 && ENABLE.PIEN === 1)));

  return {
    pointer(command) {
      if ((command & KIND) === SPECIAL) {
        const which = command & 0x1f;
        if (CLEARS_PROXIMITY.includes(which)) STATUS.PINT = 0;
        if (CLEARS_LIGHT.includes(which)) STATUS.AINT = 0;
        drive();
      } else state.advances = (command & KIND) === ADVANCES;
      return command & 0x1f;
    },
    next: (number) => (state.advances ? (number + 1) & 0x1f : number),
    onWrite: {
      ENABLE() {
        if (!ENABLE.PON) Object.assign(STATUS, { AVALID: 0, PVALID: 0 });
        cycles.restart();
        Object.assign(state, { light: 0, proximity: 0 });
      },
    },
    afterWrite: drive,
    reset() {
      Object.assign(state, { advances: false, light: 0, proximity: 0 });
      cycles.restart();
      drive();
    },
    restored: drive,
  };
};

export const parts: readonly Part[] = [{ ...sheet, model }];
