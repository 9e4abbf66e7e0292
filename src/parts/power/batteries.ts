import type { Properties, Registers } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';

const word = (at: number, reset = 0) => ({ at, width: 16, reset, access: 'ro' }) as const;

/** BQ27xxx command words (TI SLUUAL6 and others): temperature, voltage, flags and charge, which differ in their places. */
const gauge = (
  names: string,
  title: string,
  source: string,
  at: Readonly<Record<'temperature' | 'voltage' | 'flags' | 'charge', number>>,
): PartRow => ({
  names,
  title,
  source,
  at: 0x55,
  i2c: { littleEndian: true },
  registers: {
    TEMP: word(at.temperature),
    VOLT: word(at.voltage),
    FLAGS: word(at.flags),
    CHARGE: word(at.charge),
  },
  first: 0x40,
  last: 0x7f,
  senses: {
    temperature: {
      unit: '°C',
      range: [-40, 100],
      initial: 25,
      field: 'TEMP',
      gain: 0.1,
      offset: -273.15,
      doc: 'temperature of the battery',
    },
    voltage: {
      unit: 'V',
      range: [0, 65.535],
      initial: 3.8,
      field: 'VOLT',
      gain: 0.001,
      doc: 'voltage of the battery',
    },
    charge: { unit: '%', range: [0, 100], initial: 80, field: 'CHARGE', doc: 'what is left in the battery' },
  },
  notModelled: ['currents and capacities', 'control commands and data memory'],
});

const maxim: { readonly registers: Registers; readonly senses: Properties } = {
  registers: {
    STATUS: { at: 0x00, reset: 0x0002 },
    REPSOC: { at: 0x06, access: 'ro' },
    TEMP: { at: 0x08, access: 'ro' },
    VCELL: { at: 0x09, access: 'ro' },
    CURRENT: { at: 0x0a, access: 'ro' },
  },
  senses: {
    temperature: {
      unit: '°C',
      range: [-40, 85],
      initial: 25,
      field: 'TEMP',
      gain: 1 / 256,
      signed: true,
      doc: 'temperature of the battery',
    },
    voltage: {
      unit: 'V',
      range: [0, 5.11],
      initial: 3.8,
      field: 'VCELL',
      gain: 0.000078125,
      doc: 'voltage of the cell',
    },
    charge: {
      unit: '%',
      range: [0, 100],
      initial: 80,
      field: 'REPSOC',
      gain: 1 / 256,
      doc: 'what is left in the battery',
    },
  },
};

