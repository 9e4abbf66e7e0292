import type { Registers } from '../data-sheet.ts';
import type { Behaviour, CalendarField, CalendarLayout, Kit, Model, Pin } from '../model.ts';
import { afterPowerOn, timeProperty } from './dallas.ts';

type Bit = readonly [register: number, mask: number];

/** What the clock chips with one alarm differ in, beside their registers. */
interface OneAlarm {
  readonly layout: CalendarLayout;
  /** First and last register of a burst, where it does not go round all of them. */
  readonly first?: number;
  readonly last?: number;
  /** The bit that tells that the power was lost, and with it the time. */
  readonly lost: Bit;
  /** The stop bit, the alarm flag and the alarm interrupt enable. */
  readonly stop: Bit;
  readonly flag: Bit;
  readonly enable: Bit;
  readonly alarm: readonly (readonly [register: number, field: CalendarField])[];
  /** Bit that makes the last alarm register a day of the month, where weekday and day share one. */
  readonly dayInsteadOfWeekday?: Bit;
  /** A software reset: what is written to which register, and what it resets. The time is lost, as by the first power. */
  readonly softReset?: {
    readonly register: string;
    readonly value: number;
    readonly registers: Registers;
  };
}

const LEFT_OUT = 0x80;

/**
 * PCF8563 and its relatives: an alarm whose registers are left out by bit 7, and one alone that is not makes it ring.
 */
export function clockWithAlarm(chip: OneAlarm): Model {
  const { alarm, flag, enable, stop, lost, layout, first = 0, last = 0xff } = chip;
  /** Without seconds among its registers an alarm is compared when a minute begins. */
  const bySeconds = alarm.some(([, field]) => field === 'second');

  return (_registers, kit) => {
    const { peek, poke, toBcd } = kit;
    const { INT } = (kit as Kit & { readonly pin: { readonly INT: Pin } }).pin;
    const time = kit.calendar({ ...layout, pin: INT, onSecond: compareAlarm });
    const has = ([register, mask]: Bit) => (peek(register) & mask) === mask;

    function fits(field: CalendarField, wanted: number): boolean {
      if (field !== 'weekday') return wanted === toBcd(time.fields[field]);
      const { dayInsteadOfWeekday: byDay } = chip;
      if (byDay !== undefined && has(byDay)) return wanted === toBcd(time.fields.day);
      const { weekday } = time.fields;
      return layout.weekday === 'one-hot' ? ((wanted >> weekday) & 1) !== 0 : wanted === weekday;
    }

    function compareAlarm(): void {
      if (!bySeconds && time.fields.second !== 0) return;
      const counted = alarm.filter(([register]) => (peek(register) & LEFT_OUT) === 0);
      if (counted.length === 0) return;
      if (!counted.every(([register, field]) => fits(field, peek(register) & 0x7f))) return;
      poke(flag[0], peek(flag[0]) | flag[1]);
      drive();
    }

    function forget(): void {
      poke(lost[0], peek(lost[0]) | lost[1]);
      drive();
    }
    const powerOn = afterPowerOn(time, kit.sense as { battery: boolean }, forget);
    const drive = () => INT.set(!(has(flag) && has(enable)));

    return {
      calendar: time,
      afterWrite(address: number) {
        if (address === stop[0]) time.stop(has(stop));
        drive();
      },
      restored: drive,
      reset: powerOn,
      properties: timeProperty(time),
      ...(chip.first === undefined
        ? {}
        : { next: (address: number) => (address >= last ? first : address + 1) }),
      ...softReset(chip.softReset, poke, () => {
        time.lose();
        forget();
      }),
    };
  };
}

function softReset(
  command: OneAlarm['softReset'],
  poke: Kit['poke'],
  forget: () => void,
): Pick<Behaviour, 'onWrite'> {
  if (command === undefined) return {};
  return {
    onWrite: {
      [command.register](written: { readonly value: number }) {
        if (written.value !== command.value) return;
        for (const { at, count = 1, reset = 0 } of Object.values(command.registers)) {
          for (let offset = 0; offset < count; offset++) poke(at + offset, reset);
        }
        forget();
      },
    },
  };
}
