import type { WordRegisterChip } from '../chip/chip.ts';
import { I2cWordRegisters } from '../chip/i2c-word-registers.ts';
import { RegisterFile } from '../chip/register-file.ts';
import { Line } from '../kit/line.ts';
import { clamp } from '../kit/numbers.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';

/** Microchip MCP9808 (DS25095), register 5-1; the layout is that of JEDEC JC-42.4. */
const REGISTER = { CONFIG: 1, T_UPPER: 2, T_LOWER: 3, T_CRIT: 4, T_A: 5, RESOLUTION: 8 } as const;
const REGISTERS = {
  CAPABILITY: { at: 0, reset: 0x001d },
  CONFIG: { at: REGISTER.CONFIG, writable: 0x07ef },
  T_UPPER: { at: REGISTER.T_UPPER, writable: 0x1ffc },
  T_LOWER: { at: REGISTER.T_LOWER, writable: 0x1ffc },
  T_CRIT: { at: REGISTER.T_CRIT, writable: 0x1ffc },
  MANUFACTURER_ID: { at: 6, reset: 0x0054 },
  DEVICE_ID: { at: 7, reset: 0x0400 },
  RESOLUTION: { at: REGISTER.RESOLUTION, reset: 3, writable: 3 },
};

const CONFIG = {
  SHDN: 0x0100,
  CRIT_LOCK: 0x0080,
  WIN_LOCK: 0x0040,
  /** Written 1: clears the interrupt; reads as 0. */
  INT_CLEAR: 0x0020,
  ALERT_STAT: 0x0010,
  ALERT_CNT: 0x0008,
  /** Only T_CRIT counts for the alert. */
  ALERT_SEL: 0x0004,
  ALERT_POL: 0x0002,
  /** Interrupt mode; else comparator. */
  ALERT_MOD: 0x0001,
} as const;

/** What is kept while a lock bit is set: hysteresis and how ALERT behaves (register 5-2). */
const LOCKED = 0x060f;
/** Hysteresis, bits 10 and 9, in sixteenths of a degree: 0, 1.5, 3, 6 °C. */
const HYSTERESIS = [0, 24, 48, 96] as const;

const T_A = { CRITICAL: 0x8000, UPPER: 0x4000, LOWER: 0x2000 } as const;

/** Thirteen bits of two's complement, in sixteenths of a degree. */
function fromRegister(word: number): number {
  return (word << 19) >> 19;
}

