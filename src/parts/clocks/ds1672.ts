import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

const sheet = {
  compatible: ['dallas,ds1672'],
  title: 'DS1672 counter of seconds, 32 bits',
  source: 'Maxim DS1672 data sheet',
  notModelled: ['the trickle charger', 'the reset output'],
  node: 'rtc',
  bus: { i2c: { form: 'byte registers', address: 0x68, last: 5 } },
  registers: {
    COUNTER: { at: 0, count: 4 },
    CONTROL: { at: 4, fields: { EOSC: 7 } },
    TRICKLE: { at: 5 },
  },
  senses: {
    seconds: {
      kind: 'integer',
      range: [0, 0xffff_ffff],
      unit: 's',
      doc: 'what it has counted: the seconds since 1970 by the clock of the machine at first',
    },
    battery: {
      kind: 'flag',
      initial: true,
      doc: 'false: its battery is flat, so that a reset is the first power-up, which counts from 0',
    },
  },
  battery: true,
} as const satisfies DataSheet;

const SECOND_NS = 1e9;
const FULL = 2 ** 32;

const model: Model<typeof sheet> = ({ CONTROL }, { sense, keep, clock, stopwatch }) => {
  const since = stopwatch();
  const now = clock.wall();
  const state = keep({ base: Math.floor(now / 1000) % FULL, latched: 0 });
  since.start((now % 1000) * 1e6);

  const counted = (stopped = CONTROL.EOSC === 1) =>
    (state.base + (stopped ? 0 : Math.floor(since.elapsedNs / SECOND_NS))) % FULL;
  function count(from: number): void {
    state.base = from;
    since.start();
  }

  return {
    /** A read sees one moment. */
    begin(read) {
      if (read) state.latched = counted();
    },
    onRead: { COUNTER: (offset) => (state.latched >>> (8 * offset)) & 0xff },
    store: {
      COUNTER(value, offset) {
        const present = counted();
        const byte = (present >>> (8 * offset)) & 0xff;
        count(present + (value - byte) * 2 ** (8 * offset));
      },
    },
    onWrite: {
      CONTROL(_written, before) {
        count(counted(before >= 0x80));
      },
    },
    properties: {
      get seconds() {
        return counted();
      },
      set seconds(value: number) {
        count(value);
      },
    },
    reset() {
      if (!sense.battery) count(0);
    },
  };
};

export const parts: readonly Part[] = [{ ...sheet, model }];
