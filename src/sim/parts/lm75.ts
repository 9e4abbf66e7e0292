import type { DeviceNode } from '../../bus/index.ts';
import type { WordRegisterChip } from '../chip/chip.ts';
import { I2cWordRegisters } from '../chip/i2c-word-registers.ts';
import { RegisterFile } from '../chip/register-file.ts';
import { type Clock, MS } from '../kit/clock.ts';
import { Line } from '../kit/line.ts';
import { Periodic } from '../kit/periodic.ts';
import { Thermostat, type ThermostatMode } from '../kit/thermostat.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';

/** LM75 data sheet (TI SNOS808), 7.5; TMP75 (SBOS288), 7.6. Limits are in 1/256 °C. */
const REGISTER = { TEMP: 0, CONF: 1, THYST: 2, TOS: 3 } as const;

const CONF = {
  SHUTDOWN: 0x01,
  /** Interrupt mode (LM75: CMP/INT, TMP75: TM). */
  INTERRUPT: 0x02,
  /** The output is active high. */
  POLARITY: 0x04,
  /** TMP75 and later: start one conversion while shut down; reads as 0. */
  ONE_SHOT: 0x80,
} as const;

/** Fault queue, bits 4 and 3 of CONF: consecutive conversions. */
const FAULTS = [1, 2, 4, 6] as const;

/** What the relatives of the LM75 differ in. */
interface Variant {
  readonly compatible: readonly string[];
  readonly title: string;
  /** Writable bits of CONF (of its upper byte where it has two). */
  readonly confWritable: number;
  /** CONF has a second byte, which reads so. */
  readonly confLow?: number;
  /** Bits of a temperature, as CONF has it now. */
  bits(conf: number): number;
  conversionNs(conf: number): number;
  /** Bits of a limit. */
  readonly limitBits: number;
  /** Bits of the pointer that count. */
  readonly pointerMask: number;
  /** Contents of the device ID register, where there is one at 0x0f. */
  readonly deviceId?: number;
}

const tmp75Bits = (conf: number) => 9 + ((conf >> 5) & 3);
/** 27.5 ms for 9 bits, twice that for each further one (SBOS288, table 7). */
const tmp75Conversion = (conf: number) => 27.5 * MS * 2 ** ((conf >> 5) & 3);

/** 30 ms for 9 bits, twice that for each further one (DS21909, AC characteristics). */
const mcp9800Conversion = (conf: number) => 30 * MS * 2 ** ((conf >> 5) & 3);

const VARIANTS: readonly Variant[] = [
  {
    compatible: ['national,lm75', 'national,lm75a', 'maxim,max6626', 'st,ds75', 'dallas,ds75'],
    title: 'LM75 temperature sensor, 9 bits',
    confWritable: 0x1f,
    bits: () => 9,
    conversionNs: () => 100 * MS,
    limitBits: 9,
    pointerMask: 0x03,
  },
  {
    compatible: ['national,lm75b', 'nxp,lm75b', 'nxp,pct2075'],
    title: 'LM75B temperature sensor, 11 bits',
    confWritable: 0x1f,
    bits: () => 11,
    conversionNs: () => 100 * MS,
    limitBits: 9,
    pointerMask: 0x03,
  },
  {
    compatible: ['ti,tmp75', 'ti,tmp175', 'ti,tmp275', 'ti,tmp105'],
    title: 'TMP75 temperature sensor, 9 to 12 bits',
    confWritable: 0x7f,
    bits: tmp75Bits,
    conversionNs: tmp75Conversion,
    limitBits: 12,
    pointerMask: 0x03,
  },
  {
    compatible: ['microchip,mcp980x'],
    title: 'MCP9800 temperature sensor, 9 to 12 bits',
    confWritable: 0x7f,
    bits: tmp75Bits,
    conversionNs: mcp9800Conversion,
    limitBits: 9,
    pointerMask: 0x03,
  },
  {
    compatible: ['ti,tmp1075'],
    title: 'TMP1075 temperature sensor, 12 bits',
    confWritable: 0x7f,
    confLow: 0xff,
    bits: () => 12,
    conversionNs: tmp75Conversion,
    limitBits: 12,
    pointerMask: 0x0f,
    deviceId: 0x7500,
  },
];

const DEVICE_ID = 0x0f;

