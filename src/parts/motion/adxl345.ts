import type { DataSheet, Properties } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { Detector } from './adxl345-detector.ts';

const AXES = ['X', 'Y', 'Z'] as const;

const SENSES = {
  accelX: { unit: 'g', range: [-16, 16], doc: 'acceleration along X' },
  accelY: { unit: 'g', range: [-16, 16], doc: 'acceleration along Y' },
  accelZ: { unit: 'g', range: [-16, 16], initial: 1, doc: 'acceleration along Z' },
} as const satisfies Properties;

const sheet = {
  compatible: ['adi,adxl345'],
  title: 'ADXL345 accelerometer',
  source: 'Analog Devices ADXL345, rev. E',
  notModelled: [
    'taps',
    'the trigger mode of the FIFO: it is its stream mode',
    'the lower rate of sleep mode and of AUTO_SLEEP',
    'without the FIFO data registers show the present value, not that of the last sample',
    'three-wire SPI',
  ],
  node: 'accelerometer',
  bus: {
    i2c: { form: 'byte registers', address: 0x53, pointer: 0x3f, last: 0x3f },
    // CPOL = CPHA = 1; bit 7 read, bit 6 several bytes.
    spi: {
      form: 'registers',
      modes: 0b1000,
      maxSpeedHz: 5_000_000,
      header: { read: 0x80, address: 0x3f, increment: 0x40 },
    },
  },
  // Table 19 "Register map".
  registers: {
    DEVID: { at: 0x00, reset: 0xe5, access: 'ro' },
    THRESH_TAP: { at: 0x1d },
    OFSX: { at: 0x1e },
    OFSY: { at: 0x1f },
    OFSZ: { at: 0x20 },
    DUR: { at: 0x21 },
    LATENT: { at: 0x22 },
    WINDOW: { at: 0x23 },
    THRESH_ACT: { at: 0x24 },
    THRESH_INACT: { at: 0x25 },
    TIME_INACT: { at: 0x26 },
    ACT_INACT_CTL: { at: 0x27 },
    THRESH_FF: { at: 0x28 },
    TIME_FF: { at: 0x29 },
    TAP_AXES: { at: 0x2a },
    ACT_TAP_STATUS: { at: 0x2b, access: 'ro' },
    BW_RATE: { at: 0x2c, reset: 0x0a, fields: { LOW_POWER: 4, RATE: [3, 0] } },
    POWER_CTL: { at: 0x2d, fields: { LINK: 5, AUTO_SLEEP: 4, MEASURE: 3, SLEEP: 2, WAKEUP: [1, 0] } },
    INT_ENABLE: { at: 0x2e },
    INT_MAP: { at: 0x2f },
    INT_SOURCE: { at: 0x30, reset: 0x02, access: 'ro' },
    DATA_FORMAT: {
      at: 0x31,
      fields: { SELF_TEST: 7, SPI: 6, INT_INVERT: 5, FULL_RES: 3, JUSTIFY: 2, RANGE: [1, 0] },
    },
    DATAX0: { at: 0x32, count: 6, access: 'ro' },
    FIFO_CTL: { at: 0x38, fields: { FIFO_MODE: [7, 6], TRIGGER: 5, SAMPLES: [4, 0] } },
    FIFO_STATUS: { at: 0x39, access: 'ro' },
  },
  senses: SENSES,
  pins: ['INT1', 'INT2'],
  idleLow: ['INT1', 'INT2'],
} as const satisfies DataSheet;

const INT = { DATA_READY: 0x80, WATERMARK: 0x02, OVERRUN: 0x01 } as const;
const FIFO_MODE = { BYPASS: 0, FIFO: 1 } as const;
const FIFO_DEPTH = 32;
/** One more waits in the data registers. */
const MOST_SAMPLES = FIFO_DEPTH + 1;
/** 3.9 mg a count in full resolution, 15.6 mg a count of offset. */
const COUNTS_PER_G = 256;
const OFFSET_COUNTS = 4;
/** Table 7: 3200 Hz at rate code 15, half of that for each code less. */
const FASTEST_NS = 1e9 / 3200;
/** What the self test adds, in g: within table 1 at 2.5 V (X 0.20 to 2.10, Y -2.10 to -0.20, Z 0.30 to 3.40). */
const SELF_TEST_G = [0.8, -0.8, 1.2] as const;

