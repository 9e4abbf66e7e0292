import type { DataSheet } from '../data-sheet.ts';

export const COLUMNS = 13;
export const ROWS = 8;
export const REGULATORS = 8;
export const PWMS = 8;
export const MOST_EVENTS = 32;

export const sheet = {
  source: 'Chromium OS EC host commands, version 3 (ec_commands.h)',
  notModelled: [
    'sensors and their FIFO, fingerprints, audio codec, light bar, flash, and other commands: EC_RES_INVALID_COMMAND',
    'the time that a command takes, and EC_RES_IN_PROGRESS',
    'negotiation of USB Power Delivery: a port tells of the charger that a test plugs in',
  ],
  node: 'ec',
  bus: { spi: { form: 'other', modes: 0b0001, message: 'answers' }, i2c: { form: 'other', address: 0x1e } },
  pins: ['INT'],
  senses: {
    keys: {
      kind: 'bytes',
      doc: 'keys of the matrix that are down, two bytes each: row 0 to 7, column 0 to 12',
    },
    powerButton: { kind: 'flag', doc: 'the power button is held down' },
    volumeUp: { kind: 'flag', doc: 'the volume-up button is held down' },
    volumeDown: { kind: 'flag', doc: 'the volume-down button is held down' },
    lidOpen: { kind: 'flag', initial: true, doc: 'the lid is open' },
    tabletMode: { kind: 'flag', doc: 'the keyboard is folded away' },
    usbPorts: { kind: 'integer', range: [0, 4], initial: 2, doc: 'USB-C ports that it manages' },
    charger: {
      range: [0, 20],
      unit: 'V',
      initial: 0,
      doc: 'what a charger on port 0 gives; 0: none is plugged in',
    },
    chargerCurrent: { range: [0, 5], unit: 'A', initial: 3, doc: 'the most that this charger gives' },
    batteryCharge: {
      kind: 'integer',
      range: [0, 100],
      unit: '%',
      initial: 80,
      doc: 'how full the battery is',
    },
    fanSpeed: {
      kind: 'integer',
      range: [0, 20_000],
      unit: '1/min',
      initial: 0,
      doc: 'how fast the fan turns',
    },
  },
  shows: {
    keyboardBacklight: { kind: 'integer', range: [0, 100], unit: '%', doc: 'light of the keyboard' },
    displayBacklight: {
      kind: 'integer',
      range: [0, 65_535],
      doc: 'duty cycle of the display light, FFFFh is all',
    },
    asleep: { kind: 'flag', doc: 'whether the host said that it sleeps' },
    waiting: { kind: 'integer', range: [0, MOST_EVENTS], doc: 'events that the host has not fetched' },
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;
export type Sheet = typeof sheet & DataSheet;

/** What commands change: plain data, part of a snapshot. */
interface Event {
  readonly type: number;
  readonly data: readonly number[];
}

export function newState() {
  return {
    events: [] as readonly Event[],
    hostEvents: 0,
    hostEventsB: 0,
    wakeMask: 0,
    duty: new Array<number>(PWMS).fill(0),
    keyboardLight: 0,
    displayLight: 0,
    regulators: Array.from({ length: REGULATORS }, () => ({ on: 0, millivolts: 1800 })),
    ldos: new Array<number>(REGULATORS).fill(0),
    asleep: false,
    /** Seconds that its clock is ahead of the machine's. */
    clockOffset: 0,
  };
}
export type State = ReturnType<typeof newState>;
