import type { DataSheet, Properties, Registers } from '../data-sheet.ts';
import type { I2cBehaviour, Kit, Model, Part, Stopwatch } from '../model.ts';

const FIELD = { unit: 'µT', range: [-4912, 4912] } as const;

/** What the magnetometer feels, along its own axes. */
export const MAGNETIC_FIELD = {
  magnetX: { ...FIELD, initial: 20, doc: 'magnetic field along X of the magnetometer' },
  magnetY: { ...FIELD, doc: 'magnetic field along Y of the magnetometer' },
  magnetZ: { ...FIELD, initial: 40, doc: 'magnetic field along Z of the magnetometer' },
} as const satisfies Properties;

/** AK8963 data sheet, 8.2 "Register map". */
const REGISTERS = {
  WIA: { at: 0x00, reset: 0x48, access: 'ro' },
  INFO: { at: 0x01, access: 'ro' },
  ST1: { at: 0x02, access: 'ro', fields: { DOR: 1, DRDY: 0 } },
  HXL: { at: 0x03, count: 6, access: 'ro' },
  ST2: { at: 0x09, access: 'ro', fields: { BITM: 4, HOFL: 3 } },
  CNTL1: { at: 0x0a, fields: { BIT: 4, MODE: [3, 0] } },
  CNTL2: { at: 0x0b, fields: { SRST: [0, 'sc'] } },
  ASTC: { at: 0x0c, fields: { SELF: 6 } },
  I2CDIS: { at: 0x0f },
  ASAX: { at: 0x10, count: 3, reset: 0xb0, access: 'ro' },
} as const satisfies Registers;

const sheet = {
  compatible: ['asahi-kasei,ak8963'],
  title: 'AK8963 magnetometer',
  source: 'Asahi Kasei MS1356-E-02',
  notModelled: ['the DRDY pin, and the external trigger mode', 'noise'],
  node: 'magnetometer',
  bus: { i2c: { form: 'byte registers', address: 0x0c } },
  registers: REGISTERS,
  senses: MAGNETIC_FIELD,
} as const satisfies DataSheet;

const MODE = { POWER_DOWN: 0, SINGLE: 1, CONTINUOUS_8: 2, CONTINUOUS_100: 6, SELF_TEST: 8, FUSE_ROM: 15 };
/** CNTL1.MODE of continuous measurement: ns between two. */
const PERIOD_NS: Readonly<Record<number, number>> = {
  [MODE.CONTINUOUS_8]: 1e9 / 8,
  [MODE.CONTINUOUS_100]: 1e9 / 100,
};
/** 4.3: typical time of a measurement. */
const MEASUREMENT_NS = 7.2e6;
/** 6.4.3.1: the absolute values of the axes together must stay below this, in µT. */
const OVERFLOW_MICROTESLA = 4912;
/** 9.4.4.1, the middle of what is allowed: 14 bits of 0.6 µT, 16 bits of 0.15 µT. */
const MICROTESLA = [0.6, 0.15] as const;
/** 9.4.4.2: what the self test may show, after adjustment, in 16 bits: X and Y ±200, Z -3200 to -800. */
const SELF_TEST = [20, -20, -2000] as const;

/** The chip's inside, which also lies in the MPU-9250. `ago`: what is done happened so many ns ago. */
export class Ak8963 {
  readonly #sense: () => readonly [x: number, y: number, z: number];
  readonly #state;
  readonly #data: Uint8Array;

  /** Since the mode was chosen. */
  readonly #inMode: Stopwatch;

  constructor(
    { keep, stopwatch }: Pick<Kit, 'keep' | 'stopwatch'>,
    sense: () => readonly [x: number, y: number, z: number],
  ) {
    this.#sense = sense;
    this.#inMode = stopwatch();
    this.#data = keep(new Uint8Array(6));
    this.#state = keep({ ...POWER_ON });
  }

  /** A measurement is under way. */
  get measuring(): boolean {
    const { mode } = this.#state;
    return mode !== MODE.POWER_DOWN && mode !== MODE.FUSE_ROM;
  }

