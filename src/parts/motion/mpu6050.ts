import type { DataSheet, Properties } from '../data-sheet.ts';
import type { Model, Part, RegisterHandle } from '../model.ts';

const AXES = ['X', 'Y', 'Z'] as const;

/** What the relatives of the MPU-6050 differ in. */
interface Row {
  readonly name: string;
  readonly whoAmI: number;
  readonly sleeping: boolean;
  readonly fifoSize: number;
  readonly spi: boolean;
  /** Degrees Celsius at 0, and counts a degree. */
  readonly temperature: readonly [zero: number, perDegree: number];
  /** Bits of register 1Dh: a part of the self test in the MPU-60X0. */
  readonly accelConfig2: number;
  readonly source: string;
}

const MPU60X0 = {
  whoAmI: 0x68,
  sleeping: true,
  fifoSize: 1024,
  temperature: [36.53, 340],
  accelConfig2: 0xff,
  source: 'InvenSense RM-MPU-6000A',
} as const;
const MPU6500 = {
  sleeping: false,
  fifoSize: 512,
  spi: true,
  temperature: [21, 333.87],
  accelConfig2: 0x0f,
} as const;
const ROWS: readonly Row[] = [
  { name: 'mpu6050', spi: false, ...MPU60X0 },
  { name: 'mpu6000', spi: true, ...MPU60X0 },
  { name: 'mpu6500', whoAmI: 0x70, ...MPU6500, source: 'InvenSense RM-MPU-6500A' },
  { name: 'mpu9250', whoAmI: 0x71, ...MPU6500, source: 'InvenSense RM-MPU-9250A' },
];

const G = { unit: 'g', range: [-16, 16] } as const;
const RATE = { unit: '°/s', range: [-2000, 2000] } as const;

const SENSES = {
  accelX: { ...G, doc: 'acceleration along X' },
  accelY: { ...G, doc: 'acceleration along Y' },
  accelZ: { ...G, initial: 1, doc: 'acceleration along Z' },
  gyroX: { ...RATE, doc: 'rotation about X' },
  gyroY: { ...RATE, doc: 'rotation about Y' },
  gyroZ: { ...RATE, doc: 'rotation about Z' },
  temperature: { unit: '°C', range: [-40, 85], initial: 25, doc: 'temperature of the die' },
} as const satisfies Properties;

