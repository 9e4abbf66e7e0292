import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';
import { word } from './packets.ts';

const COORDINATE = { kind: 'integer', range: [0, 4095] } as const;

const sheet = {
  compatible: ['syna,rmi4-i2c'],
  title: 'Synaptics RMI4 touch screen or pad, one finger',
  source: 'Synaptics 511-000405 (RMI4 interface guide): the page description table, functions 01, 11 and 12',
  notModelled: [
    'functions other than 01 and 11 or 12: no buttons, no firmware update',
    'more than one finger',
    'pages: there is one',
    'sleep',
  ],
  node: 'touchscreen',
  bus: { i2c: { form: 'other', address: 0x20 } },
  pins: ['ATTN'],
  senses: {
    touching: { kind: 'flag', doc: 'a finger touches' },
    x: { ...COORDINATE, doc: 'where the finger is; a change is reported while it touches' },
    y: { ...COORDINATE, doc: 'where the finger is; a change is reported while it touches' },
    pressure: { kind: 'integer', range: [0, 255], initial: 40, doc: 'how hard it presses (z)' },
  },
  shows: {
    configured: { kind: 'flag', doc: 'whether the host has set it up since power-on' },
    waiting: { kind: 'flag', doc: 'whether the host has to read what has happened' },
  },
} as const satisfies DataSheet;

/** Where the functions have their queries, commands, controls and data; the node says by its children which 2D function it is. */
const F01 = { query: 0x80, command: 0x70, control: 0x20, data: 0x10 } as const;
const F2D = { query: 0xa0, command: 0x71, control: 0x30, data: 0x12 } as const;
type Bases = Readonly<Record<keyof typeof F01, number>>;
/** The table begins here and goes down, six bytes a function; after the last one it is 0. */
const TABLE = 0xe9;
const PAGE_SELECT = 0xff;
const [DEVICE_STATUS, INTERRUPT_STATUS] = [F01.data, F01.data + 1];
const [DEVICE_CONTROL, INTERRUPT_ENABLE] = [F01.control, F01.control + 1];
/** Of status and control: it was reset, or is set up. */
const [UNCONFIGURED, CONFIGURED] = [0x80, 0x80];
const RESET_REASON = 0x01;
/** A source of interrupts each. */
const [EVENT_01, EVENT_2D] = [0x01, 0x02];
const MOST = 4095;
const FINGERS = 10;
const BYTES_OF_OBJECT = 8;

const letters = (text: string, count: number) =>
  Array.from({ length: count }, (_, index) => text.charCodeAt(index) || 0);
const entry = ({ query, command, control, data }: Bases, number: number) => [
  query,
  command,
  control,
  data,
  1,
  number,
];

interface Finger {
  readonly touching: boolean;
  readonly x: number;
  readonly y: number;
  readonly pressure: number;
}

/** Function 11: registers of a byte each. */
const F11 = {
  number: 0x11,
  // Ten fingers with positions; no queries beyond 5.
  facts: { [F2D.query]: [0], [F2D.query + 1]: [0x15], [F2D.query + 2]: [20], [F2D.query + 3]: [12] },
  control: [0, 0, 0, 0, 0, 0, ...word(MOST), ...word(MOST), 0, 0],
  data: ({ touching, x, y, pressure }: Finger) => [
    touching ? 1 : 0,
    0,
    0,
    ...(touching ? [x >> 4, y >> 4, ((y & 0x0f) << 4) | (x & 0x0f), 0x33, pressure] : [0, 0, 0, 0, 0]),
  ],
} as const;

/** Function 12: packet registers, which a descriptor lists: how long each is, and which parts it has. */
const F12 = {
  number: 0x12,
  facts: {
    [F2D.query]: [0x01],
    // Query 0, of a byte.
    [F2D.query + 1]: [2],
    [F2D.query + 2]: [2, 0x01],
    [F2D.query + 3]: [1, 0x01],
    // Control 8: greatest coordinates, pitch, border, receivers.
    [F2D.query + 4]: [3],
    [F2D.query + 5]: [2, 0x00, 0x01],
    [F2D.query + 6]: [14, 0x0f],
    // Data 1: ten objects.
    [F2D.query + 7]: [2],
    [F2D.query + 8]: [3, 0x02],
    [F2D.query + 9]: [FINGERS * BYTES_OF_OBJECT, 0xff, 0x07],
  },
  control: [...word(MOST), ...word(MOST), ...word(4096), ...word(4096), 0, 0, 0, 0, 20, 12],
  data: ({ touching, x, y, pressure }: Finger) => [
    ...(touching ? [1, ...word(x), ...word(y), pressure, 3, 3] : [0, 0, 0, 0, 0, 0, 0, 0]),
    ...new Array<number>((FINGERS - 1) * BYTES_OF_OBJECT).fill(0),
  ],
} as const;

