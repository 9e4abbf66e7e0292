import type { DataSheet } from '../data-sheet.ts';
import { resetByGeneralCall } from '../general-call.ts';
import type { Model } from '../model.ts';

const sheet = {
  compatible: ['ti,tmp102', 'ti,tmp112'],
  title: 'TMP102 temperature sensor, 12 or 13 bits',
  source: 'TI SBOS397',
  notModelled: ['outside of shutdown the register shows the present value, not that of the last conversion'],
  node: 'sensor',
  bus: { i2c: { form: 'word registers', address: 0x48, pointer: 0x03 } },
  // 6.5.1 "Register map".
  registers: {
    TEMP: { at: 0, access: 'ro' },
    CONFIG: {
      at: 1,
      reset: 0x60a0,
      fields: {
        /** One-shot; while shut down it reads as 1 when the conversion has ended. */
        OS: [15, 'sc'],
        R: [14, 13, 'ro'],
        F: [12, 11],
        POL: 10,
        /** Interrupt mode. */
        TM: 9,
        SD: 8,
        CR: [7, 6],
        /** The comparator: inactive is 1 with POL = 0. */
        AL: [5, 'ro'],
        /** Extended mode: 13 bits. */
        EM: 4,
      },
    },
    T_LOW: { at: 2, reset: 0x4b00, fields: { LIMIT: [15, 3] } },
    T_HIGH: { at: 3, reset: 0x5000, fields: { LIMIT: [15, 3] } },
  },
  senses: {
    temperature: { unit: '°C', range: [-55, 150], initial: 25, step: 0.0625, doc: 'what the sensor feels' },
  },
  pins: ['ALERT'],
} as const satisfies DataSheet;

const FAULTS = [1, 2, 4, 6] as const;
/** CR1, CR0: 0.25, 1, 4, 8 Hz. */
const PERIOD_NS = [4000e6, 1000e6, 250e6, 125e6] as const;
const CONVERSION_NS = 26e6;

const model: Model<typeof sheet> = (
  { CONFIG, T_LOW, T_HIGH },
  { sense, pin: { ALERT }, once, every, keep, thermostat, clamp, signed, reset },
) => {
  const comparator = thermostat();
  const measured = keep({ sixteenths: 0 });
  const conversions = every(() => (CONFIG.SD ? 0 : (PERIOD_NS[CONFIG.CR] as number)), convert, ALERT);
  const oneShot = once(() => convert(1), ALERT);

  function convert(count: number): void {
    measured.sixteenths = Math.round(sense.temperature * 16);
    comparator.sample(measured.sixteenths, mode(), count);
    drive();
  }

  /** A limit in 1/16 °C, from the left-aligned register of 12 or 13 bits. */
  const limit = (word: number) => signed(word) >> (CONFIG.EM ? 3 : 4);

  const mode = () => ({
    high: limit(T_HIGH.value),
    low: limit(T_LOW.value),
    faults: FAULTS[CONFIG.F] as number,
    latched: CONFIG.TM === 1,
  });

  const drive = () => ALERT.set(comparator.state.asserted === (CONFIG.POL === 1));

  /** Left-aligned; bit 0 tells a reader that the value has 13 bits. */
  function temperature(): number {
    if (CONFIG.EM) return ((clamp(measured.sixteenths, -0x1000, 0xfff) << 3) | 1) & 0xffff;
    return (clamp(measured.sixteenths, -0x800, 0x7ff) << 4) & 0xffff;
  }

  convert(1);
  return {
    onRead: {
      TEMP: temperature,
      CONFIG() {
        const inactive = comparator.state.above === (CONFIG.POL === 1);
        CONFIG.AL = inactive ? 1 : 0;
        CONFIG.OS = CONFIG.SD && !oneShot.pending ? 1 : 0;
        return CONFIG.value;
      },
    },
    onWrite: {
      CONFIG({ OS }, before) {
        const wasShutDown = (before & 0x0100) !== 0;
        if (!CONFIG.SD) {
          conversions.restart();
          oneShot.cancel();
          if (wasShutDown) convert(1);
        } else if (OS) oneShot.start(CONVERSION_NS);
      },
    },
    beforeRead() {
      if (CONFIG.TM) comparator.acknowledge();
      drive();
    },
    afterWrite: drive,
    /** 6.3.8 "SMBus alert function", in interrupt mode. Which limit it was: the high one is 0, and with POL the other way round; the winner lets go of the line. */
    alertResponse() {
      if (!CONFIG.TM || !comparator.state.asserted) return undefined;
      return (comparator.state.above ? 0 : 1) ^ CONFIG.POL;
    },
    alertAnswered() {
      comparator.acknowledge();
      drive();
    },
    sensed() {
      if (!CONFIG.SD) convert(1);
    },
    ...resetByGeneralCall(reset),
    reset() {
      comparator.reset();
      oneShot.cancel();
      conversions.restart();
      convert(1);
    },
    restored: drive,
  };
};

export const parts = [{ ...sheet, model }];
