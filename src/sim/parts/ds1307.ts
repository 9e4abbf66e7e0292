import type { DeviceNode } from '../../bus/index.ts';
import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { RegisterFile, type RegisterTable } from '../chip/register-file.ts';
import type { Clock } from '../kit/clock.ts';
import { Line } from '../kit/line.ts';
import { type AlarmRegister, alarmMatches, RtcRegisters, type TimeLayout } from '../kit/rtc-registers.ts';
import { type CalendarTime, RtcTime } from '../kit/rtc-time.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { PropertyDeclaration } from '../wire/part.ts';

/** What the clock chips of this family differ in. Register numbers as in the data sheets. */
interface Variant {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly layout: TimeLayout;
  readonly registers: RegisterTable;
  /** The register after which a burst begins again at the first. */
  readonly last: number;
  /** Register and bit that stop the oscillator. */
  readonly halt: readonly [register: number, mask: number];
  readonly alarms?: AlarmPlan;
  readonly temperature?: boolean;
}

interface AlarmPlan {
  readonly alarms: readonly Alarm[];
  /** Register with the flags; a 0 clears one, a 1 leaves it. */
  readonly status: number;
  readonly statusFlags: number;
  readonly control: number;
  /** Bit of control without which the pin is no interrupt. */
  readonly interruptControl: number;
}

interface Alarm {
  readonly parts: readonly AlarmRegister[];
  readonly flag: number;
  readonly enable: number;
  /** The register whose bit 6 chooses the day of the week instead of that of the month. */
  readonly dayRegister: number;
  /** Compared once a minute, at second 0. */
  readonly everyMinute: boolean;
}

const DALLAS_LAYOUT: TimeLayout = {
  registers: {
    0: { field: 'second', mask: 0x7f },
    1: { field: 'minute', mask: 0x7f },
    2: { field: 'hour', mask: 0x3f },
    3: { field: 'weekday', mask: 0x07 },
    4: { field: 'day', mask: 0x3f },
    5: { field: 'month', mask: 0x1f },
    6: { field: 'year', mask: 0xff },
  },
  weekday: 'from-1',
  twelveHours: 0x40,
};

const DALLAS_CENTURY: TimeLayout = { ...DALLAS_LAYOUT, century: { register: 5, mask: 0x80 } };

/** DS1337 data sheet, table 3 "Alarm mask bits"; DS1339 and DS3231 are the same. */
const ALARM_PLAN: AlarmPlan = {
  alarms: [
    {
      parts: [
        { register: 7, field: 'second' },
        { register: 8, field: 'minute' },
        { register: 9, field: 'hour' },
        { register: 10, field: 'day' },
      ],
      flag: 0x01,
      enable: 0x01,
      dayRegister: 10,
      everyMinute: false,
    },
    {
      parts: [
        { register: 11, field: 'minute' },
        { register: 12, field: 'hour' },
        { register: 13, field: 'day' },
      ],
      flag: 0x02,
      enable: 0x02,
      dayRegister: 13,
      everyMinute: true,
    },
  ],
  status: 0x0f,
  statusFlags: 0x83,
  control: 0x0e,
  interruptControl: 0x04,
};

const ALARM_REGISTERS: RegisterTable = {
  ALARMS: { at: 7, count: 7, writable: 0xff },
  HOURS: { at: 2, writable: 0x40 },
};

/** Data sheets DS1307, DS1337, DS1339, DS3231, M41T0. The oscillator's stop flag is clear: a battery kept time. */
const VARIANTS: readonly Variant[] = [
  {
    compatible: ['dallas,ds1307', 'maxim,ds1307'],
    title: 'DS1307 clock with 56 bytes of RAM',
    layout: DALLAS_LAYOUT,
    registers: {
      SECONDS: { at: 0, writable: 0x80 },
      HOURS: { at: 2, writable: 0x40 },
      CONTROL: { at: 7, reset: 0x03, writable: 0x93 },
      RAM: { at: 8, count: 56, writable: 0xff },
    },
    last: 0x3f,
    halt: [0, 0x80],
  },
  {
    compatible: ['dallas,ds1337', 'maxim,ds1337'],
    title: 'DS1337 clock with two alarms',
    layout: DALLAS_CENTURY,
    registers: {
      ...ALARM_REGISTERS,
      CONTROL: { at: 0x0e, reset: 0x18, writable: 0x9f },
      STATUS: { at: 0x0f, writable: 0x83 },
    },
    last: 0x0f,
    halt: [0x0e, 0x80],
    alarms: ALARM_PLAN,
  },
  {
    compatible: ['dallas,ds1339', 'maxim,ds1339'],
    title: 'DS1339 clock with two alarms and trickle charger',
    layout: DALLAS_CENTURY,
    registers: {
      ...ALARM_REGISTERS,
      CONTROL: { at: 0x0e, reset: 0x18, writable: 0xbf },
      STATUS: { at: 0x0f, writable: 0x83 },
      TRICKLE_CHARGER: { at: 0x10, writable: 0xff },
    },
    last: 0x10,
    halt: [0x0e, 0x80],
    alarms: ALARM_PLAN,
  },
  {
    compatible: ['maxim,ds3231', 'dallas,ds3231'],
    title: 'DS3231 clock with two alarms and thermometer',
    layout: DALLAS_CENTURY,
    registers: {
      ...ALARM_REGISTERS,
      CONTROL: { at: 0x0e, reset: 0x1c, writable: 0xdf },
      STATUS: { at: 0x0f, reset: 0x08, writable: 0x8b },
      AGING_OFFSET: { at: 0x10, writable: 0xff },
      TEMP: { at: 0x11, count: 2 },
    },
    last: 0x12,
    halt: [0x0e, 0],
    alarms: ALARM_PLAN,
    temperature: true,
  },
  {
    compatible: ['st,m41t0'],
    title: 'M41T0 clock',
    layout: {
      ...DALLAS_LAYOUT,
      twelveHours: 0,
      century: { register: 2, mask: 0x40 },
    },
    registers: {
      SECONDS: { at: 0, writable: 0x80 },
      MINUTES: { at: 1, writable: 0x80 },
      HOURS: { at: 2, writable: 0x80 },
      CONTROL: { at: 7, reset: 0x80, writable: 0x80 },
    },
    last: 7,
    halt: [0, 0x80],
  },
];

