import { TIME } from '../clocks/dallas.ts';
import type { Property, Registers } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { output, type PartRow, partOfRow } from '../rows.ts';

/** RK808 data sheet, 5: the clock at 00h, in BCD; its calendar is that of the world here, not one where November has 31 days. */
const RTC: Registers = {
  SECONDS: { at: 0x00, fields: { second: [6, 0] } },
  MINUTES: { at: 0x01, fields: { minute: [6, 0] } },
  HOURS: { at: 0x02, fields: { AM_PM: 7, hour: [5, 0] } },
  DAYS: { at: 0x03, fields: { day: [5, 0] } },
  MONTHS: { at: 0x04, fields: { month: [4, 0] } },
  YEARS: { at: 0x05, fields: { year: [7, 0] } },
  WEEKS: { at: 0x06, fields: { weekday: [2, 0] } },
};

const clock = {
  senses: TIME,
  clock: { weekday: 'from-0' },
  battery: true,
  notModelled: ['the RTC counts a November of 30 days', 'alarms', 'power keys', 'sequences and sleep'],
} as const;

const sel = (at: number, bits: number) => ({ at, fields: { SEL: [bits - 1, 0] } }) as const;

const rk808Like = (first: number) =>
  ({
    BUCK1_ON_VSEL: sel(first, 6),
    BUCK2_ON_VSEL: sel(first + 4, 6),
    INT_STS1: { at: 0x4c, access: 'w1c' },
    INT_STS_MSK1: { at: 0x4d },
    INT_STS2: { at: 0x4e, access: 'w1c' },
    INT_STS_MSK2: { at: 0x4f },
  }) as const;

const events = {
  pins: ['INT'],
  interrupts: { pin: 'INT', status: ['INT_STS1', 'INT_STS2'], mask: ['INT_STS_MSK1', 'INT_STS_MSK2'] },
} as const;

const raise = (field: string): Property => ({
  kind: 'integer',
  range: [0, 255],
  field,
  doc: `events that have happened, a bit of ${field} each`,
});

/** RK809 data sheet: RTC at 00h, power at B1h, events at F8h. */
const rk817Like = {
  ...RTC,
  BUCK1_ON_VSEL: sel(0xbb, 7),
  BUCK2_ON_VSEL: sel(0xbe, 7),
  BUCK3_ON_VSEL: sel(0xc1, 7),
  BUCK4_ON_VSEL: sel(0xc4, 7),
  INT_STS0: { at: 0xf8, access: 'w1c' },
  INT_STS_MSK0: { at: 0xf9 },
  INT_STS1: { at: 0xfa, access: 'w1c' },
  INT_STS_MSK1: { at: 0xfb },
  INT_STS2: { at: 0xfc, access: 'w1c' },
  INT_STS_MSK2: { at: 0xfd },
} as const;

const rk817Power: Omit<PartRow, 'names' | 'title' | 'source' | 'ids'> = {
  ...clock,
  at: 0x20,
  node: 'pmic',
  registers: rk817Like,
  senses: { ...TIME, events0: raise('INT_STS0'), events1: raise('INT_STS1'), events2: raise('INT_STS2') },
  shows: {
    buck1: output('BUCK1_ON_VSEL.SEL', 0.5, 0.0125),
    buck2: output('BUCK2_ON_VSEL.SEL', 0.5, 0.0125),
    buck3: output('BUCK3_ON_VSEL.SEL', 0.5, 0.0125),
    buck4: output('BUCK4_ON_VSEL.SEL', 0.5, 0.0125),
  },
  pins: ['INT'],
  interrupts: {
    pin: 'INT',
    status: ['INT_STS0', 'INT_STS1', 'INT_STS2'],
    mask: ['INT_STS_MSK0', 'INT_STS_MSK1', 'INT_STS_MSK2'],
  },
};

const rk806 = {
  ids: { CHIP_NAME: [0x5a, 0x80], CHIP_VER: [0x5b, 0x60] },
  registers: Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [`BUCK${index + 1}_ON_VSEL`, { at: 0x1a + index, reset: 0x40 }]),
  ),
  shows: Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [
      `buck${index + 1}`,
      output(`BUCK${index + 1}_ON_VSEL`, 0.5, 0.00625),
    ]),
  ),
  notModelled: ['selectors above A0h, whose steps are wider', 'events'],
  node: 'pmic',
  at: 0x23,
} as const;

const ROWS: readonly PartRow[] = [
  {
    ...clock,
    names: 'rockchip,rk808',
    title: 'RK808 power management with clock',
    source: 'Rockchip RK808 data sheet',
    at: 0x1b,
    node: 'pmic',
    ids: { ID_MSB: [0x17, 0], ID_LSB: [0x18, 0] },
    registers: { ...RTC, ...rk808Like(0x2f) },
    ...events,
    senses: { ...TIME, events1: raise('INT_STS1'), events2: raise('INT_STS2') },
    shows: {
      buck1: output('BUCK1_ON_VSEL.SEL', 0.7125, 0.0125),
      buck2: output('BUCK2_ON_VSEL.SEL', 0.7125, 0.0125),
    },
  },
  {
    ...clock,
    names: 'rockchip,rk818',
    title: 'RK818 power management with clock and charger',
    source: 'Rockchip RK818 data sheet',
    at: 0x1c,
    node: 'pmic',
    ids: { ID_MSB: [0x17, 0x81], ID_LSB: [0x18, 0x80] },
    registers: { ...RTC, ...rk808Like(0x2f) },
    ...events,
    senses: { ...TIME, events1: raise('INT_STS1'), events2: raise('INT_STS2') },
    shows: {
      buck1: output('BUCK1_ON_VSEL.SEL', 0.7125, 0.0125),
      buck2: output('BUCK2_ON_VSEL.SEL', 0.7125, 0.0125),
    },
  },
  {
    ...clock,
    names: 'rockchip,rk805',
    title: 'RK805 power management with clock',
    source: 'Rockchip RK805 data sheet',
    at: 0x18,
    node: 'pmic',
    ids: { ID_MSB: [0x17, 0x80], ID_LSB: [0x18, 0x50] },
    registers: { ...RTC, BUCK1_ON_VSEL: sel(0x2f, 6), BUCK2_ON_VSEL: sel(0x33, 6) },
    shows: {
      buck1: output('BUCK1_ON_VSEL.SEL', 0.7125, 0.0125),
      buck2: output('BUCK2_ON_VSEL.SEL', 0.7125, 0.0125),
    },
  },
  {
    ...rk817Power,
    names: 'rockchip,rk809',
    title: 'RK809 power management with clock',
    source: 'Rockchip RK809 data sheet',
    ids: { ID_MSB: [0xed, 0x80], ID_LSB: [0xee, 0x90] },
  },
  {
    ...rk817Power,
    names: 'rockchip,rk817',
    title: 'RK817 power management with clock and codec',
    source: 'Rockchip RK817 data sheet',
    ids: { ID_MSB: [0xed, 0x81], ID_LSB: [0xee, 0x70] },
  },
  {
    ...rk806,
    names: 'rockchip,rk806',
    title: 'RK806 power management, 10 converters',
    source: 'Rockchip RK806 data sheet',
    i2c: {},
    // Command (bit 7: write), then the number, the low byte first.
    spi: {
      form: 'registers',
      modes: 0b0001,
      header: { bytes: 3, read: 0, write: 0x80_0000, address: 0xff00, shift: 8 },
    },
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
