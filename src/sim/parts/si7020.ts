import type { DeviceNode } from '../../bus/index.ts';
import { exposeProperties } from '../chip/part-properties.ts';
import { type Clock, MS } from '../kit/clock.ts';
import { crc8 } from '../kit/crc8.ts';
import { CLIMATE_PROPERTIES, codeOf, Measurement } from '../kit/humidity-sensor.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { I2cPart } from '../wire/part.ts';

/** Silicon Labs Si7021-A20 data sheet, table 11 and 5.1. */
const HUMIDITY = { offset: -6, span: 125, full: 65536 };
const TEMPERATURE = { offset: -46.85, span: 175.72, full: 65536 };

const COMMAND = {
  RH_HOLD: 0xe5,
  RH_NO_HOLD: 0xf5,
  T_HOLD: 0xe3,
  T_NO_HOLD: 0xf3,
  T_FROM_RH: 0xe0,
  RESET: 0xfe,
  WRITE_USER_1: 0xe6,
  READ_USER_1: 0xe7,
  WRITE_HEATER: 0x51,
  READ_HEATER: 0x11,
} as const;
/** Commands of two bytes. */
const ELECTRONIC_ID_1 = 0xfa0f;
const ELECTRONIC_ID_2 = 0xfcc9;
const FIRMWARE_REVISION = 0x84b8;

/** User register 1: D7 and D0 resolution, D2 heater; the others keep their value. */
const USER_1_RESET = 0x3a;
const USER_1_WRITABLE = 0x85;
/** Typical conversion times by resolution (D7, D0): humidity, temperature. A humidity measures both. */
const TIMES_NS = [
  { bits: [12, 14], humidity: 10 * MS, temperature: 7 * MS },
  { bits: [8, 12], humidity: 2.6 * MS, temperature: 2.4 * MS },
  { bits: [10, 13], humidity: 3.7 * MS, temperature: 4 * MS },
  { bits: [11, 11], humidity: 5.8 * MS, temperature: 1.5 * MS },
] as const;

