import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { defineProperties } from '../chip/part-properties.ts';
import { RegisterFile } from '../chip/register-file.ts';
import { SpiByteRegisters, type SpiInterface } from '../chip/spi-byte-registers.ts';
import { type Clock, SECOND } from '../kit/clock.ts';
import { Line } from '../kit/line.ts';
import { clamp, quantize } from '../kit/numbers.ts';
import { Periodic } from '../kit/periodic.ts';
import type { PartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { PropertyDeclaration } from '../wire/part.ts';

/** Analog Devices ADXL345 data sheet (rev. E), table 19. */
const REGISTER = {
  DEVID: 0x00,
  OFSX: 0x1e,
  BW_RATE: 0x2c,
  POWER_CTL: 0x2d,
  INT_ENABLE: 0x2e,
  INT_MAP: 0x2f,
  INT_SOURCE: 0x30,
  DATA_FORMAT: 0x31,
  DATAX0: 0x32,
  DATAZ1: 0x37,
  FIFO_CTL: 0x38,
  FIFO_STATUS: 0x39,
} as const;

const REGISTERS = {
  DEVID: { at: REGISTER.DEVID, reset: 0xe5 },
  THRESH_TAP_TO_TAP_AXES: { at: 0x1d, count: 14, writable: 0xff },
  BW_RATE: { at: REGISTER.BW_RATE, reset: 0x0a, writable: 0x1f },
  POWER_CTL: { at: REGISTER.POWER_CTL, writable: 0x3f },
  INT_ENABLE: { at: REGISTER.INT_ENABLE, writable: 0xff },
  INT_MAP: { at: REGISTER.INT_MAP, writable: 0xff },
  INT_SOURCE: { at: REGISTER.INT_SOURCE },
  DATA_FORMAT: { at: REGISTER.DATA_FORMAT, writable: 0xef },
  FIFO_CTL: { at: REGISTER.FIFO_CTL, writable: 0xff },
};

const POWER_CTL_MEASURE = 0x08;
const DATA_FORMAT = { INT_INVERT: 0x20, FULL_RES: 0x08, JUSTIFY: 0x04, RANGE: 0x03 } as const;
const INT = { DATA_READY: 0x80, WATERMARK: 0x02, OVERRUN: 0x01 } as const;
/** FIFO_CTL: modes in bits 7 and 6, watermark in 4 to 0. */
const FIFO_BYPASS = 0;
const FIFO_DEPTH = 32;
/** 3.9 mg a count in full resolution, 15.6 mg a count of offset. */
const COUNTS_PER_G = 256;
const OFFSET_COUNTS = 4;
const AXES = ['X', 'Y', 'Z'] as const;

class Adxl345 implements ByteRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #registers = new RegisterFile(REGISTERS, 64);
  readonly #samples: Periodic;
  readonly #int1 = new Line('INT1', false);
  readonly #int2 = new Line('INT2', false);
  readonly #sense = { accel: [0, 0, 1] };
  /** Samples that wait; the first is what DATAX0 to DATAZ1 show. */
  readonly #fifo = { entries: 0, readData: false };

  constructor(clock: Clock) {
    this.lines = [this.#int1, this.#int2];
    this.#samples = new Periodic(
      clock,
      () => this.#period(),
      (count) => this.#sample(count),
      this.#int1,
    );
    this.#int2.onWatch(() => this.#samples.restart());
    this.state = {
      registers: this.#registers.values,
      samples: this.#samples.state,
      sense: this.#sense,
      fifo: this.#fifo,
    };
    const set = (axis: number, g: number) => {
      this.#sense.accel[axis] = g;
      if (this.#isMeasuring()) this.#store();
    };
    defineProperties(this, 'accel', AXES, (axis) => this.#sense.accel[axis] ?? 0, set);
  }

  reset(): void {
    this.#registers.reset();
    Object.assign(this.#fifo, { entries: 0, readData: false });
    this.#samples.restart();
    this.#drive();
  }

  restored(): void {
    this.#drive();
  }

  begin(): void {
    this.#samples.catchUp();
  }

  /** After a read of the data one sample leaves the FIFO. */
  end(): void {
    if (!this.#fifo.readData) return;
    this.#fifo.readData = false;
    this.#fifo.entries = Math.max(0, this.#fifo.entries - 1);
    this.#setSource();
  }

  pointer(byte: number): number {
    return byte & 0x3f;
  }

  readRegister(register: number): number {
    if (register >= REGISTER.DATAX0 && register <= REGISTER.DATAZ1) this.#fifo.readData = true;
    if (register === REGISTER.FIFO_STATUS) return Math.min(this.#fifo.entries, FIFO_DEPTH);
    return this.#registers.read(register);
  }

  writeRegister(register: number, value: number): void {
    this.#registers.write(register, value);
    if (register === REGISTER.POWER_CTL || register === REGISTER.BW_RATE) this.#samples.restart();
    if (register === REGISTER.FIFO_CTL && value >> 6 === FIFO_BYPASS) this.#fifo.entries = 0;
    if (this.#isMeasuring()) {
      this.#store();
      if (register === REGISTER.POWER_CTL) this.#sample(1);
    }
    this.#setSource();
  }

  nextRegister(register: number): number {
    return (register + 1) & 0x3f;
  }

  #isMeasuring(): boolean {
    return this.#registers.has(REGISTER.POWER_CTL, POWER_CTL_MEASURE);
  }

  /** Table 7: 3200 Hz at rate code 15, half of that for each code less. */
  #period(): number {
    if (!this.#isMeasuring()) return 0;
    return (SECOND / 3200) * 2 ** (15 - (this.#registers.read(REGISTER.BW_RATE) & 0x0f));
  }

  /** Ten bits in every range, or 3.9 mg a count with FULL_RES. */
  #store(): void {
    const format = this.#registers.read(REGISTER.DATA_FORMAT);
    const range = format & DATA_FORMAT.RANGE;
    const full = (format & DATA_FORMAT.FULL_RES) !== 0;
    const bits = full ? 10 + range : 10;
    const lsb = (full ? 1 : 2 ** range) / COUNTS_PER_G;
    for (const axis of AXES.keys()) {
      const offset = (this.#registers.read(REGISTER.OFSX + axis) << 24) >> 24;
      const g = (this.#sense.accel[axis] ?? 0) + (offset * OFFSET_COUNTS) / COUNTS_PER_G;
      const code = quantize(g, lsb, bits);
      const word = (format & DATA_FORMAT.JUSTIFY) !== 0 ? code << (16 - bits) : code;
      this.#registers.values[REGISTER.DATAX0 + 2 * axis] = word & 0xff;
      this.#registers.values[REGISTER.DATAX0 + 2 * axis + 1] = (word >> 8) & 0xff;
    }
  }

  #sample(count: number): void {
    const bypass = this.#registers.read(REGISTER.FIFO_CTL) >> 6 === FIFO_BYPASS;
    const waiting = this.#fifo.entries + count;
    this.#fifo.entries = bypass ? 1 : clamp(waiting, 0, FIFO_DEPTH + 1);
    this.#setSource(waiting > (bypass ? 1 : FIFO_DEPTH));
  }

  #setSource(overrun = false): void {
    const { entries } = this.#fifo;
    const watermark = this.#registers.read(REGISTER.FIFO_CTL) & 0x1f;
    const bypass = this.#registers.read(REGISTER.FIFO_CTL) >> 6 === FIFO_BYPASS;
    let source = entries > 0 ? INT.DATA_READY : 0;
    if (!bypass && entries >= watermark) source |= INT.WATERMARK;
    if (overrun) source |= INT.OVERRUN;
    this.#registers.values[REGISTER.INT_SOURCE] = source;
    this.#drive();
  }

  #drive(): void {
    const pending = this.#registers.read(REGISTER.INT_SOURCE) & this.#registers.read(REGISTER.INT_ENABLE);
    const map = this.#registers.read(REGISTER.INT_MAP);
    const inverted = this.#registers.has(REGISTER.DATA_FORMAT, DATA_FORMAT.INT_INVERT);
    this.#int1.set(((pending & ~map) !== 0) !== inverted);
    this.#int2.set(((pending & map) !== 0) !== inverted);
  }
}

/** CPOL = CPHA = 1; bit 7 read, bit 6 several bytes. */
const SPI: SpiInterface = {
  spiModes: 0b1000,
  maxSpeedHz: 5_000_000,
  parse: (byte) => ({ register: byte & 0x3f, read: (byte & 0x80) !== 0, increment: (byte & 0x40) !== 0 }),
};

const COMMON = {
  compatible: ['adi,adxl345'],
  title: 'ADXL345 accelerometer',
  registers: REGISTER,
  properties: AXES.map((axis): PropertyDeclaration => {
    return {
      name: `accel${axis}`,
      kind: 'number',
      unit: 'g',
      range: [-16, 16],
      doc: `acceleration along ${axis}`,
    };
  }),
} as const;

export const models: readonly PartModel[] = [
  {
    ...COMMON,
    bus: 'i2c',
    create: (node, { clock }) => new I2cByteRegisters(new Adxl345(clock), i2cAddress(node)),
  },
  { ...COMMON, bus: 'spi', create: (_node, { clock }) => new SpiByteRegisters(new Adxl345(clock), SPI) },
];
