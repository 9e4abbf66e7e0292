import { exposeProperties } from '../chip/part-properties.ts';
import { type Clock, MS, SECOND } from '../kit/clock.ts';
import { crc8, wordsWithCrc } from '../kit/crc8.ts';
import { CLIMATE_PROPERTIES, codeOf, Measurement } from '../kit/humidity-sensor.ts';
import { Line } from '../kit/line.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { I2cPart } from '../wire/part.ts';

/** Sensirion SHT3x-DIS data sheet, 4.13 "Conversion of signal output". */
const HUMIDITY = { offset: 0, span: 100, full: 65535 };
const TEMPERATURE = { offset: -45, span: 175, full: 65535 };
const CRC_START = 0xff;

/** Tables 9 and 10: commands of 16 bits. */
const COMMAND = {
  FETCH: 0xe000,
  ART: 0x2b32,
  BREAK: 0x3093,
  SOFT_RESET: 0x30a2,
  HEATER_ON: 0x306d,
  HEATER_OFF: 0x3066,
  READ_STATUS: 0xf32d,
  CLEAR_STATUS: 0x3041,
  SERIAL: 0x3780,
  SERIAL_NO_STRETCH: 0x3682,
} as const;

/** Measurement times by repeatability: low, medium, high (table 4, typical). */
const LOW_NS = 2.5 * MS;
const MEDIUM_NS = 4.5 * MS;
const HIGH_NS = 12.5 * MS;

const SINGLE: ReadonlyMap<number, { readonly ns: number; readonly stretch: boolean }> = new Map([
  [0x2c06, { ns: HIGH_NS, stretch: true }],
  [0x2c0d, { ns: MEDIUM_NS, stretch: true }],
  [0x2c10, { ns: LOW_NS, stretch: true }],
  [0x2400, { ns: HIGH_NS, stretch: false }],
  [0x240b, { ns: MEDIUM_NS, stretch: false }],
  [0x2416, { ns: LOW_NS, stretch: false }],
]);

/** Upper byte of the periodic commands: half, 1, 2, 4, 10 measurements a second. */
const PERIOD_NS: ReadonlyMap<number, number> = new Map([
  [0x20, 2 * SECOND],
  [0x21, SECOND],
  [0x22, SECOND / 2],
  [0x23, SECOND / 4],
  [0x27, SECOND / 10],
]);

/** Alert limits: where they are read, where they are written, and their value after power-on. */
const LIMITS = [
  { read: 0xe11f, write: 0x611d, reset: 0xcd33 },
  { read: 0xe114, write: 0x6116, reset: 0xc92d },
  { read: 0xe109, write: 0x610b, reset: 0x3869 },
  { read: 0xe102, write: 0x6100, reset: 0x3466 },
] as const;

const STATUS = { ALERT: 0x8000, HEATER: 0x2000, RH_ALERT: 0x0800, T_ALERT: 0x0400, RESET: 0x0010 } as const;
const GENERAL_CALL = 0;