/** Register map (RM-MPU-6000A), section 3. */
const sheetOf = ({ name, source, spi, whoAmI, sleeping, accelConfig2 }: Row) =>
  ({
    compatible: [`invensense,${name}`],
    title: `${name.toUpperCase()} accelerometer and gyroscope`,
    source,
    notModelled: [
      'the digital motion processor',
      'the auxiliary I2C bus, and the magnetometer of the MPU9250 behind it',
      'the self test, motion detection',
      'filters: they only set the sample rate',
    ],
    node: 'imu',
    bus: {
      i2c: { form: 'byte registers', address: 0x68 },
      ...(spi
        ? {
            spi: {
              form: 'registers',
              modes: 0b1001,
              maxSpeedHz: 20_000_000,
              header: { read: 0x80, address: 0x7f },
            } as const,
          }
        : {}),
    },
    registers: {
      SELF_TEST: { at: 0x0d, count: 4 },
      SMPLRT_DIV: { at: 0x19 },
      CONFIG: { at: 0x1a, fields: { FIFO_MODE: 6, EXT_SYNC_SET: [5, 3], DLPF_CFG: [2, 0] } },
      GYRO_CONFIG: {
        at: 0x1b,
        fields: { XG_ST: 7, YG_ST: 6, ZG_ST: 5, FS_SEL: [4, 3], FCHOICE_B: [1, 0] },
      },
      ACCEL_CONFIG: { at: 0x1c, fields: { XA_ST: 7, YA_ST: 6, ZA_ST: 5, AFS_SEL: [4, 3] } },
      ACCEL_CONFIG_2: { at: 0x1d, writable: accelConfig2 },
      MOTION: { at: 0x1e, count: 5 },
      FIFO_EN: { at: 0x23, fields: { TEMP: 7, XG: 6, YG: 5, ZG: 4, ACCEL: 3, SLAVES: [2, 0] } },
      I2C_MST: { at: 0x24, count: 17 },
      INT_PIN_CFG: {
        at: 0x37,
        fields: {
          INT_LEVEL: 7,
          INT_OPEN: 6,
          LATCH_INT_EN: 5,
          INT_RD_CLEAR: 4,
          FSYNC_INT_LEVEL: 3,
          FSYNC_INT_EN: 2,
          I2C_BYPASS_EN: 1,
        },
      },
      INT_ENABLE: { at: 0x38, fields: { MOT_EN: 6, FIFO_OFLOW_EN: 4, I2C_MST_INT_EN: 3, DATA_RDY_EN: 0 } },
      INT_STATUS: { at: 0x3a, access: 'ro', fields: { FIFO_OFLOW_INT: 4, DATA_RDY_INT: 0 } },
      ACCEL_XOUT_H: { at: 0x3b, count: 6, access: 'ro' },
      TEMP_OUT_H: { at: 0x41, count: 2, access: 'ro' },
      GYRO_XOUT_H: { at: 0x43, count: 6, access: 'ro' },
      I2C_SLV_DO: { at: 0x63, count: 5 },
      SIGNAL_PATH_RESET: { at: 0x68, fields: { RESETS: [2, 0, 'sc'] } },
      MOT_DETECT_CTRL: { at: 0x69 },
      USER_CTRL: {
        at: 0x6a,
        fields: {
          DMP_EN: 7,
          FIFO_EN: 6,
          I2C_MST_EN: 5,
          I2C_IF_DIS: 4,
          DMP_RESET: [3, 'sc'],
          FIFO_RESET: [2, 'sc'],
          I2C_MST_RESET: [1, 'sc'],
          SIG_COND_RESET: [0, 'sc'],
        },
      },
      PWR_MGMT_1: {
        at: 0x6b,
        reset: sleeping ? 0x40 : 0x01,
        fields: { DEVICE_RESET: [7, 'sc'], SLEEP: 6, CYCLE: 5, GYRO_STANDBY: 4, TEMP_DIS: 3, CLKSEL: [2, 0] },
      },
      PWR_MGMT_2: { at: 0x6c },
      FIFO_COUNTH: { at: 0x72, access: 'ro' },
      FIFO_COUNTL: { at: 0x73, access: 'ro' },
      FIFO_R_W: { at: 0x74 },
      WHO_AM_I: { at: 0x75, reset: whoAmI, access: 'ro' },
      ACCEL_OFFSET: { at: 0x77, count: 8 },
    },
    senses: SENSES,
    pins: ['INT'],
    idleLow: ['INT'],
  }) as const satisfies DataSheet;

/** Counts for 1 °/s at each FS_SEL (4.19): what drivers divide by, though the ranges are named 250 to 2000. */
const GYRO_COUNTS = [131, 65.5, 32.8, 16.4] as const;
const FIFO_R_W = 0x74;

