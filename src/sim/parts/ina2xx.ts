import type { DeviceNode } from '../../bus/index.ts';
import type { WordRegisterChip } from '../chip/chip.ts';
import { I2cWordRegisters } from '../chip/i2c-word-registers.ts';
import { exposeProperties } from '../chip/part-properties.ts';
import { RegisterFile, type RegisterTable } from '../chip/register-file.ts';
import type { Clock } from '../kit/clock.ts';
import { Line } from '../kit/line.ts';
import { clamp, quantize, signed16 } from '../kit/numbers.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { PropertyDeclaration } from '../wire/part.ts';

/** INA219 (SBOS448) table 2, INA226 (SBOS547) table 4. */
const REGISTER = {
  CONFIGURATION: 0,
  SHUNT_VOLTAGE: 1,
  BUS_VOLTAGE: 2,
  POWER: 3,
  CURRENT: 4,
  CALIBRATION: 5,
  MASK_ENABLE: 6,
  ALERT_LIMIT: 7,
} as const;

const CONFIGURATION_RST = 0x8000;
/** Operating mode, bits 2 to 0: bit 2 continuous, bit 1 bus, bit 0 shunt; 0 and 4 power down. */
const MODE_CONTINUOUS = 0x04;
const MODE_BUS = 0x02;
const MODE_SHUNT = 0x01;

/** INA226 Mask/Enable register. */
const MASK = {
  SOL: 0x8000,
  SUL: 0x4000,
  BOL: 0x2000,
  BUL: 0x1000,
  POL: 0x0800,
  CNVR: 0x0400,
  AFF: 0x0010,
  CVRF: 0x0008,
  APOL: 0x0002,
  LEN: 0x0001,
} as const;

/** INA219 Bus Voltage register: conversion ready, math overflow. */
const CNVR = 0x0002;

interface Variant {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly registers: RegisterTable;
  readonly shuntLsb: number;
  readonly busLsb: number;
  /** The bus voltage stands in bits 15 to 3, with flags below. */
  readonly busShift: number;
  /** current = shunt * calibration / this. */
  readonly currentDivisor: number;
  /** power = current * bus / this. */
  readonly powerDivisor: number;
  readonly hasAlert: boolean;
  /** Limit of the shunt register by the gain bits of the configuration. */
  shuntLimit(configuration: number): number;
  /** Time of one conversion of shunt and bus, in ns. */
  conversionNs(configuration: number): number;
}

const INA219_REGISTERS: RegisterTable = {
  CONFIGURATION: { at: REGISTER.CONFIGURATION, reset: 0x399f, writable: 0x3fff },
  CALIBRATION: { at: REGISTER.CALIBRATION, writable: 0xfffe },
};

const INA226_REGISTERS: RegisterTable = {
  CONFIGURATION: { at: REGISTER.CONFIGURATION, reset: 0x4127, writable: 0x0fff },
  CALIBRATION: { at: REGISTER.CALIBRATION, writable: 0x7fff },
  MASK_ENABLE: { at: REGISTER.MASK_ENABLE, writable: 0xfc03 },
  ALERT_LIMIT: { at: REGISTER.ALERT_LIMIT, writable: 0xffff },
};

/** INA219, table 5: 9 to 12 bits, or 12 bits averaged 1 to 128 times. */
function ina219Conversion(adc: number): number {
  if ((adc & 8) === 0) return [84e3, 148e3, 276e3, 532e3][adc & 3] as number;
  return 532e3 * 2 ** (adc & 7);
}

/** INA226, tables 6 to 8. */
const INA226_CONVERSION = [140e3, 204e3, 332e3, 588e3, 1100e3, 2116e3, 4156e3, 8244e3] as const;
const INA226_AVERAGES = [1, 4, 16, 64, 128, 256, 512, 1024] as const;

const INA226 = {
  shuntLsb: 2.5e-6,
  busLsb: 1.25e-3,
  busShift: 0,
  currentDivisor: 2048,
  powerDivisor: 20_000,
  hasAlert: true,
  shuntLimit: () => 0x7fff,
  conversionNs: (configuration: number) =>
    ((INA226_CONVERSION[(configuration >> 6) & 7] as number) +
      (INA226_CONVERSION[(configuration >> 3) & 7] as number)) *
    (INA226_AVERAGES[(configuration >> 9) & 7] as number),
} as const;

