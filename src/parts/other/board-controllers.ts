import type { Property } from '../data-sheet.ts';
import type { Part } from '../model.ts';
import { type PartRow, partOfRow } from '../rows.ts';

const events = (field: string): Property => ({
  kind: 'integer',
  range: [0, 255],
  field,
  doc: `events that have happened, a bit of ${field} each`,
});
const degrees = (field: string, doc: string): Property => ({
  unit: '°C',
  range: [0, 127],
  initial: 40,
  field,
  doc,
});

/** Microcontrollers and programmable logic that the maker of a board put on it, by what Linux's drivers know of their registers. */
const ROWS: readonly PartRow[] = [
  {
    names: 'gw,gsc',
    title: 'Gateworks system controller',
    source: 'Linux drivers/mfd/gateworks-gsc.c, include/linux/mfd/gsc.h: registers',
    at: 0x20,
    node: 'gsc',
    // Its converters are at 29h.
    i2c: { also: [9] },
    last: 0x1ff,
    ids: { FW_CRC_LOW: [0x0c, 0x34], FW_CRC_HIGH: [0x0d, 0x12], FW_VER: [0x0e, 58] },
    registers: { IRQ_STATUS: { at: 0x0a, access: 'w0c' }, IRQ_ENABLE: { at: 0x0b } },
    senses: { events: events('IRQ_STATUS') },
    pins: ['IRQ'],
    interrupts: { pin: 'IRQ', status: ['IRQ_STATUS'], mask: ['IRQ_ENABLE'], letsThrough: 1 },
    notModelled: [
      'its GPIOs, EEPROMs and clock at further addresses',
      'sleep',
      'what its converters measure',
    ],
  },
  {
    names: 'kontron,sl28cpld',
    title: 'Kontron SMARC-sAL28 board management',
    source:
      'Linux drivers/mfd/simple-mfd-i2c.c, drivers/hwmon/sl28cpld-hwmon.c and the nodes of its children',
    at: 0x4a,
    ids: { VERSION: [0x03, 14] },
    last: 0x1f,
    registers: { FAN_INPUT: { at: 0x0b, fields: { TIMES_8: [7, 'ro'], COUNT: [6, 0, 'ro'] } } },
    senses: {
      fan: {
        unit: 'rpm',
        range: [0, 3810],
        field: 'FAN_INPUT.COUNT',
        gain: 30,
        doc: 'how fast the fan turns, with two pulses a turn',
      },
    },
    notModelled: ['watchdog, PWM, GPIOs and interrupts: their registers hold what was written'],
  },
  {
    names: 'khadas,mcu',
    title: 'Khadas board controller',
    source: 'Linux include/linux/mfd/khadas-mcu.h: registers',
    at: 0x18,
    ids: { VERSION_0: [0x12, 0x00], VERSION_1: [0x13, 0x01] },
    last: 0x91,
    registers: {
      FAN_STATUS_CTRL: { at: 0x88 },
      SHUTDOWN_NORMAL_STATUS: { at: 0x86, access: 'ro' },
      PWR_OFF_CMD: { at: 0x80, access: 'wo' },
    },
    shows: {
      fan: {
        kind: 'integer',
        field: 'FAN_STATUS_CTRL',
        doc: 'how fast the fan was asked to turn: 0 to 3, or in %',
      },
    },
    notModelled: ['passwords', 'boot, sleep and power-off'],
  },
  {
    names: 'sophgo,sg2042-hwmon-mcu sophgo,sg2044-hwmon-mcu',
    title: 'Sophgo SG2042 board controller',
    source: 'Linux drivers/hwmon/sg2042-mcu.c: registers',
    at: 0x17,
    ids: {
      BOARD_TYPE: [0x00, 0x80],
      FIRMWARE_VERSION: [0x01, 0x01],
      PCB_VERSION: [0x02, 0x01],
      MCU_TYPE: [0x18, 0],
    },
    registers: {
      SOC_TEMP: { at: 0x04, access: 'ro' },
      BOARD_TEMP: { at: 0x05, access: 'ro' },
      CRITICAL_TEMP: { at: 0x66, reset: 100 },
      REPOWER_TEMP: { at: 0x67, reset: 75 },
    },
    senses: {
      soc: degrees('SOC_TEMP', 'temperature of the processor'),
      board: degrees('BOARD_TEMP', 'temperature of the board'),
    },
    notModelled: ['uptime, resets and power'],
  },
  {
    names: 'toradex,smarc-imx95-ec toradex,smarc-ec',
    title: 'Toradex SMARC embedded controller',
    source: 'Linux drivers/power/reset/tdx-ec-poweroff.c: registers',
    at: 0x28,
    ids: { CHIP_ID: [0x00, 0x11], VERSION_MAJOR: [0x01, 1], VERSION_MINOR: [0x02, 0] },
  },
  {
    names: 'toradex,smarc-imx8mp-ec',
    title: 'Toradex SMARC i.MX 8M Plus embedded controller',
    source: 'Linux drivers/power/reset/tdx-ec-poweroff.c: registers',
    at: 0x28,
    ids: { CHIP_ID: [0x00, 0x12], VERSION_MAJOR: [0x01, 1], VERSION_MINOR: [0x02, 0] },
  },
  {
    names: 'fsl,fpga-qixis-i2c fsl,lx2160aqds-fpga fsl,ls1028aqds-fpga fsl,lx2160ardb-fpga',
    title: 'QIXIS system controller of NXP boards',
    source: 'Linux drivers/soc/fsl/qixis and drivers/mfd/simple-mfd-i2c.c: 8-bit registers, no id',
    at: 0x66,
  },
];

export const parts: readonly Part[] = ROWS.map(partOfRow);
