import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { statusAfterSample } from './axis-status.ts';
import { putAxis, readAxes, ST_SPI, ST_STATUS, stPointer } from './st-axes.ts';

const AXES = ['X', 'Y', 'Z'] as const;
const G = { unit: 'g', range: [-16, 16] } as const;

/** What the relatives differ in. */
interface Row {
  readonly name: string;
  readonly address: number;
  readonly spi: boolean;
  readonly source: string;
}

const ROWS: readonly Row[] = [
  { name: 'lis3dh', address: 0x18, spi: true, source: 'ST DocID17530 (LIS3DH)' },
  { name: 'lsm303dlhc', address: 0x19, spi: false, source: 'ST DocID018771 (LSM303DLHC)' },
];

const sheetOf = ({ name, address, spi, source }: Row) =>
  ({
    compatible: [`st,${name}-accel`],
    title: `${name.toUpperCase()} accelerometer`,
    source,
    notModelled: [
      'interrupt generators, clicks, the FIFO, the high-pass filter',
      'the converter inputs and the temperature of the LIS3DH',
      'the self test',
      'noise',
    ],
    node: 'accelerometer',
    bus: {
      i2c: { form: 'byte registers', address },
      ...(spi
        ? {
            spi: ST_SPI,
          }
        : {}),
    },
    // Table 21 "Register address map"; those of functions that are not modelled keep what is written.
    registers: {
      STATUS_AUX: { at: 0x07, access: 'ro' },
      OUT_ADC1_L: { at: 0x08, count: 6, access: 'ro' },
      WHO_AM_I: { at: 0x0f, reset: 0x33, access: 'ro' },
      CTRL_REG0: { at: 0x1e, reset: 0x10 },
      TEMP_CFG_REG: { at: 0x1f },
      CTRL_REG1: { at: 0x20, reset: 0x07, fields: { ODR: [7, 4], LPEN: 3, ZEN: 2, YEN: 1, XEN: 0 } },
      CTRL_REG2: { at: 0x21 },
      CTRL_REG3: { at: 0x22, fields: { I1_CLICK: 7, I1_IA: [6, 5], I1_ZYXDA: 4, I1_REST: [3, 1] } },
      CTRL_REG4: { at: 0x23, fields: { BDU: 7, BLE: 6, FS: [5, 4], HR: 3, ST: [2, 1], SIM: 0 } },
      CTRL_REG5: { at: 0x24 },
      CTRL_REG6: { at: 0x25, fields: { I2: [7, 3], INT_POLARITY: 1 } },
      REFERENCE: { at: 0x26 },
      STATUS_REG: { at: 0x27, access: 'ro', fields: ST_STATUS },
      OUT_X_L: { at: 0x28, count: 6, access: 'ro' },
      FIFO_CTRL_REG: { at: 0x2e },
      FIFO_SRC_REG: { at: 0x2f, reset: 0x20, access: 'ro' },
      INT1_CFG: { at: 0x30 },
      INT1_SRC: { at: 0x31, access: 'ro' },
      INT1_THS: { at: 0x32, count: 2 },
      INT2_CFG: { at: 0x34 },
      INT2_SRC: { at: 0x35, access: 'ro' },
      INT2_THS: { at: 0x36, count: 2 },
      CLICK_CFG: { at: 0x38 },
      CLICK_SRC: { at: 0x39, access: 'ro' },
      CLICK_THS: { at: 0x3a },
      TIME: { at: 0x3b, count: 3 },
      ACT: { at: 0x3e, count: 2 },
    },
    senses: {
      accelX: { ...G, doc: 'acceleration along X' },
      accelY: { ...G, doc: 'acceleration along Y' },
      accelZ: { ...G, initial: 1, doc: 'acceleration along Z' },
    },
    pins: ['INT1'],
    idleLow: ['INT1'],
  }) as const satisfies DataSheet;

/** CTRL_REG1.ODR: samples a second; 0 = power-down. The ninth is 1.344 kHz, or 5.376 kHz in low power. */
const RATE_HZ = [0, 1, 10, 25, 50, 100, 200, 400, 1600, 1344] as const;
const LOW_POWER_FASTEST_HZ = 5376;
/** Table 4: mg a digit of 12 bits at each FS; 16 g does not follow the rule. */
const MG_PER_DIGIT = [1, 2, 4, 12] as const;

const modelOf =
  (_row: Row): Model<ReturnType<typeof sheetOf>> =>
  (registers, kit) => {
    const {
      sense,
      every,
      clamp,
      pin: { INT1 },
    } = kit;
    const { CTRL_REG1, CTRL_REG3, CTRL_REG4, CTRL_REG6, STATUS_REG, OUT_X_L } = registers;
    const way = stPointer(kit);
    const samples = every(period, sample, INT1);

    function period(): number {
      const hz = CTRL_REG1.ODR === 9 && CTRL_REG1.LPEN ? LOW_POWER_FASTEST_HZ : (RATE_HZ[CTRL_REG1.ODR] ?? 0);
      return hz === 0 ? 0 : 1e9 / hz;
    }

    /** Table 9: 12 bits in high resolution, 10 in normal mode, 8 in low power; all left-justified. */
    function sample(count: number): void {
      const missing = CTRL_REG1.LPEN ? 4 : CTRL_REG4.HR ? 0 : 2;
      const digit = (MG_PER_DIGIT[CTRL_REG4.FS] as number) / 1000;
      for (const [axis, name] of AXES.entries()) {
        if (((CTRL_REG1.value >> axis) & 1) === 0) continue;
        const digits = clamp(Math.round(sense[`accel${name}`] / digit), -2048, 2047);
        const word = ((digits >> missing) << missing) << 4;
        putAxis(OUT_X_L, axis, word, CTRL_REG4.BLE);
      }
      STATUS_REG.value = statusAfterSample(STATUS_REG.value, count);
      drive();
    }

    function drive(): void {
      const asserted = STATUS_REG.ZYXDA === 1 && CTRL_REG3.I1_ZYXDA === 1;
      INT1.set(asserted !== (CTRL_REG6.INT_POLARITY === 1));
    }

    return {
      onRead: { OUT_X_L: readAxes(STATUS_REG, OUT_X_L, drive) },
      onWrite: { CTRL_REG1: () => samples.restart() },
      afterWrite: drive,
      ...way,
      reset() {
        samples.restart();
        drive();
      },
      restored: drive,
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));
