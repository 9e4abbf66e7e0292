import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { defineProperties } from '../chip/part-properties.ts';
import { RegisterFile } from '../chip/register-file.ts';
import { SpiByteRegisters, type SpiInterface } from '../chip/spi-byte-registers.ts';
import { type Clock, MS } from '../kit/clock.ts';
import { Line } from '../kit/line.ts';
import { quantize } from '../kit/numbers.ts';
import { Periodic } from '../kit/periodic.ts';
import type { PartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { PropertyDeclaration } from '../wire/part.ts';

/** InvenSense MPU-6000/6050 register map (RM-MPU-6000A), section 3. */
const REGISTER = {
  SMPLRT_DIV: 0x19,
  CONFIG: 0x1a,
  GYRO_CONFIG: 0x1b,
  ACCEL_CONFIG: 0x1c,
  FIFO_EN: 0x23,
  INT_PIN_CFG: 0x37,
  INT_ENABLE: 0x38,
  INT_STATUS: 0x3a,
  ACCEL_XOUT_H: 0x3b,
  TEMP_OUT_H: 0x41,
  GYRO_XOUT_H: 0x43,
  SIGNAL_PATH_RESET: 0x68,
  USER_CTRL: 0x6a,
  PWR_MGMT_1: 0x6b,
  PWR_MGMT_2: 0x6c,
  FIFO_COUNTH: 0x72,
  FIFO_COUNTL: 0x73,
  FIFO_R_W: 0x74,
  WHO_AM_I: 0x75,
} as const;

/** Counts for 1 °/s at each FS_SEL (register map, 4.19): what drivers divide by, though the ranges are named 250 to 2000. */
const GYRO_COUNTS = [131, 65.5, 32.8, 16.4] as const;

const FIFO_EN = { TEMP: 0x80, XG: 0x40, YG: 0x20, ZG: 0x10, ACCEL: 0x08 } as const;
const INT_PIN_CFG = { INT_LEVEL_LOW: 0x80, LATCH_INT_EN: 0x20, INT_RD_CLEAR: 0x10 } as const;
const INT = { DATA_RDY: 0x01, FIFO_OFLOW: 0x10 } as const;
const USER_CTRL = { FIFO_EN: 0x40, FIFO_RESET: 0x04, SIG_COND_RESET: 0x01 } as const;
const PWR_MGMT_1 = { DEVICE_RESET: 0x80, SLEEP: 0x40, TEMP_DIS: 0x08 } as const;

const AXES = ['X', 'Y', 'Z'] as const;

interface Variant {
  readonly name: string;
  readonly whoAmI: number;
  readonly sleeping: boolean;
  readonly fifoSize: number;
  readonly spi: boolean;
  /** Degrees Celsius at 0, and counts a degree. */
  readonly temperature: readonly [zero: number, perDegree: number];
}

const MPU60X0 = { whoAmI: 0x68, sleeping: true, fifoSize: 1024, temperature: [36.53, 340] } as const;
const VARIANTS: readonly Variant[] = [
  { name: 'mpu6050', spi: false, ...MPU60X0 },
  { name: 'mpu6000', spi: true, ...MPU60X0 },
  { name: 'mpu6500', whoAmI: 0x70, sleeping: false, fifoSize: 512, spi: true, temperature: [21, 333.87] },
  { name: 'mpu9250', whoAmI: 0x71, sleeping: false, fifoSize: 512, spi: true, temperature: [21, 333.87] },
];

class Mpu6050 implements ByteRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #variant: Variant;
  readonly #registers: RegisterFile;
  readonly #samples: Periodic;
  readonly #interrupt = new Line('INT', false);
  readonly #fifo: Uint8Array;
  readonly #fifoState = { head: 0, count: 0 };
  readonly #sense = { accel: [0, 0, 1], gyro: [0, 0, 0], temperature: 25 };

  constructor(variant: Variant, clock: Clock) {
    this.#variant = variant;
    this.#registers = new RegisterFile({
      SELF_TEST: { at: 0x0d, count: 4, writable: 0xff },
      SMPLRT_DIV: { at: REGISTER.SMPLRT_DIV, writable: 0xff },
      CONFIG: { at: REGISTER.CONFIG, writable: 0x7f },
      GYRO_CONFIG: { at: REGISTER.GYRO_CONFIG, writable: 0xfb },
      ACCEL_CONFIG: { at: REGISTER.ACCEL_CONFIG, writable: 0xf8 },
      ACCEL_CONFIG_2: { at: 0x1d, writable: variant.name === 'mpu6050' ? 0xff : 0x0f },
      MOTION: { at: 0x1e, count: 5, writable: 0xff },
      FIFO_EN: { at: REGISTER.FIFO_EN, writable: 0xff },
      I2C_MST: { at: 0x24, count: 17, writable: 0xff },
      INT_PIN_CFG: { at: REGISTER.INT_PIN_CFG, writable: 0xfe },
      INT_ENABLE: { at: REGISTER.INT_ENABLE, writable: 0x59 },
      I2C_SLV_DO: { at: 0x63, count: 5, writable: 0xff },
      MOT_DETECT_CTRL: { at: 0x69, writable: 0xff },
      USER_CTRL: { at: REGISTER.USER_CTRL, writable: 0xf0 },
      PWR_MGMT_1: { at: REGISTER.PWR_MGMT_1, reset: variant.sleeping ? 0x40 : 0x01, writable: 0x7f },
      PWR_MGMT_2: { at: REGISTER.PWR_MGMT_2, writable: 0xff },
      WHO_AM_I: { at: REGISTER.WHO_AM_I, reset: variant.whoAmI },
      ACCEL_OFFSET: { at: 0x77, count: 8, writable: 0xff },
    });
    this.#fifo = new Uint8Array(variant.fifoSize);
    this.lines = [this.#interrupt];
    this.#samples = new Periodic(
      clock,
      () => this.#period(),
      (count) => this.#sample(count),
      this.#interrupt,
    );
    this.state = {
      registers: this.#registers.values,
      samples: this.#samples.state,
      fifo: this.#fifo,
      fifoState: this.#fifoState,
      sense: this.#sense,
    };
    for (const sensor of ['accel', 'gyro'] as const) {
      const set = (axis: number, value: number) => {
        this.#sense[sensor][axis] = value;
        this.#measure();
      };
      defineProperties(this, sensor, AXES, (axis) => this.#sense[sensor][axis] ?? 0, set);
    }
    this.#measure();
  }

  get temperature(): number {
    return this.#sense.temperature;
  }

  set temperature(celsius: number) {
    this.#sense.temperature = celsius;
    this.#measure();
  }

  reset(): void {
    this.#registers.reset();
    this.#emptyFifo();
    this.#samples.restart();
    this.#measure();
    this.#drive();
  }

  restored(): void {
    this.#drive();
  }

  begin(): void {
    this.#samples.catchUp();
  }

  readRegister(register: number): number {
    if (register === REGISTER.FIFO_R_W) return this.#pop();
    if (register === REGISTER.FIFO_COUNTH) return this.#fifoState.count >> 8;
    if (register === REGISTER.FIFO_COUNTL) return this.#fifoState.count & 0xff;
    const value = this.#registers.read(register);
    const anyReadClears = this.#registers.has(REGISTER.INT_PIN_CFG, INT_PIN_CFG.INT_RD_CLEAR);
    if (register === REGISTER.INT_STATUS || anyReadClears) {
      this.#registers.values[REGISTER.INT_STATUS] = 0;
      this.#drive();
    }
    return value;
  }

  writeRegister(register: number, value: number): void {
    if (register === REGISTER.PWR_MGMT_1 && (value & PWR_MGMT_1.DEVICE_RESET) !== 0) {
      this.reset();
      return;
    }
    this.#registers.write(register, value);
    if (register === REGISTER.FIFO_R_W) this.#push(value);
    if (register === REGISTER.USER_CTRL && (value & USER_CTRL.FIFO_RESET) !== 0) this.#emptyFifo();
    if (register === REGISTER.PWR_MGMT_1 || register === REGISTER.SMPLRT_DIV) this.#samples.restart();
    this.#measure();
    this.#drive();
  }

  /** A burst stays on the FIFO. */
  nextRegister(register: number): number {
    return register === REGISTER.FIFO_R_W ? register : (register + 1) & 0x7f;
  }

  #isAsleep(): boolean {
    return this.#registers.has(REGISTER.PWR_MGMT_1, PWR_MGMT_1.SLEEP);
  }

  /** Gyroscope output rate 8 kHz, or 1 kHz with the low-pass filter, divided by 1 + SMPLRT_DIV. */
  #period(): number {
    if (this.#isAsleep()) return 0;
    const filter = this.#registers.read(REGISTER.CONFIG) & 7;
    const base = filter === 0 || filter === 7 ? MS / 8 : MS;
    return base * (1 + this.#registers.read(REGISTER.SMPLRT_DIV));
  }

  #measure(): void {
    if (this.#isAsleep()) return;
    const accelRange = 2 * 2 ** ((this.#registers.read(REGISTER.ACCEL_CONFIG) >> 3) & 3);
    const gyroCounts = GYRO_COUNTS[(this.#registers.read(REGISTER.GYRO_CONFIG) >> 3) & 3] as number;
    const standby = this.#registers.read(REGISTER.PWR_MGMT_2);
    for (const axis of AXES.keys()) {
      const accel = quantize(this.#sense.accel[axis] ?? 0, accelRange / 32768, 16);
      const gyro = quantize(this.#sense.gyro[axis] ?? 0, 1 / gyroCounts, 16);
      if (((standby >> (5 - axis)) & 1) === 0) this.#setWord(REGISTER.ACCEL_XOUT_H + 2 * axis, accel);
      if (((standby >> (2 - axis)) & 1) === 0) this.#setWord(REGISTER.GYRO_XOUT_H + 2 * axis, gyro);
    }
    if (this.#registers.has(REGISTER.PWR_MGMT_1, PWR_MGMT_1.TEMP_DIS)) return;
    const [zero, perDegree] = this.#variant.temperature;
    this.#setWord(REGISTER.TEMP_OUT_H, quantize(this.#sense.temperature - zero, 1 / perDegree, 16));
  }

  #setWord(register: number, value: number): void {
    this.#registers.values[register] = (value >> 8) & 0xff;
    this.#registers.values[register + 1] = value & 0xff;
  }

  #sample(count: number): void {
    this.#setStatus(INT.DATA_RDY);
    if (!this.#registers.has(REGISTER.USER_CTRL, USER_CTRL.FIFO_EN)) return;
    // More samples than the FIFO holds would only push each other out.
    const samples = Math.min(count, this.#fifo.length);
    for (let i = 0; i < samples; i++) this.#pushSample();
  }

  #pushSample(): void {
    const enabled = this.#registers.read(REGISTER.FIFO_EN);
    const push = (bit: number, from: number, length: number) => {
      if ((enabled & bit) === 0) return;
      for (let register = from; register < from + length; register++)
        this.#push(this.#registers.read(register));
    };
    push(FIFO_EN.ACCEL, REGISTER.ACCEL_XOUT_H, 6);
    push(FIFO_EN.TEMP, REGISTER.TEMP_OUT_H, 2);
    push(FIFO_EN.XG, REGISTER.GYRO_XOUT_H, 2);
    push(FIFO_EN.YG, REGISTER.GYRO_XOUT_H + 2, 2);
    push(FIFO_EN.ZG, REGISTER.GYRO_XOUT_H + 4, 2);
  }

  #push(byte: number): void {
    const fifo = this.#fifoState;
    this.#fifo[(fifo.head + fifo.count) % this.#fifo.length] = byte;
    if (fifo.count < this.#fifo.length) fifo.count++;
    else {
      fifo.head = (fifo.head + 1) % this.#fifo.length;
      this.#setStatus(INT.FIFO_OFLOW);
    }
  }

  #pop(): number {
    const fifo = this.#fifoState;
    const byte = this.#fifo[fifo.head] as number;
    if (fifo.count === 0) return byte;
    fifo.count--;
    fifo.head = (fifo.head + 1) % this.#fifo.length;
    return byte;
  }

  #emptyFifo(): void {
    Object.assign(this.#fifoState, { head: 0, count: 0 });
  }

  #setStatus(bit: number): void {
    this.#registers.values[REGISTER.INT_STATUS] = this.#registers.read(REGISTER.INT_STATUS) | bit;
    this.#drive();
  }

  /** Without LATCH_INT_EN the pin gives a pulse of 50 µs: a change up and down again. */
  #drive(): void {
    const pending = this.#registers.read(REGISTER.INT_STATUS) & this.#registers.read(REGISTER.INT_ENABLE);
    const low = this.#registers.has(REGISTER.INT_PIN_CFG, INT_PIN_CFG.INT_LEVEL_LOW);
    this.#interrupt.set((pending !== 0) !== low);
    if (!this.#registers.has(REGISTER.INT_PIN_CFG, INT_PIN_CFG.LATCH_INT_EN)) this.#interrupt.set(low);
  }
}

const SPI: SpiInterface = {
  spiModes: 0b1001,
  maxSpeedHz: 20_000_000,
  parse: (byte) => ({ register: byte & 0x7f, read: (byte & 0x80) !== 0, increment: true }),
};

const PROPERTIES: readonly PropertyDeclaration[] = [
  ...AXES.map((axis): PropertyDeclaration => {
    return {
      name: `accel${axis}`,
      kind: 'number',
      unit: 'g',
      range: [-16, 16],
      doc: `acceleration along ${axis}`,
    };
  }),
  ...AXES.map((axis): PropertyDeclaration => {
    return {
      name: `gyro${axis}`,
      kind: 'number',
      unit: '°/s',
      range: [-2000, 2000],
      doc: `rotation about ${axis}`,
    };
  }),
  { name: 'temperature', kind: 'number', unit: '°C', range: [-40, 85], doc: 'temperature of the die' },
];

export const models: readonly PartModel[] = VARIANTS.flatMap((variant): PartModel[] => {
  const common = {
    compatible: [`invensense,${variant.name}`],
    title: `${variant.name.toUpperCase()} accelerometer and gyroscope`,
    registers: REGISTER,
    properties: PROPERTIES,
  };
  const i2c: PartModel = {
    ...common,
    bus: 'i2c',
    create: (node, { clock }) => new I2cByteRegisters(new Mpu6050(variant, clock), i2cAddress(node)),
  };
  if (!variant.spi) return [i2c];
  return [
    i2c,
    {
      ...common,
      bus: 'spi',
      create: (_node, { clock }) => new SpiByteRegisters(new Mpu6050(variant, clock), SPI),
    },
  ];
});
