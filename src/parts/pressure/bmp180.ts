import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';

/** The example of the data sheet, figure 4: AC1 to AC6, B1, B2, MB, MC, MD. */
const CALIBRATION = [408, -72, -14383, 32741, 32757, 23153, 6190, 4, -32768, -8711, 2868] as const;
const [AC1, AC2, AC3, AC4, AC5, AC6, B1, B2, , MC, MD] = CALIBRATION;

const sheet = {
  compatible: ['bosch,bmp180', 'bosch,bmp085'],
  title: 'BMP180 pressure and temperature sensor',
  source: 'Bosch BST-BMP180-DS000',
  notModelled: ['noise', 'EOC and XCLR of the BMP085'],
  node: 'pressure',
  bus: { i2c: { form: 'byte registers', address: 0x77 } },
  // Table 4 "Memory map".
  registers: {
    CALIB: { at: 0xaa, count: 22, access: 'ro' },
    ID: { at: 0xd0, reset: 0x55, access: 'ro' },
    VERSION: { at: 0xd1, reset: 0x02, access: 'ro' },
    SOFT: { at: 0xe0, access: 'wo' },
    CTRL_MEAS: { at: 0xf4, fields: { OSS: [7, 6], SCO: [5, 'ro'], MEASUREMENT: [4, 0] } },
    OUT: { at: 0xf6, reset: 0, count: 3, access: 'ro' },
  },
  senses: {
    temperature: { unit: '°C', range: [-40, 85], initial: 25, doc: 'what the sensor feels' },
    pressure: { unit: 'Pa', range: [30_000, 110_000], initial: 101_325, doc: 'pressure of the air' },
  },
} as const satisfies DataSheet;

/** CTRL_MEAS: what is measured; bit 5 starts it. */
const [TEMPERATURE, PRESSURE] = [0x0e, 0x14];
const START = 0x20;
const RESET_WORD = 0xb6;
/** Table 8: longest times, of temperature, and of pressure by its samples. */
const TEMPERATURE_NS = 4.5e6;
const PRESSURE_NS = [4.5e6, 7.5e6, 13.5e6, 25.5e6] as const;

/** 3.5: the formulas' common intermediate, 160 a degree. */
function b5Of(raw: number): number {
  const x1 = Math.trunc(((raw - AC6) * AC5) / 2 ** 15);
  return x1 + Math.trunc((MC * 2 ** 11) / (x1 + MD));
}

/** 3.5: pressure in Pa. */
function pascals(raw: number, b5: number, oss: number): number {
  const b6 = b5 - 4000;
  const x3 = Math.floor((B2 * Math.floor((b6 * b6) / 2 ** 12)) / 2 ** 11) + Math.floor((AC2 * b6) / 2 ** 11);
  const b3 = Math.floor(((AC1 * 4 + x3) * 2 ** oss + 2) / 4);
  const y3 = Math.floor((AC3 * b6) / 2 ** 13) + Math.floor((B1 * Math.floor((b6 * b6) / 2 ** 12)) / 2 ** 16);
  const b4 = (AC4 * (Math.floor((y3 + 2) / 4) + 32768)) / 2 ** 15;
  const p = (2 * ((raw - b3) * Math.floor(50_000 / 2 ** oss))) / b4;
  const x1 = (Math.floor(p / 2 ** 8) ** 2 * 3038) / 2 ** 16;
  return p + (x1 + (-7357 * p) / 2 ** 16 + 3791) / 2 ** 4;
}

/** The raw value below `end` for which a rising `formula` first reaches `wanted`. */
function invert(wanted: number, end: number, formula: (raw: number) => number): number {
  let [low, high] = [0, end - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (formula(middle) < wanted) low = middle + 1;
    else high = middle;
  }
  const before = Math.max(0, low - 1);
  return Math.abs(formula(before) - wanted) < Math.abs(formula(low) - wanted) ? before : low;
}

const model: Model<typeof sheet> = ({ CALIB, CTRL_MEAS, OUT }, { sense, once, keep, reset: powerOn }) => {
  const result = keep({ raw: 0, shift: 0 });
  const conversion = once(() => {
    CTRL_MEAS.SCO = 0;
    for (let byte = 0; byte < 3; byte++)
      OUT.set(byte, (result.raw * 2 ** result.shift) / 2 ** (8 * (2 - byte)));
  });
  // Where the divisor of 3.5 is positive: below about -55 °C it is not.
  const rawTemperature = () =>
    LEAST + invert(sense.temperature * 160, 0x10000 - LEAST, (raw) => b5Of(LEAST + raw));

  function start(): void {
    const { OSS, MEASUREMENT } = CTRL_MEAS;
    if (MEASUREMENT === TEMPERATURE) {
      Object.assign(result, { raw: rawTemperature(), shift: 8 });
      conversion.start(TEMPERATURE_NS);
    } else if (MEASUREMENT === PRESSURE) {
      const b5 = b5Of(rawTemperature());
      const raw = invert(sense.pressure, 2 ** (16 + OSS), (code) => pascals(code, b5, OSS));
      Object.assign(result, { raw, shift: 8 - OSS });
      conversion.start(PRESSURE_NS[OSS] as number);
    }
  }

  /** Before anything is measured the result is 8000h. */
  function powerUp(): void {
    OUT.set(0, 0x80);
    for (const [index, word] of CALIBRATION.entries()) {
      CALIB.set(2 * index, word >> 8);
      CALIB.set(2 * index + 1, word);
    }
  }

  powerUp();
  return {
    onWrite: {
      SOFT({ value }) {
        if (value === RESET_WORD) powerOn();
      },
      CTRL_MEAS({ value }) {
        if ((value & START) === 0) return;
        CTRL_MEAS.SCO = 1;
        start();
      },
    },
    reset() {
      conversion.cancel();
      powerUp();
    },
  };
};

/** Raw temperatures from here on rise with what is felt. */
const LEAST = 20_000;

export const parts = [{ ...sheet, model }];
