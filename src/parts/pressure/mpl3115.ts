import type { DataSheet } from '../data-sheet.ts';
import type { Model } from '../model.ts';

const sheet = {
  compatible: ['fsl,mpl3115'],
  title: 'MPL3115A2 pressure and temperature sensor',
  source: 'NXP MPL3115A2, rev. 5.1',
  notModelled: [
    'the FIFO, targets, windows, minimum and maximum',
    'offsets of pressure, temperature and altitude',
    'noise',
  ],
  node: 'pressure',
  bus: { i2c: { form: 'byte registers', address: 0x60 } },
  // Table 10 "Register address map"; those of functions that are not modelled keep what is written.
  registers: {
    STATUS: { at: 0x00, access: 'ro', fields: { PTOW: 7, POW: 6, TOW: 5, PTDR: 3, PDR: 2, TDR: 1 } },
    OUT_P_MSB: { at: 0x01, count: 3, access: 'ro' },
    OUT_T_MSB: { at: 0x04, count: 2, access: 'ro' },
    DR_STATUS: { at: 0x06, access: 'ro' },
    OUT_DELTA: { at: 0x07, count: 5, access: 'ro' },
    WHO_AM_I: { at: 0x0c, reset: 0xc4, access: 'ro' },
    F_STATUS: { at: 0x0d, count: 2, access: 'ro' },
    F_SETUP: { at: 0x0f },
    TIME_DLY: { at: 0x10, access: 'ro' },
    SYSMOD: { at: 0x11, access: 'ro' },
    INT_SOURCE: { at: 0x12, access: 'ro', fields: { SRC_DRDY: 7 } },
    PT_DATA_CFG: { at: 0x13, fields: { DREM: 2, PDEFE: 1, TDEFE: 0 } },
    BAR_IN_MSB: { at: 0x14, reset: 0xc5 },
    BAR_IN_LSB: { at: 0x15, reset: 0xe7 },
    P_TGT: { at: 0x16, count: 16 },
    CTRL_REG1: { at: 0x26, fields: { ALT: 7, RAW: 6, OS: [5, 3], RST: [2, 'sc'], OST: 1, SBYB: 0 } },
    CTRL_REG2: { at: 0x27, fields: { LOAD_OUTPUT: 5, ALARM_SEL: 4, ST: [3, 0] } },
    CTRL_REG3: { at: 0x28, fields: { IPOL1: 5, PP_OD1: 4, IPOL2: 1, PP_OD2: 0 } },
    CTRL_REG4: { at: 0x29, fields: { INT_EN_DRDY: 7, INT_EN: [6, 0] } },
    CTRL_REG5: { at: 0x2a, fields: { INT_CFG_DRDY: 7, INT_CFG: [6, 0] } },
    OFF_P: { at: 0x2b, count: 3 },
  },
  senses: {
    temperature: { unit: '°C', range: [-40, 85], initial: 25, doc: 'what the sensor feels' },
    pressure: { unit: 'Pa', range: [20_000, 110_000], initial: 101_325, doc: 'pressure of the air' },
  },
  pins: ['INT1', 'INT2'],
} as const satisfies DataSheet;

/** Table 5: ms of a measurement by OS, from 1 to 128 samples. */
const MEASUREMENT_MS = [6, 10, 18, 34, 66, 130, 258, 512] as const;

const model: Model<typeof sheet> = (registers, { sense, once, every, quantize, reset: powerOn, pin }) => {
  const { STATUS, OUT_P_MSB, OUT_T_MSB, DR_STATUS, SYSMOD, INT_SOURCE, PT_DATA_CFG } = registers;
  const { BAR_IN_MSB, BAR_IN_LSB, CTRL_REG1, CTRL_REG2, CTRL_REG3, CTRL_REG4, CTRL_REG5 } = registers;
  const { INT1, INT2 } = pin;
  const measurementNs = () => (MEASUREMENT_MS[CTRL_REG1.OS] as number) * 1e6;
  const oneShot = once(
    () => {
      measure(1);
      CTRL_REG1.OST = 0;
    },
    INT1,
    INT2,
  );
  /** Active: each 2^ST seconds. */
  const period = () => (CTRL_REG1.SBYB ? Math.max(2 ** CTRL_REG2.ST * 1e9, measurementNs()) : 0);
  const further = every(period, measure, INT1, INT2);

  /** 6.1.3: metres over a pressure at sea level that counts 2 Pa. */
  function altitude(): number {
    const sea = ((BAR_IN_MSB.value << 8) | BAR_IN_LSB.value) * 2;
    return 44_330.77 * (1 - (sense.pressure / sea) ** 0.1902632);
  }

  /** Pressure in quarters of a Pa, 20 bits; or altitude in sixteenths of a metre. Temperature in sixteenths of a degree. */
  function measure(count: number): void {
    const code = CTRL_REG1.ALT ? quantize(altitude(), 1 / 16, 20) : Math.round(sense.pressure * 4);
    const left = code * 16;
    for (let byte = 0; byte < 3; byte++) OUT_P_MSB.set(byte, left >> (8 * (2 - byte)));
    const temperature = quantize(sense.temperature, 1 / 16, 12) * 16;
    OUT_T_MSB.set(0, temperature >> 8);
    OUT_T_MSB.set(1, temperature);
    const overwrites = STATUS.PTDR === 1 || count > 1;
    STATUS.value = overwrites ? 0xee : 0x0e;
    drive();
  }

  function drive(): void {
    DR_STATUS.value = STATUS.value;
    // PT_DATA_CFG says which of the two raise the flag of the interrupt.
    const raised = (STATUS.PDR & PT_DATA_CFG.PDEFE) | (STATUS.TDR & PT_DATA_CFG.TDEFE);
    INT_SOURCE.SRC_DRDY = raised;
    const asserted = raised === 1 && CTRL_REG4.INT_EN_DRDY === 1;
    INT1.set((asserted && CTRL_REG5.INT_CFG_DRDY === 1) === (CTRL_REG3.IPOL1 === 1));
    INT2.set((asserted && CTRL_REG5.INT_CFG_DRDY === 0) === (CTRL_REG3.IPOL2 === 1));
  }

  function wasRead(bits: number): void {
    const rest = STATUS.value & ~bits;
    STATUS.value = (rest & 0x06) === 0 ? 0 : rest & 0x66;
    drive();
  }

  return {
    onRead: {
      OUT_P_MSB(offset) {
        if (offset === 0) wasRead(0x44);
        return OUT_P_MSB.get(offset);
      },
      OUT_T_MSB(offset) {
        if (offset === 0) wasRead(0x22);
        return OUT_T_MSB.get(offset);
      },
    },
    onWrite: {
      CTRL_REG1({ RST, OST, SBYB }) {
        if (RST) {
          powerOn();
          return;
        }
        SYSMOD.value = SBYB;
        further.restart();
        if (OST) oneShot.start(measurementNs());
      },
    },
    afterWrite: drive,
    reset() {
      oneShot.cancel();
      further.restart();
      drive();
    },
    restored: drive,
  };
};

export const parts = [{ ...sheet, model }];
