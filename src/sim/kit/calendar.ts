import type { CalendarField, CalendarLayout, Calendar as PartCalendar } from '../../parts/index.ts';
import type { CompiledRegister, CompiledSheet } from '../chip/compiled-sheet.ts';
import type { Clock } from './clock.ts';
import type { Line } from './line.ts';
import { fromBcd, RtcTime, toBcd } from './rtc-time.ts';

const PM = 0x20;

/** The time of a clock chip as its registers have it: BCD counters beside flags of other names. */
export class Calendar implements PartCalendar {
  readonly time: RtcTime;
  readonly #layout: CalendarLayout;
  readonly #chip: { readonly compiled: CompiledSheet; peek(address: number): number };

  constructor(
    layout: CalendarLayout,
    clock: Clock,
    chip: { readonly compiled: CompiledSheet; peek(address: number): number },
  ) {
    this.#layout = layout;
    this.#chip = chip;
    this.time = new RtcTime(
      clock,
      () => layout.onSecond?.(),
      layout.pin as Line | undefined,
      () => this.#countsCenturies(),
    );
  }

  #countsCenturies(): boolean {
    const { enable = 0, register } = this.#layout.century ?? {};
    if (enable === 0) return true;
    const { at = 0 } = this.#chip.compiled.registers.find(({ name }) => name === register) ?? {};
    return (this.#chip.peek(at) & enable) !== 0;
  }

  get fields(): PartCalendar['fields'] {
    return this.time.fields as unknown as PartCalendar['fields'];
  }

  get text(): string {
    return this.time.text;
  }

  set text(iso: string) {
    this.time.text = iso;
  }

  lose(): void {
    this.time.text = '2000-01-01T00:00:00Z';
    if (this.#layout.weekday === 'from-1') this.time.fields.weekday = 0;
  }

  stop(stopped: boolean): void {
    this.time.stop(stopped);
  }

  encoded(field: CalendarField): number {
    const register = this.#chip.compiled.registers.find(({ counter }) => counter?.name === field);
    if (register?.counter === undefined) return 0;
    return this.#encode(field, this.#chip.peek(register.at)) & register.counter.mask;
  }

  /** What a register with a counter reads as. */
  read({ name, at, counter }: CompiledRegister): number {
    const { century } = this.#layout;
    // The century bit follows the year.
    const flags = this.#chip.peek(at) & ~(century?.register === name ? century.mask : 0);
    if (counter === undefined) return flags;
    let value = (flags & ~counter.mask) | (this.#encode(counter.name, flags) & counter.mask);
    if (century?.register === name && this.time.fields.year >= 2100) value |= century.mask;
    return value;
  }

  /** The bus wrote `value` to a register with a counter. */
  write({ name, counter }: CompiledRegister, value: number): void {
    if (counter === undefined) return;
    this.time.write(counter.name, this.#decode(counter.name, value & counter.mask, value));
    const { century } = this.#layout;
    if (century?.register !== name) return;
    const { fields } = this.time;
    fields.year = 2000 + (fields.year % 100) + ((value & century.mask) !== 0 ? 100 : 0);
  }

  #encode(field: CalendarField, flags: number): number {
    const value = this.time.fields[field];
    if (field === 'weekday') return this.#encodeWeekday(value);
    if (field === 'year') return toBcd(value % 100);
    if (field !== 'hour' || !this.#isTwelveHours(flags)) return toBcd(value);
    return toBcd(value % 12 === 0 ? 12 : value % 12) | (value >= 12 ? PM : 0);
  }

  #decode(field: CalendarField, bits: number, register: number): number {
    if (field === 'weekday') return this.#decodeWeekday(bits);
    if (field === 'year') return this.time.fields.year - (this.time.fields.year % 100) + fromBcd(bits);
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
