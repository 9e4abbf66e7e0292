import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { newPacketState, packetWire, word, wordAt } from './packets.ts';

const MAX_X = 3052;
const MAX_Y = 1888;
const REPORT_BYTES = 34;
const MAX_WAITING = 32;

const sheet = {
  compatible: ['elan,ekth3000'],
  title: 'Elan I2C touchpad, one finger and two buttons',
  source: 'Linux drivers/input/mouse/elan_i2c_i2c.c and elan_i2c_core.c: commands, reports',
  notModelled: ['more than one finger', 'trackpoint', 'update of its firmware', 'hovering'],
  node: 'trackpad',
  bus: { i2c: { form: 'other', address: 0x15 } },
  pins: ['INT'],
  senses: {
    touching: { kind: 'flag', doc: 'a finger is on the pad' },
    x: {
      kind: 'integer',
      range: [0, MAX_X],
      doc: 'where the finger is; a change is reported while it touches',
    },
    y: {
      kind: 'integer',
      range: [0, MAX_Y],
      doc: 'where the finger is, from above; a change is reported while it touches',
    },
    pressure: { kind: 'integer', range: [0, 255], initial: 60, doc: 'how hard it presses' },
    button: { kind: 'flag', doc: 'the pad is pressed down: the left button' },
  },
  shows: {
    absolute: { kind: 'flag', doc: 'whether the host asked for positions' },
    asleep: { kind: 'flag', doc: 'whether the host sent it to sleep' },
    waiting: { kind: 'integer', range: [0, MAX_WAITING], doc: 'reports that the host has not read' },
  },
} as const satisfies DataSheet;

/** Commands: 16 bits, the lower byte first. */
const DESCRIPTOR = 0x0001;
const REPORT_DESCRIPTOR = 0x0002;
const STAND = 0x0005;
const SET_MODE = 0x0300;
const POWER = 0x0307;
const CALIBRATE = 0x0316;
/** What STAND is given. */
const RESET = 0x0100;
const WAKE = 0x0800;
const SLEEP = 0x0801;
const ABSOLUTE = 0x0001;

/** What is answered, two bytes each. */
const ANSWERS: Readonly<Record<number, readonly number[]>> = {
  // Pattern 1, product 00B8h, firmware 5, chip 000Ch, module version 2 (a clickpad).
  256: [0x00, 0x01],
  257: [0xb8, 0x00],
  258: [0x05, 0x00],
  259: [0x00, 0x0c],
  260: [0x10, 0x02],
  // Traces, greatest coordinates, resolution, pressure, boot code, checksum.
  261: [0x18, 0x10],
  262: word(MAX_X),
  263: word(MAX_Y),
  264: [0x1e, 0x1e],
  266: [0x00, 0x00],
  272: [0x00, 0x01],
  783: [0x34, 0x12],
  789: [0x34, 0x12],
  791: [0x40, 0x00],
  792: [0x10, 0x00],
};

const model: Model<typeof sheet> = (_registers, { sense, keep, pin: { INT } }) => {
  const state = keep({ mode: 0, power: 0, asleep: false, waiting: [] as readonly (readonly number[])[] });
  const showLine = () => INT.set(state.waiting.length === 0);
  function tell(report: readonly number[]): void {
    state.waiting = [...state.waiting, report].slice(-MAX_WAITING);
    showLine();
  }
  /** Length, id 5Dh, buttons and fingers, then five bytes for each finger. y counts from below. */
  function report(): readonly number[] {
    const y = MAX_Y - sense.y;
    const finger = [((sense.x >> 8) << 4) | (y >> 8), sense.x & 0xff, y & 0xff, 0x22, sense.pressure];
    const info = (sense.button ? 1 : 0) | (sense.touching ? 1 << 3 : 0);
    const bytes = [...word(REPORT_BYTES), 0x5d, info, ...(sense.touching ? finger : [])];
    return [...bytes, ...new Array<number>(REPORT_BYTES - bytes.length).fill(0)];
  }
  function powerOn(): void {
    Object.assign(state, { mode: 0, power: 0, asleep: false, waiting: [] });
    showLine();
  }
  function answer(command: number): readonly number[] {
    if (command === DESCRIPTOR)
      return [...word(30), ...word(0x0100), ...word(158), ...word(REPORT_DESCRIPTOR)];
    if (command === POWER) return word(state.power);
    if (command === SET_MODE) return word(state.mode);
    if (command === CALIBRATE) return [0];
    return ANSWERS[command] ?? [];
  }
  function execute(bytes: readonly number[]): readonly number[] {
    const command = wordAt(bytes, 0);
    if (bytes.length < 4) return answer(command);
    const value = wordAt(bytes, 2);
    if (command === STAND && value === RESET) {
      powerOn();
      // Two bytes of 0 tell that it has reset.
      tell([0, 0]);
    } else if (command === STAND && (value === WAKE || value === SLEEP)) state.asleep = value === SLEEP;
    else if (command === SET_MODE) state.mode = value;
    else if (command === POWER) state.power = value;
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
      const moved = name === 'touching' || name === 'button' || sense.touching;
      if (moved && !state.asleep && (state.mode & ABSOLUTE) !== 0) tell(report());
    },
    properties: {
      get absolute() {
        return (state.mode & ABSOLUTE) !== 0;
      },
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
