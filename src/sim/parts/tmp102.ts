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

/** TMP102 data sheet (TI SBOS397), 6.5: registers of 16 bits. */
const REGISTER = { TEMP: 0, CONFIG: 1, T_LOW: 2, T_HIGH: 3 } as const;
const REGISTERS = {
  TEMP: { at: REGISTER.TEMP },
  CONFIG: { at: REGISTER.CONFIG, reset: 0x60a0, writable: 0x1fd0 },
  T_LOW: { at: REGISTER.T_LOW, reset: 0x4b00, writable: 0xfff8 },
  T_HIGH: { at: REGISTER.T_HIGH, reset: 0x5000, writable: 0xfff8 },
};

const CONFIG = {
  /** One-shot; while shut down it reads as 1 when the conversion has ended. */
  OS: 0x8000,
  POL: 0x0400,
  /** Interrupt mode. */
  TM: 0x0200,
  SD: 0x0100,
  /** The comparator: inactive is 1 with POL = 0. */
  AL: 0x0020,
  /** Extended mode: 13 bits. */
  EM: 0x0010,
} as const;

const FAULTS = [1, 2, 4, 6] as const;
/** CR1, CR0: 0.25, 1, 4, 8 Hz. */
const PERIOD_NS = [4000 * MS, 1000 * MS, 250 * MS, 125 * MS] as const;
const CONVERSION_NS = 26 * MS;

/** A limit or a temperature in 1/16 °C, from the left-aligned register of 12 or 13 bits. */
function fromRegister(word: number, extended: boolean): number {
  return ((word << 16) >> 16) >> (extended ? 3 : 4);
}

class Tmp102 implements WordRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #clock: Clock;
  readonly #registers = new RegisterFile(REGISTERS, 4);
  readonly #thermostat = new Thermostat();
  readonly #conversions: Periodic;
  readonly #alert = new Line('ALERT');
  readonly #sense = { temperature: 25, sixteenths: 0, oneShotEnd: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.lines = [this.#alert];
    this.#conversions = new Periodic(
      clock,
      () => this.#period(),
      (count) => this.#convert(count),
      this.#alert,
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
    if (!this.#has(CONFIG.SD)) this.#convert(1);
  }

  reset(): void {
    this.#registers.reset();
    this.#thermostat.reset();
    this.#sense.oneShotEnd = 0;
    this.#conversions.restart();
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
    return byte & 3;
  }

  readRegister(register: number): number {
    if (this.#has(CONFIG.TM)) this.#thermostat.acknowledge();
    this.#drive();
    if (register === REGISTER.TEMP) return this.#temperatureRegister();
    if (register !== REGISTER.CONFIG) return this.#registers.read(register);
    const inactive = this.#thermostat.state.above === this.#has(CONFIG.POL);
    const idle = this.#has(CONFIG.SD) && this.#sense.oneShotEnd === 0;
    return (
      (this.#registers.read(register) & ~(CONFIG.AL | CONFIG.OS)) |
      (inactive ? CONFIG.AL : 0) |
      (idle ? CONFIG.OS : 0)
    );
  }

  writeRegister(register: number, value: number): void {
    const wasShutDown = this.#has(CONFIG.SD);
    this.#registers.write(register, value);
    if (register !== REGISTER.CONFIG) return;
    if (!this.#has(CONFIG.SD)) {
      this.#conversions.restart();
      this.#sense.oneShotEnd = 0;
      if (wasShutDown) this.#convert(1);
    } else if ((value & CONFIG.OS) !== 0) {
      this.#sense.oneShotEnd = this.#clock.now() + CONVERSION_NS;
    }
    this.#drive();
  }

  #has(bit: number): boolean {
    return this.#registers.has(REGISTER.CONFIG, bit);
  }

  #period(): number {
    if (this.#has(CONFIG.SD)) return 0;
    return PERIOD_NS[(this.#registers.read(REGISTER.CONFIG) >> 6) & 3] as number;
  }

  /** Left-aligned; bit 0 tells a reader that the value has 13 bits. */
  #temperatureRegister(): number {
    const { sixteenths } = this.#sense;
    if (this.#has(CONFIG.EM)) return ((clamp(sixteenths, 0x1000) << 3) | 1) & 0xffff;
    return (clamp(sixteenths, 0x800) << 4) & 0xffff;
  }

  #convert(count: number): void {
    this.#sense.sixteenths = Math.round(this.#sense.temperature * 16);
    this.#thermostat.sample(this.#sense.sixteenths, this.#mode(), count);
    this.#drive();
  }

  #mode(): ThermostatMode {
    const extended = this.#has(CONFIG.EM);
    return {
      high: fromRegister(this.#registers.read(REGISTER.T_HIGH), extended),
      low: fromRegister(this.#registers.read(REGISTER.T_LOW), extended),
      faults: FAULTS[(this.#registers.read(REGISTER.CONFIG) >> 11) & 3] as number,
      latched: this.#has(CONFIG.TM),
    };
  }

  #drive(): void {
    this.#alert.set(this.#thermostat.state.asserted === this.#has(CONFIG.POL));
  }
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit - 1, value));
}

export const models: readonly I2cPartModel[] = [
  {
    compatible: ['ti,tmp102', 'ti,tmp112'],
    bus: 'i2c',
    title: 'TMP102 temperature sensor, 12 or 13 bits',
    registers: REGISTER,
    properties: [
      { name: 'temperature', kind: 'number', unit: '°C', range: [-55, 150], doc: 'what the sensor feels' },
    ],
    create: (node: DeviceNode, { clock }) => new I2cWordRegisters(new Tmp102(clock), i2cAddress(node)),
  },
];