class Ds1307 implements ByteRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #variant: Variant;
  readonly #file: RegisterFile;
  readonly #time: RtcTime;
  readonly #registers: RtcRegisters;
  readonly #interrupt = new Line('INT');
  readonly #sense = { temperature: 25 };

  constructor(variant: Variant, clock: Clock) {
    this.#variant = variant;
    this.#file = new RegisterFile(variant.registers, 64);
    this.#time = new RtcTime(clock, () => this.#compareAlarms(), this.#interrupt);
    this.#registers = new RtcRegisters(variant.layout, this.#file, this.#time);
    this.lines = variant.alarms === undefined ? [] : [this.#interrupt];
    this.state = { file: this.#file.values, time: this.#time.state, sense: this.#sense };
    this.#sensed();
  }

  get time(): string {
    return this.#time.text;
  }

  set time(iso: string) {
    this.#time.text = iso;
  }

  /** DS3231: what its thermometer feels, in °C. */
  get temperature(): number {
    return this.#sense.temperature;
  }

  set temperature(celsius: number) {
    this.#sense.temperature = celsius;
    this.#sensed();
  }

  /** The battery keeps everything: power alone changes nothing. */
  reset(): void {}

  restored(): void {
    this.#drive();
  }

  begin(): void {
    this.#time.catchUp();
  }

  pointer(byte: number): number {
    return byte % (this.#variant.last + 1);
  }

  readRegister(register: number): number {
    return this.#registers.read(register);
  }

  writeRegister(register: number, value: number): void {
    const { alarms, halt } = this.#variant;
    if (register === alarms?.status) {
      const before = this.#file.read(register);
      const others = value & ~alarms.statusFlags;
      this.#file.write(register, others | (before & value & alarms.statusFlags));
    } else this.#registers.write(register, value);
    if (register === halt[0]) this.#time.stop(this.#file.has(halt[0], halt[1]) && halt[1] !== 0);
    // DS3231, CONTROL bit 5 CONV: the conversion is at hand, so the bit is never seen.
    if (register === alarms?.control && this.#variant.temperature) {
      this.#file.values[register] = this.#file.read(register) & ~0x20;
    }
    this.#drive();
  }

  nextRegister(register: number): number {
    return register >= this.#variant.last ? 0 : register + 1;
  }

  #compareAlarms(): void {
    const { alarms } = this.#variant;
    if (alarms === undefined) return;
    for (const { parts, flag, dayRegister, everyMinute } of alarms.alarms) {
      if (everyMinute && this.#time.fields.second !== 0) continue;
      const byWeekday = this.#file.has(dayRegister, 0x40);
      const fits = (field: keyof CalendarTime, wanted: number) =>
        wanted === this.#encodedForAlarm(field, byWeekday);
      if (alarmMatches(this.#file, parts, fits)) {
        this.#file.values[alarms.status] = this.#file.read(alarms.status) | flag;
      }
    }
    this.#drive();
  }

  /** A counter as its alarm register would have it. */
  #encodedForAlarm(field: keyof CalendarTime, byWeekday: boolean): number {
    const { layout } = this.#variant;
    const wanted = field === 'day' && byWeekday ? 'weekday' : field;
    const found = Object.entries(layout.registers).find(([, place]) => place.field === wanted);
    const value = found === undefined ? 0 : this.#registers.read(Number(found[0])) & 0x7f;
    return wanted === 'weekday' ? value | 0x40 : value;
  }

  #drive(): void {
    const { alarms } = this.#variant;
    if (alarms === undefined) return;
    const control = this.#file.read(alarms.control);
    const status = this.#file.read(alarms.status);
    const due = alarms.alarms.some(({ flag, enable }) => (status & flag) !== 0 && (control & enable) !== 0);
    this.#interrupt.set(!(due && (control & alarms.interruptControl) !== 0));
  }

  /** Ten bits in steps of 0.25 °C, left-aligned. */
  #sensed(): void {
    if (!this.#variant.temperature) return;
    const quarters = Math.round(this.#sense.temperature * 4) & 0x3ff;
    this.#file.values[0x11] = quarters >> 2;
    this.#file.values[0x12] = (quarters & 3) << 6;
  }
}

const TIME: PropertyDeclaration = {
  name: 'time',
  kind: 'text',
  doc: 'what the clock shows, as 2024-02-29T12:34:56Z',
};
const TEMPERATURE: PropertyDeclaration = {
  name: 'temperature',
  kind: 'number',
  unit: '°C',
  range: [-40, 85],
  doc: 'what its thermometer feels',
};

export const models: readonly I2cPartModel[] = VARIANTS.map((variant) => ({
  compatible: variant.compatible,
  bus: 'i2c',
  title: variant.title,
  properties: variant.temperature ? [TIME, TEMPERATURE] : [TIME],
  create: (node: DeviceNode, { clock }) => new I2cByteRegisters(new Ds1307(variant, clock), i2cAddress(node)),
}));
