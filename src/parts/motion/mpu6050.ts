import type { DataSheet, Properties, Registers } from '../data-sheet.ts';
import type { Kit, Model, Part, RegisterHandle } from '../model.ts';
import { Ak8963, ak8963OnI2c, followAk8963, MAGNETIC_FIELD } from './ak8963.ts';
import { Fifo } from './mpu6050-fifo.ts';
import { I2cMaster } from './mpu6050-i2c-master.ts';
import {
  MPU60X0_REGISTERS,
  MPU6500_REGISTERS,
  MPU9250_REGISTERS,
  relativeOf6500,
} from './mpu6050-registers.ts';
import { type SelfTest, selfTestOf60X0, selfTestOf6500 } from './mpu6050-self-test.ts';

const AXES = ['X', 'Y', 'Z'] as const;

/** What the relatives of the MPU-6050 differ in. */
interface Row {
  readonly name: string;
  readonly fifoSize: number;
  readonly spi: boolean;
  readonly registers: Registers;
  /** Degrees Celsius at 0, and counts a degree. */
  readonly temperature: readonly [zero: number, perDegree: number];
  /** Where the accelerometer's offsets are: the first register, the distance of axes, and counts a g. */
  readonly accelOffset: readonly [first: number, distance: number, perG: number];
  readonly selfTest: (peek: (register: number) => number) => SelfTest;
  /** ns between two samples of cycle mode. */
  readonly cycleNs: (registers: CycleRegisters) => number;
  /** An AK8963 sits on its auxiliary bus. */
  readonly magnetometer?: true;
  readonly source: string;
}

interface CycleRegisters {
  readonly PWR_MGMT_2: RegisterHandle<(typeof MPU60X0_REGISTERS)['PWR_MGMT_2']>;
  readonly LP_ACCEL_ODR?: RegisterHandle<(typeof MPU6500_REGISTERS)['LP_ACCEL_ODR']>;
}

/** LP_WAKE_CTRL (RM-MPU-6000A, 4.29). */
const WAKE_HZ = [1.25, 5, 20, 40] as const;

