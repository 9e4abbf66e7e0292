import type { DataSheet, Properties } from '../data-sheet.ts';
import type { Model } from '../model.ts';

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
    'taps, activity, inactivity and free fall',
    'the self test',
    'the trigger mode of the FIFO, and the samples in it: all show the present value',
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
    INT_SOURCE: { at: 0x30, access: 'ro' },
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
const FIFO_BYPASS = 0;
const FIFO_DEPTH = 32;
/** 3.9 mg a count in full resolution, 15.6 mg a count of offset. */
const COUNTS_PER_G = 256;
const OFFSET_COUNTS = 4;
/** Table 7: 3200 Hz at rate code 15, half of that for each code less. */
const FASTEST_NS = 1e9 / 3200;

const model: Model<typeof sheet> = (
  registers,
  { sense, keep, every, clamp, quantize, pin: { INT1, INT2 } },
) => {
  const { OFSX, OFSY, OFSZ, BW_RATE, POWER_CTL, INT_ENABLE, INT_MAP, INT_SOURCE } = registers;
  const { DATA_FORMAT, DATAX0, FIFO_CTL } = registers;
  const offsets = [OFSX, OFSY, OFSZ];
  /** Samples that wait; the first is what DATAX0 to DATAZ1 show. */
  const fifo = keep({ entries: 0, readData: false });
  const period = () => (POWER_CTL.MEASURE ? FASTEST_NS * 2 ** (15 - BW_RATE.RATE) : 0);
  const samples = every(period, sample, INT1);

  /** Ten bits in every range, or 3.9 mg a count with FULL_RES. */
  function store(): void {
    const bits = DATA_FORMAT.FULL_RES ? 10 + DATA_FORMAT.RANGE : 10;
    const lsb = (DATA_FORMAT.FULL_RES ? 1 : 2 ** DATA_FORMAT.RANGE) / COUNTS_PER_G;
    for (const [index, axis] of AXES.entries()) {
      const offset = ((offsets[index]?.value ?? 0) << 24) >> 24;
      const code = quantize(sense[`accel${axis}`] + (offset * OFFSET_COUNTS) / COUNTS_PER_G, lsb, bits);
      const word = DATA_FORMAT.JUSTIFY ? code << (16 - bits) : code;
      DATAX0.set(2 * index, word);
      DATAX0.set(2 * index + 1, word >> 8);
    }
  }

  function sample(count: number): void {
    const bypass = FIFO_CTL.FIFO_MODE === FIFO_BYPASS;
    const waiting = fifo.entries + count;
    fifo.entries = bypass ? 1 : clamp(waiting, 0, FIFO_DEPTH + 1);
    setSource(waiting > (bypass ? 1 : FIFO_DEPTH));
  }

  function setSource(overrun = false): void {
    let source = fifo.entries > 0 ? INT.DATA_READY : 0;
    if (FIFO_CTL.FIFO_MODE !== FIFO_BYPASS && fifo.entries >= FIFO_CTL.SAMPLES) source |= INT.WATERMARK;
    if (overrun) source |= INT.OVERRUN;
    INT_SOURCE.value = source;
    drive();
  }

  function drive(): void {
    const pending = INT_SOURCE.value & INT_ENABLE.value;
    const inverted = DATA_FORMAT.INT_INVERT === 1;
    INT1.set(((pending & ~INT_MAP.value) !== 0) !== inverted);
    INT2.set(((pending & INT_MAP.value) !== 0) !== inverted);
  }

  return {
    onRead: {
      DATAX0(index) {
        fifo.readData = true;
        return DATAX0.get(index);
      },
      FIFO_STATUS: () => Math.min(fifo.entries, FIFO_DEPTH),
    },
    onWrite: {
      BW_RATE: () => samples.restart(),
      POWER_CTL: () => samples.restart(),
      FIFO_CTL({ FIFO_MODE }) {
        if (FIFO_MODE === FIFO_BYPASS) fifo.entries = 0;
      },
    },
    afterWrite(register) {
      if (POWER_CTL.MEASURE) {
        store();
        if (register === sheet.registers.POWER_CTL.at) sample(1);
      }
      setSource();
    },
    /** After a read of the data one sample leaves the FIFO. */
    end() {
      if (!fifo.readData) return;
      fifo.readData = false;
      fifo.entries = Math.max(0, fifo.entries - 1);
      setSource();
    },
    sensed() {
      if (POWER_CTL.MEASURE) store();
    },
    reset() {
      Object.assign(fifo, { entries: 0, readData: false });
      samples.restart();
      drive();
    },
    restored: drive,
  };
};

export const parts = [{ ...sheet, model }];
