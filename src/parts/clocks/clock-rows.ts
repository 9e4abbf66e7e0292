import type { Registers } from '../data-sheet.ts';
import type { PartRow } from '../rows.ts';
import { TIME } from './dallas.ts';

/** Counters that follow each other from `at` on, in this order; seconds have the bits below `stop`. */
export function counters(
  at: number,
  order: readonly string[],
  more: Readonly<Record<string, object>> = {},
): Registers {
  const bits: Readonly<Record<string, readonly [number, number]>> = {
    second: [6, 0],
    minute: [6, 0],
    hour: [5, 0],
    weekday: [2, 0],
    day: [5, 0],
    month: [4, 0],
    year: [7, 0],
  };
  return Object.fromEntries(
    order.map((name, index) => [
      name.toUpperCase(),
      { at: at + index, fields: { [name]: bits[name], ...more[name] } } as Registers[string],
    ]),
  );
}

export const USUAL = ['second', 'minute', 'hour', 'weekday', 'day', 'month', 'year'];
export const DAY_FIRST = ['second', 'minute', 'hour', 'day', 'weekday', 'month', 'year'];
export const MONTH_FIRST = ['second', 'minute', 'hour', 'day', 'month', 'year', 'weekday'];

export const row = (
  names: string,
  title: string,
  source: string,
  at: number,
  last: number,
  registers: Registers,
  clock: NonNullable<PartRow['clock']>,
  more: Partial<PartRow> = {},
): PartRow => ({
  names,
  title,
  source,
  at,
  last,
  registers,
  clock,
  senses: TIME,
  battery: true,
  node: 'rtc',
  notModelled: ['alarms, timers and the clock output', 'hundredths of a second'],
  ...more,
});
