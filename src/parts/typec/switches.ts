import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';

/** Switches behind a USB-C connector, and chips that tell its orientation. */
const ROWS: readonly PartRow[] = [
  {
    names: 'ite,it5205',
    title: 'IT5205 USB Type-C alternate mode switch',
    source: 'Linux drivers/usb/typec/mux/it5205.c: registers',
    at: 0x48,
    ids: { CHIP_ID0: [0x04, 0x35], CHIP_ID1: [0x05, 0x32], CHIP_ID2: [0x06, 0x30], CHIP_ID3: [0x07, 0x35] },
    registers: {
      MUXCR: { at: 0x11, fields: { HIGH: [7, 5], REVERSED: 4, MODE: [3, 0] } },
    },
    shows: {
      reversed: {
        kind: 'flag',
        field: 'MUXCR.REVERSED',
        doc: 'whether the plug was said to be the other way round',
      },
      mode: {
        kind: 'integer',
        field: 'MUXCR.MODE',
        doc: 'what is connected: 7 USB, 3 USB and DisplayPort, 15 DisplayPort',
      },
    },
    notModelled: ['overvoltage and its interrupt'],
  },
  {
    names: 'qcom,wcd9395-usbss qcom,wcd9390-usbss',
    title: 'WCD9395 switch of USB and analogue audio',
    source: 'Linux drivers/usb/typec/mux/wcd939x-usbss.c: registers behind a page number at 0',
    at: 0x0e,
    notModelled: ['pages: all show the same registers'],
  },
  {
    names: 'willsemi,wusb3801',
    title: 'WUSB3801 USB Type-C port controller',
    source: 'Linux drivers/usb/typec/wusb3801.c: registers and their fields',
    at: 0x60,
    ids: { DEVICE_ID: [0x01, 0x16] },
    last: 0x1f,
    registers: {
      CTRL0: { at: 0x02 },
      INT: { at: 0x03, fields: { DETACHED: [1, 'rc'], ATTACHED: [0, 'rc'] } },
      STAT: {
        at: 0x04,
        fields: { VBUS: [7, 'ro'], CURRENT: [6, 5, 'ro'], PARTNER: [4, 2, 'ro'], ORIENTATION: [1, 0, 'ro'] },
      },
    },
    senses: {
      vbus: { kind: 'flag', field: 'STAT.VBUS', doc: 'whether there is VBUS' },
      current: {
        kind: 'integer',
        range: [0, 3],
        field: 'STAT.CURRENT',
        doc: '0 none, 1 as USB has it, 2 1.5 A, 3 3 A',
      },
      partner: {
        kind: 'integer',
        range: [0, 7],
        field: 'STAT.PARTNER',
        doc: '0 none, 1 sink, 2 source, 3 audio, 4 debug',
      },
      orientation: {
        kind: 'integer',
        range: [0, 3],
        field: 'STAT.ORIENTATION',
        doc: '0 none, 1 CC1, 2 CC2, 3 both',
      },
      attached: { kind: 'flag', field: 'INT.ATTACHED', doc: 'event: a partner was attached' },
      detached: { kind: 'flag', field: 'INT.DETACHED', doc: 'event: it was detached' },
    },
    pins: ['INT_N'],
    interrupts: { pin: 'INT_N', status: ['INT'] },
    notModelled: ['that INT_MASK in CTRL0 keeps it quiet', 'roles'],
  },
  {
    names: 'mediatek,mt6360',
    title: 'MT6360 power management, its main registers',
    source: 'Linux drivers/mfd/mt6360-core.c: DEV_INFO, events and masks',
    at: 0x34,
    node: 'pmic',
    ids: { DEV_INFO: [0x00, 0x53] },
    notModelled: [
      'what is at its other addresses: the Type-C port at 4Eh, converters at 1Ah and 64h with checksums',
      'charger, ADC, LEDs and flash',
    ],
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
