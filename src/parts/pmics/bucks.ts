import type { Part } from '../model.ts';
import { output, type PartRow, partOfRow } from '../rows.ts';

const select = (bits: number) => ({ EN: 7, MODE: 6, SEL: [bits - 1, 0] }) as const;
const wide = { EN: 7, SEL: [6, 0] } as const;

/** Of 160 codes, 0 to 9Fh; off it is 0. */
const RK8602_RANGE = [0, 1.49375] as const;

/** Where each selector of an SLG51000 is, what 0 gives, and a step (V). */
const SLG51000 = [
  [0x2000, 2.4, 0.005],
  [0x2200, 2.4, 0.005],
  [0x2300, 1.2, 0.01],
  [0x2500, 1.2, 0.01],
  [0x2700, 0.4, 0.005],
  [0x2900, 0.4, 0.005],
  [0x3100, 1.2, 0.01],
] as const;

/** Step-down converters whose outputs follow a selector; FAN53555 and its relatives have ids at 03h and 04h. */
const ROWS: readonly PartRow[] = [
  {
    names: 'fcs,fan53555',
    title: 'FAN53555 step-down converter',
    source: 'onsemi FAN53555 data sheet',
    at: 0x60,
    ids: { ID1: [0x03, 0x80], ID2: [0x04, 0x00] },
    registers: {
      VSEL0: { at: 0, reset: 0x9e, fields: select(6) },
      VSEL1: { at: 1, reset: 0x9e, fields: select(6) },
    },
    shows: {
      output: output('VSEL0.SEL', 0.6, 0.01, 'VSEL0.EN'),
      standby: output('VSEL1.SEL', 0.6, 0.01, 'VSEL1.EN'),
    },
  },
  {
    names: 'silergy,syr827 silergy,syr828 rockchip,rk8600 rockchip,rk8601',
    title: 'SYR827 step-down converter',
    source: 'Silergy SYR827 data sheet',
    at: 0x40,
    ids: { ID1: [0x03, 0x88], ID2: [0x04, 0x04] },
    registers: {
      VSEL0: { at: 0, reset: 0x97, fields: select(6) },
      VSEL1: { at: 1, reset: 0x97, fields: select(6) },
    },
    shows: {
      output: output('VSEL0.SEL', 0.7125, 0.0125, 'VSEL0.EN'),
      standby: output('VSEL1.SEL', 0.7125, 0.0125, 'VSEL1.EN'),
    },
  },
  {
    names: 'fcs,fan53526',
    title: 'FAN53526 step-down converter',
    source: 'onsemi FAN53526 data sheet; the ids that Linux drivers/regulator/fan53555.c takes',
    at: 0x60,
    ids: { ID1: [0x03, 0x81], ID2: [0x04, 0x08] },
    registers: {
      VSEL0: { at: 0, reset: 0xb2, fields: wide },
      VSEL1: { at: 1, reset: 0xb2, fields: wide },
    },
    shows: {
      output: output('VSEL0.SEL', 0.6, 0.00625, 'VSEL0.EN'),
      standby: output('VSEL1.SEL', 0.6, 0.00625, 'VSEL1.EN'),
    },
  },
  {
    names: 'rockchip,rk8602 rockchip,rk8603',
    title: 'RK8602 step-down converter',
    source: 'Rockchip RK860 data sheet; 160 steps as in Linux drivers/regulator/fan53555.c',
    at: 0x42,
    ids: { ID1: [0x03, 0x8a], ID2: [0x04, 0x00] },
    registers: {
      ENABLE0: { at: 0, reset: 0x80, fields: { EN: 7, MODE: 6, LOW: [5, 0] } },
      ENABLE1: { at: 1, reset: 0x80, fields: { EN: 7, MODE: 6, LOW: [5, 0] } },
      VSEL0: { at: 6, reset: 0x40 },
      VSEL1: { at: 7, reset: 0x40 },
    },
    shows: {
      output: { ...output('VSEL0', 0.5, 0.00625, 'ENABLE0.EN'), range: RK8602_RANGE },
      standby: { ...output('VSEL1', 0.5, 0.00625, 'ENABLE1.EN'), range: RK8602_RANGE },
    },
    notModelled: ['selectors above 9Fh, which Linux does not use: they give what 9Fh gives here'],
  },
  {
    names: 'tcs,tcs4525 tcs,tcs4526',
    title: 'TCS4525 step-down converter',
    source: 'Torch Chip TCS4525 data sheet; TIME and COMMAND as in Linux drivers/regulator/fan53555.c',
    at: 0x1c,
    ids: { ID1: [0x03, 0x8c], ID2: [0x04, 0x00] },
    registers: {
      VSEL1: { at: 0x10, reset: 0xa8, fields: wide },
      VSEL0: { at: 0x11, reset: 0xa8, fields: wide },
      TIME: { at: 0x13, fields: { HIGH: [7, 5], SLEW: [4, 3], LOW: [2, 0] } },
      COMMAND: { at: 0x14, fields: { VSEL0_MODE: 7, VSEL1_MODE: 6, REST: [5, 0] } },
    },
    shows: {
      output: output('VSEL0.SEL', 0.6, 0.00625, 'VSEL0.EN'),
      standby: output('VSEL1.SEL', 0.6, 0.00625, 'VSEL1.EN'),
    },
    notModelled: ['the values of TIME and COMMAND after power-on: 0 here', 'slopes and modes'],
  },
  {
    names: 'ti,tps62363 ti,tps62360 ti,tps62361b ti,tps62362',
    title: 'TPS6236x step-down converter',
    source: 'TI SLVSAU9',
    at: 0x60,
    registers: {
      SET0: { at: 0, reset: 0x2e },
      SET1: { at: 1, reset: 0x2e },
      SET2: { at: 2, reset: 0x2e },
      SET3: { at: 3, reset: 0x2e },
    },
  },
  {
    names: 'ti,tps62864 ti,tps62866 ti,tps62868 ti,tps62869',
    title: 'TPS6286x step-down converter',
    source: 'TI SLUSDM8',
    at: 0x42,
    registers: {
      VOUT1: { at: 1, reset: 0x64 },
      VOUT2: { at: 2, reset: 0x64 },
      CONTROL: { at: 3, reset: 0x68, fields: { EN: 5, REST: [4, 0], HIGH: [7, 6] } },
    },
  },
  {
    names: 'ti,tps62870 ti,tps62871 ti,tps62872 ti,tps62873',
    title: 'TPS6287x step-down converter',
    source: 'TI SLVSFP6',
    at: 0x40,
    registers: {
      VSET: { at: 0, reset: 0x50 },
      CONTROL1: { at: 1, reset: 0x0a, fields: { EN: 5, REST: [4, 0], HIGH: [7, 6] } },
    },
  },
  {
    names: 'maxim,max77621 maxim,max8973',
    title: 'MAX77621 step-down converter',
    source: 'Maxim MAX77621 data sheet',
    at: 0x1b,
    ids: { CHIPID1: [0x04, 0x04], CHIPID2: [0x05, 0x00] },
    registers: {
      VOUT: { at: 0, reset: 0xc0, fields: wide },
      VOUT_DVS: { at: 1, reset: 0xc0, fields: wide },
    },
    shows: { output: output('VOUT.SEL', 0.60625, 0.00625, 'VOUT.EN') },
  },
  {
    names: 'mps,mp8859',
    title: 'MP8859 buck-boost converter',
    source: 'MPS MP8859 data sheet; the ids that Linux drivers/regulator/mp8859.c takes',
    at: 0x66,
    ids: { MFR_ID: [0x27, 0x09], DEV_ID: [0x28, 0x58], IC_REV: [0x29, 0x01] },
  },
  {
    names: 'mps,mpq7920 mps,mp5416 silergy,sy8106a silergy,sy8824c silergy,sy8827n',
    title: 'MP5416 and other step-down converters',
    source: 'MPS MP5416 data sheet',
    at: 0x69,
  },
  {
    names: 'ti,tps65132 richtek,rt5190a renesas,raa215300 samsung,s2dos05',
    title: 'TPS65132 and other bias supplies of displays',
    source: 'TI SLVSBM1',
    at: 0x3e,
  },
  {
    names: 'dlg,da9211 dlg,da9212 dlg,da9213 dlg,da9214 dlg,da9223 dlg,da9224',
    title: 'DA9211 and other step-down converters of Dialog',
    source: 'Dialog DA9211 data sheet',
    at: 0x68,
    ids: { DEVICE_ID: [0x01, 0x22], VARIANT_ID: [0x02, 0x10] },
  },
  ...(
    [
      ['dlg,da9121', 'DA9121', 0x01],
      ['dlg,da9130 dlg,da9220', 'DA9130', 0x00],
      ['dlg,da9131', 'DA9131', 0x01],
      ['dlg,da9122', 'DA9122', 0x02],
      ['dlg,da9217', 'DA9217', 0x07],
    ] as const
  ).map(
    ([names, title, variant]): PartRow => ({
      names,
      title: `${title} step-down converter`,
      source: 'Linux drivers/regulator/da9121-regulator.h: ids, fields, steps',
      at: 0x68,
      ids: { OTP_DEVICE_ID: [0x48, 0x05], OTP_VARIANT_ID: [0x49, 0x20 | variant] },
      registers: {
        BUCK1_0: { at: 0x20, fields: { HIGH: [7, 1], EN: 0 } },
        BUCK1_5: { at: 0x25, reset: 0x64 },
      },
      shows: { output: output('BUCK1_5', 0, 0.01, 'BUCK1_0.EN') },
      notModelled: ['events, modes, the second output', 'what it gives after power-on: 1 V here'],
    }),
  ),
  {
    names: 'maxim,max20411',
    title: 'MAX20411 step-down converter',
    source: 'Linux drivers/regulator/max20411-regulator.c: registers and steps',
    at: 0x39,
    registers: { VID: { at: 0x07, reset: 0x29 } },
    shows: { output: output('VID', 0.24375, 0.00625) },
    notModelled: ['the enable line', 'slopes', 'what it gives after power-on: 0.5 V here'],
  },
  {
    names: 'dlg,slg51000',
    title: 'SLG51000 with seven regulators',
    source: 'Linux drivers/regulator/slg51000-regulator.h: registers and steps',
    at: 0x75,
    form: '16/8',
    first: 0x1100,
    last: 0x11ff,
    registers: Object.fromEntries(
      SLG51000.flatMap(([vsel], index) => [
        [`LDO${index + 1}_VSEL`, { at: vsel }] as const,
        [`LDO${index + 1}_MINV`, { at: vsel + 0x60 }] as const,
        [`LDO${index + 1}_MAXV`, { at: vsel + 0x61, reset: 0xff }] as const,
      ]),
    ),
    shows: Object.fromEntries(
      SLG51000.map(([, base, step], index) => [
        `ldo${index + 1}`,
        output(`LDO${index + 1}_VSEL`, base, step),
      ]),
    ),
    notModelled: ['enables, sequences, events and GPIOs'],
  },
  {
    names: 'ti,tps65185',
    title: 'TPS65185 supply of an electronic-paper display',
    source: 'TI SLVSAQ8',
    at: 0x68,
    last: 0x10,
    ids: { REVID: [0x10, 0x45] },
    registers: { TMST_VALUE: { at: 0x00, access: 'ro' }, PG: { at: 0x0f, access: 'ro' } },
    resets: { VADJ: [0x02, 0x23], VCOM1: [0x03, 0x7d], VCOM2: [0x04, 0x04] },
    senses: {
      temperature: {
        unit: '°C',
        range: [-10, 85],
        initial: 25,
        field: 'TMST_VALUE',
        signed: true,
        doc: 'temperature of the panel, which a thermistor feels',
      },
    },
    notModelled: ['power-up and its sequence: nothing is ever good in PG', 'interrupts', 'VCOM'],
  },
  {
    names: 'kinetic,ktz8866',
    title: 'KTZ8866 bias supply and backlight',
    source: 'Kinetic KTZ8866 data sheet',
    at: 0x11,
    ids: { DEVICE_ID: [0x01, 0x08] },
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
