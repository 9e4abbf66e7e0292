import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';

const sheet = {
  compatible: ['ti,opt3001'],
  title: 'OPT3001 light sensor',
  source: 'TI SBOS681',
  notModelled: ['the SMBus alert response', 'noise'],
  node: 'light-sensor',
  bus: { i2c: { form: 'word registers', address: 0x44 } },
  // Table 8 "Register map".
  registers: {
    RESULT: { at: 0x00, access: 'ro', fields: { E: [15, 12], R: [11, 0] } },
    CONFIGURATION: {
      at: 0x01,
      reset: 0xc810,
      fields: {
        RN: [15, 12],
        CT: 11,
        M: [10, 9],
        OVF: [8, 'ro'],
        CRF: [7, 'ro'],
        FH: [6, 'ro'],
        FL: [5, 'ro'],
        L: 4,
        POL: 3,
        ME: 2,
        FC: [1, 0],
      },
    },
    LOW_LIMIT: { at: 0x02, fields: { LE: [15, 12], TL: [11, 0] } },
    HIGH_LIMIT: { at: 0x03, reset: 0xbfff, fields: { HE: [15, 12], TH: [11, 0] } },
    MANUFACTURER_ID: { at: 0x7e, reset: 0x5449, access: 'ro' },
    DEVICE_ID: { at: 0x7f, reset: 0x3001, access: 'ro' },
  },
  senses: {
    illuminance: { unit: 'lx', range: [0, 200_000], initial: 100, step: 0.01, doc: 'light on the sensor' },
  },
  pins: ['INT'],
} as const satisfies DataSheet;

const [SHUTDOWN, SINGLE] = [0, 1];
/** CT: typical conversion times. */
const CONVERSION_NS = [100e6, 800e6] as const;
/** RN of the automatic range, and the highest range that there is. */
const [AUTOMATIC, HIGHEST] = [12, 11];
const LUX = 0.01;
const FULL = 0xfff;
/** FC: conversions beyond a limit that raise the interrupt. */
const FAULTS = [1, 2, 4, 8] as const;
/** LE: 11 in the higher bits of the low limit turns the interrupt into one of each conversion. */
const END_OF_CONVERSION = 0xc;

const model: Model<typeof sheet> = (registers, { sense, once, every, keep, pin: { INT } }) => {
  const { RESULT, CONFIGURATION, LOW_LIMIT, HIGH_LIMIT } = registers;
  const counts = keep({ high: 0, low: 0 });
  const single = once(() => {
    convert(1);
    CONFIGURATION.M = SHUTDOWN;
  }, INT);
  const conversionNs = () => CONVERSION_NS[CONFIGURATION.CT as 0 | 1];
  const conversions = every(() => (CONFIGURATION.M > SINGLE ? conversionNs() : 0), convert, INT);

  /** 7.3.4: the lowest range that the light fits in. */
  function exponent(): number {
    if (CONFIGURATION.RN !== AUTOMATIC) return Math.min(CONFIGURATION.RN, HIGHEST);
    let e = 0;
    while (e < HIGHEST && sense.illuminance > FULL * LUX * 2 ** e) e++;
    return e;
  }

  const luxOf = (word: number) => LUX * 2 ** (word >> 12) * (word & FULL);

  function convert(count: number): void {
    const e = exponent();
    const mantissa = Math.round(sense.illuminance / (LUX * 2 ** e));
    CONFIGURATION.OVF = mantissa > FULL ? 1 : 0;
    RESULT.value = (e << 12) | Math.min(mantissa, FULL);
    CONFIGURATION.CRF = 1;
    const lux = luxOf(RESULT.value);
    counts.high = lux > luxOf(HIGH_LIMIT.value) ? counts.high + count : 0;
    counts.low = lux < luxOf(LOW_LIMIT.value) ? counts.low + count : 0;
    compare();
  }

  /** Latched: flags stay until they are read. As a comparator they follow; both change INT. */
  function compare(): void {
    const faults = FAULTS[CONFIGURATION.FC] as number;
    const [high, low] = [counts.high >= faults, counts.low >= faults];
    if (CONFIGURATION.L) {
      if (high) CONFIGURATION.FH = 1;
      if (low) CONFIGURATION.FL = 1;
    } else {
      if (high) Object.assign(CONFIGURATION, { FH: 1, FL: 0 });
      if (low) Object.assign(CONFIGURATION, { FH: 0, FL: 1 });
    }
    drive();
  }

  function drive(): void {
    const each = LOW_LIMIT.LE >= END_OF_CONVERSION && CONFIGURATION.CRF === 1;
    const { L, FH, FL } = CONFIGURATION;
    const asserted = each || FH === 1 || (L === 1 && FL === 1);
    INT.set(asserted === (CONFIGURATION.POL === 1));
  }

  return {
    onRead: {
      /** CRF and latched flags go with a read. */
      CONFIGURATION() {
        const { value } = CONFIGURATION;
        CONFIGURATION.CRF = 0;
        if (CONFIGURATION.L) Object.assign(CONFIGURATION, { FH: 0, FL: 0 });
        drive();
        return value;
      },
    },
    onWrite: {
      CONFIGURATION({ M }) {
        CONFIGURATION.CRF = 0;
        single.cancel();
        conversions.restart();
        Object.assign(counts, { high: 0, low: 0 });
        if (M === SINGLE) single.start(conversionNs());
        drive();
      },
    },
    reset() {
      single.cancel();
      conversions.restart();
      Object.assign(counts, { high: 0, low: 0 });
      drive();
    },
    restored: drive,
  };
};

export const parts = [{ ...sheet, model }];