const model: Model<typeof sheet> = (registers, { sense, keep, every, quantize, pin: { INT1, INT2 } }) => {
  const { OFSX, OFSY, OFSZ, BW_RATE, POWER_CTL, INT_ENABLE, INT_MAP, INT_SOURCE } = registers;
  const { DATA_FORMAT, DATAX0, FIFO_CTL } = registers;
  const offsets = [OFSX, OFSY, OFSZ];
  const detector = new Detector(registers, keep);
  /** Samples that wait, from `head` on; the first is what DATAX0 to DATAZ1 show. */
  const samples = keep(new Int16Array(3 * MOST_SAMPLES));
  const fifo = keep({ head: 0, entries: 0, overrun: false, events: 0, readData: false, ns: 0 });
  const period = () => (POWER_CTL.MEASURE ? FASTEST_NS * 2 ** (15 - BW_RATE.RATE) : 0);
  const sampling = every(period, sample, INT1, INT2);
  const bypass = () => FIFO_CTL.FIFO_MODE === FIFO_MODE.BYPASS;

  /** g, offsets and self test included. */
  function present(): number[] {
    return AXES.map((axis, index) => {
      const offset = ((offsets[index]?.value ?? 0) << 24) >> 24;
      const tested = DATA_FORMAT.SELF_TEST ? (SELF_TEST_G[index] as number) : 0;
      return sense[`accel${axis}`] + tested + (offset * OFFSET_COUNTS) / COUNTS_PER_G;
    });
  }

  /** Ten bits in every range, or 3.9 mg a count with FULL_RES. */
  function codesOf(g: readonly number[]): number[] {
    const bits = DATA_FORMAT.FULL_RES ? 10 + DATA_FORMAT.RANGE : 10;
    const lsb = (DATA_FORMAT.FULL_RES ? 1 : 2 ** DATA_FORMAT.RANGE) / COUNTS_PER_G;
    return g.map((value) => quantize(value, lsb, bits) << (DATA_FORMAT.JUSTIFY ? 16 - bits : 0));
  }

  function show(codes: ArrayLike<number>): void {
    for (let axis = 0; axis < 3; axis++) {
      DATAX0.set(2 * axis, codes[axis] as number);
      DATAX0.set(2 * axis + 1, (codes[axis] as number) >> 8);
    }
  }

  const showHead = () => show(samples.subarray(3 * fifo.head, 3 * fifo.head + 3));

  function sample(count: number): void {
    const g = present();
    detect(g, count);
    const codes = codesOf(g);
    if (bypass()) {
      if (fifo.entries + count > 1) fifo.overrun = true;
      Object.assign(fifo, { head: 0, entries: 1 });
      samples.set(codes);
    } else for (let made = 0; made < Math.min(count, MOST_SAMPLES); made++) push(codes);
    showHead();
    setSource();
  }

  /** All these samples are the same: the first and the last of them tell whatever there is to tell. */
  function detect(g: readonly number[], count: number): void {
    for (const at of count === 1 ? [1] : [1, count]) {
      const now = fifo.ns + at * period();
      fifo.events |= detector.sample(g, now, INT_ENABLE.value, POWER_CTL.LINK === 1);
    }
    fifo.ns += count * period();
  }

  /** A full FIFO takes nothing more in FIFO mode; else its oldest sample goes. */
  function push(codes: readonly number[]): void {
    const full = fifo.entries === MOST_SAMPLES;
    if (full) fifo.overrun = true;
    if (full && FIFO_CTL.FIFO_MODE === FIFO_MODE.FIFO) return;
    samples.set(codes, 3 * ((fifo.head + fifo.entries) % MOST_SAMPLES));
    if (full) fifo.head = (fifo.head + 1) % MOST_SAMPLES;
    else fifo.entries++;
  }

  function pop(): void {
    if (fifo.entries === 0) return;
    fifo.entries--;
    fifo.overrun = false;
    // The last one stays to be seen.
    if (fifo.entries > 0) fifo.head = (fifo.head + 1) % MOST_SAMPLES;
    showHead();
  }

  /** "Samples Bits": none asked for are always there, whichever the mode; else bypass mode knows no watermark. */
  const enough = () => FIFO_CTL.SAMPLES === 0 || (!bypass() && fifo.entries >= FIFO_CTL.SAMPLES);

  function setSource(): void {
    let source = fifo.events | (fifo.entries > 0 ? INT.DATA_READY : 0);
    if (enough()) source |= INT.WATERMARK;
    if (fifo.overrun) source |= INT.OVERRUN;
    INT_SOURCE.value = source;
    drive();
  }

  function drive(): void {
    const pending = INT_SOURCE.value & INT_ENABLE.value;
    const inverted = DATA_FORMAT.INT_INVERT === 1;
    INT1.set(((pending & ~INT_MAP.value) !== 0) !== inverted);
    INT2.set(((pending & INT_MAP.value) !== 0) !== inverted);
  }

  /** Without the FIFO data registers follow what is felt. */
  function follow(): void {
    if (POWER_CTL.MEASURE && bypass()) show(codesOf(present()));
  }

  function clear(): void {
    Object.assign(fifo, { head: 0, entries: 0, overrun: false, events: 0, readData: false });
  }

  return {
    onRead: {
      DATAX0(index) {
        fifo.readData = true;
        return DATAX0.get(index);
      },
      /** Activity, inactivity and free fall are told once. */
      INT_SOURCE() {
        const { value } = INT_SOURCE;
        fifo.events = 0;
        setSource();
        return value;
      },
      /** "Bypass Mode": the FIFO stays empty. */
      FIFO_STATUS: () => (bypass() ? 0 : Math.min(fifo.entries, FIFO_DEPTH)),
    },
    onWrite: {
      BW_RATE: () => sampling.restart(),
      POWER_CTL({ MEASURE }) {
        sampling.restart();
        if (MEASURE) sample(1);
      },
      INT_ENABLE: () => detector.restart(),
      ACT_INACT_CTL: () => detector.restart(),
      FIFO_CTL({ FIFO_MODE: mode }) {
        if (mode === FIFO_MODE.BYPASS) clear();
      },
    },
    afterWrite() {
      follow();
      setSource();
    },
    /** After a read of the data one sample leaves the FIFO. */
    end() {
      if (!fifo.readData) return;
      fifo.readData = false;
      pop();
      setSource();
    },
    sensed: follow,
    reset() {
      clear();
      detector.restart();
      sampling.restart();
      drive();
    },
    restored: drive,
  };
};

export const parts = [{ ...sheet, model }];
