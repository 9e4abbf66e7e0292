import type { DeviceNode } from '../../bus/index.ts';
import type { WordRegisterChip } from '../chip/chip.ts';
import { I2cWordRegisters } from '../chip/i2c-word-registers.ts';
import { defineNumbered } from '../chip/part-properties.ts';
import { RegisterFile } from '../chip/register-file.ts';
import { type Clock, SECOND, US } from '../kit/clock.ts';
import { Line } from '../kit/line.ts';
import { quantize, signed16 } from '../kit/numbers.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';

/** ADS1115 data sheet (SBAS444), table 8-1. */
const REGISTER = { CONVERSION: 0, CONFIG: 1, LO_THRESH: 2, HI_THRESH: 3 } as const;
const REGISTERS = {
  CONFIG: { at: REGISTER.CONFIG, reset: 0x8583, writable: 0x7fff },
  LO_THRESH: { at: REGISTER.LO_THRESH, reset: 0x8000, writable: 0xffff },
  HI_THRESH: { at: REGISTER.HI_THRESH, reset: 0x7fff, writable: 0xffff },
};

const CONFIG = {
  /** Written: begin a conversion; read: none is running. */
  OS: 0x8000,
  MODE_SINGLE: 0x0100,
  COMP_MODE_WINDOW: 0x0010,
  COMP_POL: 0x0008,
  COMP_LAT: 0x0004,
  COMP_QUE: 0x0003,
} as const;

/** MUX, bits 14 to 12: positive and negative input; -1 is ground. */
const MUX: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 3],
  [1, 3],
  [2, 3],
  [0, -1],
  [1, -1],
  [2, -1],
  [3, -1],
];
/** PGA, bits 11 to 9: full scale in V. */
const FULL_SCALE = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256] as const;
/** The converter wakes for this long before a single conversion. */
const WAKE_UP_NS = 25 * US;

interface Variant {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly bits: number;
  /** Samples a second, by bits 7 to 5 of CONFIG. */
  readonly rates: readonly number[];
}

const VARIANTS: readonly Variant[] = [
  {
    compatible: ['ti,ads1015'],
    title: 'ADS1015 converter, 12 bits, 4 inputs',
    bits: 12,
    rates: [128, 250, 490, 920, 1600, 2400, 3300, 3300],
  },
  {
    compatible: ['ti,ads1115'],
    title: 'ADS1115 converter, 16 bits, 4 inputs',
    bits: 16,
    rates: [8, 16, 32, 64, 128, 250, 475, 860],
  },
];

class Ads1015 implements WordRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #variant: Variant;
  readonly #clock: Clock;
  readonly #registers = new RegisterFile(REGISTERS, 4);
  readonly #alert = new Line('ALERT/RDY');
  readonly #sense = { inputs: [0, 0, 0, 0], singleUntil: 0, beyond: 0, asserted: false };

  constructor(variant: Variant, clock: Clock) {
    this.#variant = variant;
    this.#clock = clock;
    this.lines = [this.#alert];
    this.state = { registers: this.#registers.values, sense: this.#sense };
    const set = (input: number, volts: number) => this.#setInput(input, volts);
    defineNumbered(this, 'ain', 4, (input) => this.#input(input), set);
  }

  reset(): void {
    this.#registers.reset();
    Object.assign(this.#sense, { singleUntil: 0, beyond: 0, asserted: false });
    this.#drive();
  }

  restored(): void {
    this.#drive();
  }

  begin(): void {
    const { singleUntil } = this.#sense;
    if (singleUntil === 0 || this.#clock.now() < singleUntil) return;
    this.#sense.singleUntil = 0;
    this.#convert();
  }

  pointer(byte: number): number {
    return byte & 3;
  }

  readRegister(register: number): number {
    const value = this.#registers.read(register);
    if (register === REGISTER.CONFIG)
      return this.#sense.singleUntil === 0 ? value | CONFIG.OS : value & ~CONFIG.OS;
    if (register === REGISTER.CONVERSION && this.#registers.has(REGISTER.CONFIG, CONFIG.COMP_LAT)) {
      this.#sense.asserted = false;
      this.#drive();
    }
    return value;
  }

  writeRegister(register: number, value: number): void {
    this.#registers.write(register, value);
    if (register !== REGISTER.CONFIG) return;
    if ((value & CONFIG.MODE_SINGLE) === 0) {
      this.#sense.singleUntil = 0;
      this.#convert();
    } else if ((value & CONFIG.OS) !== 0) {
      const rate = this.#variant.rates[(value >> 5) & 7] as number;
      this.#sense.singleUntil = this.#clock.now() + WAKE_UP_NS + SECOND / rate;
    }
    this.#drive();
  }

  #input(index: number): number {
    return this.#sense.inputs[index] ?? 0;
  }

  #setInput(index: number, volts: number): void {
    this.#sense.inputs[index] = volts;
    if (!this.#registers.has(REGISTER.CONFIG, CONFIG.MODE_SINGLE)) this.#convert();
  }

  #convert(): void {
    const config = this.#registers.read(REGISTER.CONFIG);
    const [positive, negative] = MUX[(config >> 12) & 7] as readonly [number, number];
    const volts = this.#input(positive) - this.#input(negative);
    const { bits } = this.#variant;
    const lsb = (FULL_SCALE[(config >> 9) & 7] as number) / 2 ** (bits - 1);
    const code = quantize(volts, lsb, bits) * 2 ** (16 - bits);
    this.#registers.values[REGISTER.CONVERSION] = code;
    this.#compare(code);
  }

  /** 8.3.7 "Digital comparator": asserted after 1, 2 or 4 conversions beyond a threshold. */
  #compare(code: number): void {
    const config = this.#registers.read(REGISTER.CONFIG);
    const sense = this.#sense;
    const high = signed16(this.#registers.read(REGISTER.HI_THRESH));
    const low = signed16(this.#registers.read(REGISTER.LO_THRESH));
    const queue = config & CONFIG.COMP_QUE;
    if (queue === CONFIG.COMP_QUE) sense.asserted = false;
    else {
      const window = (config & CONFIG.COMP_MODE_WINDOW) !== 0;
      const beyond = code > high || (window && code < low);
      sense.beyond = beyond ? sense.beyond + 1 : 0;
      const back = window ? !beyond : code < low;
      if (sense.beyond >= 2 ** queue) sense.asserted = true;
      else if (back && (config & CONFIG.COMP_LAT) === 0) sense.asserted = false;
    }
    this.#drive();
  }

  #drive(): void {
    this.#alert.set(this.#sense.asserted === this.#registers.has(REGISTER.CONFIG, CONFIG.COMP_POL));
  }
}

export const models: readonly I2cPartModel[] = VARIANTS.map((variant) => ({
  compatible: variant.compatible,
  bus: 'i2c',
  title: variant.title,
  registers: REGISTER,
  properties: [0, 1, 2, 3].map((input) => ({
    name: `ain${input}`,
    kind: 'number',
    unit: 'V',
    range: [-0.3, 6.3],
    doc: `voltage at AIN${input}`,
  })),
  create: (node: DeviceNode, { clock }) =>
    new I2cWordRegisters(new Ads1015(variant, clock), i2cAddress(node)),
}));
