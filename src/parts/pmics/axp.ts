import type { Property, Registers } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { output, type PartRow, partOfRow } from '../rows.ts';

const flag = (field: string, doc: string, initial = true): Property => ({
  kind: 'flag',
  initial,
  field,
  doc,
});

/** AXP209 data sheet, 10: inputs at 00h, converters at 23h and 27h, events at 40h and 48h, ADC at 56h. */
const events = (enable: number, status: number, count: number): Registers =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      [`IRQ_ENABLE${index + 1}`, { at: enable + index }] as const,
      [`IRQ_STATUS${index + 1}`, { at: status + index, access: 'w1c' }] as const,
    ]).flat(),
  );
const named = (stem: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${stem}${index + 1}`);
const interrupts = (count: number) =>
  ({
    pin: 'IRQ',
    status: named('IRQ_STATUS', count),
    mask: named('IRQ_ENABLE', count),
    letsThrough: 1,
  }) as const;

const ROWS: readonly PartRow[] = [
  {
    names: 'x-powers,axp209 x-powers,axp202',
    title: 'AXP209 power management with charger',
    source: 'X-Powers AXP209 data sheet',
    at: 0x34,
    node: 'pmic',
    registers: {
      POWER_STATUS: {
        at: 0x00,
        fields: {
          ACIN: [7, 'ro'],
          ACIN_USABLE: [6, 'ro'],
          VBUS: [5, 'ro'],
          VBUS_USABLE: [4, 'ro'],
          REST: [3, 0, 'ro'],
        },
      },
      MODE: {
        at: 0x01,
        fields: { CHARGING: [6, 'ro'], BATTERY: [5, 'ro'], REST: [4, 0, 'ro'], OVER_TEMPERATURE: [7, 'ro'] },
      },
      VERSION: { at: 0x03, reset: 0x11, access: 'ro' },
      DCDC2: { at: 0x23, reset: 0x16, fields: { SEL: [5, 0] } },
      DCDC3: { at: 0x27, reset: 0x22, fields: { SEL: [6, 0] } },
      ...events(0x40, 0x48, 5),
      TEMPERATURE_HIGH: { at: 0x5e, access: 'ro' },
      TEMPERATURE_LOW: { at: 0x5f, fields: { LOW: [3, 0, 'ro'] } },
      BATTERY_HIGH: { at: 0x78, access: 'ro' },
      BATTERY_LOW: { at: 0x79, fields: { LOW: [3, 0, 'ro'] } },
      FUEL_GAUGE: { at: 0xb9, fields: { OFF: 7, PERCENT: [6, 0, 'ro'] } },
    },
    senses: {
      acin: flag('POWER_STATUS.ACIN', 'whether there is a mains adapter'),
      vbus: flag('POWER_STATUS.VBUS', 'whether there is power at USB', false),
      battery: flag('MODE.BATTERY', 'whether there is a battery'),
      batteryVoltage: {
        unit: 'V',
        range: [0, 4.5045],
        initial: 3.7,
        field: ['BATTERY_HIGH', 'BATTERY_LOW.LOW'],
        gain: 0.0011,
        doc: 'voltage of the battery',
      },
      temperature: {
        unit: '°C',
        range: [-144.7, 264.8],
        initial: 30,
        field: ['TEMPERATURE_HIGH', 'TEMPERATURE_LOW.LOW'],
        gain: 0.1,
        offset: -144.7,
        doc: 'what the chip itself feels',
      },
      charge: {
        unit: '%',
        range: [0, 100],
        initial: 80,
        field: 'FUEL_GAUGE.PERCENT',
        doc: 'what is left in the battery',
      },
    },
    shows: { dcdc2: output('DCDC2.SEL', 0.7, 0.025), dcdc3: output('DCDC3.SEL', 0.7, 0.025) },
    pins: ['IRQ'],
    interrupts: interrupts(5),
    notModelled: ['charging', 'the events that its inputs cause'],
  },
  {
    names:
      'x-powers,axp221 x-powers,axp223 x-powers,axp228 x-powers,axp809 x-powers,axp803 x-powers,axp813 x-powers,axp818',
    title: 'AXP22x and AXP80x power management with charger',
    source: 'X-Powers AXP221, AXP803 and AXP813 data sheets',
    at: 0x34,
    node: 'pmic',
    registers: {
      POWER_STATUS: {
        at: 0x00,
        fields: {
          ACIN: [7, 'ro'],
          ACIN_USABLE: [6, 'ro'],
          VBUS: [5, 'ro'],
          VBUS_USABLE: [4, 'ro'],
          REST: [3, 0, 'ro'],
        },
      },
      MODE: {
        at: 0x01,
        fields: { OVER_TEMPERATURE: [7, 'ro'], CHARGING: [6, 'ro'], BATTERY: [5, 'ro'], REST: [4, 0, 'ro'] },
      },
      ...events(0x40, 0x48, 6),
      FUEL_GAUGE: { at: 0xb9, fields: { VALID: [7, 'ro'], PERCENT: [6, 0, 'ro'] } },
    },
    senses: {
      acin: flag('POWER_STATUS.ACIN', 'whether there is a mains adapter'),
      vbus: flag('POWER_STATUS.VBUS', 'whether there is power at USB', false),
      battery: flag('MODE.BATTERY', 'whether there is a battery'),
      charge: {
        unit: '%',
        range: [0, 100],
        initial: 80,
        field: 'FUEL_GAUGE.PERCENT',
        doc: 'what is left in the battery',
      },
    },
    pins: ['IRQ'],
    interrupts: interrupts(6),
    notModelled: ['charging', 'the ADC', 'converters and regulators have no effect'],
  },
  {
    names:
      'x-powers,axp152 x-powers,axp192 x-powers,axp313a x-powers,axp323 x-powers,axp305 x-powers,axp805 x-powers,axp806 x-powers,axp717 x-powers,axp15060 x-powers,axp1530',
    title: 'AXP313A, AXP717, AXP806 and other power management',
    source: 'X-Powers AXP313A, AXP717 and AXP806 data sheets',
    at: 0x36,
    node: 'pmic',
    registers: { CHIP_ID: { at: 0x03, reset: 0x4b, access: 'ro' } },
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
