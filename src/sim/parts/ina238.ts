import type { WordRegisterChip } from '../chip/chip.ts';
import { I2cWordRegisters } from '../chip/i2c-word-registers.ts';
import { exposeProperties } from '../chip/part-properties.ts';
import { RegisterFile } from '../chip/register-file.ts';
import { Line } from '../kit/line.ts';
import { clamp, quantize, signed16 } from '../kit/numbers.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import { POWER_PROPERTIES, shuntOhms } from './ina2xx.ts';

/** INA238 data sheet (SLYS026), table 7-3. POWER has 24 bits, the others 16. */
const REGISTER = {
  CONFIG: 0x00,
  ADC_CONFIG: 0x01,
  SHUNT_CAL: 0x02,
  VSHUNT: 0x04,
  VBUS: 0x05,
  DIETEMP: 0x06,
  CURRENT: 0x07,
  POWER: 0x08,
  DIAG_ALRT: 0x0b,
  SOVL: 0x0c,
  SUVL: 0x0d,
  BOVL: 0x0e,
  BUVL: 0x0f,
  TEMP_LIMIT: 0x10,
  PWR_LIMIT: 0x11,
} as const;

const REGISTERS = {
  CONFIG: { at: REGISTER.CONFIG, writable: 0x3ff0 },
  ADC_CONFIG: { at: REGISTER.ADC_CONFIG, reset: 0xfb68, writable: 0xffff },
  SHUNT_CAL: { at: REGISTER.SHUNT_CAL, reset: 0x1000, writable: 0x7fff },
  DIAG_ALRT: { at: REGISTER.DIAG_ALRT, reset: 0x0001, writable: 0xf000 },
  SOVL: { at: REGISTER.SOVL, reset: 0x7fff, writable: 0xffff },
  SUVL: { at: REGISTER.SUVL, reset: 0x8000, writable: 0xffff },
  BOVL: { at: REGISTER.BOVL, reset: 0x7fff, writable: 0x7fff },
  BUVL: { at: REGISTER.BUVL, writable: 0x7fff },
  TEMP_LIMIT: { at: REGISTER.TEMP_LIMIT, reset: 0x7ff0, writable: 0xfff0 },
  PWR_LIMIT: { at: REGISTER.PWR_LIMIT, reset: 0xffff, writable: 0xffff },
  MANUFACTURER_ID: { at: 0x3e, reset: 0x5449 },
  DEVICE_ID: { at: 0x3f, reset: 0x2381 },
};

const CONFIG = { RST: 0x8000, ADCRANGE: 0x0010 } as const;
/** ADC_CONFIG bits 15 to 12; 8 to 15 convert continuously. */
const MODE_CONTINUOUS = 0x8000;
const DIAG = {
  ALATCH: 0x8000,
  APOL: 0x1000,
  TMPOL: 0x0080,
  SHNTOL: 0x0040,
  SHNTUL: 0x0020,
  BUSOL: 0x0010,
  BUSUL: 0x0008,
  POL: 0x0004,
  CNVRF: 0x0002,
  LIMITS: 0x00fc,
} as const;

