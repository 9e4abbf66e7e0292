import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';

const bright = (field: string) => ({ unit: '%', field, gain: 100 / 255, doc: 'how bright it is' }) as const;
const channels = (count: number, at: number, stem: string, title: string) => ({
  registers: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${stem}${index}`, { at: at + index }]),
  ),
  shows: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${title}${index}`, bright(`${stem}${index}`)]),
  ),
});

/** LED drivers and backlights: how bright each is stands in a register. */
const ROWS: readonly PartRow[] = [
  {
    names: 'nxp,pca9632 nxp,pca9633',
    title: 'PCA9633 LED driver, 4 outputs',
    source: 'NXP PCA9633 data sheet',
    at: 0x62,
    i2c: { pointer: 0x0f },
    last: 0x0f,
    resets: { MODE1: [0x00, 0x91], MODE2: [0x01, 0x05] },
    ...channels(4, 0x02, 'PWM', 'led'),
    notModelled: ['LEDOUT, group dimming and blinking'],
  },
  {
    names: 'nxp,pca9634 nxp,pca9635 ti,tlc59108 ti,tlc59116',
    title: 'PCA9635 LED driver',
    source: 'NXP PCA9635 data sheet',
    at: 0x40,
    i2c: { pointer: 0x1f },
    last: 0x1f,
    resets: { MODE1: [0x00, 0x91], MODE2: [0x01, 0x05] },
    ...channels(8, 0x02, 'PWM', 'led'),
    notModelled: ['LEDOUT, group dimming and blinking', 'outputs from the ninth on'],
  },
  {
    names: 'ti,lp5562',
    title: 'LP5562 LED driver',
    source: 'TI SNVS820',
    at: 0x30,
    ...channels(3, 0x02, 'PWM', 'led'),
    notModelled: ['program engines'],
  },
  {
    names: 'ti,lp5521 ti,lp5523 ti,lp55231',
    title: 'LP5523 LED driver',
    source: 'TI SNVS550',
    at: 0x32,
    ...channels(9, 0x16, 'PWM', 'led'),
    notModelled: ['program engines'],
  },
  {
    names: 'ti,lp5012 ti,lp5009 ti,lp5018 ti,lp5024 ti,lp5030 ti,lp5036',
    title: 'LP5012 LED driver',
    source: 'TI SLVSEM0',
    at: 0x14,
    ...channels(12, 0x0b, 'OUT', 'led'),
  },
  {
    names: 'awinic,aw2013',
    title: 'AW2013 LED driver, 3 outputs',
    source: 'Awinic AW2013 data sheet',
    at: 0x45,
    ids: { CHIP_ID: [0x00, 0x33] },
    ...channels(3, 0x34, 'PWM', 'led'),
  },
  {
    names: 'kinetic,ktd2026 kinetic,ktd2027',
    title: 'KTD2026 LED driver',
    source: 'Kinetic KTD2026 data sheet',
    at: 0x30,
  },
  {
    names:
      'issi,is31fl3190 issi,is31fl3191 issi,is31fl3193 issi,is31fl3196 issi,is31fl3199 issi,is31fl3216 issi,is31fl3218 issi,is31fl3235 issi,is31fl3236 issi,is31fl3293 si-en,sn3190 si-en,sn3199 si-en,sn3216 si-en,sn3218',
    title: 'IS31FL32xx LED driver',
    source: 'Lumissil IS31FL3236 data sheet',
    at: 0x3c,
    ...channels(18, 0x01, 'PWM', 'led'),
    notModelled: ['that the outputs change when 25h is written', 'the numbers of IS31FL319x'],
  },
  {
    names: 'ti,lm3630a',
    title: 'LM3630A backlight',
    source: 'TI SNVS974',
    at: 0x36,
    registers: { BRIGHTNESS_A: { at: 0x03 }, BRIGHTNESS_B: { at: 0x04 } },
    shows: { a: bright('BRIGHTNESS_A'), b: bright('BRIGHTNESS_B') },
  },
  {
    names: 'ti,lp8550 ti,lp8551 ti,lp8552 ti,lp8553 ti,lp8555 ti,lp8556',
    title: 'LP8550 backlight',
    source: 'TI SNVS657',
    at: 0x2c,
    registers: { BRIGHTNESS: { at: 0x00 }, DEVICE_CONTROL: { at: 0x01 } },
    shows: { brightness: bright('BRIGHTNESS') },
    notModelled: ['the PWM pin as the source of the brightness'],
  },
  {
    names: 'ti,lp8557',
    title: 'LP8557 backlight',
    source: 'TI SNVS959',
    at: 0x2c,
    registers: { BRIGHTNESS: { at: 0x04 } },
    shows: { brightness: bright('BRIGHTNESS') },
  },
  {
    names:
      'ti,lm3697 ti,lm36922 ti,lm36923 ti,lm36274 ti,lm3632 ti,lm3695 ti,lm3532 ti,lm3533 silergy,sy7802 dongwoon,dw9714 dongwoon,dw9719 dongwoon,dw9768 dongwoon,dw9800k dongwoon,dw9807-vcm asahi-kasei,ak7375',
    title: 'LM3697 and other backlights, flashes and lens drivers',
    source: 'TI SNVSAE9',
    at: 0x36,
  },
  {
    names: 'nxp,pca9530 nxp,pca9531 nxp,pca9532 nxp,pca9533',
    title: 'PCA9532 LED dimmer by its registers',
    source: 'NXP PCA9532 data sheet',
    at: 0x60,
    i2c: { pointer: 0x0f },
    last: 0x0f,
    resets: { PWM0: [0x03, 0x80], PWM1: [0x05, 0x80] },
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