  reset(): void {
    Object.assign(this.#state, POWER_ON);
    this.#data.fill(0);
  }

  /** Ends what was over by then. */
  advance(ago = 0): void {
    const state = this.#state;
    const elapsed = this.#inMode.elapsedNs - ago - MEASUREMENT_NS;
    if (!this.measuring || elapsed < 0) return;
    const period = PERIOD_NS[state.mode];
    const made = period === undefined ? 1 : 1 + Math.floor(elapsed / period);
    if (made <= state.made) return;
    // Between the first byte of data and ST2 what was measured stays (6.4.3.2).
    const skipped = state.protected || state.ready || made - state.made > 1;
    state.made = made;
    if (skipped && period !== undefined) state.overrun = true;
    if (!state.protected) this.#measure();
    if (period === undefined) state.mode = MODE.POWER_DOWN;
  }

  read(register: number, ago = 0): number {
    this.advance(ago);
    const state = this.#state;
    const { ST1, HXL, ST2, CNTL1, ASTC, ASAX } = REGISTERS;
    if (register >= HXL.at && register < HXL.at + HXL.count) {
      Object.assign(state, { ready: false, overrun: false, protected: true });
      return this.#data[register - HXL.at] as number;
    }
    if (register >= ASAX.at && register < ASAX.at + ASAX.count) {
      return state.mode === MODE.FUSE_ROM ? ASAX.reset : 0;
    }
    switch (register) {
      case REGISTERS.WIA.at:
        return REGISTERS.WIA.reset;
      case ST1.at:
        return (state.ready ? 1 : 0) | (state.overrun ? 2 : 0);
      case ST2.at:
        Object.assign(state, { ready: false, overrun: false, protected: false });
        return (state.overflow ? 0x08 : 0) | (state.shownBits << 4);
      case CNTL1.at:
        return (state.bits << 4) | state.mode;
      case ASTC.at:
        return state.selfTest << 6;
      default:
        return 0;
    }
  }

  write(register: number, value: number, ago = 0): void {
    this.advance(ago);
    const state = this.#state;
    const { CNTL1, CNTL2, ASTC } = REGISTERS;
    if (register === CNTL1.at) {
      Object.assign(state, { bits: (value >> 4) & 1, mode: value & 0x0f, made: 0 });
      this.#inMode.start(ago);
    } else if (register === CNTL2.at && (value & 1) !== 0) this.reset();
    else if (register === ASTC.at) state.selfTest = (value >> 6) & 1;
  }

  /** The register that follows in a burst: 00h to 0Ch, and 10h to 12h, each round and round (7.1.2). */
  next(register: number): number {
    if (register === REGISTERS.ASTC.at) return 0;
    return register === REGISTERS.ASAX.at + 2 ? REGISTERS.ASAX.at : register + 1;
  }

  /** 8.3.11: shown = adjusted / ((ASA - 128) * 0.5 / 128 + 1). */
  #measure(): void {
    const state = this.#state;
    const lsb = MICROTESLA[state.bits as 0 | 1];
    const testing = state.mode === MODE.SELF_TEST && state.selfTest === 1;
    const field = testing ? SELF_TEST.map((code) => code * MICROTESLA[1]) : this.#sense();
    const adjustment = ((REGISTERS.ASAX.reset - 128) * 0.5) / 128 + 1;
    for (const [axis, value] of field.entries()) {
      // What can be felt stays below the 32,760 and 8,190 counts of 16 and 14 bits.
      const code = Math.round(value / lsb / adjustment);
      this.#data[2 * axis] = code;
      this.#data[2 * axis + 1] = code >> 8;
    }
    state.overflow = field.reduce((sum, value) => sum + Math.abs(value), 0) >= OVERFLOW_MICROTESLA;
    state.shownBits = state.bits;
    state.ready = true;
  }
}

const POWER_ON = {
  mode: MODE.POWER_DOWN,
  bits: 0,
  /** Measurements that have ended since the mode was chosen. */
  made: 0,
  ready: false,
  overrun: false,
  protected: false,
  overflow: false,
  shownBits: 0,
  selfTest: 0,
};

/** How it speaks on I2C where it is a chip within another. */
export function ak8963OnI2c(chip: Ak8963, keep: Kit['keep'], ago: () => number): I2cBehaviour {
  const bus = keep({ pointer: 0, naming: false });
  return {
    start(_address, read) {
      bus.naming = !read;
      return true;
    },
    write(data) {
      for (const byte of data) {
        if (bus.naming) {
          bus.naming = false;
          bus.pointer = byte;
          continue;
        }
        chip.write(bus.pointer, byte, ago());
        bus.pointer = chip.next(bus.pointer);
      }
      return data.length;
    },
    read(into) {
      for (let index = 0; index < into.length; index++) {
        into[index] = chip.read(bus.pointer, ago());
        bus.pointer = chip.next(bus.pointer);
      }
    },
  };
}

/** Ends its measurements before a test changes what it feels: looked at as often as the clock can tell. */
const LOOK_NS = 1e3;

export function followAk8963(chip: Ak8963, { every }: Pick<Kit, 'every'>): void {
  every(
    () => (chip.measuring ? LOOK_NS : 0),
    () => chip.advance(),
  );
}

const model: Model<typeof sheet> = (_registers, { sense, keep, stopwatch, every }) => {
  const chip = new Ak8963({ keep, stopwatch }, () => [sense.magnetX, sense.magnetY, sense.magnetZ]);
  followAk8963(chip, { every });
  return {
    memory: {
      read: (register) => chip.read(register),
      write: (register, value) => chip.write(register, value),
    },
    next: (register) => chip.next(register),
    reset: () => chip.reset(),
  };
};

export const parts: readonly Part[] = [{ ...sheet, model }];
