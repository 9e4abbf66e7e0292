import type { DataSheet, Properties } from '../data-sheet.ts';
import type { Kit, Model, Part } from '../model.ts';

const CODE = { kind: 'integer', range: [0, 4095] } as const;

const SENSES = {
  touching: { kind: 'flag', doc: 'a pen presses the two sheets together' },
  x: { ...CODE, initial: 2048, doc: 'where the pen is, as a code of 12 bits' },
  y: { ...CODE, initial: 2048, doc: 'where the pen is, as a code of 12 bits' },
  z1: { ...CODE, initial: 1000, doc: 'cross panel measurement Z1: more as it is pressed harder' },
  z2: { ...CODE, initial: 2000, doc: 'cross panel measurement Z2: less as it is pressed harder' },
  temperature: { unit: '°C', range: [-40, 85], initial: 25, doc: 'temperature of the die' },
  aux: { unit: 'V', range: [0, 6], doc: 'voltage at AUX' },
  battery: { unit: 'V', range: [0, 6], initial: 3, doc: 'voltage at VBAT, which is divided by 4' },
  vref: {
    unit: 'V',
    range: [1, 5.25],
    initial: 3.3,
    doc: 'reference voltage, while the internal one is off',
  },
} as const satisfies Properties;
const { battery: _none, ...WITHOUT_BATTERY } = SENSES;

const FULL = 4096;
const LAST = FULL - 1;
/** Nothing presses: the sheets do not touch, and Z2 is drawn to the reference. */
const LIFTED = { x: 0, y: LAST, z1: 0, z2: LAST } as const;
const INTERNAL_REFERENCE = 2.5;

type Clamp = Kit['clamp'];

type Panel = Readonly<Record<keyof typeof LIFTED, number>> & { readonly touching: boolean };
const panel = (sense: Panel, which: keyof typeof LIFTED): number =>
  sense.touching ? sense[which] : LIFTED[which];
const codeOf = (volts: number, reference: number, clamp: Clamp) =>
  clamp(Math.floor((volts * FULL) / reference), 0, LAST);
/** A diode: 600 mV at 25 °C, 2.1 mV less for each degree. */
const diode = (temperature: number) => 0.6 - 0.0021 * (temperature - 25);
/** With 91 times the current as much more as the absolute temperature by 2.573 is, in mV. */
const diodeBy91 = (temperature: number) => diode(temperature) + (temperature + 273.15) / 2573;

const ads7846 = {
  compatible: ['ti,ads7846', 'ti,tsc2046', 'ti,ads7843', 'ti,ads7845', 'ti,ads7873', 'ti,tsc2046e-adc'],
  title: 'ADS7846 controller of a resistive touch screen',
  source: 'TI SBAS125',
  notModelled: ['noise, and the time that a panel takes to settle', 'BUSY', 'what ADS7843 and ADS7845 lack'],
  node: 'touchscreen',
  bus: { spi: { form: 'other', modes: 0b0001, maxSpeedHz: 2_500_000, message: 'answers' } },
  senses: SENSES,
  pins: ['PENIRQ'],
} as const satisfies DataSheet;

/** Bits of a control byte (table III): start, A2 to A0, MODE (8 bits), SER/DFR, PD1 (reference), PD0 (converter). */
const [MODE, PD1, PD0] = [0x08, 0x02, 0x01];
const CONTROL_BITS = 8;
/** Clocks behind the control byte until the next one may begin: 15 clocks a conversion. */
const BEFORE_NEXT = 7;

