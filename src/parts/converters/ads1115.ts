import type { DataSheet, Property } from '../data-sheet.ts';
import { resetByGeneralCall } from '../general-call.ts';
import type { Model, Part } from '../model.ts';

/** What the converters of this family differ in. */
interface Row {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly source: string;
  readonly bits: 12 | 16;
  /** Samples a second, by DR. */
  readonly rates: readonly number[];
  /** A comparator with its thresholds and the ALERT/RDY pin. */
  readonly comparator: boolean;
}

const ADS1015_RATES = [128, 250, 490, 920, 1600, 2400, 3300, 3300];

const ROWS: readonly Row[] = [
  {
    compatible: ['ti,ads1015'],
    title: 'ADS1015 converter, 12 bits, 4 inputs',
    source: 'TI SBAS473',
    bits: 12,
    rates: ADS1015_RATES,
    comparator: true,
  },
  {
    compatible: ['ti,ads1115'],
    title: 'ADS1115 converter, 16 bits, 4 inputs',
    source: 'TI SBAS444',
    bits: 16,
    rates: [8, 16, 32, 64, 128, 250, 475, 860],
    comparator: true,
  },
  {
    compatible: ['ti,tla2024', 'ti,tla2021', 'ti,tla2022'],
    title: 'TLA2024 converter, 12 bits, 4 inputs',
    source: 'TI SBAS846',
    bits: 12,
    rates: ADS1015_RATES,
    comparator: false,
  },
];

const input = (name: string) =>
  ({ unit: 'V', range: [-0.3, 6.3], initial: 0, doc: `voltage at ${name}` }) as const satisfies Property;

/** SBAS444, table 8-1. */
const sheetOf = ({ compatible, title, source, comparator }: Row) =>
  ({
    compatible,
    title,
    source,
    notModelled: ['noise', 'the high-speed mode of I2C'],
    node: 'adc',
    bus: { i2c: { form: 'word registers', address: 0x48, pointer: 0x03 } },
    registers: {
      CONVERSION: { at: 0, access: 'ro' },
      CONFIG: {
        at: 1,
        reset: 0x8583,
        fields: {
          /** Written: begins a conversion. Read: none is running. */
          OS: [15, 'sc'],
          MUX: [14, 12],
          PGA: [11, 9],
          /** Single-shot; else continuous. */
          MODE: 8,
          DR: [7, 5],
          COMP_MODE: [4, comparator ? 'rw' : 'ro'],
          COMP_POL: [3, comparator ? 'rw' : 'ro'],
          COMP_LAT: [2, comparator ? 'rw' : 'ro'],
          COMP_QUE: [1, 0, comparator ? 'rw' : 'ro'],
        },
      },
      LO_THRESH: { at: 2, reset: 0x8000, access: comparator ? 'rw' : 'ro' },
      HI_THRESH: { at: 3, reset: 0x7fff, access: comparator ? 'rw' : 'ro' },
    },
    senses: { ain0: input('AIN0'), ain1: input('AIN1'), ain2: input('AIN2'), ain3: input('AIN3') },
    pins: ['ALERT/RDY'],
  }) as const satisfies DataSheet;

/** MUX: positive and negative input; -1 is ground. */
const MUX: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 3],
  [1, 3],
  [2, 3],
  [0, -1],
  [1, -1],
  [2, -1],
  [3, -1],
];
/** PGA: full scale in V. */
const FULL_SCALE = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256] as const;
/** The converter wakes for this long before a single conversion. */
const WAKE_UP_NS = 25e3;
const NO_COMPARATOR = 3;

const modelOf =
  ({ bits, rates }: Row): Model<ReturnType<typeof sheetOf>> =>
  (
    { CONVERSION, CONFIG, LO_THRESH, HI_THRESH },
    { sense, pin, keep, once, every, quantize, signed, reset },
  ) => {
    const ALERT = pin['ALERT/RDY'];
    const comparator = keep({ beyond: 0, asserted: false });
    const period = () => 1e9 / (rates[CONFIG.DR] as number);
    const conversions = every(() => (CONFIG.MODE ? 0 : period()), converted, ALERT);
    const single = once(() => converted(), ALERT);

    const volts = (index: number) => [sense.ain0, sense.ain1, sense.ain2, sense.ain3][index] ?? 0;

    /** 8.3.8: the thresholds make the pin tell the end of each conversion. */
    const tellsReady = () =>
      CONFIG.COMP_QUE !== NO_COMPARATOR && HI_THRESH.value >= 0x8000 && LO_THRESH.value < 0x8000;

    function converted(): void {
      const [positive, negative] = MUX[CONFIG.MUX] as readonly [number, number];
      const lsb = (FULL_SCALE[CONFIG.PGA] as number) / 2 ** (bits - 1);
      const code = quantize(volts(positive) - volts(negative), lsb, bits) * 2 ** (16 - bits);
      CONVERSION.value = code & 0xffff;
      if (tellsReady()) tellReady();
      else compare(code);
    }

    /** A pulse in continuous mode; else until the next conversion begins. */
    function tellReady(): void {
      comparator.asserted = true;
      drive();
      if (CONFIG.MODE) return;
      comparator.asserted = false;
      drive();
    }

    /** 8.3.7 "Digital comparator": asserted after 1, 2 or 4 conversions beyond a threshold. */
    function compare(code: number): void {
      if (CONFIG.COMP_QUE === NO_COMPARATOR) comparator.asserted = false;
      else {
        const window = CONFIG.COMP_MODE === 1;
        const beyond = code > signed(HI_THRESH.value) || (window && code < signed(LO_THRESH.value));
        comparator.beyond = beyond ? comparator.beyond + 1 : 0;
        const back = window ? !beyond : code < signed(LO_THRESH.value);
        if (comparator.beyond >= 2 ** CONFIG.COMP_QUE) comparator.asserted = true;
        else if (back && !CONFIG.COMP_LAT) comparator.asserted = false;
      }
      drive();
    }

    const drive = () => ALERT.set(comparator.asserted === (CONFIG.COMP_POL === 1));

    return {
      onRead: {
        CONVERSION() {
          if (CONFIG.COMP_LAT && !tellsReady()) {
            comparator.asserted = false;
            drive();
          }
          return CONVERSION.value;
        },
        CONFIG: () => (single.pending ? CONFIG.value & 0x7fff : CONFIG.value | 0x8000),
      },
      onWrite: {
        CONFIG({ OS }) {
          if (!CONFIG.MODE) {
            single.cancel();
            // 8.4.2.2: the old result stays until the first conversion with the new settings has ended.
            conversions.restart();
          } else if (OS) {
            if (tellsReady()) comparator.asserted = false;
            single.start(WAKE_UP_NS + period());
          }
          drive();
        },
      },
      ...resetByGeneralCall(reset),
      // 8.3.9: a latched comparator answers, and is released by that.
      alertResponse: () => (CONFIG.COMP_LAT && comparator.asserted && !tellsReady() ? 0 : undefined),
      alertAnswered() {
        comparator.asserted = false;
        drive();
      },
      reset() {
        single.cancel();
        Object.assign(comparator, { beyond: 0, asserted: false });
        drive();
      },
      restored: drive,
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));
