import { type Clock, SECOND } from './clock.ts';
import type { Line } from './line.ts';
import { Periodic } from './periodic.ts';

/** What a clock chip counts. */
interface CalendarTime {
  second: number;
  minute: number;
  hour: number;
  /** 0 = Sunday; a counter of its own that is right only when somebody set it right. */
  weekday: number;
  day: number;
  /** 1 to 12. */
  month: number;
  /** All four digits. */
  year: number;
}

const LIMITS: readonly [keyof CalendarTime, number][] = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
];

function daysOf(month: number, year: number): number {
  // The chips count every fourth year as a leap year.
  if (month === 2) return year % 4 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * The counters of a clock chip. They begin with the clock's wall time, as if a battery had kept them, and go
 * on with the simulated clock. Software may write any field at any time, so the fields themselves are the
 * state; they are normalised only by counting on.
 */
export class RtcTime {
  readonly fields: CalendarTime;
  readonly #seconds: Periodic;
  readonly #onSecond: () => void;
  readonly #countsCenturies: () => boolean;
  readonly #run = { stopped: false };

  /**
   * `onSecond` is called for each second that is counted, to compare alarms; `countsCenturies` where a century ends: without,
   * the same one begins again.
   */
  constructor(
    clock: Clock,
    onSecond: () => void = () => {},
    line?: Line,
    countsCenturies: () => boolean = () => true,
  ) {
    this.fields = calendarOf(new Date(clock.wall()));
    this.#onSecond = onSecond;
    this.#countsCenturies = countsCenturies;
    const period = () => (this.#run.stopped ? 0 : SECOND);
    this.#seconds = new Periodic(
      clock,
      period,
      (count) => this.#count(count),
      line === undefined ? [] : [line],
    );
  }

  /** What it shows, with the part of a second: put back later, it shows the same and goes on from there. */
  get state(): object {
    return { fields: this.fields, seconds: this.#seconds.state, run: this.#run };
  }

  /** `state` was put back. */
  restored(): void {
    this.#seconds.restored();
  }

  /** The time as `2024-02-29T12:34:56Z`. */
  get text(): string {
    this.catchUp();
    const { year, month, day, hour, minute, second } = this.fields;
    const two = (n: number) => String(n).padStart(2, '0');
    return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}Z`;
  }

  set text(iso: string) {
    const date = new Date(iso);
    if (Number.isNaN(date.getTime()))
      throw new Error(`invalid time: expected one like 2024-02-29T12:34:56Z, got ${iso}`);
    Object.assign(this.fields, calendarOf(date));
    this.#seconds.restart();
  }

  catchUp(): void {
    this.#seconds.catchUp();
  }

  /** Writes one counter; the seconds also restart the second that is under way. */
  write(field: keyof CalendarTime, value: number): void {
    this.fields[field] = value;
    if (field === 'second') this.#seconds.restart();
  }

  /** Stops or starts the oscillator. */
  stop(stopped: boolean): void {
    if (this.#run.stopped === stopped) return;
    this.catchUp();
    this.#run.stopped = stopped;
    this.#seconds.restart();
  }

  #count(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.#increment();
      this.#onSecond();
    }
  }

  #increment(): void {
    const { fields } = this;
    for (const [field, limit] of LIMITS) {
      fields[field]++;
      if (fields[field] < limit) return;
      fields[field] = 0;
    }
    fields.weekday = (fields.weekday + 1) % 7;
    fields.day++;
    if (fields.day <= daysOf(fields.month, fields.year)) return;
    fields.day = 1;
    fields.month++;
    if (fields.month <= 12) return;
    fields.month = 1;
    fields.year++;
    if (fields.year % 100 === 0 && !this.#countsCenturies()) fields.year -= 100;
  }
}

function calendarOf(date: Date): CalendarTime {
  return {
    second: date.getUTCSeconds(),
    minute: date.getUTCMinutes(),
    hour: date.getUTCHours(),
    weekday: date.getUTCDay(),
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    year: date.getUTCFullYear(),
  };
}

export function toBcd(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}

export function fromBcd(byte: number): number {
  return (byte >> 4) * 10 + (byte & 0x0f);
}