const model7846: Model<typeof ads7846> = (_registers, { sense, keep, clamp, pin: { PENIRQ } }) => {
  const state = keep({ power: 0 });
  /** Bits of the control byte that have come; clocks since it was whole, -1 before. */
  let [taken, since] = [0, -1];
  let [control, code, bits] = [0, 0, 12];

  /** Table I: single-ended, against the reference; table II: against the panel's own ends. */
  function convert(): number {
    const reference = (control & PD1) === 0 ? sense.vref : INTERNAL_REFERENCE;
    switch ((control >> 4) & 7) {
      case 0:
        return codeOf(diode(sense.temperature), reference, clamp);
      case 1:
        return panel(sense, 'y');
      case 2:
        return codeOf(sense.battery / 4, reference, clamp);
      case 3:
        return panel(sense, 'z1');
      case 4:
        return panel(sense, 'z2');
      case 5:
        return panel(sense, 'x');
      case 6:
        return codeOf(sense.aux, reference, clamp);
      default:
        return codeOf(diodeBy91(sense.temperature), reference, clamp);
    }
  }

  function begin(): void {
    bits = (control & MODE) === 0 ? 12 : 8;
    code = convert() >> (12 - bits);
    state.power = control & (PD1 | PD0);
    [taken, since] = [0, 0];
    drive();
  }

  function clock(din: number): number {
    const out = output();
    if (taken > 0) {
      control = (control << 1) | din;
      if (++taken === CONTROL_BITS) begin();
    } else if (din === 1 && (since < 0 || since > BEFORE_NEXT)) {
      [taken, control] = [1, 1];
    }
    return out;
  }
  /** DOUT gives a zero while it is busy, then the code, and zeros after it. */
  function output(): number {
    if (since < 0) return 0;
    const index = since++;
    return index === 0 || index > bits ? 0 : (code >> (bits - index)) & 1;
  }

  /** "PENIRQ output": off while PD0 is 1. */
  const drive = () => PENIRQ.set(!sense.touching || (state.power & PD0) !== 0);

  return {
    sensed: drive,
    reset() {
      state.power = 0;
      drive();
    },
    restored: drive,
    spi: {
      select() {
        [taken, since] = [0, -1];
      },
      transfer(tx, rx, length) {
        for (let at = 0; at < length; at++) {
          let answer = 0;
          for (let bit = 7; bit >= 0; bit--) answer = (answer << 1) | clock(((tx?.[at] ?? 0) >> bit) & 1);
          if (rx !== undefined) rx[at] = answer;
        }
      },
    },
  };
};

const tsc2007 = {
  compatible: ['ti,tsc2007'],
  title: 'TSC2007 controller of a resistive touch screen',
  source: 'TI SBAS405',
  notModelled: ['noise, and the time that a panel takes to settle', 'the MAV filter and the setup command'],
  node: 'touchscreen',
  bus: { i2c: { form: 'other', address: 0x48 } },
  senses: WITHOUT_BATTERY,
  pins: ['PENIRQ'],
} as const satisfies DataSheet;

/** Converter functions C3 to C0 (table 3). */
const FUNCTION = { temp0: 0x0, aux: 0x2, temp1: 0x4, x: 0xc, y: 0xd, z1: 0xe, z2: 0xf } as const;
/** PD0 in bit 2: the converter stays on, and the pen's interrupt off. M in bit 1: 8 bits. */
const [STAYS_ON, EIGHT_BITS] = [0x04, 0x02];

const model2007: Model<typeof tsc2007> = (_registers, { sense, keep, clamp, pin: { PENIRQ } }) => {
  const state = keep({ command: 0, code: 0, position: 0 });

  function convert(): number {
    switch (state.command >> 4) {
      case FUNCTION.temp0:
        return codeOf(diode(sense.temperature), sense.vref, clamp);
      case FUNCTION.temp1:
        return codeOf(diodeBy91(sense.temperature), sense.vref, clamp);
      case FUNCTION.aux:
        return codeOf(sense.aux, sense.vref, clamp);
      case FUNCTION.x:
        return panel(sense, 'x');
      case FUNCTION.y:
        return panel(sense, 'y');
      case FUNCTION.z1:
        return panel(sense, 'z1');
      case FUNCTION.z2:
        return panel(sense, 'z2');
      default:
        return 0;
    }
  }
  const drive = () => PENIRQ.set(!sense.touching || (state.command & STAYS_ON) !== 0);

  return {
    sensed: drive,
    reset() {
      state.command = 0;
      drive();
    },
    restored: drive,
    i2c: {
      start(_address, read) {
        if (read) Object.assign(state, { code: convert(), position: 0 });
        return true;
      },
      write(data) {
        state.command = data.at(-1) ?? state.command;
        drive();
        return data.length;
      },
      /** Left-aligned; of 8 bits one byte. */
      read(into) {
        const bytes = [state.code >> 4, (state.command & EIGHT_BITS) === 0 ? (state.code & 0x0f) << 4 : 0];
        for (let at = 0; at < into.length; at++) into[at] = bytes[state.position++] ?? 0;
      },
    },
  };
};

export const parts: readonly Part[] = [
  { ...ads7846, model: model7846 },
  { ...tsc2007, model: model2007 },
];
