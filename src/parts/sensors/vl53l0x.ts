import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';
import { timingBudget } from './vl53l0x-timing.ts';

const sheet = {
  compatible: ['st,vl53l0x'],
  title: 'VL53L0X distance sensor',
  // ST documents the registers only as names in its API; what the bits do is what that API relies on.
  source: 'ST STSW-IMG005, vl53l0x_device.h',
  notModelled: [
    'calibration: references are as the API writes them',
    'signal rate: a white target by the square of its distance; ambient rate and SPADs are always the same',
    'limits of signal rate and sigma',
  ],
  node: 'distance-sensor',
  bus: { i2c: { form: 'byte registers', address: 0x29 } },
  // Page 0; others are chosen by PAGE.
  registers: {
    SYSRANGE_START: { at: 0x00 },
    SYSTEM_SEQUENCE_CONFIG: { at: 0x01, reset: 0xff },
    SYSTEM_INTERMEASUREMENT_PERIOD: { at: 0x04, count: 4 },
    SYSTEM_INTERRUPT_CONFIG_GPIO: { at: 0x0a, reset: 0x04 },
    SYSTEM_INTERRUPT_CLEAR: { at: 0x0b },
    SYSTEM_THRESH_HIGH: { at: 0x0c, count: 2 },
    SYSTEM_THRESH_LOW: { at: 0x0e, count: 2 },
    RESULT_INTERRUPT_STATUS: { at: 0x13 },
    RESULT_RANGE_STATUS: { at: 0x14 },
    RESULT_SPAD_COUNT: { at: 0x16, count: 2 },
    RESULT_SIGNAL_RATE: { at: 0x1a, count: 2 },
    RESULT_AMBIENT_RATE: { at: 0x1c, count: 2 },
    RESULT_RANGE_MM: { at: 0x1e, count: 2 },
    FINAL_RANGE_CONFIG_TIMEOUT_MACROP: { at: 0x71, count: 2 },
    SPAD_STATUS: { at: 0x83 },
    GPIO_HV_MUX_ACTIVE_HIGH: { at: 0x84, reset: 0x11 },
    I2C_SLAVE_DEVICE_ADDRESS: { at: 0x8a, reset: 0x29 },
    STOP_VARIABLE: { at: 0x91 },
    SPAD_INFO: { at: 0x92 },
    SPAD_ENABLES_REF: { at: 0xb0, count: 6 },
    SOFT_RESET: { at: 0xbf, reset: 0x01 },
    MODEL_ID: { at: 0xc0, reset: 0xee },
    MODULE_TYPE: { at: 0xc1, reset: 0xaa },
    REVISION_ID: { at: 0xc2, reset: 0x10 },
    OSC_CALIBRATE_VAL: { at: 0xf8, reset: 0x04, count: 2 },
    PAGE: { at: 0xff },
  },
  senses: {
    distance: {
      unit: 'mm',
      range: [0, 10_000],
      initial: 100,
      doc: 'distance of the target; beyond 2 m it sees none',
    },
  },
  pins: ['GPIO1'],
} as const satisfies DataSheet;

const SYSRANGE = { START_STOP: 0x01, BACK_TO_BACK: 0x02, TIMED: 0x04 } as const;
/**
 * SYSTEM_INTERRUPT_CONFIG_GPIO, and RESULT_INTERRUPT_STATUS where it happened: below the low threshold, above the high
 * one, outside of both, each new sample.
 */
const INTERRUPT = { OFF: 0, LEVEL_LOW: 1, LEVEL_HIGH: 2, OUT_OF_WINDOW: 3, NEW_SAMPLE: 4 } as const;
/** The firmware doubles thresholds. */
const THRESHOLD_MM = 2;
/** Device range status in bits 6 to 3: 11 range valid, 4 no target (phase failure). */
const RANGE_VALID = 11 << 3;
const RANGE_NO_TARGET = 4 << 3;
const DATA_READY = 0x01;
/** Rates count 1/128 Mcps, SPADs 1/256: what a white target at 100 mm gives, ambient light, effective SPADs. */
const RATE_COUNTS = 128;
const [SIGNAL_MCPS, AMBIENT_MCPS, SPADS] = [20, 0.25, 16];
const [BRIGHTEST_MCPS, NO_TARGET_MCPS] = [50, 0.02];
/** What is reported where nothing reflects, and how far it sees (2 m). */
const NO_TARGET_MM = 8190;
const FARTHEST_MM = 2000;
/** Default timing budget, as long as the final range has the time-out of power-on. */
const MEASUREMENT_NS = 33e6;
const POWER_ON_TIMEOUT = 0x0208;
/** Reference SPADs: five, of the aperture type. */
const SPAD_COUNT_AND_TYPE = 0x85;

