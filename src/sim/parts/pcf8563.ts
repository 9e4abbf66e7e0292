import type { DeviceNode } from '../../bus/index.ts';
import type { ByteRegisterChip } from '../chip/chip.ts';
import { I2cByteRegisters } from '../chip/i2c-byte-registers.ts';
import { RegisterFile, type RegisterTable } from '../chip/register-file.ts';
import type { Clock } from '../kit/clock.ts';
import { Line } from '../kit/line.ts';
import {
  type AlarmRegister,
  alarmMatches,
  alarmParts,
  RtcRegisters,
  type TimeLayout,
} from '../kit/rtc-registers.ts';
import { type CalendarTime, RtcTime, toBcd } from '../kit/rtc-time.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';

/** What the clock chips with one alarm differ in. Register numbers as in the data sheets. */
interface Variant {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly layout: TimeLayout;
  readonly registers: RegisterTable;
  /** First and last register of a burst. */
  readonly first: number;
  readonly last: number;
  /** Registers with the stop bit, the alarm flag and the alarm interrupt enable, and these bits. */
  readonly stop: readonly [register: number, mask: number];
  readonly flag: readonly [register: number, mask: number];
  readonly enable: readonly [register: number, mask: number];
  readonly alarm: readonly AlarmRegister[];
  /** Bit that makes the last alarm register a day of the month, where weekday and day share one. */
  readonly dayInsteadOfWeekday?: readonly [register: number, mask: number];
  /** Register and value of a software reset. */
  readonly softReset?: readonly [register: number, value: number];
}

function timeAt(first: number, order: readonly (keyof CalendarTime)[]): TimeLayout['registers'] {
  const MASKS = { second: 0x7f, minute: 0x7f, hour: 0x3f, weekday: 0x07, day: 0x3f, month: 0x1f, year: 0xff };
  return Object.fromEntries(order.map((field, index) => [first + index, { field, mask: MASKS[field] }]));
}

const NXP_ORDER = ['second', 'minute', 'hour', 'day', 'weekday', 'month', 'year'] as const;

const VARIANTS: readonly Variant[] = [
  {
    // NXP PCF8563 data sheet, table 4.
    compatible: ['nxp,pcf8563', 'epson,rtc8564', 'microcrystal,rv8564', 'haoyu,hym8563'],
    title: 'PCF8563 clock with alarm',
    layout: {
      registers: timeAt(0x02, NXP_ORDER),
      weekday: 'from-0',
      century: { register: 0x07, mask: 0x80 },
    },
    registers: {
      CONTROL_STATUS_1: { at: 0x00, reset: 0x08, writable: 0xa8 },
      CONTROL_STATUS_2: { at: 0x01, writable: 0x1f },
      VL_SECONDS: { at: 0x02, writable: 0x80 },
      ALARM: { at: 0x09, count: 4, reset: 0x80, writable: 0xff },
      CLKOUT_CONTROL: { at: 0x0d, reset: 0x80, writable: 0x83 },
      TIMER_CONTROL: { at: 0x0e, reset: 0x03, writable: 0x83 },
      TIMER: { at: 0x0f, writable: 0xff },
    },
    first: 0,
    last: 0x0f,
    stop: [0x00, 0x20],
    flag: [0x01, 0x08],
    enable: [0x01, 0x02],
    alarm: [
      { register: 0x09, field: 'minute' },
      { register: 0x0a, field: 'hour' },
      { register: 0x0b, field: 'day' },
      { register: 0x0c, field: 'weekday' },
    ],
  },
  {
    // NXP PCF85063A data sheet, table 5.
    compatible: ['nxp,pcf85063a', 'nxp,pcf85063', 'nxp,pcf85063tp', 'microcrystal,rv8263'],
    title: 'PCF85063A clock with alarm',
    layout: { registers: timeAt(0x04, NXP_ORDER), weekday: 'from-0' },
    registers: {
      CONTROL_1: { at: 0x00, writable: 0xa7 },
      CONTROL_2: { at: 0x01, writable: 0xff },
      OFFSET: { at: 0x02, writable: 0xff },
      RAM_BYTE: { at: 0x03, writable: 0xff },
      SECONDS: { at: 0x04, writable: 0x80 },
      ALARM: { at: 0x0b, count: 5, reset: 0x80, writable: 0xff },
      TIMER_VALUE: { at: 0x10, writable: 0xff },
      TIMER_MODE: { at: 0x11, reset: 0x18, writable: 0x1f },
    },
    first: 0,
    last: 0x11,
    stop: [0x00, 0x20],
    flag: [0x01, 0x40],
    enable: [0x01, 0x80],
    alarm: [
      { register: 0x0b, field: 'second' },
      { register: 0x0c, field: 'minute' },
      { register: 0x0d, field: 'hour' },
      { register: 0x0e, field: 'day' },
      { register: 0x0f, field: 'weekday' },
    ],
    softReset: [0x00, 0x58],
  },
  {
    // Epson RX8130CE application manual, 13.1 "Register table".
    compatible: ['epson,rx8130'],
    title: 'RX8130 clock with alarm',
    layout: {
      registers: {
        ...timeAt(0x10, ['second', 'minute', 'hour', 'weekday', 'day', 'month', 'year']),
        19: { field: 'weekday', mask: 0x7f },
      },
      weekday: 'one-hot',
    },
    registers: {
      ALARM: { at: 0x17, count: 3, reset: 0x80, writable: 0xff },
      TIMER_COUNTER: { at: 0x1a, count: 2, writable: 0xff },
      EXTENSION: { at: 0x1c, writable: 0xff },
      FLAG: { at: 0x1d, writable: 0xbf },
      CONTROL0: { at: 0x1e, writable: 0xff },
      CONTROL1: { at: 0x1f, writable: 0xff },
      USER: { at: 0x20, count: 4, writable: 0xff },
      DIGITAL_OFFSET: { at: 0x30, writable: 0xff },
    },
    first: 0x10,
    last: 0x3f,
    stop: [0x1e, 0x40],
    flag: [0x1d, 0x08],
    enable: [0x1e, 0x08],
    alarm: [
      { register: 0x17, field: 'minute' },
      { register: 0x18, field: 'hour' },
      { register: 0x19, field: 'weekday' },
    ],
    dayInsteadOfWeekday: [0x1c, 0x08],
  },
];

