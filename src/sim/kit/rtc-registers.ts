import type { RegisterFile } from '../chip/register-file.ts';
import { type CalendarTime, fromBcd, type RtcTime, toBcd } from './rtc-time.ts';

/** Where a counter stands, and which bits of that register it has; the others are flags of their own. */
export interface TimeRegister {
  readonly field: keyof CalendarTime;
  readonly mask: number;
}

/** How a chip lays out its time. */
export interface TimeLayout {
  readonly registers: Readonly<Record<number, TimeRegister>>;
  /** Sunday as 0, as 1, or a bit for each day. */
  readonly weekday: 'from-0' | 'from-1' | 'one-hot';
  /** Bit of the hours register that chooses 12 hours; the bit below it, or the same bit 5, is then PM. */
  readonly twelveHours?: number;
  /** Bit of a register that stands for another hundred years after 2000. */
  readonly century?: { readonly register: number; readonly mask: number };
}

const PM = 0x20;

/** The time registers of a clock chip: BCD counters between flags that live in the register file. */
export class RtcRegisters {
  readonly #layout: TimeLayout;
  readonly #file: RegisterFile;
  readonly #time: RtcTime;

  constructor(layout: TimeLayout, file: RegisterFile, time: RtcTime) {
    this.#layout = layout;
    this.#file = file;
    this.#time = time;
  }

  read(register: number): number {
    const place = this.#layout.registers[register];
    const flags = this.#file.read(register);
    const { century } = this.#layout;
    if (place === undefined) return flags;
    let value = (flags & ~place.mask) | (this.#encode(place.field, flags) & place.mask);
    if (century?.register === register && this.#time.fields.year >= 2100) value |= century.mask;
    return value;
  }

  write(register: number, value: number): void {
    const place = this.#layout.registers[register];
    this.#file.write(register, value);
    if (place === undefined) return;
    this.#time.write(place.field, this.#decode(place.field, value & place.mask, value));
    const { century } = this.#layout;
    if (century?.register !== register) return;
    const { fields } = this.#time;
    fields.year = 2000 + (fields.year % 100) + ((value & century.mask) !== 0 ? 100 : 0);
  }

  #encode(field: keyof CalendarTime, flags: number): number {
    const value = this.#time.fields[field];
    if (field === 'weekday') return this.#encodeWeekday(value);
    if (field === 'year') return toBcd(value % 100);
    if (field !== 'hour' || !this.#isTwelveHours(flags)) return toBcd(value);
    return toBcd(value % 12 === 0 ? 12 : value % 12) | (value >= 12 ? PM : 0);
  }

  #decode(field: keyof CalendarTime, bits: number, register: number): number {
    if (field === 'weekday') return this.#decodeWeekday(bits);
    if (field === 'year') return this.#time.fields.year - (this.#time.fields.year % 100) + fromBcd(bits);
    if (field !== 'hour' || !this.#isTwelveHours(register)) return fromBcd(bits);
    return (fromBcd(bits & ~PM) % 12) + ((bits & PM) !== 0 ? 12 : 0);
  }

  #isTwelveHours(register: number): boolean {
    const { twelveHours = 0 } = this.#layout;
    return (register & twelveHours) !== 0;
  }

  #encodeWeekday(weekday: number): number {
    switch (this.#layout.weekday) {
      case 'from-0':
        return weekday;
      case 'from-1':
        return weekday + 1;
      case 'one-hot':
        return 1 << weekday;
    }
  }

  #decodeWeekday(bits: number): number {
    switch (this.#layout.weekday) {
      case 'from-0':
        return bits % 7;
      case 'from-1':
        return (bits + 6) % 7;
      case 'one-hot':
        return bits === 0 ? 0 : 31 - Math.clz32(bits);
    }
  }
}

/** A register that an alarm compares; bit 7 set leaves it out. */
export interface AlarmRegister {
  readonly register: number;
  readonly field: keyof CalendarTime;
}

const IGNORED = 0x80;

/** How many of the alarm's registers take part. */
export function alarmParts(file: RegisterFile, alarm: readonly AlarmRegister[]): number {
  return alarm.filter(({ register }) => !file.has(register, IGNORED)).length;
}

/** Whether every register that takes part fits the time, as `fits` compares it. */
export function alarmMatches(
  file: RegisterFile,
  alarm: readonly AlarmRegister[],
  fits: (field: keyof CalendarTime, wanted: number) => boolean,
): boolean {
  return alarm.every(({ register, field }) => {
    const wanted = file.read(register);
    return (wanted & IGNORED) !== 0 || fits(field, wanted & 0x7f);
  });
}