const MPU60X0 = {
  registers: MPU60X0_REGISTERS,
  fifoSize: 1024,
  temperature: [36.53, 340],
  // "MPU hardware offset registers": the format of ±8 g.
  accelOffset: [0x06, 2, 4096],
  selfTest: selfTestOf60X0,
  cycleNs: ({ PWR_MGMT_2 }) => 1e9 / (WAKE_HZ[PWR_MGMT_2.LP_WAKE_CTRL] as number),
  source: 'InvenSense RM-MPU-6000A',
} as const satisfies Partial<Row>;
const MPU6500 = {
  fifoSize: 512,
  spi: true,
  temperature: [21, 333.87],
  // The format of ±16 g.
  accelOffset: [0x77, 3, 2048],
  selfTest: selfTestOf6500,
  // LP_ACCEL_ODR: 0.24 Hz at 0, twice that for each step, 500 Hz at 11 (RM-MPU-6500A, 4.12).
  cycleNs: ({ LP_ACCEL_ODR }) => 1e9 / (500 / 2 ** (11 - Math.min(11, LP_ACCEL_ODR?.LPOSC_CLKSEL ?? 0))),
} as const satisfies Partial<Row>;
const ROWS: readonly Row[] = [
  { name: 'mpu6050', spi: false, ...MPU60X0 },
  { name: 'mpu6000', spi: true, ...MPU60X0 },
  { name: 'mpu6500', ...MPU6500, registers: MPU6500_REGISTERS, source: 'InvenSense RM-MPU-6500A' },
  {
    name: 'mpu9250',
    ...MPU6500,
    registers: MPU9250_REGISTERS,
    source: 'InvenSense RM-MPU-9250A',
    magnetometer: true,
  },
  {
    name: 'mpu6515',
    ...MPU6500,
    registers: relativeOf6500(0x74, 0x01),
    source: 'InvenSense RM-MPU-6500A; WHO_AM_I as Linux drivers/iio/imu/inv_mpu6050 takes it',
  },
  {
    name: 'mpu6880',
    ...MPU6500,
    registers: relativeOf6500(0x78, 0x01),
    source: 'InvenSense RM-MPU-6500A; WHO_AM_I as Linux drivers/iio/imu/inv_mpu6050 takes it',
  },
  {
    name: 'icm20608',
    ...MPU6500,
    temperature: [25, 326.8],
    registers: relativeOf6500(0xaf, 0x40),
    source: 'InvenSense RM-ICM-20608-G',
  },
  {
    name: 'icm20602',
    ...MPU6500,
    fifoSize: 1008,
    temperature: [25, 326.8],
    registers: relativeOf6500(0x12, 0x41),
    source: 'InvenSense DS-000176 (ICM-20602)',
  },
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

const sheetOf = ({ name, source, spi, registers, magnetometer }: Row) =>
  ({
    compatible: [`invensense,${name}`],
    title: `${name.toUpperCase()} accelerometer and gyroscope${magnetometer ? ', with an AK8963 magnetometer' : ''}`,
    source,
    notModelled: [
      'the digital motion processor runs nothing: its memory keeps what is written',
      'motion detection',
      'filters: they only set the sample rate',
      'outside of cycle mode data registers show the present value, not that of the last sample',
      'noise',
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
    registers,
    senses: magnetometer ? { ...SENSES, ...MAGNETIC_FIELD } : SENSES,
    pins: ['INT'],
    idleLow: ['INT'],
  }) as const satisfies DataSheet;

/** Of the rows that differ a model sees all registers; those that its row lacks have no handles. */
type AllRegisters = Omit<typeof MPU6500_REGISTERS, 'PWR_MGMT_2'> &
  Pick<typeof MPU60X0_REGISTERS, 'PWR_MGMT_2'>;
type Sheet = Omit<ReturnType<typeof sheetOf>, 'registers' | 'senses'> & {
  readonly registers: AllRegisters;
  readonly senses: typeof SENSES & typeof MAGNETIC_FIELD;
};

/** Counts for 1 °/s at each FS_SEL (4.19): what drivers divide by, though the ranges are named 250 to 2000. */
const GYRO_COUNTS = [131, 65.5, 32.8, 16.4] as const;
/** XG_OFFSET and its like count as the range of 1000 °/s does. */
const GYRO_OFFSET_COUNTS = 32.8;
const XG_OFFSET_H = 0x13;
const MEM_R_W = 0x6f;
const FIFO_R_W = 0x74;
/** Memory of the motion processor: banks, and bytes of a bank (MotionDriver 6.12). */
const [BANKS, BANK_SIZE] = [16, 0x100];
const AK8963_ADDRESS = 0x0c;
/** So many samples at once are enough to leave nothing of what was before. */
const MOST_SAMPLES = 1024;

const modelOf =
  (row: Row): Model<Sheet> =>
  (registers, kit) => {
    const { sense, keep, every, peek, quantize, signed, reset: powerOn } = kit;
    const { INT } = kit.pin;
    const { SMPLRT_DIV, CONFIG, GYRO_CONFIG, ACCEL_CONFIG, FIFO_EN, INT_PIN_CFG, INT_ENABLE } = registers;
    const { INT_STATUS, ACCEL_XOUT_H, TEMP_OUT_H, GYRO_XOUT_H, USER_CTRL, PWR_MGMT_2 } = registers;
    const { I2C_MST_CTRL, BANK_SEL, MEM_START_ADDR } = registers;
    const POWER = registers.PWR_MGMT_1;
    const fifo = new Fifo(row.fifoSize, keep, () => {
      INT_STATUS.FIFO_OFLOW_INT = 1;
      drive();
    });
    const dmp = keep(new Uint8Array(BANKS * BANK_SIZE));
    const selfTest = row.selfTest(peek);
    const samples = every(period, sample, INT);
    const auxiliary = auxiliaryOf(row, kit);
    const master = new I2cMaster(kit, auxiliary.transfer);

    /** Gyroscope output rate 8 kHz, or 1 kHz with the low-pass filter, divided by 1 + SMPLRT_DIV. */
    function period(): number {
      if (POWER.SLEEP) return 0;
      if (POWER.CYCLE) return row.cycleNs(registers);
      const unfiltered = CONFIG.DLPF_CFG === 0 || CONFIG.DLPF_CFG === 7;
      return (unfiltered ? 1e6 / 8 : 1e6) * (1 + SMPLRT_DIV.value);
    }

    function setWord(register: RegisterHandle, index: number, value: number): void {
      register.set(2 * index, value >> 8);
      register.set(2 * index + 1, value);
    }

    const word = (register: number) => signed((peek(register) << 8) | peek(register + 1));

    /** g: what it feels, what the self test adds (bits 7 to 5 of ACCEL_CONFIG), the offset (bit 0 is none of it). */
    function acceleration(axis: number): number {
      const [first, distance, perG] = row.accelOffset;
      const tested = ((ACCEL_CONFIG.value >> (7 - axis)) & 1) === 1 ? selfTest.accel(axis) : 0;
      return sense[`accel${AXES[axis] as 'X'}`] + tested + (word(first + distance * axis) & ~1) / perG;
    }

    /** °/s */
    function rotation(axis: number): number {
      const tested = ((GYRO_CONFIG.value >> (7 - axis)) & 1) === 1 ? selfTest.gyro(axis) : 0;
      return sense[`gyro${AXES[axis] as 'X'}`] + tested + word(XG_OFFSET_H + 2 * axis) / GYRO_OFFSET_COUNTS;
    }

    function measure(): void {
      if (POWER.SLEEP) return;
      const accelLsb = (2 * 2 ** ACCEL_CONFIG.AFS_SEL) / 32768;
      const gyroLsb = 1 / (GYRO_COUNTS[GYRO_CONFIG.FS_SEL] as number);
      const standby = PWR_MGMT_2.value;
      for (const axis of AXES.keys()) {
        const accel = quantize(acceleration(axis), accelLsb, 16);
        const gyro = quantize(rotation(axis), gyroLsb, 16);
        if (((standby >> (5 - axis)) & 1) === 0) setWord(ACCEL_XOUT_H, axis, accel);
        if (((standby >> (2 - axis)) & 1) === 0) setWord(GYRO_XOUT_H, axis, gyro);
      }
      const [zero, perDegree] = row.temperature;
      if (!POWER.TEMP_DIS) setWord(TEMP_OUT_H, 0, quantize(sense.temperature - zero, 1 / perDegree, 16));
    }

    /** Data registers follow what is felt; in cycle mode (4.28) they wait for the next sample. */
    function measureNow(): void {
      if (!POWER.CYCLE) measure();
    }

    function sample(count: number, lateNs: number): void {
      if (POWER.CYCLE) measure();
      INT_STATUS.DATA_RDY_INT = 1;
      const served = Math.min(count, MOST_SAMPLES);
      for (let left = served - 1; left >= 0; left--) {
        if (USER_CTRL.I2C_MST_EN) serve(lateNs + left * period());
        if (USER_CTRL.FIFO_EN) pushSample();
      }
      drive();
    }

    function serve(agoNs: number): void {
      if (auxiliary.ago(agoNs, () => master.sample())) INT_STATUS.I2C_MST_INT = 1;
    }

    function pushSample(): void {
      if (FIFO_EN.ACCEL) pushFrom(ACCEL_XOUT_H, 0, 6);
      if (FIFO_EN.TEMP) pushFrom(TEMP_OUT_H, 0, 2);
      if (FIFO_EN.XG) pushFrom(GYRO_XOUT_H, 0, 2);
      if (FIFO_EN.YG) pushFrom(GYRO_XOUT_H, 2, 2);
      if (FIFO_EN.ZG) pushFrom(GYRO_XOUT_H, 4, 2);
      const slaves = (FIFO_EN.value & 0x07) | (I2C_MST_CTRL.SLV_3_FIFO_EN << 3);
      for (let slave = 0; slave < 4; slave++) {
        if (((slaves >> slave) & 1) === 0) continue;
        const [from, count] = master.dataOf(slave);
        for (let index = 0; index < count; index++) push(peek(from + index));
      }
    }

    function pushFrom(register: RegisterHandle, from: number, length: number): void {
      for (let index = from; index < from + length; index++) push(register.get(index));
    }

    /** CONFIG.FIFO_MODE, which the MPU-60X0 does not have: a full FIFO takes nothing more. */
    const push = (byte: number) => fifo.push(byte, CONFIG.FIFO_MODE === 1);

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

    /** Bank and address of the motion processor's memory, which then go to the next byte of the bank. */
    function dmpByte(): number {
      const at = (BANK_SEL.value % BANKS) * BANK_SIZE + MEM_START_ADDR.value;
      MEM_START_ADDR.value++;
      return at;
    }

    measure();
    return {
      onRead: {
        FIFO_R_W: () => fifo.pop(),
        FIFO_COUNTH: () => fifo.latchCount(),
        FIFO_COUNTL: () => fifo.lowCount,
        MEM_R_W: () => dmp[dmpByte()] as number,
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
          if (DEVICE_RESET) auxiliary.spared(powerOn);
          else samples.restart();
        },
        SMPLRT_DIV: () => samples.restart(),
        USER_CTRL({ FIFO_RESET }) {
          if (FIFO_RESET) fifo.clear();
        },
        FIFO_R_W: ({ value }) => push(value),
        MEM_R_W({ value }) {
          dmp[dmpByte()] = value;
        },
      },
      afterWrite() {
        measureNow();
        drive();
      },
      /** A burst stays on the FIFO, and on the memory of the motion processor. */
      next: (register) => (register === FIFO_R_W || register === MEM_R_W ? register : (register + 1) & 0x7f),
      /** 4.15: the auxiliary bus is connected to the main one, unless the master is on. */
      segments: () => (INT_PIN_CFG.I2C_BYPASS_EN && !USER_CTRL.I2C_MST_EN ? auxiliary.segments : []),
      sensed: measureNow,
      reset() {
        fifo.powerOn();
        dmp.fill(0);
        master.reset();
        auxiliary.reset();
        samples.restart();
        measureNow();
        drive();
      },
      restored: drive,
    };
  };

/** What hangs on the auxiliary bus: the magnetometer of the MPU-9250, and children of the binding's `i2c-gate`. */
function auxiliaryOf({ magnetometer }: Row, kit: Kit<Sheet>) {
  const gate = kit.node.children.find(({ name }) => name === 'i2c-gate');
  const described = gate?.children.some((child) => child.u32s('reg')?.[0] === AK8963_ADDRESS) === true;
  const chip = magnetometer && !described ? magnetometerOf(kit) : undefined;
  const segment =
    gate === undefined && chip === undefined
      ? undefined
      : kit.segment(gate, chip === undefined ? [] : [{ address: AK8963_ADDRESS, i2c: chip.i2c }]);
  const controller = segment === undefined ? undefined : kit.controller(segment);
  let spared = false;
  return {
    segments: segment === undefined ? [] : [segment],
    transfer: (address: number, written: Uint8Array, read: number) =>
      controller?.transfer(address, written, read),
    /** What `body` does happened some time ago. */
    ago: <T>(ns: number, body: () => T): T => chip?.ago(ns, body) ?? body(),
    /** DEVICE_RESET is not the magnetometer's. */
    spared(body: () => void) {
      spared = true;
      body();
      spared = false;
    },
    reset() {
      if (!spared) chip?.reset();
    },
  };
}

function magnetometerOf({ keep, stopwatch, every, sense }: Kit<Sheet>) {
  let ago = 0;
  const chip = new Ak8963({ keep, stopwatch }, () => [sense.magnetX, sense.magnetY, sense.magnetZ]);
  followAk8963(chip, { every });
  return {
    i2c: ak8963OnI2c(chip, keep, () => ago),
    reset: () => chip.reset(),
    ago<T>(ns: number, body: () => T): T {
      ago = ns;
      try {
        return body();
      } finally {
        ago = 0;
      }
    },
  };
}

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));
