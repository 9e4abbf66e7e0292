import type { Properties, Registers } from '../data-sheet.ts';
import type {
  Behaviour,
  Calendar,
  CalendarField,
  CalendarLayout,
  Kit,
  Pin,
  RegisterHandle,
} from '../model.ts';

/** Time registers of DS1307 and its descendants, in BCD (DS1307 data sheet, table 2). */
export const TIME_REGISTERS = {
  SECONDS: { at: 0, fields: { second: [6, 0] } },
  MINUTES: { at: 1, fields: { minute: [6, 0] } },
  HOURS: { at: 2, fields: { '12_24': 6, hour: [5, 0] } },
  DAY: { at: 3, fields: { weekday: [2, 0] } },
  DATE: { at: 4, fields: { day: [5, 0] } },
  MONTH_CENTURY: { at: 5, fields: { CENTURY: 7, month: [4, 0] } },
  YEAR: { at: 6, fields: { year: [7, 0] } },
} as const satisfies Registers;

/** DS1337 data sheet, table 2: bit 7 of each register leaves it out of the comparison. */
export const ALARM_REGISTERS = {
  ALARM1_SECONDS: { at: 7, fields: { A1M1: 7, SECONDS: [6, 0] } },
  ALARM1_MINUTES: { at: 8, fields: { A1M2: 7, MINUTES: [6, 0] } },
  ALARM1_HOURS: { at: 9, fields: { A1M3: 7, '12_24': 6, HOURS: [5, 0] } },
  ALARM1_DAY_DATE: { at: 10, fields: { A1M4: 7, DY_DT: 6, DAY: [5, 0] } },
  ALARM2_MINUTES: { at: 11, fields: { A2M2: 7, MINUTES: [6, 0] } },
  ALARM2_HOURS: { at: 12, fields: { A2M3: 7, '12_24': 6, HOURS: [5, 0] } },
  ALARM2_DAY_DATE: { at: 13, fields: { A2M4: 7, DY_DT: 6, DAY: [5, 0] } },
} as const satisfies Registers;

/** Sunday is 1; a century bit stands for 2100. */
export const LAYOUT: CalendarLayout = {
  weekday: 'from-1',
  twelveHours: 0x40,
  century: { register: 'MONTH_CENTURY', mask: 0x80 },
};

export const TIME = {
  time: { kind: 'text', doc: 'what the clock shows, as 2024-02-29T12:34:56Z' },
  battery: {
    kind: 'flag',
    initial: true,
    doc: 'false: its battery is flat, so that a reset is the first power-up, without a time',
  },
} as const satisfies Properties;

/** What a power-on does: without a battery the time is lost, and `forget` notes that the oscillator had stopped. */
export function afterPowerOn(
  calendar: Calendar,
  sense: { readonly battery: boolean },
  forget: () => void,
): () => void {
  return () => {
    if (sense.battery) return;
    calendar.lose();
    calendar.stop(false);
    forget();
  };
}

/** `time` as the property that a test sets. */
export function timeProperty(calendar: Calendar): { time: string } {
  return {
    get time() {
      return calendar.text;
    },
    set time(iso: string) {
      calendar.text = iso;
    },
  };
}

const ALARM1: readonly (readonly [register: number, field: CalendarField])[] = [
  [7, 'second'],
  [8, 'minute'],
  [9, 'hour'],
  [10, 'day'],
];
/** Compared once a minute, at second 0. */
const ALARM2: readonly (readonly [register: number, field: CalendarField])[] = [
  [11, 'minute'],
  [12, 'hour'],
  [13, 'day'],
];
const LEFT_OUT = 0x80;
const BY_WEEKDAY = 0x40;

/** CONTROL and STATUS as far as the alarms use them. */
interface AlarmHandles {
  readonly CONTROL: RegisterHandle<{ at: 14; fields: { RS: [4, 3]; INTCN: 2; A2IE: 1; A1IE: 0 } }>;
  readonly STATUS: RegisterHandle<{ at: 15; fields: { OSF: 7; A2F: 1; A1F: 0 } }>;
}

type AlarmKit = Pick<Kit, 'calendar' | 'every' | 'keep' | 'peek'> & {
  readonly pin: { readonly INT: Pin };
  readonly sense: { readonly battery: boolean };
};

/**
 * The clock of DS1337, DS1339 and DS3231: time, two alarms, an interrupt pin (DS1337 data sheet, table 3 "Alarm mask
 * bits").
 * @param squareWave Hz by RS, on the interrupt pin while INTCN is 0; undefined: another pin has it
 */
export function clockWithAlarms(
  { CONTROL, STATUS }: AlarmHandles,
  { calendar, every, keep, peek, pin: { INT }, sense }: AlarmKit,
  squareWave?: readonly number[],
): { readonly calendar: Calendar; readonly drive: () => void; readonly behaviour: Behaviour } {
  const time = calendar({ ...LAYOUT, pin: INT, onSecond: compareAlarms });
  const wave = keep({ high: true, hz: 0 });
  const edges = every(() => (wave.hz === 0 ? 0 : 1e9 / wave.hz / 2), flip, INT);

  /** A counter as its alarm register would have it. */
  function encoded(field: CalendarField, register: number): number {
    if (field !== 'day' || (peek(register) & BY_WEEKDAY) === 0) return withHourMode(field);
    return time.encoded('weekday') | BY_WEEKDAY;
  }

  /** The bit that chooses 12 hours is compared too. */
  const withHourMode = (field: CalendarField) =>
    time.encoded(field) | (field === 'hour' ? peek(2) & 0x40 : 0);

  const matches = (alarm: typeof ALARM1) =>
    alarm.every(([register, field]) => {
      const wanted = peek(register);
      return (wanted & LEFT_OUT) !== 0 || (wanted & 0x7f) === encoded(field, register);
    });

  function compareAlarms(): void {
    if (matches(ALARM1)) STATUS.A1F = 1;
    if (time.fields.second === 0 && matches(ALARM2)) STATUS.A2F = 1;
    drive();
  }

  /** So many halves of the square wave have passed. */
  function flip(halves: number): void {
    if (halves % 2 === 1) wave.high = !wave.high;
    drive();
  }

  function drive(): void {
    const hz = CONTROL.INTCN ? 0 : (squareWave?.[CONTROL.RS] ?? 0);
    if (hz !== wave.hz) {
      Object.assign(wave, { hz, high: true });
      edges.restart();
    }
    if (hz > 0) {
      INT.set(wave.high);
      return;
    }
    const due = (STATUS.A1F && CONTROL.A1IE) || (STATUS.A2F && CONTROL.A2IE);
    INT.set(!(due && CONTROL.INTCN));
  }

  const lost = afterPowerOn(time, sense, () => {
    STATUS.OSF = 1;
  });
  function powerOn(): void {
    lost();
    drive();
  }

  return {
    calendar: time,
    drive,
    behaviour: {
      calendar: time,
      afterWrite: drive,
      restored: drive,
      reset: powerOn,
      properties: timeProperty(time),
    },
  };
}