class Si7020 implements I2cPart {
  readonly addresses: readonly number[];
  readonly state;
  readonly #measurement: Measurement;
  readonly #deviceId: number;
  readonly #registers = {
    user1: USER_1_RESET,
    heater: 0,
    command: 0,
    received: 0,
    lastTemperature: 0,
    stretch: 0,
  };
  readonly #sense = { temperature: 25, humidity: 50 };

  constructor(address: number, deviceId: number, clock: Clock) {
    this.addresses = [address];
    this.#deviceId = deviceId;
    this.#measurement = new Measurement(clock);
    this.state = { registers: this.#registers, sense: this.#sense, measurement: this.#measurement.state };
    exposeProperties(this, this.#sense, ['temperature', 'humidity']);
  }

  get stretchNs(): number {
    return this.#registers.stretch;
  }

  reset(): void {
    Object.assign(this.#registers, { user1: USER_1_RESET, heater: 0, command: 0, received: 0, stretch: 0 });
    this.#measurement.clear();
  }

  start(_address: number, read: boolean): boolean {
    const registers = this.#registers;
    registers.stretch = 0;
    if (!read) {
      registers.received = 0;
      return true;
    }
    const remaining = this.#measurement.remainingNs;
    const holds = registers.command === COMMAND.RH_HOLD || registers.command === COMMAND.T_HOLD;
    // Hold: SCL stays low until the result is there. No hold: the address is not acknowledged until then.
    if (holds) registers.stretch = remaining;
    return holds || remaining === 0;
  }

  write(data: Uint8Array): number {
    for (const byte of data) this.#byte(byte);
    return data.length;
  }

  read(into: Uint8Array): void {
    this.#registers.stretch = 0;
    this.#measurement.read(into);
  }

  stop(): void {}

  #byte(byte: number): void {
    const registers = this.#registers;
    registers.received++;
    if (registers.received === 1) {
      registers.command = byte;
      this.#command(byte);
    } else if (registers.received === 2) this.#argument(byte);
  }

  #command(command: number): void {
    const { user1, heater, lastTemperature } = this.#registers;
    const time = this.#times();
    switch (command) {
      case COMMAND.RH_HOLD:
      case COMMAND.RH_NO_HOLD:
        this.#registers.lastTemperature = this.#temperatureCode();
        this.#answerCode(this.#humidityCode(), time.humidity + time.temperature);
        break;
      case COMMAND.T_HOLD:
      case COMMAND.T_NO_HOLD:
        this.#answerCode(this.#temperatureCode(), time.temperature);
        break;
      case COMMAND.T_FROM_RH:
        // This one has no checksum.
        this.#measurement.begin(Uint8Array.of(lastTemperature >> 8, lastTemperature), 0);
        break;
      case COMMAND.RESET:
        this.reset();
        break;
      case COMMAND.READ_USER_1:
        this.#measurement.begin(Uint8Array.of(user1), 0);
        break;
      case COMMAND.READ_HEATER:
        this.#measurement.begin(Uint8Array.of(heater), 0);
        break;
    }
  }

  #argument(byte: number): void {
    const { command, user1 } = this.#registers;
    if (command === COMMAND.WRITE_USER_1) {
      this.#registers.user1 = (user1 & ~USER_1_WRITABLE) | (byte & USER_1_WRITABLE);
    } else if (command === COMMAND.WRITE_HEATER) this.#registers.heater = byte & 0x0f;
    else this.#identify((command << 8) | byte);
  }

  #identify(command: number): void {
    if (command === FIRMWARE_REVISION) this.#measurement.begin(Uint8Array.of(0x20), 0);
    // SNA is sent with a checksum a byte, SNB with one a pair; SNB_3 is the device: 20 or 21.
    if (command === ELECTRONIC_ID_1) this.#measurement.begin(new Uint8Array(8), 0);
    else if (command === ELECTRONIC_ID_2) {
      const serial = Uint8Array.of(this.#deviceId, 0x00, 0xff, 0xff);
      const first = crc8(serial.subarray(0, 2), 0);
      this.#measurement.begin(Uint8Array.of(this.#deviceId, 0, first, 0xff, 0xff, crc8(serial, 0)), 0);
    }
  }

  #answerCode(code: number, durationNs: number): void {
    const bytes = Uint8Array.of(code >> 8, code, 0);
    bytes[2] = crc8(bytes.subarray(0, 2), 0);
    this.#measurement.begin(bytes, durationNs);
  }

  #times(): (typeof TIMES_NS)[number] {
    const { user1 } = this.#registers;
    return TIMES_NS[((user1 >> 6) & 2) | (user1 & 1)] as (typeof TIMES_NS)[number];
  }

  /** The two lowest bits are a status: 10 for humidity, 00 for temperature. */
  #humidityCode(): number {
    return (this.#truncate(codeOf(this.#sense.humidity, HUMIDITY), this.#times().bits[0]) & ~3) | 2;
  }

  #temperatureCode(): number {
    return this.#truncate(codeOf(this.#sense.temperature, TEMPERATURE), this.#times().bits[1]) & ~3;
  }

  #truncate(code: number, bits: number): number {
    const step = 2 ** (16 - bits);
    return Math.min(0x10000 - step, Math.round(code / step) * step);
  }
}

export const models: readonly I2cPartModel[] = [
  { name: 'si7020', id: 0x14 },
  { name: 'si7021', id: 0x15 },
].map(({ name, id }) => ({
  compatible: [`silabs,${name}`],
  bus: 'i2c',
  title: `${name.replace('s', 'S')} humidity and temperature sensor`,
  properties: CLIMATE_PROPERTIES,
  create: (node: DeviceNode, { clock }) => new Si7020(i2cAddress(node), id, clock),
}));