class Pcf8563 implements ByteRegisterChip {
  readonly lines: readonly Line[];
  readonly state;
  readonly #variant: Variant;
  readonly #file: RegisterFile;
  readonly #time: RtcTime;
  readonly #registers: RtcRegisters;
  readonly #interrupt = new Line('INT');

  constructor(variant: Variant, clock: Clock) {
    this.#variant = variant;
    this.#file = new RegisterFile(variant.registers, 64);
    this.#time = new RtcTime(clock, () => this.#compareAlarm(), this.#interrupt);
    this.#registers = new RtcRegisters(variant.layout, this.#file, this.#time);
    this.lines = [this.#interrupt];
    this.state = { file: this.#file.values, time: this.#time.state };
  }

  get time(): string {
    return this.#time.text;
  }

  set time(iso: string) {
    this.#time.text = iso;
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
    const { last } = this.#variant;
    return byte > last ? byte % (last + 1) : byte;
  }

  readRegister(register: number): number {
    return this.#registers.read(register);
  }

  writeRegister(register: number, value: number): void {
    const { softReset, stop, flag } = this.#variant;
    if (register === softReset?.[0] && value === softReset[1]) this.#file.reset();
    else if (register === flag[0]) {
      // A flag is cleared by a 0; a 1 leaves it as it is.
      const kept = value & this.#file.read(register) & flag[1];
      this.#registers.write(register, (value & ~flag[1]) | kept);
    } else this.#registers.write(register, value);
    if (register === stop[0]) this.#time.stop(this.#file.has(stop[0], stop[1]));
    this.#drive();
  }

  nextRegister(register: number): number {
    return register >= this.#variant.last ? this.#variant.first : register + 1;
  }

  /** Without seconds among its registers an alarm is compared when a minute begins. */
  #compareAlarm(): void {
    const { alarm, flag } = this.#variant;
    const bySeconds = alarm.some(({ field }) => field === 'second');
    if (!bySeconds && this.#time.fields.second !== 0) return;
    if (alarmParts(this.#file, alarm) === 0) return;
    if (!alarmMatches(this.#file, alarm, (field, wanted) => this.#fits(field, wanted))) return;
    this.#file.values[flag[0]] = this.#file.read(flag[0]) | flag[1];
    this.#drive();
  }

  #fits(field: keyof CalendarTime, wanted: number): boolean {
    const { layout, dayInsteadOfWeekday: bit } = this.#variant;
    const { fields } = this.#time;
    if (field !== 'weekday') return wanted === toBcd(fields[field]);
    if (bit !== undefined && this.#file.has(bit[0], bit[1])) return wanted === toBcd(fields.day);
    return layout.weekday === 'one-hot' ? ((wanted >> fields.weekday) & 1) !== 0 : wanted === fields.weekday;
  }

  #drive(): void {
    const { flag, enable } = this.#variant;
    this.#interrupt.set(!(this.#file.has(flag[0], flag[1]) && this.#file.has(enable[0], enable[1])));
  }
}

export const models: readonly I2cPartModel[] = VARIANTS.map((variant) => ({
  compatible: variant.compatible,
  bus: 'i2c',
  title: variant.title,
  properties: [{ name: 'time', kind: 'text', doc: 'what the clock shows, as 2024-02-29T12:34:56Z' }],
  create: (node: DeviceNode, { clock }) =>
    new I2cByteRegisters(new Pcf8563(variant, clock), i2cAddress(node)),
}));
