import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';
import { counters, row, USUAL } from './clock-rows.ts';
import { TIME } from './dallas.ts';

const from1 = { weekday: 'from-1', twelveHours: 0x40 } as const;
const dallas = (more: Readonly<Record<string, object>> = {}) =>
  counters(0, USUAL, { second: { CH: 7 }, hour: { '12_24': 6 }, ...more });
const halt = { ...from1, stop: 'SECOND.CH', lost: 'SECOND.CH' } as const;

/** Relatives of the DS1307. */
const ROWS: readonly PartRow[] = [
  row(
    'dallas,ds1338',
    'DS1338 clock with 56 bytes of RAM',
    'Maxim DS1338 data sheet',
    0x68,
    0x3f,
    {
      ...dallas(),
      CONTROL: { at: 7, reset: 0xb3, fields: { OUT: 7, OSF: [5, 'w0c'], SQWE: 4, RS: [1, 0] } },
    },
    { ...halt, lost: 'CONTROL.OSF' },
  ),
  row(
    'dallas,ds1340 pericom,pt7c4338',
    'DS1340 clock',
    'Maxim DS1340 data sheet',
    0x68,
    0x09,
    { ...dallas(), CONTROL: { at: 7 }, FLAG: { at: 9, fields: { OSF: [7, 'w0c'] } } },
    { ...halt, lost: 'FLAG.OSF' },
  ),
  row(
    'dallas,ds1341',
    'DS1341 clock',
    'Maxim DS1341 data sheet',
    0x68,
    0x0f,
    {
      ...counters(0, USUAL, { hour: { '12_24': 6 }, month: { CENTURY: 7 } }),
      CONTROL: { at: 0x0e, reset: 0x00 },
      STATUS: { at: 0x0f, fields: { OSF: [7, 'w0c'], A2F: [1, 'w0c'], A1F: [0, 'w0c'] } },
    },
    { ...from1, lost: 'STATUS.OSF' },
  ),
  row(
    'dallas,ds3232',
    'DS3232 clock with thermometer and 236 bytes of RAM',
    'Maxim DS3232 data sheet',
    0x68,
    0xff,
    {
      ...counters(0, USUAL, { hour: { '12_24': 6 }, month: { CENTURY: 7 } }),
      CONTROL: { at: 0x0e, reset: 0x1c },
      STATUS: {
        at: 0x0f,
        reset: 0x48,
        fields: {
          OSF: [7, 'w0c'],
          BB32K: 6,
          CRATE: [5, 4],
          EN32K: 3,
          BSY: [2, 'ro'],
          A2F: [1, 'w0c'],
          A1F: [0, 'w0c'],
        },
      },
      TEMP_HIGH: { at: 0x11, access: 'ro' },
      TEMP_LOW: { at: 0x12, fields: { LOW: [7, 6, 'ro'] } },
    },
    { ...from1, lost: 'STATUS.OSF', century: { register: 'MONTH', mask: 0x80 } },
    {
      senses: {
        ...TIME,
        temperature: {
          unit: '°C',
          range: [-40, 85],
          initial: 25,
          step: 0.25,
          field: ['TEMP_HIGH', 'TEMP_LOW.LOW'],
          gain: 0.25,
          signed: true,
          doc: 'what the chip itself feels',
        },
      },
    },
  ),
  row(
    'microchip,mcp7940x microchip,mcp7941x microchip,mcp7940n',
    'MCP7940 clock with RAM',
    'Microchip DS20005010',
    0x6f,
    0x5f,
    {
      ...counters(0, USUAL, {
        second: { ST: 7 },
        hour: { '12_24': 6 },
        weekday: { OSCRUN: [5, 'ro'], PWRFAIL: [4, 'w0c'], VBATEN: 3 },
      }),
      CONTROL: { at: 7, reset: 0x80 },
    },
    from1,
    { notModelled: ['ST, which starts the oscillator: it always runs', 'alarms and EEPROM'] },
  ),
  row(
    'st,m41t00 st,m41t11',
    'M41T00 clock',
    'ST M41T00 data sheet',
    0x68,
    0x3f,
    dallas({ hour: { CEB: 7, CB: 6 } }),
    { weekday: 'from-1', stop: 'SECOND.CH', lost: 'SECOND.CH' },
  ),
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