class Ina238 implements WordRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #registers = new RegisterFile(REGISTERS, 64);
  readonly #alert = new Line('ALERT');
  readonly #sense = { busVoltage: 0, current: 0, temperature: 25, shuntOhms: 0 };
  readonly #result = { power: 0 };

  constructor(shunt: number) {
    this.#sense.shuntOhms = shunt;
    this.lines = [this.#alert];
    this.state = { registers: this.#registers.values, sense: this.#sense, result: this.#result };
    this.#convert();
    exposeProperties(this, this.#sense, ['busVoltage', 'current', 'temperature'], () => this.#sensed());
  }

  reset(): void {
    this.#registers.reset();
    this.#convert();
  }

  restored(): void {
    this.#drive();
  }

  width(register: number): 2 | 3 {
    return register === REGISTER.POWER ? 3 : 2;
  }

  readRegister(register: number): number {
    if (register === REGISTER.POWER) return this.#result.power;
    const value = this.#registers.read(register);
    if (register === REGISTER.DIAG_ALRT) {
      this.#registers.values[register] =
        value & ~(DIAG.CNVRF | ((value & DIAG.ALATCH) !== 0 ? DIAG.LIMITS : 0));
      this.#drive();
    }
    return value;
  }

  writeRegister(register: number, value: number): void {
    if (register === REGISTER.CONFIG && (value & CONFIG.RST) !== 0) {
      this.reset();
      return;
    }
    this.#registers.write(register, value);
    // A mode below 8 converts once: what it finds is there at once.
    if (register === REGISTER.ADC_CONFIG ? (value & 0xf000) !== 0 : register === REGISTER.CONFIG)
      this.#convert();
    else this.#calculate();
  }

  #sensed(): void {
    if (this.#registers.has(REGISTER.ADC_CONFIG, MODE_CONTINUOUS)) this.#convert();
  }

  #convert(): void {
    const { busVoltage, current, temperature, shuntOhms: ohms } = this.#sense;
    const shuntLsb = this.#registers.has(REGISTER.CONFIG, CONFIG.ADCRANGE) ? 1.25e-6 : 5e-6;
    const { values } = this.#registers;
    values[REGISTER.VSHUNT] = quantize(current * ohms, shuntLsb, 16);
    values[REGISTER.VBUS] = clamp(Math.round(busVoltage / 3.125e-3), 0, 0x7fff);
    values[REGISTER.DIETEMP] = quantize(temperature, 0.125, 12) << 4;
    values[REGISTER.DIAG_ALRT] = (values[REGISTER.DIAG_ALRT] as number) | DIAG.CNVRF;
    this.#calculate();
  }

  /** 8.1.2: SHUNT_CAL = 819.2e6 * CURRENT_LSB * Rshunt; a POWER_LSB is 0.2 * CURRENT_LSB. */
  #calculate(): void {
    const { values } = this.#registers;
    const shunt = signed16(values[REGISTER.VSHUNT] as number);
    const calibration = values[REGISTER.SHUNT_CAL] as number;
    const current = calibration === 0 ? 0 : (shunt * 4096) / calibration;
    values[REGISTER.CURRENT] = clamp(Math.trunc(current), -0x8000, 0x7fff);
    const power = (Math.abs(current) * (values[REGISTER.VBUS] as number)) / 64;
    this.#result.power = clamp(Math.round(power), 0, 0xff_ffff);
    this.#compare(shunt);
  }

  #compare(shunt: number): void {
    const { values } = this.#registers;
    const at = (register: number) => values[register] as number;
    let flags = 0;
    if (shunt > signed16(at(REGISTER.SOVL))) flags |= DIAG.SHNTOL;
    if (shunt < signed16(at(REGISTER.SUVL))) flags |= DIAG.SHNTUL;
    if (at(REGISTER.VBUS) > at(REGISTER.BOVL)) flags |= DIAG.BUSOL;
    if (at(REGISTER.VBUS) < at(REGISTER.BUVL)) flags |= DIAG.BUSUL;
    if (signed16(at(REGISTER.DIETEMP)) > signed16(at(REGISTER.TEMP_LIMIT))) flags |= DIAG.TMPOL;
    // PWR_LIMIT is compared with the upper 16 of POWER's 24 bits.
    if (this.#result.power >> 8 > at(REGISTER.PWR_LIMIT)) flags |= DIAG.POL;
    const diag = at(REGISTER.DIAG_ALRT);
    const kept = (diag & DIAG.ALATCH) !== 0 ? diag : diag & ~DIAG.LIMITS;
    values[REGISTER.DIAG_ALRT] = kept | flags;
    this.#drive();
  }

  #drive(): void {
    const diag = this.#registers.read(REGISTER.DIAG_ALRT);
    this.#alert.set(((diag & DIAG.LIMITS) !== 0) === ((diag & DIAG.APOL) !== 0));
  }
}

export const models: readonly I2cPartModel[] = [
  {
    compatible: ['ti,ina238', 'ti,ina237'],
    bus: 'i2c',
    title: 'INA238 current and power monitor',
    registers: REGISTER,
    properties: [
      ...POWER_PROPERTIES,
      { name: 'temperature', kind: 'number', unit: '°C', range: [-40, 125], doc: 'temperature of the die' },
    ],
    create: (node) => new I2cWordRegisters(new Ina238(shuntOhms(node)), i2cAddress(node)),
  },
];