class Mcp9808 implements WordRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #registers = new RegisterFile(REGISTERS, 16);
  readonly #alert = new Line('ALERT');
  readonly #sense = { temperature: 25, sixteenths: 0, flags: 0, interrupt: false };

  constructor() {
    this.lines = [this.#alert];
    this.state = { registers: this.#registers.values, sense: this.#sense };
    this.#convert();
  }

  get temperature(): number {
    return this.#sense.temperature;
  }

  set temperature(celsius: number) {
    this.#sense.temperature = celsius;
    if (!this.#has(CONFIG.SHDN)) this.#convert();
  }

  reset(): void {
    this.#registers.reset();
    Object.assign(this.#sense, { flags: 0, interrupt: false });
    this.#convert();
  }

  restored(): void {
    this.#drive();
  }

  pointer(byte: number): number {
    return byte & 0x0f;
  }

  width(register: number): 1 | 2 {
    return register === REGISTER.RESOLUTION ? 1 : 2;
  }

  readRegister(register: number): number {
    if (register === REGISTER.T_A) return this.#sense.flags | (this.#sense.sixteenths & 0x1fff);
    if (register !== REGISTER.CONFIG) return this.#registers.read(register);
    return this.#registers.read(register) | (this.#isAsserted() ? CONFIG.ALERT_STAT : 0);
  }

  writeRegister(register: number, value: number): void {
    if (register === REGISTER.CONFIG) this.#configure(value);
    else if (!this.#isLocked(register)) this.#registers.write(register, value);
    if (!this.#has(CONFIG.SHDN)) this.#convert();
  }

  #configure(value: number): void {
    const before = this.#registers.read(REGISTER.CONFIG);
    const locked = (before & (CONFIG.CRIT_LOCK | CONFIG.WIN_LOCK)) !== 0;
    // A lock bit is only cleared by a power-on reset.
    const lockBits = before & (CONFIG.CRIT_LOCK | CONFIG.WIN_LOCK);
    // Shutdown "cannot be set when either of the lock bits is set; however, it can be cleared".
    const allowed = locked ? value & (before | ~CONFIG.SHDN) : value;
    const kept = locked ? (allowed & ~LOCKED) | (before & LOCKED) : allowed;
    if ((value & CONFIG.INT_CLEAR) !== 0) this.#sense.interrupt = false;
    this.#registers.write(REGISTER.CONFIG, (kept & ~(CONFIG.INT_CLEAR | CONFIG.ALERT_STAT)) | lockBits);
    this.#drive();
  }

  #isLocked(register: number): boolean {
    if (register === REGISTER.T_CRIT) return this.#has(CONFIG.CRIT_LOCK);
    return (register === REGISTER.T_UPPER || register === REGISTER.T_LOWER) && this.#has(CONFIG.WIN_LOCK);
  }

  #has(bit: number): boolean {
    return this.#registers.has(REGISTER.CONFIG, bit);
  }

  #convert(): void {
    const sense = this.#sense;
    // 0.5, 0.25, 0.125, 0.0625 °C by the resolution register.
    const step = 8 >> this.#registers.read(REGISTER.RESOLUTION);
    const code = Math.round((sense.temperature * 16) / step) * step;
    sense.sixteenths = clamp(code, -0x1000, 0x0fff);
    const before = sense.flags;
    sense.flags = this.#compare(sense.sixteenths);
    const counted = this.#has(CONFIG.ALERT_SEL) ? T_A.CRITICAL : T_A.CRITICAL | T_A.UPPER | T_A.LOWER;
    if (((before ^ sense.flags) & counted) !== 0) sense.interrupt = true;
    this.#drive();
  }

  /** Hysteresis applies to a temperature that falls. */
  #compare(temperature: number): number {
    const { flags } = this.#sense;
    const hysteresis = HYSTERESIS[(this.#registers.read(REGISTER.CONFIG) >> 9) & 3] as number;
    const limit = (register: number) => fromRegister(this.#registers.read(register));
    const held = (flag: number) => ((flags & flag) !== 0 ? hysteresis : 0);
    let now = 0;
    if (temperature >= limit(REGISTER.T_CRIT) - held(T_A.CRITICAL)) now |= T_A.CRITICAL;
    if (temperature > limit(REGISTER.T_UPPER) - held(T_A.UPPER)) now |= T_A.UPPER;
    if (temperature < limit(REGISTER.T_LOWER) - ((flags & T_A.LOWER) !== 0 ? 0 : hysteresis))
      now |= T_A.LOWER;
    return now;
  }

  #isAsserted(): boolean {
    if (!this.#has(CONFIG.ALERT_CNT)) return false;
    const { flags, interrupt } = this.#sense;
    // Beyond T_CRIT the output is a comparator in either mode.
    if ((flags & T_A.CRITICAL) !== 0) return true;
    if (this.#has(CONFIG.ALERT_MOD)) return interrupt;
    return !this.#has(CONFIG.ALERT_SEL) && (flags & (T_A.UPPER | T_A.LOWER)) !== 0;
  }

  #drive(): void {
    this.#alert.set(this.#isAsserted() === this.#has(CONFIG.ALERT_POL));
  }
}

export const models: readonly I2cPartModel[] = [
  {
    compatible: ['microchip,mcp9808', 'jedec,jc-42.4-temp'],
    bus: 'i2c',
    title: 'MCP9808 temperature sensor (JC-42.4)',
    registers: REGISTER,
    properties: [
      { name: 'temperature', kind: 'number', unit: '°C', range: [-40, 125], doc: 'what the sensor feels' },
    ],
    create: (node) => new I2cWordRegisters(new Mcp9808(), i2cAddress(node)),
  },
];
