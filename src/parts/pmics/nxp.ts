import type { Registers } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { output, type PartRow, partOfRow } from '../rows.ts';

const sel = (at: number, bits: number, reset = 0) => ({ at, reset, fields: { SEL: [bits - 1, 0] } }) as const;

/** PCA9450 data sheet, table 29: outputs of BUCK1 to BUCK3 with two settings each, the others with one. */
const PCA9450: Registers = {
  INT1: { at: 0x01, access: 'rc' },
  INT1_MSK: { at: 0x02, reset: 0xff },
  STATUS1: { at: 0x03, access: 'ro' },
  STATUS2: { at: 0x04, access: 'ro' },
  BUCK1CTRL: { at: 0x10, reset: 0x59 },
  BUCK1OUT_DVS0: sel(0x11, 7, 0x14),
  BUCK2CTRL: { at: 0x13, reset: 0x59 },
  BUCK2OUT_DVS0: sel(0x14, 7, 0x14),
  BUCK4CTRL: { at: 0x19, reset: 0x09 },
  BUCK4OUT: sel(0x1a, 7, 0x6c),
  BUCK5CTRL: { at: 0x1b, reset: 0x09 },
  BUCK5OUT: sel(0x1c, 7, 0x30),
  BUCK6CTRL: { at: 0x1d, reset: 0x09 },
  BUCK6OUT: sel(0x1e, 7, 0x14),
};

const pca9450: Omit<PartRow, 'names' | 'title'> = {
  source: 'NXP PCA9450 data sheet',
  at: 0x25,
  node: 'pmic',
  registers: PCA9450,
  senses: {
    events: {
      kind: 'integer',
      range: [0, 255],
      field: 'INT1',
      doc: 'events that have happened, a bit of INT1 each',
    },
  },
  shows: {
    buck1: output('BUCK1OUT_DVS0.SEL', 0.6, 0.0125),
    buck2: output('BUCK2OUT_DVS0.SEL', 0.6, 0.0125),
    buck4: output('BUCK4OUT.SEL', 0.6, 0.025),
    buck5: output('BUCK5OUT.SEL', 0.6, 0.025),
    buck6: output('BUCK6OUT.SEL', 0.6, 0.025),
  },
  pins: ['IRQ_B'],
  interrupts: { pin: 'IRQ_B', status: ['INT1'], mask: ['INT1_MSK'] },
  notModelled: ['enables and sequences', 'the load switch'],
};

const PFUZE_OUTPUTS: Registers = {
  INTSTAT0: { at: 0x05, access: 'w1c' },
  INTMASK0: { at: 0x06, reset: 0x3f },
  SW1ABVOLT: sel(0x20, 6, 0x2b),
  SW1CVOLT: sel(0x2e, 6, 0x2b),
  SW2VOLT: sel(0x35, 6, 0x70 & 0x3f),
  SW3AVOLT: sel(0x3c, 6, 0x2c),
  SW4VOLT: sel(0x4a, 6, 0x38),
};

const pfuze100: Omit<PartRow, 'names' | 'title' | 'ids'> = {
  source: 'NXP MMPF0100 data sheet',
  at: 0x08,
  node: 'pmic',
  registers: PFUZE_OUTPUTS,
  shows: {
    sw1ab: output('SW1ABVOLT.SEL', 0.3, 0.025),
    sw1c: output('SW1CVOLT.SEL', 0.3, 0.025),
    sw3a: output('SW3AVOLT.SEL', 0.4, 0.025),
  },
  pins: ['INTB'],
  interrupts: { pin: 'INTB', status: ['INTSTAT0'], mask: ['INTMASK0'] },
  notModelled: ['fuses and the pages of the OTP', 'outputs above 3.3 V', 'modes and sleep'],
};

const ROWS: readonly PartRow[] = [
  { ...pca9450, names: 'nxp,pca9450a', title: 'PCA9450A power management', ids: { DEV_ID: [0x00, 0x11] } },
  {
    ...pca9450,
    names: 'nxp,pca9450c nxp,pca9450b',
    title: 'PCA9450C power management',
    ids: { DEV_ID: [0x00, 0x31] },
  },
  {
    ...pca9450,
    names: 'nxp,pca9451a nxp,pca9452',
    title: 'PCA9451A power management',
    ids: { DEV_ID: [0x00, 0x91] },
  },
  {
    names: 'nxp,pf9453',
    title: 'PF9453 power management',
    source:
      'NXP PF9453 data sheet; the number of DEV_ID as Linux drivers/regulator/pf9453-regulator.c reads it',
    at: 0x32,
    node: 'pmic',
    ids: { DEV_ID: [0x01, 0xb0] },
  },
  {
    ...pfuze100,
    names: 'fsl,pfuze100',
    title: 'PFUZE100 power management',
    ids: { DEVICEID: [0x00, 0x10], REVID: [0x03, 0x21], FABID: [0x04, 0] },
  },
  {
    ...pfuze100,
    names: 'fsl,pfuze200',
    title: 'PFUZE200 power management',
    ids: { DEVICEID: [0x00, 0x11], REVID: [0x03, 0x21], FABID: [0x04, 0] },
  },
  {
    names: 'fsl,pfuze3000',
    title: 'PFUZE3000 power management',
    source: 'NXP PF3000 data sheet',
    at: 0x08,
    node: 'pmic',
    ids: { DEVICEID: [0x00, 0x30], REVID: [0x03, 0x10], FABID: [0x04, 0] },
  },
  {
    names: 'fsl,pfuze3001',
    title: 'PFUZE3001 power management',
    source: 'NXP PF3001 data sheet',
    at: 0x08,
    node: 'pmic',
    ids: { DEVICEID: [0x00, 0x31], REVID: [0x03, 0x10], FABID: [0x04, 0] },
  },
  {
    names: 'nxp,pf8100 nxp,pf8121a nxp,pf8200',
    title: 'PF8100 power management',
    source: 'NXP PF8100 data sheet',
    at: 0x08,
    node: 'pmic',
    ids: { DEVICE_ID: [0x00, 0x40] },
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