const model: Model<typeof sheet> = (_registers, { node, sense, keep, pin: { ATTN } }) => {
  const is11 = node.children.some(({ name }) => name.startsWith('rmi4-f11'));
  const touch = is11 ? F11 : F12;
  /** What never changes, by the number of its register. */
  const facts: Readonly<Record<number, readonly number[]>> = {
    ...touch.facts,
    // Manufacturer, properties, product info, date, tester and serial, product.
    ...Object.fromEntries(
      [1, 0, 1, 0, 0, 24, 2, 28, 0, 0, 0, ...letters('dtbus', 10)].map((byte, index) => [
        F01.query + index,
        [byte],
      ]),
    ),
    ...Object.fromEntries(
      [...entry(F01, 0x01).map((byte, index) => [TABLE + index, [byte]] as const)].concat(
        entry(F2D, touch.number).map((byte, index) => [TABLE - 6 + index, [byte]] as const),
      ),
    ),
  };
  const powerOn = () => ({
    events: EVENT_01,
    status: UNCONFIGURED | RESET_REASON,
    enabled: EVENT_01 | EVENT_2D,
    deviceControl: 0,
    page: 0,
    pointer: 0,
    controls: [...touch.control] as readonly number[],
  });
  const state = keep(powerOn());
  const drive = () => ATTN.set((state.events & state.enabled) === 0);
  const finger = () => ({ touching: sense.touching, x: sense.x, y: sense.y, pressure: sense.pressure });

  /** A packet register has several bytes at one number; a read goes on with the register behind it. */
  function registerAt(number: number): readonly number[] {
    if (state.page !== 0) return [0];
    if (number === DEVICE_STATUS) return [state.status];
    if (number === INTERRUPT_STATUS) return [state.events];
    if (number === DEVICE_CONTROL) return [state.deviceControl];
    if (number === INTERRUPT_ENABLE) return [state.enabled];
    if (is11) {
      const control = state.controls[number - F2D.control];
      if (control !== undefined) return [control];
      const data = touch.data(finger())[number - F2D.data];
      if (data !== undefined && number >= F2D.data) return [data];
    } else if (number === F2D.control) return state.controls;
    else if (number === F2D.data) return touch.data(finger());
    return facts[number] ?? [0];
  }

  function store(number: number, byte: number): void {
    if (number === PAGE_SELECT) state.page = byte;
    else if (state.page !== 0) return;
    else if (number === DEVICE_CONTROL) {
      state.deviceControl = byte;
      if ((byte & CONFIGURED) !== 0) state.status = 0;
    } else if (number === INTERRUPT_ENABLE) state.enabled = byte & (EVENT_01 | EVENT_2D);
    else if (number === F01.command && (byte & 1) !== 0) Object.assign(state, powerOn());
    else if (is11 && touch.control[number - F2D.control] !== undefined)
      state.controls = state.controls.with(number - F2D.control, byte);
    drive();
  }

  drive();
  return {
    reset() {
      Object.assign(state, powerOn());
      drive();
    },
    restored: drive,
    sensed(name) {
      if (name !== 'touching' && !sense.touching) return;
      state.events |= EVENT_2D;
      drive();
    },
    properties: {
      get configured() {
        return (state.deviceControl & CONFIGURED) !== 0;
      },
      get waiting() {
        return (state.events & state.enabled) !== 0;
      },
    },
    i2c: wire(),
  };

  function wire() {
    const bus = keep({ numbered: false, register: [] as readonly number[], offset: 0 });
    return {
      start(_address: number, read: boolean) {
        bus.numbered = read;
        Object.assign(bus, { register: [], offset: 0 });
        return true;
      },
      write(data: Uint8Array) {
        for (const byte of data) {
          if (bus.numbered) {
            store(state.pointer, byte);
            state.pointer = (state.pointer + 1) & 0xff;
          } else [state.pointer, bus.numbered] = [byte, true];
        }
        return data.length;
      },
      read(into: Uint8Array) {
        for (let index = 0; index < into.length; index++) {
          if (bus.offset >= bus.register.length) {
            Object.assign(bus, { register: registerAt(state.pointer), offset: 0 });
            // What has happened is forgotten when it was read.
            if (state.pointer === INTERRUPT_STATUS && state.page === 0) state.events = 0;
            state.pointer = (state.pointer + 1) & 0xff;
          }
          into[index] = bus.register[bus.offset++] as number;
        }
        drive();
      },
    };
  }
};

export const parts: readonly Part[] = [{ ...sheet, model }];