const VARIANTS: readonly Variant[] = [
  {
    compatible: ['ti,ina219', 'ti,ina220'],
    title: 'INA219 current and power monitor',
    registers: INA219_REGISTERS,
    shuntLsb: 10e-6,
    busLsb: 4e-3,
    busShift: 3,
    currentDivisor: 4096,
    powerDivisor: 5000,
    hasAlert: false,
    // Gain 1, 2, 4, 8: 40, 80, 160, 320 mV.
    shuntLimit: (configuration) => 4000 * 2 ** ((configuration >> 11) & 3),
    conversionNs: (configuration) =>
      ina219Conversion((configuration >> 7) & 15) + ina219Conversion((configuration >> 3) & 15),
  },
  {
    compatible: ['ti,ina226'],
    title: 'INA226 current and power monitor with alert',
    registers: {
      ...INA226_REGISTERS,
      MANUFACTURER_ID: { at: 0xfe, reset: 0x5449 },
      DIE_ID: { at: 0xff, reset: 0x2260 },
    },
    ...INA226,
  },
  {
    compatible: ['ti,ina230', 'ti,ina231'],
    title: 'INA230 current and power monitor with alert',
    registers: INA226_REGISTERS,
    ...INA226,
  },
];

class Ina2xx implements WordRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #variant: Variant;
  readonly #clock: Clock;
  readonly #registers: RegisterFile;
  readonly #alert = new Line('ALERT');
  readonly #sense = { busVoltage: 0, current: 0, shuntOhms: 0, triggeredUntil: 0 };

  constructor(variant: Variant, shuntOhms: number, clock: Clock) {
    this.#variant = variant;
    this.#clock = clock;
    this.#registers = new RegisterFile(variant.registers);
    this.#sense.shuntOhms = shuntOhms;
    this.lines = variant.hasAlert ? [this.#alert] : [];
    this.state = { registers: this.#registers.values, sense: this.#sense };
    this.#convert();
    exposeProperties(this, this.#sense, ['busVoltage', 'current'], () => this.#sensed());
  }

  reset(): void {
    this.#registers.reset();
    this.#sense.triggeredUntil = 0;
    this.#convert();
  }

  restored(): void {
    this.#drive();
  }

  begin(): void {
    const { triggeredUntil } = this.#sense;
    if (triggeredUntil === 0 || this.#clock.now() < triggeredUntil) return;
    this.#sense.triggeredUntil = 0;
    this.#convert();
  }

  readRegister(register: number): number {
    const value = this.#registers.read(register);
    if (register === REGISTER.POWER && !this.#variant.hasAlert) this.#ready(false);
    if (register === REGISTER.MASK_ENABLE && this.#variant.hasAlert) {
      // Reading clears the flags; a latched alert is thereby acknowledged.
      this.#registers.values[register] = value & ~(MASK.AFF | MASK.CVRF);
      this.#drive();
    }
    return value;
  }

  writeRegister(register: number, value: number): void {
    if (register === REGISTER.CONFIGURATION && (value & CONFIGURATION_RST) !== 0) {
      this.reset();
      return;
    }
    this.#registers.write(register, value);
    if (register === REGISTER.CONFIGURATION) this.#configure();
    else this.#calculate();
  }

  #configure(): void {
    const mode = this.#registers.read(REGISTER.CONFIGURATION) & 7;
    this.#ready(false);
    this.#sense.triggeredUntil = 0;
    if ((mode & (MODE_BUS | MODE_SHUNT)) === 0) return;
    if ((mode & MODE_CONTINUOUS) !== 0) this.#convert();
    else {
      const time = this.#variant.conversionNs(this.#registers.read(REGISTER.CONFIGURATION));
      this.#sense.triggeredUntil = this.#clock.now() + time;
    }
  }

  #sensed(): void {
    const mode = this.#registers.read(REGISTER.CONFIGURATION) & 7;
    if ((mode & MODE_CONTINUOUS) !== 0) this.#convert();
  }

  #convert(): void {
    const { shuntLsb, busLsb, busShift, shuntLimit } = this.#variant;
    const configuration = this.#registers.read(REGISTER.CONFIGURATION);
    const { busVoltage, current, shuntOhms } = this.#sense;
    if ((configuration & MODE_SHUNT) !== 0) {
      const limit = shuntLimit(configuration);
      const shunt = clamp(quantize(current * shuntOhms, shuntLsb, 16), -limit, limit);
      this.#registers.values[REGISTER.SHUNT_VOLTAGE] = shunt;
    }
    if ((configuration & MODE_BUS) !== 0) {
      const most = 2 ** (busShift === 0 ? 15 : 13) - 1;
      const bus = clamp(Math.round(busVoltage / busLsb), 0, most);
      this.#registers.values[REGISTER.BUS_VOLTAGE] = bus << busShift;
    }
    this.#ready(true);
    this.#calculate();
  }

  /** Where "conversion ready" is: in the bus voltage, or in Mask/Enable. */
  #ready(ready: boolean): void {
    const register = this.#variant.hasAlert ? REGISTER.MASK_ENABLE : REGISTER.BUS_VOLTAGE;
    const bit = this.#variant.hasAlert ? MASK.CVRF : CNVR;
    const value = this.#registers.read(register);
    this.#registers.values[register] = ready ? value | bit : value & ~bit;
  }

  #calculate(): void {
    const { busShift, currentDivisor, powerDivisor } = this.#variant;
    const shunt = signed16(this.#registers.read(REGISTER.SHUNT_VOLTAGE));
    const bus = this.#registers.read(REGISTER.BUS_VOLTAGE) >> busShift;
    const calibration = this.#registers.read(REGISTER.CALIBRATION);
    const current = clamp(Math.trunc((shunt * calibration) / currentDivisor), -0x8000, 0x7fff);
    this.#registers.values[REGISTER.CURRENT] = current;
    const power = clamp(Math.trunc((Math.abs(current) * bus) / powerDivisor), 0, 0xffff);
    this.#registers.values[REGISTER.POWER] = power;
    this.#compare();
  }

  /** The alert function with the highest bit counts (SBOS547, 7.6.8). */
  #compare(): void {
    if (!this.#variant.hasAlert) return;
    const mask = this.#registers.read(REGISTER.MASK_ENABLE);
    const limit = this.#registers.read(REGISTER.ALERT_LIMIT);
    const shunt = signed16(this.#registers.read(REGISTER.SHUNT_VOLTAGE));
    const bus = this.#registers.read(REGISTER.BUS_VOLTAGE);
    let beyond = false;
    if ((mask & MASK.SOL) !== 0) beyond = shunt > signed16(limit);
    else if ((mask & MASK.SUL) !== 0) beyond = shunt < signed16(limit);
    else if ((mask & MASK.BOL) !== 0) beyond = bus > limit;
    else if ((mask & MASK.BUL) !== 0) beyond = bus < limit;
    else if ((mask & MASK.POL) !== 0) beyond = this.#registers.read(REGISTER.POWER) > limit;
    const latched = (mask & MASK.LEN) !== 0 && (mask & MASK.AFF) !== 0;
    this.#registers.values[REGISTER.MASK_ENABLE] = beyond || latched ? mask | MASK.AFF : mask & ~MASK.AFF;
    this.#drive();
  }

  #drive(): void {
    const mask = this.#registers.read(REGISTER.MASK_ENABLE);
    const ready = (mask & MASK.CNVR) !== 0 && (mask & MASK.CVRF) !== 0;
    const asserted = ready || (mask & MASK.AFF) !== 0;
    this.#alert.set(asserted === ((mask & MASK.APOL) !== 0));
  }
}

/** Ohms of the binding's `shunt-resistor` (in µΩ; without it 10 mΩ). */
export function shuntOhms(node: DeviceNode): number {
  return (node.u32('shunt-resistor') ?? 10_000) / 1e6;
}

export const POWER_PROPERTIES: readonly PropertyDeclaration[] = [
  { name: 'busVoltage', kind: 'number', unit: 'V', range: [0, 85], doc: 'voltage of the load' },
  { name: 'current', kind: 'number', unit: 'A', range: [-1000, 1000], doc: 'current through the shunt' },
];

export const models: readonly I2cPartModel[] = VARIANTS.map((variant) => ({
  compatible: variant.compatible,
  bus: 'i2c',
  title: variant.title,
  registers: REGISTER,
  properties: POWER_PROPERTIES,
  create: (node: DeviceNode, { clock }) =>
    new I2cWordRegisters(new Ina2xx(variant, shuntOhms(node), clock), i2cAddress(node)),
}));