const PAGES = 8;

/** Page 0 after power-on, beside the registers above. */
const POWER_ON: readonly (readonly [register: number, value: number])[] = [
  [0x45, 0x20],
  [0x46, 0x02],
  [0x50, 0x06],
  [0x52, 0x96],
  [0x62, 0x80],
  [0x70, 0x04],
  [0x71, 0x02],
  [0x72, 0x08],
];

const R = sheet.registers;

const model: Model<typeof sheet> = (_registers, kit) => {
  const { sense, keep, once, every, clamp, readdress, addresses: home } = kit;
  const { GPIO1 } = kit.pin;
  const bytes = keep(new Uint8Array(PAGES * 0x100));
  const state = keep({ page: 0, mode: 0 });
  const ranging = every(period, measure, GPIO1);
  const single = once(measure, GPIO1);
  let addresses = home;

  const at = (register: number) => state.page * 0x100 + register;
  const word = (register: number) => ((bytes[register] as number) << 8) | (bytes[register + 1] as number);

  /** Back to back, or every so many ms (the period register counts a 4 MHz / 4 oscillator). */
  function period(): number {
    if (state.mode === 0) return 0;
    if (state.mode === SYSRANGE.BACK_TO_BACK) return measurementNs();
    const { at: from } = R.SYSTEM_INTERMEASUREMENT_PERIOD;
    const ticks = word(from) * 0x10000 + word(from + 2);
    return Math.max(measurementNs(), (ticks / Math.max(1, word(R.OSC_CALIBRATE_VAL.at))) * 1e6);
  }

  function measurementNs(): number {
    const timeout = word(R.FINAL_RANGE_CONFIG_TIMEOUT_MACROP.at);
    return timeout === POWER_ON_TIMEOUT ? MEASUREMENT_NS : timingBudget(bytes);
  }

  function setWord(register: number, value: number): void {
    bytes[register] = value >> 8;
    bytes[register + 1] = value;
  }

  /** Mcps. */
  function signalRate(seen: boolean): number {
    if (!seen) return NO_TARGET_MCPS;
    return Math.min(BRIGHTEST_MCPS, SIGNAL_MCPS * (100 / Math.max(1, sense.distance)) ** 2);
  }

  /** Whether this range is one to tell of. */
  function concerns(mm: number): boolean {
    const low = mm < (word(R.SYSTEM_THRESH_LOW.at) & 0xfff) * THRESHOLD_MM;
    const high = mm > (word(R.SYSTEM_THRESH_HIGH.at) & 0xfff) * THRESHOLD_MM;
    switch (bytes[R.SYSTEM_INTERRUPT_CONFIG_GPIO.at]) {
      case INTERRUPT.LEVEL_LOW:
        return low;
      case INTERRUPT.LEVEL_HIGH:
        return high;
      case INTERRUPT.OUT_OF_WINDOW:
        return low || high;
      default:
        return bytes[R.SYSTEM_INTERRUPT_CONFIG_GPIO.at] === INTERRUPT.NEW_SAMPLE;
    }
  }

  function measure(): void {
    const seen = sense.distance <= FARTHEST_MM;
    const mm = seen ? clamp(Math.round(sense.distance), 0, FARTHEST_MM) : NO_TARGET_MM;
    bytes[R.RESULT_RANGE_STATUS.at] = (seen ? RANGE_VALID : RANGE_NO_TARGET) | DATA_READY;
    setWord(R.RESULT_RANGE_MM.at, mm);
    setWord(R.RESULT_SPAD_COUNT.at, SPADS * 256);
    setWord(R.RESULT_SIGNAL_RATE.at, Math.round(signalRate(seen) * RATE_COUNTS));
    setWord(R.RESULT_AMBIENT_RATE.at, AMBIENT_MCPS * RATE_COUNTS);
    if (concerns(mm)) setInterrupt(bytes[R.SYSTEM_INTERRUPT_CONFIG_GPIO.at] as number);
  }

  function setInterrupt(status: number): void {
    bytes[R.RESULT_INTERRUPT_STATUS.at] = status;
    drive();
  }

  function drive(): void {
    const activeHigh = ((bytes[R.GPIO_HV_MUX_ACTIVE_HIGH.at] as number) & 0x10) !== 0;
    GPIO1.set((bytes[R.RESULT_INTERRUPT_STATUS.at] !== 0) === activeHigh);
  }

  function setAddress(address: number): void {
    bytes[R.I2C_SLAVE_DEVICE_ADDRESS.at] = address;
    addresses = [address];
    readdress();
  }

  function powerOn(): void {
    bytes.fill(0);
    for (const { at: from, reset = 0 } of Object.values<{ at: number; reset?: number }>(R))
      bytes[from] = reset;
    for (const [register, value] of POWER_ON) bytes[register] = value;
    bytes.fill(0xff, R.SPAD_ENABLES_REF.at, R.SPAD_ENABLES_REF.at + 5);
    bytes[R.SPAD_ENABLES_REF.at + 5] = 0x0f;
    Object.assign(state, { page: 0, mode: 0 });
    single.cancel();
  }

  function reset(): void {
    powerOn();
    setAddress(home[0] as number);
    drive();
  }

  /** START_STOP begins a single measurement, or ends a continuous one; it clears itself. */
  function start(value: number): void {
    const continuous = value & (SYSRANGE.BACK_TO_BACK | SYSRANGE.TIMED);
    const wasContinuous = state.mode !== 0;
    state.mode = continuous;
    bytes[R.SYSRANGE_START.at] = value & ~SYSRANGE.START_STOP;
    if (continuous !== 0) ranging.restart();
    else if (!wasContinuous && (value & SYSRANGE.START_STOP) !== 0) single.start(measurementNs());
  }

  const SYSTEM: Readonly<Record<number, (value: number) => void>> = {
    [R.SYSRANGE_START.at]: start,
    [R.SYSTEM_INTERRUPT_CLEAR.at](value) {
      if ((value & 1) === 0) return;
      bytes[R.RESULT_RANGE_STATUS.at] = (bytes[R.RESULT_RANGE_STATUS.at] as number) & ~DATA_READY;
      setInterrupt(INTERRUPT.OFF);
    },
    [R.I2C_SLAVE_DEVICE_ADDRESS.at]: (value) => setAddress(value & 0x7f),
    /** Held in reset by a 0, released by a 1. */
    [R.SOFT_RESET.at](value) {
      if (value === 0) reset();
      bytes[R.SOFT_RESET.at] = value;
    },
    [R.RESULT_INTERRUPT_STATUS.at]() {},
    [R.GPIO_HV_MUX_ACTIVE_HIGH.at](value) {
      bytes[R.GPIO_HV_MUX_ACTIVE_HIGH.at] = value;
      drive();
    },
  };

  function write(register: number, value: number): void {
    if (register === R.PAGE.at) state.page = value % PAGES;
    else if (state.page === 0 && SYSTEM[register] !== undefined) SYSTEM[register](value);
    else bytes[at(register)] = value;
  }

  function read(register: number): number {
    if (register === R.PAGE.at) return state.page;
    // The identification can be read from every page.
    if (register >= R.MODEL_ID.at && register <= R.REVISION_ID.at) return bytes[register] as number;
    if (state.page === 1 && register === R.STOP_VARIABLE.at) return 0x3c;
    // The memory that holds the SPADs answers at once: ready, and what was asked for.
    if (state.page === 7 && register === R.SPAD_STATUS.at) return 0x01;
    if (state.page === 7 && register === R.SPAD_INFO.at) return SPAD_COUNT_AND_TYPE;
    return bytes[at(register)] as number;
  }

  powerOn();
  drive();
  return { memory: { read, write }, addresses: () => addresses, reset, restored };

  function restored(): void {
    setAddress(bytes[R.I2C_SLAVE_DEVICE_ADDRESS.at] as number);
    drive();
  }
};

export const parts = [{ ...sheet, model }];