class Sht3x implements I2cPart {
  readonly addresses: readonly number[];
  readonly sharedAddresses = [GENERAL_CALL];
  readonly lines: readonly Line[];
  readonly state;
  readonly #clock: Clock;
  readonly #measurement: Measurement;
  readonly #alert = new Line('ALERT', false);
  readonly #received: number[] = [];
  readonly #limits = new Uint16Array(LIMITS.length);
  readonly #registers = {
    status: 0,
    stretching: false,
    stretch: 0,
    called: false,
    periodic: 0,
    periodicSince: 0,
    fetched: 0,
  };
  readonly #sense = { temperature: 25, humidity: 50 };

  constructor(address: number, clock: Clock) {
    this.addresses = [address];
    this.#clock = clock;
    this.#measurement = new Measurement(clock);
    this.lines = [this.#alert];
    this.state = {
      registers: this.#registers,
      limits: this.#limits,
      sense: this.#sense,
      measurement: this.#measurement.state,
    };
    this.reset();
    exposeProperties(this, this.#sense, ['temperature', 'humidity'], () => this.#compare());
  }

  get stretchNs(): number {
    return this.#registers.stretch;
  }

  reset(): void {
    this.#limits.set(LIMITS.map(({ reset }) => reset));
    Object.assign(this.#registers, { status: STATUS.ALERT | STATUS.RESET, stretch: 0, periodic: 0 });
    this.#measurement.clear();
    this.#compare();
  }

  restored(): void {
    this.#drive();
  }

  start(address: number, read: boolean): boolean {
    const registers = this.#registers;
    registers.stretch = 0;
    registers.called = address === GENERAL_CALL;
    this.#received.length = 0;
    if (!read) return true;
    if (registers.called || !this.#measurement.hasAnswer) return false;
    const remaining = this.#measurement.remainingNs;
    if (registers.stretching) registers.stretch = remaining;
    return registers.stretching || remaining === 0;
  }

  write(data: Uint8Array): number {
    for (const byte of data) this.#byte(byte);
    return data.length;
  }

  read(into: Uint8Array): void {
    this.#registers.stretch = 0;
    this.#measurement.read(into);
  }

  /** A measurement is read once. */
  stop(): void {
    if (this.#measurement.state.position > 0) this.#measurement.clear();
  }

  #byte(byte: number): void {
    if (this.#registers.called) {
      if (byte === 0x06) this.reset();
      return;
    }
    this.#received.push(byte);
    const [high = 0, low = 0] = this.#received;
    if (this.#received.length === 2) this.#command((high << 8) | low);
    if (this.#received.length === 5) this.#setLimit((high << 8) | low);
  }

  #command(command: number): void {
    const registers = this.#registers;
    const single = SINGLE.get(command);
    const period = PERIOD_NS.get(command >> 8);
    if (single !== undefined) {
      registers.stretching = single.stretch;
      this.#measurement.begin(this.#reading(), single.ns);
    } else if (period !== undefined || command === COMMAND.ART) this.#beginPeriodic(period ?? SECOND / 4);
    else this.#simpleCommand(command);
    this.#compare();
  }

  #simpleCommand(command: number): void {
    const registers = this.#registers;
    const answer = (...words: number[]) => this.#measurement.begin(wordsWithCrc(words, CRC_START), 0);
    const limit = LIMITS.findIndex(({ read }) => read === command);
    if (limit >= 0) answer(this.#limits[limit] as number);
    switch (command) {
      case COMMAND.FETCH:
        this.#fetch();
        break;
      case COMMAND.BREAK:
        registers.periodic = 0;
        break;
      case COMMAND.SOFT_RESET:
        this.reset();
        break;
      case COMMAND.HEATER_ON:
        registers.status |= STATUS.HEATER;
        break;
      case COMMAND.HEATER_OFF:
        registers.status &= ~STATUS.HEATER;
        break;
      case COMMAND.READ_STATUS:
        answer(registers.status);
        break;
      case COMMAND.CLEAR_STATUS:
        registers.status &= ~(STATUS.ALERT | STATUS.RH_ALERT | STATUS.T_ALERT | STATUS.RESET);
        break;
      case COMMAND.SERIAL:
      case COMMAND.SERIAL_NO_STRETCH:
        answer(0x0123, 0x4567);
        break;
    }
  }

  #beginPeriodic(period: number): void {
    const registers = this.#registers;
    registers.periodic = period;
    // The first measurement is at hand when its time has passed.
    registers.periodicSince = this.#clock.now() + HIGH_NS;
    registers.fetched = 0;
    this.#measurement.clear();
  }

  /** Each measurement can be fetched once; without a new one the read header is not acknowledged. */
  #fetch(): void {
    const { periodic, periodicSince, fetched } = this.#registers;
    const elapsed = this.#clock.now() - periodicSince;
    const made = periodic === 0 || elapsed < 0 ? 0 : 1 + Math.floor(elapsed / periodic);
    this.#measurement.clear();
    if (made <= fetched) return;
    this.#registers.fetched = made;
    this.#registers.stretching = false;
    this.#measurement.begin(this.#reading(), 0);
  }

  #reading(): Uint8Array {
    const { temperature, humidity } = this.#sense;
    return wordsWithCrc([codeOf(temperature, TEMPERATURE), codeOf(humidity, HUMIDITY)], CRC_START);
  }

  #setLimit(command: number): void {
    const index = LIMITS.findIndex(({ write }) => write === command);
    const [, , high = 0, low = 0, crc = 0] = this.#received;
    if (index < 0 || crc8(Uint8Array.of(high, low), CRC_START) !== crc) return;
    this.#limits[index] = (high << 8) | low;
    this.#compare();
  }

  /** "Alert mode application note": 7 bits of humidity, 9 of temperature; high set, high clear, low clear, low set. */
  #compare(): void {
    const registers = this.#registers;
    const temperature = codeOf(this.#sense.temperature, TEMPERATURE) >> 7;
    const humidity = codeOf(this.#sense.humidity, HUMIDITY) >> 9;
    const [highSet = 0, highClear = 0, lowClear = 0, lowSet = 0] = this.#limits;
    const track = (bit: number, value: number, part: (limit: number) => number) => {
      const active = (registers.status & bit) !== 0;
      const beyond = active
        ? value > part(highClear) || value < part(lowClear)
        : value > part(highSet) || value < part(lowSet);
      registers.status = beyond ? registers.status | bit | STATUS.ALERT : registers.status & ~bit;
    };
    if (registers.periodic !== 0) {
      track(STATUS.T_ALERT, temperature, (limit) => limit & 0x1ff);
      track(STATUS.RH_ALERT, humidity, (limit) => limit >> 9);
    }
    this.#drive();
  }

  #drive(): void {
    this.#alert.set((this.#registers.status & (STATUS.T_ALERT | STATUS.RH_ALERT)) !== 0);
  }
}

export const models: readonly I2cPartModel[] = [
  {
    compatible: ['sensirion,sht3x', 'sensirion,sht30', 'sensirion,sht31', 'sensirion,sht35'],
    bus: 'i2c',
    title: 'SHT3x humidity and temperature sensor',
    properties: CLIMATE_PROPERTIES,
    create: (node, { clock }) => new Sht3x(i2cAddress(node), clock),
  },
];
