import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';

/** Touch controllers, NFC and haptics whose drivers look at registers. */
const ROWS: readonly PartRow[] = [
  {
    names:
      'edt,edt-ft5206 edt,edt-ft5306 edt,edt-ft5406 edt,edt-ft5506 evervision,ev-ft5726 focaltech,ft5426 focaltech,ft5452 focaltech,ft6236 focaltech,ft3518 focaltech,ft8719 focaltech,ft3d81 focaltech,ft8112 focaltech,ft8201',
    title: 'FT5x06 touch screen, one finger',
    source: 'FocalTech FT5x06 data sheet',
    at: 0x38,
    ids: { CHIP_ID: [0xa3, 0x51], VENDOR: [0xa8, 0x79], FIRMWARE: [0xa6, 0x01] },
    registers: {
      FINGERS: { at: 0x02, fields: { COUNT: [3, 0, 'ro'], REST: [7, 4] } },
      X_HIGH: { at: 0x03, fields: { EVENT: [7, 6, 'ro'], REST: [5, 4], X: [3, 0, 'ro'] } },
      X_LOW: { at: 0x04, access: 'ro' },
      Y_HIGH: { at: 0x05, fields: { ID: [7, 4, 'ro'], Y: [3, 0, 'ro'] } },
      Y_LOW: { at: 0x06, access: 'ro' },
    },
    senses: {
      fingers: { kind: 'integer', range: [0, 1], field: 'FINGERS.COUNT', doc: 'fingers on the screen' },
      event: { kind: 'integer', range: [0, 3], field: 'X_HIGH.EVENT', doc: '0 put down, 1 lifted, 2 stays' },
      x: { kind: 'integer', range: [0, 4095], field: ['X_HIGH.X', 'X_LOW'], doc: 'where the finger is' },
      y: { kind: 'integer', range: [0, 4095], field: ['Y_HIGH.Y', 'Y_LOW'], doc: 'where the finger is' },
    },
    notModelled: ['more than one finger', 'the INT pin', 'the model string at BBh'],
  },
  {
    names:
      'goodix,gt911 goodix,gt9110 goodix,gt912 goodix,gt9147 goodix,gt917s goodix,gt927 goodix,gt9271 goodix,gt928 goodix,gt9286 goodix,gt967 goodix,gt1151 goodix,gt1158 goodix,gt5663 goodix,gt5688',
    title: 'GT911 touch screen',
    source: 'Goodix GT911 programming guide',
    at: 0x5d,
    form: '16/8',
    first: 0x8040,
    last: 0x81ff,
    ids: {
      ID0: [0x8140, 0x39],
      ID1: [0x8141, 0x31],
      ID2: [0x8142, 0x31],
      ID3: [0x8143, 0x00],
      VERSION_LOW: [0x8144, 0x60],
      VERSION_HIGH: [0x8145, 0x10],
    },
    notModelled: ['touches', 'ids of the relatives'],
  },
  {
    names: 'st,stmpe811 st,stmpe610',
    title: 'STMPE811 touch controller and expander',
    source: 'ST STMPE811 data sheet',
    at: 0x41,
    ids: { CHIP_ID_HIGH: [0x00, 0x08], CHIP_ID_LOW: [0x01, 0x11], ID_VER: [0x02, 0x03] },
    resets: { SYS_CTRL2: [0x04, 0x0f] },
  },
  {
    names: 'adi,ad7879-1 adi,ad7889-1',
    title: 'AD7879-1 touch controller',
    source:
      'Analog Devices AD7879 data sheet; the id that Linux drivers/input/touchscreen/ad7879-i2c.c takes',
    at: 0x2f,
    form: '8/16',
    last: 0x0f,
    ids: { REVID: [0x0e, 0x0379] },
  },
  {
    names: 'adi,ad7879',
    title: 'AD7879 touch controller',
    source:
      'Analog Devices AD7879 data sheet; the id that Linux drivers/input/touchscreen/ad7879-spi.c takes',
    at: 0x2f,
    form: '8/16',
    last: 0x0f,
    ids: { REVID: [0x0e, 0x037a] },
  },
  {
    names: 'ti,drv2604 ti,drv2604l ti,drv2605 ti,drv2605l ti,drv2665 ti,drv2667',
    title: 'DRV2605 haptic driver',
    source: 'TI SLOS825',
    at: 0x5a,
    ids: { STATUS: [0x00, 0xe0] },
    resets: { MODE: [0x01, 0x40], LIBRARY: [0x03, 0x01] },
  },
  {
    names: 'coreriver,tc360-touchkey cypress,midas-touchkey',
    title: 'TC360 touch keys',
    ...touchKeys(0),
  },
  {
    names: 'cypress,tm2-touchkey',
    title: 'TM2 touch keys',
    ...touchKeys(3),
  },
  {
    names: 'microchip,cap1106',
    title: 'CAP1106 touch keys',
    source: 'Microchip CAP1106 data sheet',
    at: 0x28,
    ids: { PRODUCT_ID: [0xfd, 0x55], MANUFACTURER_ID: [0xfe, 0x5d], REVISION: [0xff, 0x83] },
  },
  {
    names:
      'adi,adp5585 adi,adp5585-00 adi,adp5585-01 adi,adp5585-02 adi,adp5585-03 adi,adp5585-04 adi,adp5588 adi,adp5587 ti,tca8418',
    title: 'ADP5585 expander and keypad controller',
    source: 'Analog Devices ADP5585 data sheet',
    at: 0x34,
    ids: { MAN_ID: [0x00, 0x20] },
  },
  {
    names:
      'semtech,sx1509q semtech,sx1507q semtech,sx1508q semtech,sx1501q semtech,sx1502q semtech,sx1503q fcs,fxl6408 nxp,pca9570 nxp,pca9571 maxim,max7310 maxim,max7312 maxim,max7313 maxim,max7315 maxim,max7319 maxim,max7320 maxim,max7321 maxim,max7322 maxim,max7323 maxim,max7324 ti,tpic2810 exar,xra1202 exar,xra1201',
    title: 'SX1509 and other GPIO expanders',
    source: 'Semtech SX1509 data sheet',
    at: 0x3e,
    ids: { DEVICE_ID: [0x01, 0xa2] },
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);

/** Keys that tell by one register which was touched last. @param at where it is */
function touchKeys(at: number) {
  return {
    source: 'Linux drivers/input/keyboard/tm2-touchkey.c: the register of keys and its fields',
    at: 0x20,
    last: 0x0f,
    registers: { KEYCODE: { at, fields: { RELEASED: [3, 'ro'], KEY: [2, 0, 'ro'], REST: [7, 4, 'ro'] } } },
    senses: {
      key: {
        kind: 'integer',
        range: [0, 7],
        field: 'KEYCODE.KEY',
        doc: 'the key that was touched last, from 1 on',
      },
      released: { kind: 'flag', field: 'KEYCODE.RELEASED', doc: 'whether it was let go' },
    },
    notModelled: ['the INT pin', 'lights'],
  } as const satisfies Partial<PartRow>;
}
