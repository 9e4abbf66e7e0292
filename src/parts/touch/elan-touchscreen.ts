import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { newPacketState, packetWire } from './packets.ts';

/** Traces, and steps between two of them: (traces - 1) x steps is the greatest coordinate. */
const [ROWS, COLUMNS, STEPS] = [41, 73, 64];
const MAX_X = (ROWS - 1) * STEPS;
const MAX_Y = (COLUMNS - 1) * STEPS > 0xfff ? 0xfff : (COLUMNS - 1) * STEPS;
const PACKET_BYTES = 55;
const MAX_WAITING = 32;

const sheet = {
  compatible: ['elan,ekth3500', 'elan,ektf3624'],
  title: 'Elan I2C touch screen, one finger',
  source: 'Linux drivers/input/touchscreen/elants_i2c.c: commands, reports',
  notModelled: ['more than one finger', 'update of its firmware', 'a pen'],
  node: 'touchscreen',
  bus: { i2c: { form: 'other', address: 0x10 } },
  pins: ['INT'],
  senses: {
    touching: { kind: 'flag', doc: 'a finger is on the screen' },
    x: {
      kind: 'integer',
      range: [0, MAX_X],
      doc: 'where the finger is; a change is reported while it touches',
    },
    y: {
      kind: 'integer',
      range: [0, MAX_Y],
      doc: 'where the finger is; a change is reported while it touches',
    },
    pressure: { kind: 'integer', range: [0, 255], initial: 100, doc: 'how hard it presses' },
  },
  shows: {
    asleep: { kind: 'flag', doc: 'whether the host sent it to sleep' },
    waiting: { kind: 'integer', range: [0, MAX_WAITING], doc: 'reports that the host has not read' },
  },
} as const satisfies DataSheet;

const HELLO = [0x55, 0x55, 0x55, 0x55];
/** First byte of what is written: a write, a read of four bytes, and of six; and of what is answered. */
const [WRITE, READ, READ_6] = [0x54, 0x53, 0x5b];
const [ANSWER, ANSWER_6] = [0x52, 0x9b];
const POWER = [0x50, 0x58];

/** What is read by its second byte: two bytes. */
const FACTS: Readonly<Record<number, readonly [number, number]>> = {
  // Firmware, boot code, calibrations, test version, hardware id.
  0: [0x5a, 0x01],
  16: [0x60, 0x01],
  208: [0x00, 0x01],
  224: [0x10, 0x00],
  240: [0x26, 0x01],
  // Steps, and size in mm.
  214: [0x00, STEPS],
  215: [0x00, 0x8a],
  216: [0x00, 0xdd],
};

/** A number of 16 bits between the nibbles of three bytes. */
const fact = ([high, low]: readonly [number, number]) => [
  high >> 4,
  ((high & 0x0f) << 4) | (low >> 4),
  (low & 0x0f) << 4,
];

const model: Model<typeof sheet> = (_registers, { sense, keep, pin: { INT } }) => {
  const state = keep({ asleep: false, waiting: [] as readonly (readonly number[])[] });
  const showLine = () => INT.set(state.waiting.length === 0);
  function tell(report: readonly number[]): void {
    state.waiting = [...state.waiting, report].slice(-MAX_WAITING);
    showLine();
  }
  /** Header 63h, number and length of packets, one packet: which fingers, how many, x and y in three bytes, checksum, width, pressure. */
  function report(): readonly number[] {
    const packet = new Array<number>(PACKET_BYTES).fill(0);
    packet[0] = 0x62;
    packet[33] = 1;
    if (sense.touching) {
      packet[1] = 1;
      packet[2] = 1;
      packet[3] = ((sense.x >> 8) << 4) | (sense.y >> 8);
      packet[4] = sense.x & 0xff;
      packet[5] = sense.y & 0xff;
      packet[35] = 12;
      packet[45] = sense.pressure;
    }
    packet[34] = packet.slice(0, 34).reduce((sum, byte) => (sum + byte) & 0xff, 0);
    return [0x63, 1, PACKET_BYTES, 0, ...packet];
  }
  function powerOn(): void {
    Object.assign(state, { asleep: false, waiting: [] });
    showLine();
  }
  function execute(bytes: readonly number[]): readonly number[] {
    const [first, second = 0] = bytes;
    if (first === READ) {
      const values = FACTS[second] ?? [0, 0];
      // Sizes and steps are whole bytes, versions stand between the nibbles.
      if (second >= 0xd6 && second <= 0xd8) {
        return second === 0xd6 ? [ANSWER, second, 0, values[1]] : [ANSWER, second, ...values];
      }
      const [high = 0, middle = 0, low = 0] = fact(values);
      return [ANSWER, (second & 0xf0) | high, middle, low];
    }
    if (first === READ_6) return [ANSWER_6, 0, ROWS, COLUMNS, ...new Array<number>(12).fill(0), 0];
    if (first === WRITE && POWER.includes(second)) state.asleep = second === 0x50;
    else if (first === 0x77) powerOn();
    else if (first === 0x4d && second === 0x61) tell(HELLO);
    return [];
  }
  const oldest = () => {
    const [first = []] = state.waiting;
    state.waiting = state.waiting.slice(1);
    showLine();
    return first;
  };
  return {
    reset: powerOn,
    restored: showLine,
    sensed(name) {
      if ((name === 'touching' || sense.touching) && !state.asleep) tell(report());
    },
    properties: {
      get asleep() {
        return state.asleep;
      },
      get waiting() {
        return state.waiting.length;
      },
    },
    i2c: packetWire(keep(newPacketState()), 0, { execute, oldest }),
  };
};

export const parts: readonly Part[] = [{ ...sheet, model }];