const modelOf =
  ({ fifoSize, temperature: [zero, perDegree] }: Row): Model<ReturnType<typeof sheetOf>> =>
  (registers, { sense, keep, every, quantize, reset: powerOn, pin: { INT } }) => {
    const { SMPLRT_DIV, CONFIG, GYRO_CONFIG, ACCEL_CONFIG, FIFO_EN, INT_PIN_CFG, INT_ENABLE } = registers;
    const { INT_STATUS, ACCEL_XOUT_H, TEMP_OUT_H, GYRO_XOUT_H, USER_CTRL, PWR_MGMT_2 } = registers;
    const POWER = registers.PWR_MGMT_1;
    const bytes = new Uint8Array(fifoSize);
    const fifo = keep({ head: 0, count: 0, last: 0, bytes });
    const samples = every(period, sample, INT);

    /** Gyroscope output rate 8 kHz, or 1 kHz with the low-pass filter, divided by 1 + SMPLRT_DIV. */
    function period(): number {
      if (POWER.SLEEP) return 0;
      const unfiltered = CONFIG.DLPF_CFG === 0 || CONFIG.DLPF_CFG === 7;
      return (unfiltered ? 1e6 / 8 : 1e6) * (1 + SMPLRT_DIV.value);
    }

    function setWord(register: RegisterHandle, index: number, value: number): void {
      register.set(2 * index, value >> 8);
      register.set(2 * index + 1, value);
    }

    function measure(): void {
      if (POWER.SLEEP) return;
      const accelLsb = (2 * 2 ** ACCEL_CONFIG.AFS_SEL) / 32768;
      const gyroLsb = 1 / (GYRO_COUNTS[GYRO_CONFIG.FS_SEL] as number);
      const standby = PWR_MGMT_2.value;
      for (const [index, axis] of AXES.entries()) {
        const accel = quantize(sense[`accel${axis}`], accelLsb, 16);
        const gyro = quantize(sense[`gyro${axis}`], gyroLsb, 16);
        if (((standby >> (5 - index)) & 1) === 0) setWord(ACCEL_XOUT_H, index, accel);
        if (((standby >> (2 - index)) & 1) === 0) setWord(GYRO_XOUT_H, index, gyro);
      }
      if (!POWER.TEMP_DIS) setWord(TEMP_OUT_H, 0, quantize(sense.temperature - zero, 1 / perDegree, 16));
    }

    function sample(count: number): void {
      INT_STATUS.DATA_RDY_INT = 1;
      drive();
      if (!USER_CTRL.FIFO_EN) return;
      // More samples than the FIFO holds would only push each other out.
      for (let i = 0; i < Math.min(count, fifoSize); i++) pushSample();
    }

    function pushSample(): void {
      if (FIFO_EN.ACCEL) pushFrom(ACCEL_XOUT_H, 0, 6);
      if (FIFO_EN.TEMP) pushFrom(TEMP_OUT_H, 0, 2);
      if (FIFO_EN.XG) pushFrom(GYRO_XOUT_H, 0, 2);
      if (FIFO_EN.YG) pushFrom(GYRO_XOUT_H, 2, 2);
      if (FIFO_EN.ZG) pushFrom(GYRO_XOUT_H, 4, 2);
    }

    function pushFrom(register: RegisterHandle, from: number, length: number): void {
      for (let index = from; index < from + length; index++) push(register.get(index));
    }

    function push(byte: number): void {
      bytes[(fifo.head + fifo.count) % fifoSize] = byte;
      if (fifo.count < fifoSize) {
        fifo.count++;
        return;
      }
      fifo.head = (fifo.head + 1) % fifoSize;
      INT_STATUS.FIFO_OFLOW_INT = 1;
      drive();
    }

    function pop(): number {
      // 4.31: an empty FIFO gives its last byte again.
      if (fifo.count === 0) return fifo.last;
      fifo.last = bytes[fifo.head] as number;
      fifo.count--;
      fifo.head = (fifo.head + 1) % fifoSize;
      return fifo.last;
    }

    const emptyFifo = () => Object.assign(fifo, { head: 0, count: 0 });

    /** Without LATCH_INT_EN the pin gives a pulse of 50 µs: a change up and down again. */
    function drive(): void {
      const low = INT_PIN_CFG.INT_LEVEL === 1;
      INT.set(((INT_STATUS.value & INT_ENABLE.value) !== 0) !== low);
      if (!INT_PIN_CFG.LATCH_INT_EN) INT.set(low);
    }

    function clearStatus(): void {
      INT_STATUS.value = 0;
      drive();
    }

    measure();
    return {
      onRead: {
        FIFO_R_W: pop,
        FIFO_COUNTH: () => fifo.count >> 8,
        FIFO_COUNTL: () => fifo.count & 0xff,
        INT_STATUS() {
          const { value } = INT_STATUS;
          clearStatus();
          return value;
        },
      },
      beforeRead(register) {
        // INT_STATUS tells first, and the FIFO's registers clear nothing.
        const ofFifo = register >= 0x72 && register <= FIFO_R_W;
        if (INT_PIN_CFG.INT_RD_CLEAR && !ofFifo && register !== 0x3a) clearStatus();
      },
      onWrite: {
        PWR_MGMT_1({ DEVICE_RESET }) {
          if (DEVICE_RESET) powerOn();
          else samples.restart();
        },
        SMPLRT_DIV: () => samples.restart(),
        USER_CTRL({ FIFO_RESET }) {
          if (FIFO_RESET) emptyFifo();
        },
        FIFO_R_W: ({ value }) => push(value),
      },
      afterWrite() {
        measure();
        drive();
      },
      /** A burst stays on the FIFO. */
      next: (register) => (register === FIFO_R_W ? register : (register + 1) & 0x7f),
      sensed: measure,
      reset() {
        emptyFifo();
        samples.restart();
        measure();
        drive();
      },
      restored: drive,
    };
  };

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));
