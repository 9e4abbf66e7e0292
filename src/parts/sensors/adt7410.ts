import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

const sheetOf = (name: string, source: string) =>
  ({
    compatible: [`adi,${name}`],
    title: `${name.toUpperCase()} temperature sensor, 13 or 16 bits`,
    source,
    notModelled: ['the fault queue', 'INT and CT in interrupt mode hold until a read of any register'],
    node: 'temperature-sensor',
    bus: { i2c: { form: 'byte registers', address: 0x48 } },
    // Table 6 "Register map".
    registers: {
      TEMP_MSB: { at: 0x00, access: 'ro' },
      TEMP_LSB: { at: 0x01, access: 'ro' },
      STATUS: { at: 0x02, access: 'ro', fields: { RDY: 7, T_CRIT: 6, T_HIGH: 5, T_LOW: 4 } },
      CONFIGURATION: {
        at: 0x03,
        fields: { RESOLUTION: 7, MODE: [6, 5], INT_CT: 4, INT_POLARITY: 3, CT_POLARITY: 2, FAULTS: [1, 0] },
      },
      T_HIGH_MSB: { at: 0x04, reset: 0x20 },
      T_HIGH_LSB: { at: 0x05 },
      T_LOW_MSB: { at: 0x06, reset: 0x05 },
      T_LOW_LSB: { at: 0x07 },
      T_CRIT_MSB: { at: 0x08, reset: 0x49 },
      T_CRIT_LSB: { at: 0x09, reset: 0x80 },
      T_HYST: { at: 0x0a, reset: 0x05, fields: { HYST: [3, 0] } },
      ID: { at: 0x0b, reset: 0xcb, access: 'ro' },
      RESET: { at: 0x2f, access: 'wo' },
    },
    senses: {
      temperature: {
        unit: '°C',
        range: [-55, 150],
        initial: 25,
        step: 1 / 128,
        doc: 'what the sensor feels',
      },
    },
    pins: ['INT', 'CT'],
  }) as const satisfies DataSheet;

const MODE = { CONTINUOUS: 0, ONE_SHOT: 1, ONE_A_SECOND: 2, SHUTDOWN: 3 } as const;
/** A conversion, and the first one after power-on, which is fast. */
const CONVERSION_NS = 240e6;
const FIRST_NS = 6e6;
const COUNTS_PER_DEGREE = 128;
const RESET = 0x2f;

const model: Model<ReturnType<typeof sheetOf>> = (registers, kit) => {
  const { TEMP_MSB, TEMP_LSB, STATUS, CONFIGURATION, T_HYST } = registers;
  const { sense, once, every, quantize, signed, peek, keep, reset: powerOn, pin } = kit;
  const { INT, CT } = pin;
  const state = keep({ over: false, critical: false });
  const first = once(
    (lateNs) => {
      convert();
      if (CONFIGURATION.MODE === MODE.ONE_SHOT) CONFIGURATION.MODE = MODE.SHUTDOWN;
      further.restart(lateNs);
    },
    INT,
    CT,
  );
  const further = every(period, convert, INT, CT);

  function period(): number {
    if (first.pending) return 0;
    if (CONFIGURATION.MODE === MODE.CONTINUOUS) return CONVERSION_NS;
    return CONFIGURATION.MODE === MODE.ONE_A_SECOND ? 1e9 : 0;
  }

  const limit = (register: number) => signed((peek(register) << 8) | peek(register + 1));

  /** 13 bits in the higher ones, with flags of the limits below them; or 16. */
  function convert(): void {
    const code = quantize(sense.temperature, 1 / COUNTS_PER_DEGREE, 16);
    const hysteresis = T_HYST.HYST * COUNTS_PER_DEGREE;
    const [high, low, critical] = [limit(0x04), limit(0x06), limit(0x08)];
    STATUS.value = 0;
    STATUS.T_HIGH = code > high ? 1 : 0;
    STATUS.T_LOW = code < low ? 1 : 0;
    STATUS.T_CRIT = code > critical ? 1 : 0;
    const inside = code <= high - hysteresis && code >= low + hysteresis;
    state.over = code > high || code < low || (state.over && !inside);
    state.critical = code > critical || (state.critical && code > critical - hysteresis);
    const flags = (STATUS.T_CRIT << 2) | (STATUS.T_HIGH << 1) | STATUS.T_LOW;
    const word = CONFIGURATION.RESOLUTION ? code : (Math.round(code / 8) << 3) | flags;
    TEMP_MSB.value = word >> 8;
    TEMP_LSB.value = word;
    drive();
  }

  /** Active low, unless a polarity bit is set. */
  function drive(): void {
    INT.set(state.over === (CONFIGURATION.INT_POLARITY === 1));
    CT.set(state.critical === (CONFIGURATION.CT_POLARITY === 1));
  }

  function start(): void {
    STATUS.RDY = 1;
    Object.assign(state, { over: false, critical: false });
    first.start(FIRST_NS);
    drive();
  }

  start();
  return {
    onRead: {
      /** RDY is high until there is a result, and once it was read. */
      TEMP_MSB() {
        STATUS.RDY = 1;
        return TEMP_MSB.value;
      },
    },
    onWrite: {
      CONFIGURATION({ MODE: mode, RESOLUTION }, before) {
        drive();
        if (mode === MODE.SHUTDOWN) first.cancel();
        else if (((before >> 5) & 3) !== mode || before >> 7 !== RESOLUTION) {
          STATUS.RDY = 1;
          first.start(CONVERSION_NS);
        }
      },
    },
    /** A write of its pointer alone resets. */
    pointer(byte) {
      if (byte === RESET) powerOn();
      return byte;
    },
    reset: start,
    restored: drive,
  };
};

export const parts: readonly Part[] = [
  { ...sheetOf('adt7410', 'Analog Devices ADT7410, rev. A'), model },
  { ...sheetOf('adt7420', 'Analog Devices ADT7420, rev. A'), model },
];
