import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { exposeProperties } from '../chip/part-properties.ts';
import { RegisterFile } from '../chip/register-file.ts';
import { SpiByteRegisters, type SpiInterface } from '../chip/spi-byte-registers.ts';
import { type Clock, MS } from '../kit/clock.ts';
import type { PartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { PropertyDeclaration } from '../wire/part.ts';
import {
  CALIBRATION,
  fineTemperature,
  rawHumidity,
  rawPressure,
  rawTemperature,
} from './bme280-compensation.ts';

/** BME280 data sheet, table 18; the BMP280 lacks humidity. */
const REGISTER = {
  CALIB00: 0x88,
  CALIB25: 0xa1,
  ID: 0xd0,
  RESET: 0xe0,
  CALIB26: 0xe1,
  CTRL_HUM: 0xf2,
  STATUS: 0xf3,
  CTRL_MEAS: 0xf4,
  CONFIG: 0xf5,
  PRESS: 0xf7,
  TEMP: 0xfa,
  HUM: 0xfd,
} as const;

const RESET_WORD = 0xb6;
const STATUS_MEASURING = 0x08;
/** CTRL_MEAS bits 1 and 0: 00 sleep, 01 and 10 forced, 11 normal. */
const MODE_NORMAL = 3;
/** Raw values of a quantity that is not measured (5.4.7 to 5.4.9). */
const SKIPPED_20 = 0x80000;
const SKIPPED_16 = 0x8000;

const REGISTERS = {
  CTRL_HUM: { at: REGISTER.CTRL_HUM, writable: 0x07 },
  CTRL_MEAS: { at: REGISTER.CTRL_MEAS, writable: 0xff },
  CONFIG: { at: REGISTER.CONFIG, writable: 0xfd },
};

/** Oversampling by its three bits: times, 0 = skipped. */
function oversampling(bits: number): number {
  return bits === 0 ? 0 : Math.min(16, 2 ** (bits - 1));
}

class Bme280 implements ByteRegisterChip {
  readonly state;
  readonly #hasHumidity: boolean;
  readonly #clock: Clock;
  readonly #registers = new RegisterFile(REGISTERS);
  readonly #sense = { temperature: 25, pressure: 101_325, humidity: 50, ctrlHum: 0, measuringUntil: 0 };

  constructor(hasHumidity: boolean, clock: Clock) {
    this.#hasHumidity = hasHumidity;
    this.#clock = clock;
    this.state = { registers: this.#registers.values, sense: this.#sense };
    this.reset();
    exposeProperties(this, this.#sense, ['temperature', 'pressure', 'humidity'], () => this.#sensed());
  }

  reset(): void {
    const { values } = this.#registers;
    this.#registers.reset();
    values.set(calibrationBytes(), REGISTER.CALIB00);
    values[REGISTER.ID] = this.#hasHumidity ? 0x60 : 0x58;
    if (this.#hasHumidity) values.set(humidityCalibrationBytes(), REGISTER.CALIB26);
    Object.assign(this.#sense, { ctrlHum: 0, measuringUntil: 0 });
    this.#store(SKIPPED_20, SKIPPED_20, SKIPPED_16);
  }

  begin(): void {
    const { measuringUntil } = this.#sense;
    if (measuringUntil === 0 || this.#clock.now() < measuringUntil) return;
    this.#sense.measuringUntil = 0;
    this.#measure();
  }

  readRegister(register: number): number {
    if (register === REGISTER.STATUS) return this.#sense.measuringUntil === 0 ? 0 : STATUS_MEASURING;
    return this.#registers.read(register);
  }

  writeRegister(register: number, value: number): void {
    if (register === REGISTER.RESET) {
      if (value === RESET_WORD) this.reset();
      return;
    }
    if (register === REGISTER.CTRL_HUM && !this.#hasHumidity) return;
    this.#registers.write(register, value);
    if (register === REGISTER.CTRL_MEAS) this.#control(value & 3);
  }

  /** "Changes to this register only become effective after a write to ctrl_meas" (5.4.3). */
  #control(mode: number): void {
    this.#sense.ctrlHum = this.#registers.read(REGISTER.CTRL_HUM);
    this.#sense.measuringUntil = 0;
    if (mode === MODE_NORMAL) this.#measure();
    else if (mode !== 0) {
      this.#sense.measuringUntil = this.#clock.now() + this.#measurementNs();
      // A forced measurement ends in sleep mode.
      this.#registers.values[REGISTER.CTRL_MEAS] = this.#registers.read(REGISTER.CTRL_MEAS) & ~3;
    }
  }

  #sensed(): void {
    if ((this.#registers.read(REGISTER.CTRL_MEAS) & 3) === MODE_NORMAL) this.#measure();
  }

  #oversampling(): { t: number; p: number; h: number } {
    const control = this.#registers.read(REGISTER.CTRL_MEAS);
    return {
      t: oversampling((control >> 5) & 7),
      p: oversampling((control >> 2) & 7),
      h: this.#hasHumidity ? oversampling(this.#sense.ctrlHum & 7) : 0,
    };
  }

  /** Typical time (9.1): 1 ms, 2 ms a sample, half a millisecond more for pressure and for humidity. */
  #measurementNs(): number {
    const { t, p, h } = this.#oversampling();
    return (1 + 2 * t + (p === 0 ? 0 : 2 * p + 0.5) + (h === 0 ? 0 : 2 * h + 0.5)) * MS;
  }

  #measure(): void {
    const { temperature, pressure, humidity } = this.#sense;
    const { t, p, h } = this.#oversampling();
    const exact = rawTemperature(temperature, CALIBRATION);
    const fine = fineTemperature(exact, CALIBRATION);
    this.#store(
      t === 0 ? SKIPPED_20 : this.#resolution(exact, t),
      p === 0 ? SKIPPED_20 : this.#resolution(rawPressure(pressure, fine, CALIBRATION), p),
      h === 0 ? SKIPPED_16 : rawHumidity(humidity, fine, CALIBRATION),
    );
  }

  /** 16 bits and one more for each doubling of samples; 20 with the filter (3.4.1). */
  #resolution(raw: number, samples: number): number {
    const filter = (this.#registers.read(REGISTER.CONFIG) >> 2) & 7;
    const missing = filter === 0 ? 4 - Math.log2(samples) : 0;
    return Math.round(raw / 2 ** missing) * 2 ** missing;
  }

  #store(temperature: number, pressure: number, humidity: number): void {
    const { values } = this.#registers;
    values.set(leftAligned20(pressure), REGISTER.PRESS);
    values.set(leftAligned20(temperature), REGISTER.TEMP);
    if (this.#hasHumidity) values.set([humidity >> 8, humidity & 0xff], REGISTER.HUM);
  }
}

function leftAligned20(raw: number): number[] {
  const limited = Math.min(raw, 0xfffff);
  return [limited >> 12, (limited >> 4) & 0xff, (limited & 0x0f) << 4];
}

/** dig_T1 to dig_P9, little-endian, and dig_H1 at A1h. */
function calibrationBytes(): number[] {
  const words = [...CALIBRATION.t, ...CALIBRATION.p].flatMap((word) => [word & 0xff, (word >> 8) & 0xff]);
  return [...words, 0, CALIBRATION.h[0]];
}

/** dig_H2 to dig_H6; H4 and H5 share a byte (table 16). */
function humidityCalibrationBytes(): number[] {
  const [, h2, h3, h4, h5, h6] = CALIBRATION.h;
  return [h2 & 0xff, h2 >> 8, h3, h4 >> 4, (h4 & 0x0f) | ((h5 & 0x0f) << 4), h5 >> 4, h6];
}

/** 6.3: bit 7 is the direction and stands for the register's own bit 7; writes are pairs of bytes. */
const SPI: SpiInterface = {
  spiModes: 0b1001,
  maxSpeedHz: 10_000_000,
  writesInPairs: true,
  parse: (byte) => ({ register: byte | 0x80, read: (byte & 0x80) !== 0, increment: true }),
};

const BMP280_PROPERTIES: readonly PropertyDeclaration[] = [
  { name: 'temperature', kind: 'number', unit: '°C', range: [-40, 85], doc: 'what the sensor feels' },
  { name: 'pressure', kind: 'number', unit: 'Pa', range: [30_000, 110_000], doc: 'pressure of the air' },
];
const BME280_PROPERTIES: readonly PropertyDeclaration[] = [
  ...BMP280_PROPERTIES,
  { name: 'humidity', kind: 'number', unit: '%RH', range: [0, 100], doc: 'relative humidity of the air' },
];

export const models: readonly PartModel[] = [false, true].flatMap((hasHumidity): PartModel[] => {
  const name = hasHumidity ? 'bme280' : 'bmp280';
  const common = {
    compatible: [`bosch,${name}`],
    title: `${name.toUpperCase()} pressure${hasHumidity ? ', humidity' : ''} and temperature sensor`,
    registers: REGISTER,
    properties: hasHumidity ? BME280_PROPERTIES : BMP280_PROPERTIES,
  };
  return [
    {
      ...common,
      bus: 'i2c',
      create: (node, { clock }) => new I2cByteRegisters(new Bme280(hasHumidity, clock), i2cAddress(node)),
    },
    {
      ...common,
      bus: 'spi',
      create: (_node, { clock }) => new SpiByteRegisters(new Bme280(hasHumidity, clock), SPI),
    },
  ];
});
