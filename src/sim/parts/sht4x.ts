import { exposeProperties } from '../chip/part-properties.ts';
import { type Clock, MS, SECOND } from '../kit/clock.ts';
import { wordsWithCrc } from '../kit/crc8.ts';
import { CLIMATE_PROPERTIES, codeOf, Measurement } from '../kit/humidity-sensor.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { I2cPart } from '../wire/part.ts';

/** Sensirion SHT4x data sheet, 4.6 "Conversion of signal output". */
const HUMIDITY = { offset: -6, span: 125, full: 65535 };
const TEMPERATURE = { offset: -45, span: 175, full: 65535 };
const CRC_START = 0xff;

/** Table 8: command and typical duration. The heater commands measure at their end. */
const MEASURE: ReadonlyMap<number, number> = new Map([
  [0xfd, 6.9 * MS],
  [0xf6, 3.7 * MS],
  [0xe0, 1.3 * MS],
  [0x39, SECOND],
  [0x32, SECOND / 10],
  [0x2f, SECOND],
  [0x24, SECOND / 10],
  [0x1e, SECOND],
  [0x15, SECOND / 10],
]);
const READ_SERIAL = 0x89;
const SOFT_RESET = 0x94;

class Sht4x implements I2cPart {
  readonly addresses: readonly number[];
  readonly state;
  readonly #measurement: Measurement;
  readonly #sense = { temperature: 25, humidity: 50 };

  constructor(address: number, clock: Clock) {
    this.addresses = [address];
    this.#measurement = new Measurement(clock);
    this.state = { sense: this.#sense, measurement: this.#measurement.state };
    exposeProperties(this, this.#sense, ['temperature', 'humidity']);
  }

  reset(): void {
    this.#measurement.clear();
  }

  /** While it measures, and when nothing was asked, a read is not acknowledged. */
  start(_address: number, read: boolean): boolean {
    const measuring = this.#measurement.remainingNs > 0;
    return read ? this.#measurement.hasAnswer && !measuring : !measuring;
  }

  write(data: Uint8Array): number {
    for (const byte of data) this.#command(byte);
    return data.length;
  }

  read(into: Uint8Array): void {
    this.#measurement.read(into);
  }

  stop(): void {
    if (this.#measurement.state.position > 0) this.#measurement.clear();
  }

  #command(command: number): void {
    const duration = MEASURE.get(command);
    const { temperature, humidity } = this.#sense;
    if (duration !== undefined) {
      const words = [codeOf(temperature, TEMPERATURE), codeOf(humidity, HUMIDITY)];
      this.#measurement.begin(wordsWithCrc(words, CRC_START), duration);
    } else if (command === READ_SERIAL) this.#measurement.begin(wordsWithCrc([0x0f12, 0x3456], CRC_START), 0);
    else if (command === SOFT_RESET) this.reset();
  }
}

export const models: readonly I2cPartModel[] = [
  {
    compatible: ['sensirion,sht4x', 'sensirion,sht40', 'sensirion,sht41', 'sensirion,sht45'],
    bus: 'i2c',
    title: 'SHT4x humidity and temperature sensor',
    properties: CLIMATE_PROPERTIES,
    create: (node, { clock }) => new Sht4x(i2cAddress(node), clock),
  },
];