class Lm75 implements WordRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #variant: Variant;
  readonly #clock: Clock;
  readonly #registers: RegisterFile;
  readonly #thermostat = new Thermostat();
  readonly #conversions: Periodic;
  readonly #output = new Line('OS');
  readonly #sense = { temperature: 25, oneShotEnd: 0 };

  constructor(variant: Variant, clock: Clock) {
    const limitMask = 0x10000 - 2 ** (16 - variant.limitBits);
    this.#variant = variant;
    this.#clock = clock;
    this.#registers = new RegisterFile(
      {
        TEMP: { at: REGISTER.TEMP },
        CONF: { at: REGISTER.CONF, reset: variant.confLow ?? 0, writable: variant.confWritable },
        THYST: { at: REGISTER.THYST, reset: 75 << 8, writable: limitMask },
        TOS: { at: REGISTER.TOS, reset: 80 << 8, writable: limitMask },
        DEVICE_ID: { at: DEVICE_ID, reset: variant.deviceId ?? 0 },
      },
      16,
    );
    this.lines = [this.#output];
    this.#conversions = new Periodic(
      clock,
      () => this.#period(),
      (count) => this.#convert(count),
      this.#output,
    );
    this.state = {
      registers: this.#registers.values,
      thermostat: this.#thermostat.state,
      conversions: this.#conversions.state,
      sense: this.#sense,
    };
    this.#convert(1);
  }

  /** What the sensor feels, in °C. A sensor that converts all the time shows it at once. */
  get temperature(): number {
    return this.#sense.temperature;
  }

  set temperature(celsius: number) {
    this.begin();
    this.#sense.temperature = celsius;
    if (!this.#isShutDown()) this.#convert(1);
  }

  reset(): void {
    this.#registers.reset();
    this.#thermostat.reset();
    this.#conversions.restart();
    this.#sense.oneShotEnd = 0;
    this.#convert(1);
  }

  restored(): void {
    this.#drive();
  }

  begin(): void {
    this.#conversions.catchUp();
    const { oneShotEnd } = this.#sense;
    if (oneShotEnd === 0 || this.#clock.now() < oneShotEnd) return;
    this.#sense.oneShotEnd = 0;
    this.#convert(1);
  }

  pointer(byte: number): number {
    return byte & this.#variant.pointerMask;
  }

  width(register: number): number {
    return register === REGISTER.CONF && this.#variant.confLow === undefined ? 1 : 2;
  }

  readRegister(register: number): number {
    if ((this.#conf() & CONF.INTERRUPT) !== 0) this.#thermostat.acknowledge();
    this.#drive();
    return this.#registers.read(register);
  }

  writeRegister(register: number, value: number): void {
    if (register !== REGISTER.CONF) this.#registers.write(register, value);
    else this.#configure(this.#variant.confLow === undefined ? value : value >> 8);
  }

  #configure(conf: number): void {
    const wasShutDown = this.#isShutDown();
    const low = this.#variant.confLow;
    const kept = conf & this.#variant.confWritable;
    this.#registers.values[REGISTER.CONF] = low === undefined ? kept : (kept << 8) | low;
    if (this.#isShutDown()) {
      const oneShot = (conf & CONF.ONE_SHOT) !== 0 && this.#hasOneShot();
      if (oneShot) this.#sense.oneShotEnd = this.#clock.now() + this.#variant.conversionNs(kept);
    } else if (wasShutDown) {
      this.#conversions.restart();
      this.#convert(1);
    }
    this.#drive();
  }

  /** One-shot came with the TMP75, whose CONF also has the resolution bits. */
  #hasOneShot(): boolean {
    return (this.#variant.confWritable & 0x60) !== 0;
  }

  #conf(): number {
    const conf = this.#registers.read(REGISTER.CONF);
    return this.#variant.confLow === undefined ? conf : conf >> 8;
  }

  #isShutDown(): boolean {
    return (this.#conf() & CONF.SHUTDOWN) !== 0;
  }

  #period(): number {
    return this.#isShutDown() ? 0 : this.#variant.conversionNs(this.#conf());
  }

  #convert(count: number): void {
    const step = 2 ** (16 - this.#variant.bits(this.#conf()));
    const code = Math.round((this.#sense.temperature * 256) / step) * step;
    const value = Math.max(-0x8000, Math.min(0x8000 - step, code));
    this.#registers.values[REGISTER.TEMP] = value & 0xffff;
    this.#thermostat.sample(value, this.#mode(), count);
    this.#drive();
  }

  #mode(): ThermostatMode {
    const conf = this.#conf();
    return {
      high: signed(this.#registers.read(REGISTER.TOS)),
      low: signed(this.#registers.read(REGISTER.THYST)),
      faults: FAULTS[(conf >> 3) & 3] as number,
      latched: (conf & CONF.INTERRUPT) !== 0,
    };
  }

  #drive(): void {
    const activeHigh = (this.#conf() & CONF.POLARITY) !== 0;
    this.#output.set(this.#thermostat.state.asserted === activeHigh);
  }
}

function signed(word: number): number {
  return (word << 16) >> 16;
}

export const models: readonly I2cPartModel[] = VARIANTS.map((variant) => ({
  compatible: variant.compatible,
  bus: 'i2c',
  title: variant.title,
  registers: REGISTER,
  properties: [
    { name: 'temperature', kind: 'number', unit: '°C', range: [-55, 150], doc: 'what the sensor feels' },
  ],
  create: (node: DeviceNode, context) =>
    new I2cWordRegisters(new Lm75(variant, context.clock), i2cAddress(node)),
}));