/** Fuel gauges and chargers. */
const ROWS: readonly PartRow[] = [
  gauge(
    'ti,bq27541 ti,bq27500 ti,bq27510 ti,bq27510g1 ti,bq27510g2 ti,bq27510g3 ti,bq27520g1 ti,bq27520g4 ti,bq27530 ti,bq27531 ti,bq27542 ti,bq27545 ti,bq27546 ti,bq27742',
    'BQ27541 fuel gauge',
    'TI SLUSA11',
    { temperature: 0x06, voltage: 0x08, flags: 0x0a, charge: 0x2c },
  ),
  gauge(
    'ti,bq27411 ti,bq27421 ti,bq27425 ti,bq27426 ti,bq27441 ti,bq27621',
    'BQ27441 fuel gauge',
    'TI SLUSBH1',
    { temperature: 0x02, voltage: 0x04, flags: 0x06, charge: 0x1c },
  ),
  gauge('ti,bq27z561 ti,bq28z610 ti,bq34z100 ti,bq78z100', 'BQ27Z561 fuel gauge', 'TI SLUSCX1', {
    temperature: 0x06,
    voltage: 0x08,
    flags: 0x0a,
    charge: 0x2c,
  }),
  {
    ...maxim,
    names: 'maxim,max17042 maxim,max17047 maxim,max17050 maxim,max77705-battery maxim,max77849-battery',
    title: 'MAX17050 fuel gauge',
    source: 'Maxim MAX17050 data sheet',
    at: 0x36,
    form: '8/16',
    i2c: { littleEndian: true },
    ids: { DEV_NAME: [0x21, 0x00ac] },
  },
  {
    ...maxim,
    names: 'maxim,max17055',
    title: 'MAX17055 fuel gauge',
    source: 'Maxim MAX17055 data sheet',
    at: 0x36,
    form: '8/16',
    i2c: { littleEndian: true },
    ids: { DEV_NAME: [0x21, 0x4010] },
  },
  {
    names:
      'maxim,max17040 maxim,max17041 maxim,max17043 maxim,max17044 maxim,max17048 maxim,max17049 maxim,max17058 maxim,max17059 richtek,rt5033-battery',
    title: 'MAX17040 fuel gauge',
    source: 'Maxim MAX17048 data sheet',
    at: 0x36,
    form: '8/16',
    registers: { VCELL: { at: 0x02, access: 'ro' }, SOC: { at: 0x04, access: 'ro' } },
    ids: { VERSION: [0x08, 0x0011] },
    i2c: { stride: 2 },
    senses: {
      voltage: {
        unit: 'V',
        range: [0, 5.11],
        initial: 3.8,
        field: 'VCELL',
        gain: 0.000078125,
        doc: 'voltage of the cell',
      },
      charge: {
        unit: '%',
        range: [0, 100],
        initial: 80,
        field: 'SOC',
        gain: 1 / 256,
        doc: 'what is left in the battery',
      },
    },
  },
  {
    names: 'cellwise,cw2015',
    title: 'CW2015 fuel gauge',
    source: 'Cellwise CW2015 data sheet',
    at: 0x62,
    ids: { VERSION: [0x00, 0x6f] },
    registers: {
      VCELL_HIGH: { at: 0x02, fields: { V: [5, 0, 'ro'] } },
      VCELL_LOW: { at: 0x03, access: 'ro' },
      SOC: { at: 0x04, access: 'ro' },
    },
    resets: { MODE: [0x0a, 0xc0] },
    senses: {
      voltage: {
        unit: 'V',
        range: [0, 4.99],
        initial: 3.8,
        field: ['VCELL_HIGH.V', 'VCELL_LOW'],
        gain: 0.000305,
        doc: 'voltage of the cell',
      },
      charge: { unit: '%', range: [0, 100], initial: 80, field: 'SOC', doc: 'what is left in the battery' },
    },
  },
  {
    names: 'ti,bq25890 ti,bq25892 ti,bq25895 ti,bq25896',
    title: 'BQ25890 charger',
    source: 'TI SLUSC86',
    at: 0x6a,
    last: 0x14,
    registers: {
      STATUS: {
        at: 0x0b,
        fields: {
          VBUS: [7, 5, 'ro'],
          CHARGING: [4, 3, 'ro'],
          PG: [2, 'ro'],
          SDP: [1, 'ro'],
          VSYS: [0, 'ro'],
        },
      },
      BATV: { at: 0x0e, fields: { THERM: [7, 'ro'], V: [6, 0, 'ro'] } },
      VBUSV: { at: 0x11, fields: { GD: [7, 'ro'], V: [6, 0, 'ro'] } },
      CONFIG: {
        at: 0x14,
        reset: 0x18,
        fields: { RST: [7, 'sc'], ICO: [6, 'ro'], PN: [5, 3, 'ro'], TS: [2, 'ro'], REV: [1, 0, 'ro'] },
      },
    },
    senses: {
      good: { kind: 'flag', initial: true, field: 'STATUS.PG', doc: 'whether the supply is good' },
      charging: {
        kind: 'integer',
        range: [0, 3],
        field: 'STATUS.CHARGING',
        doc: '0 not, 1 pre-charge, 2 fast, 3 done',
      },
      battery: {
        unit: 'V',
        range: [2.304, 4.844],
        initial: 3.804,
        field: 'BATV.V',
        offset: 2.304,
        gain: 0.02,
        doc: 'voltage of the battery',
      },
    },
    notModelled: ['charging', 'part numbers other than BQ25890'],
  },
  {
    names: 'ti,bq24190 ti,bq24192 ti,bq24192i ti,bq24196',
    title: 'BQ24190 charger',
    source: 'TI SLUSAW5',
    at: 0x6b,
    resets: { VENDOR_PART: [0x0a, 0x20] },
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
