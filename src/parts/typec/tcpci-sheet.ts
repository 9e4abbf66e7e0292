import type { DataSheet } from '../data-sheet.ts';
import type { RegisterHandle } from '../model.ts';

const sheet = {
  notModelled: [
    'times: toggling between the roles, debouncing, and how VBUS rises and falls',
    'packets to and from a cable (SOP′, SOP″), BIST, fast role swap and the retries of a message one by one',
    'registers 34h and 54h on are the buffers of TCPCI 1.0; at 30h and 51h they are in one run as in 2.0',
    'what DEVICE_CAPABILITIES and the standard input and output say (0), discharge, faults of VCONN, and registers of makers from 80h on',
  ],
  node: 'tcpc',
  bus: { i2c: { form: 'byte registers', address: 0x50, littleEndian: true } },
  pins: ['ALERT'],
  senses: {
    cc1: {
      kind: 'text',
      initial: 'open',
      doc: 'what the cable has at CC1: open, Ra, Rd, Rp (default current), "Rp 1.5 A" or "Rp 3 A"',
    },
    cc2: { kind: 'text', initial: 'open', doc: 'the same of CC2: the plug is upside down' },
    vbus: { range: [0, 25], unit: 'V', initial: 0, doc: 'what the partner supplies at VBUS' },
    partnerAnswers: {
      kind: 'flag',
      initial: true,
      doc: 'the partner acknowledges messages of Power Delivery',
    },
    received: {
      kind: 'bytes',
      doc: 'a message that the partner sends now: its header (two bytes), then up to seven objects of four',
    },
    hardResets: { kind: 'integer', range: [0, 255], doc: 'how many hard resets the partner has sent' },
  },
  shows: {
    attached: { kind: 'flag', doc: 'whether what the port presents and what the cable has are a connection' },
    sourcing: { kind: 'flag', doc: 'whether it supplies VBUS' },
    sinking: { kind: 'flag', doc: 'whether it draws from VBUS' },
    vconn: { kind: 'flag', doc: 'whether it supplies VCONN' },
    flipped: { kind: 'flag', doc: 'whether the driver took CC2' },
    sent: { kind: 'bytes', doc: 'the last message that the driver sent, header and objects' },
    sentHardResets: { kind: 'integer', range: [0, 65_535], doc: 'how many hard resets the driver sent' },
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;

/** TCPCI 1.0 and 2.0, 4.4: numbers of one and of two bytes. */
const registers = {
  ALERT: {
    at: 0x10,
    width: 16,
    fields: {
      VBUS_DISCONNECT: [11, 'w1c'],
      RX_OVERFLOW: [10, 'w1c'],
      FAULT: [9, 'w1c'],
      VBUS_LOW: [8, 'w1c'],
      VBUS_HIGH: [7, 'w1c'],
      TX_SUCCESS: [6, 'w1c'],
      TX_DISCARDED: [5, 'w1c'],
      TX_FAILED: [4, 'w1c'],
      HARD_RESET: [3, 'w1c'],
      RX: [2, 'w1c'],
      POWER: [1, 'w1c'],
      CC: [0, 'w1c'],
    },
  },
  ALERT_MASK: { at: 0x12, width: 16, reset: 0x0fff, writable: 0x0fff },
  POWER_STATUS_MASK: { at: 0x14, reset: 0xff },
  FAULT_STATUS_MASK: { at: 0x15, reset: 0xff },
  CONFIG_STANDARD_OUTPUT: { at: 0x18, reset: 0x60 },
  TCPC_CONTROL: { at: 0x19, fields: { DEBUG: 4, STRETCH: [3, 2], BIST: 1, FLIPPED: 0 } },
  ROLE_CONTROL: { at: 0x1a, reset: 0x0a, fields: { DRP: 6, RP: [5, 4], CC2: [3, 2], CC1: [1, 0] } },
  FAULT_CONTROL: { at: 0x1b },
  POWER_CONTROL: {
    at: 0x1c,
    reset: 0x60,
    fields: {
      NO_MONITOR: 6,
      NO_ALARMS: 5,
      AUTO_DISCHARGE: 4,
      BLEED: 3,
      FORCE_DISCHARGE: 2,
      VCONN_POWER: 1,
      VCONN: 0,
    },
  },
  CC_STATUS: {
    at: 0x1d,
    access: 'ro',
    fields: { LOOKING: [5, 'ro'], RESULT: [4, 'ro'], CC2: [3, 2, 'ro'], CC1: [1, 0, 'ro'] },
  },
  POWER_STATUS: {
    at: 0x1e,
    fields: {
      INITIALIZING: [6, 'ro'],
      HIGH_VOLTAGE: [5, 'ro'],
      SOURCING: [4, 'ro'],
      DETECTION: [3, 'ro'],
      VBUS: [2, 'ro'],
      VCONN: [1, 'ro'],
      SINKING: [0, 'ro'],
    },
  },
  FAULT_STATUS: { at: 0x1f, reset: 0x80, access: 'w1c' },
  COMMAND: { at: 0x23, access: 'wo' },
  MESSAGE_HEADER_INFO: { at: 0x2e, reset: 0x02 },
  RECEIVE_DETECT: { at: 0x2f, fields: { CABLE_RESET: 6, HARD_RESET: 5, SOP: 0 } },
  RX_COUNT: { at: 0x30, access: 'ro' },
  RX_TYPE: { at: 0x31, access: 'ro' },
  RX_BYTES: { at: 0x32, count: 30, access: 'ro' },
  TRANSMIT: { at: 0x50, fields: { RETRIES: [5, 4], TYPE: [2, 0] } },
  TX_COUNT: { at: 0x51 },
  TX_BYTES: { at: 0x52, count: 30 },
  VBUS_VOLTAGE: { at: 0x70, width: 16, access: 'ro' },
  VBUS_DISCONNECT_THRESHOLD: { at: 0x72, width: 16, reset: 0x008c, writable: 0x03ff },
  VBUS_STOP_DISCHARGE: { at: 0x74, width: 16, reset: 0x0020, writable: 0x03ff },
  VBUS_ALARM_HIGH: { at: 0x76, width: 16, writable: 0x03ff },
  VBUS_ALARM_LOW: { at: 0x78, width: 16, writable: 0x03ff },
} as const satisfies DataSheet['registers'];
export const tcpci = { ...sheet, registers };
export type Sheet = typeof tcpci & Pick<DataSheet, 'compatible' | 'title'>;

/** Registers in the hands of the model. */
export type Chip = { readonly [N in keyof typeof registers]: RegisterHandle<(typeof registers)[N]> };
