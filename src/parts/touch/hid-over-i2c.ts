import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

/** Length word and report: wMaxInputLength and wMaxOutputLength. */
const MAX_LENGTH = 64;
const MAX_REPORT = MAX_LENGTH - 2;
/** Reports that wait to be read; a further one takes the place of the oldest. */
const MAX_WAITING = 64;
/** More than the longest command: register, command, data register, length and a report. */
const MAX_WRITTEN = 9 + MAX_LENGTH;

const sheet = {
  compatible: ['hid-over-i2c'],
  title: 'HID over I2C device: touch screen with one finger, and keyboard',
  source: 'Microsoft, HID Over I2C Protocol Specification, version 1.00',
  notModelled: [
    'which device it really is: ids are those of a maker at most, the report descriptor is one of our own until a test sets reportDescriptor',
    'waking the host from sleep: what is sensed while it sleeps is not reported',
    'GET_IDLE, SET_IDLE, GET_PROTOCOL, SET_PROTOCOL, which are optional',
    'the time that a reset takes, and post-power-on-delay-ms',
  ],
  node: 'touchscreen',
  nodeProperties: { 'hid-descr-addr': { type: 'u32', doc: 'register of the HID descriptor, default 1' } },
  bus: { i2c: { form: 'other', address: 0x10 } },
  pins: ['INT'],
  senses: {
    touching: { kind: 'flag', doc: 'a finger is on the screen' },
    x: {
      kind: 'integer',
      range: [0, 4095],
      doc: 'where the finger is; a change is reported while it touches',
    },
    y: {
      kind: 'integer',
      range: [0, 4095],
      doc: 'where the finger is; a change is reported while it touches',
    },
    keys: {
      kind: 'bytes',
      doc: 'usages of the keys that are down: 04h is A, E1h the left shift; at most six, and modifiers',
    },
    report: {
      kind: 'bytes',
      doc: 'an input report of your own, with its id: it is sent as it is set, 62 bytes at most',
    },
    reportDescriptor: {
      kind: 'bytes',
      doc: 'a report descriptor of your own; without bytes, the built-in one',
    },
  },
  shows: {
    outputReport: { kind: 'bytes', doc: 'the last output or feature report that the host sent, with its id' },
    asleep: { kind: 'flag', doc: 'whether the host sent it to sleep' },
    waiting: { kind: 'integer', range: [0, MAX_WAITING], doc: 'input reports that the host has not read' },
  },
} as const satisfies DataSheet;

const TOUCH = 1;
const KEYBOARD = 2;

/** Report 1: a bit for the finger, x and y of 16 bits. Report 2: a boot keyboard with its LEDs (HID 1.11, appendix B.1). */
const REPORT_DESCRIPTOR = Uint8Array.of(
  // Digitizer, touch screen: application
  ...[0x05, 0x0d, 0x09, 0x04, 0xa1, 0x01, 0x85, TOUCH],
  // Finger: tip switch, seven bits of nothing
  ...[0x09, 0x22, 0xa1, 0x02, 0x09, 0x42, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x81, 0x02],
  ...[0x95, 0x07, 0x81, 0x03],
  // X and Y, 0 to 4095
  ...[0x05, 0x01, 0x09, 0x30, 0x09, 0x31, 0x26, 0xff, 0x0f, 0x75, 0x10, 0x95, 0x02, 0x81, 0x02, 0xc0, 0xc0],
  // Keyboard: application; modifiers, a reserved byte
  ...[0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x85, KEYBOARD],
  ...[0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02],
  ...[0x95, 0x01, 0x75, 0x08, 0x81, 0x03],
  // Five LEDs, six keys
  ...[
    0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x75, 0x01, 0x95, 0x05, 0x91, 0x02, 0x95, 0x01, 0x75, 0x03, 0x91,
    0x03,
  ],
  ...[0x05, 0x07, 0x19, 0x00, 0x29, 0xff, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x06, 0x81, 0x00, 0xc0],
);

/** Registers, counted from that of the HID descriptor (5.1.1: the device chooses their numbers). */
const HID_DESCRIPTOR = 0;
const REPORT_DESCRIPTOR_AT = 1;
const INPUT = 2;
const OUTPUT = 3;
const COMMAND = 4;
const DATA = 5;

/** Opcodes of the command register (7.2). */
const RESET = 1;
const GET_REPORT = 2;
const SET_REPORT = 3;
const SET_POWER = 8;
/** 7.1.1.1: an id that has a byte of its own behind the command. */
const LONG_ID = 0x0f;

const word = (value: number) => [value & 0xff, (value >> 8) & 0xff];
const wordAt = (bytes: readonly number[], at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
/** A report with its length in front, which counts itself. */
const withLength = (report: readonly number[]) => [...word(report.length + 2), ...report];

/** @param vendor of the HID descriptor, and `product` */
function modelOf(vendor: number, product: number): Model<typeof sheet> {
  return (_registers, { node, sense, keep, misuse, pin: { INT } }) => {
    const first = node.u32('hid-descr-addr') ?? 1;
    const state = keep({ waiting: [] as number[][], asleep: false });
    const own = keep({ report: [] as number[], descriptor: [] as number[], output: [] as number[] });
    let received: number[] = [];
    let sent: readonly number[] = [];
    let position = 0;
    /** The read that goes on is that of the oldest report. */
    let reading = false;

    const descriptor = () => (own.descriptor.length > 0 ? own.descriptor : [...REPORT_DESCRIPTOR]);
    const showLine = () => INT.set(state.waiting.length === 0);

    /** 5.1.1, table 4. */
    function hidDescriptor(): number[] {
      const register = (offset: number) => word(first + offset);
      return [
        ...[...word(30), ...word(0x0100), ...word(descriptor().length), ...register(REPORT_DESCRIPTOR_AT)],
        ...[...register(INPUT), ...word(MAX_LENGTH), ...register(OUTPUT), ...word(MAX_LENGTH)],
        ...[...register(COMMAND), ...register(DATA), ...word(vendor), ...word(product), ...word(0x0100)],
        ...[0, 0, 0, 0],
      ];
    }

    const touchReport = () => [TOUCH, sense.touching ? 1 : 0, ...word(sense.x), ...word(sense.y)];

    function keyReport(): number[] {
      const keys = [...sense.keys];
      const modifiers = keys.filter((key) => key >= 0xe0 && key <= 0xe7);
      const others = keys.filter((key) => key < 0xe0 || key > 0xe7).slice(0, 6);
      const bits = modifiers.reduce((all, key) => all | (1 << (key - 0xe0)), 0);
      return [KEYBOARD, bits, 0, ...others, ...new Array<number>(6 - others.length).fill(0)];
    }

    function tell(report: readonly number[]): void {
      if (state.asleep) return;
      state.waiting = [...state.waiting, [...report]].slice(-MAX_WAITING);
      showLine();
    }

    /** 7.2.2: what GET_REPORT answers; nothing but the length for a report that is not there. */
    function reportOf(type: number, id: number): number[] {
      if (type === 1 && id === TOUCH) return touchReport();
      if (type === 1 && id === KEYBOARD) return keyReport();
      return type !== 1 && own.output[0] === id ? own.output : [];
    }

    function powerOn(): void {
      Object.assign(state, { waiting: [], asleep: false });
      Object.assign(own, { output: [] });
      showLine();
    }

    /** @returns what is read behind it */
    function command(bytes: readonly number[]): readonly number[] {
      const [low = 0, opcode = 0] = bytes;
      const long = (low & 0x0f) === LONG_ID;
      const id = long ? (bytes[2] ?? 0) : low & 0x0f;
      const type = (low >> 4) & 3;
      const data = bytes.slice(long ? 3 : 2);
      if (opcode === RESET) {
        powerOn();
        // 7.2.1: it tells that the reset has ended by two bytes of 0.
        tell([]);
      } else if (opcode === SET_POWER) {
        state.asleep = (low & 3) === 1;
      } else if (opcode === GET_REPORT && wordAt(data, 0) === first + DATA) {
        return withLength(reportOf(type, id));
      } else if (opcode === SET_REPORT && wordAt(data, 0) === first + DATA) {
        own.output = data.slice(4, 2 + wordAt(data, 2));
      } else {
        misuse(
          `command ${opcode}`,
          `HID command ${opcode}: it is not there, or does not name the data register`,
        );
      }
      return [];
    }

    /** What was written is whole: a STOP, or a START to read. @returns what is read behind it */
    function execute(): readonly number[] {
      const bytes = received;
      received = [];
      const register = wordAt(bytes, 0) - first;
      if (register === HID_DESCRIPTOR) return hidDescriptor();
      if (register === REPORT_DESCRIPTOR_AT) return descriptor();
      if (register === OUTPUT && bytes.length > 4) own.output = bytes.slice(4, 2 + wordAt(bytes, 2));
      else if (register === COMMAND && bytes.length >= 4) return command(bytes.slice(2));
      else if (register === INPUT) return oldest();
      return [];
    }

    /** 6.1: a report in its length, 0 for a reset that has ended, and where nothing waits. */
    function oldest(): readonly number[] {
      const [report = []] = state.waiting;
      reading = state.waiting.length > 0;
      return report.length === 0 ? [0, 0] : withLength(report);
    }

    function endRead(): void {
      if (reading && position > 0) {
        state.waiting = state.waiting.slice(1);
        showLine();
      }
      reading = false;
      position = 0;
      sent = [];
    }

    return {
      reset() {
        received = [];
        reading = false;
        powerOn();
      },
      restored: showLine,
      sensed(name) {
        if (name === 'keys') tell(keyReport());
        else if (name === 'touching' || ((name === 'x' || name === 'y') && sense.touching))
          tell(touchReport());
      },
      properties: {
        get report() {
          return Uint8Array.from(own.report);
        },
        set report(bytes: Uint8Array) {
          if (bytes.length > MAX_REPORT) {
            throw new RangeError(`invalid report: expected at most ${MAX_REPORT} bytes, got ${bytes.length}`);
          }
          own.report = [...bytes];
          if (bytes.length > 0) tell(own.report);
        },
        get reportDescriptor() {
          return Uint8Array.from(descriptor());
        },
        set reportDescriptor(bytes: Uint8Array) {
          if (bytes.length > 4096) {
            throw new RangeError(
              `invalid reportDescriptor: expected at most 4096 bytes, got ${bytes.length}`,
            );
          }
          own.descriptor = [...bytes];
        },
        get outputReport() {
          return Uint8Array.from(own.output);
        },
        get asleep() {
          return state.asleep;
        },
        get waiting() {
          return state.waiting.length;
        },
      },
      i2c: {
        start(_address, read) {
          endRead();
          if (read) sent = received.length === 0 ? oldest() : execute();
          else if (received.length > 0) execute();
          return true;
        },
        write(data) {
          const taken = data.subarray(0, Math.max(0, MAX_WRITTEN - received.length));
          received.push(...taken);
          return taken.length;
        },
        read(into) {
          for (let index = 0; index < into.length; index++) into[index] = sent[position + index] ?? 0;
          position += into.length;
        },
        stop() {
          if (received.length > 0) execute();
          endRead();
        },
      },
    };
  };
}

/** Makers whose drivers in Linux (i2c-hid-of-elan, i2c-hid-of-goodix) look for the descriptor at 1, with their HID vendor. */
const MAKERS: readonly (readonly [names: readonly [string, ...string[]], maker: string, vendor: number])[] = [
  [['elan,ekth6915', 'elan,ekth6a12nay'], 'Elan', 0x04f3],
  [['ilitek,ili2901', 'ilitek,ili9882t'], 'Ilitek', 0x222a],
  [['goodix,gt7375p'], 'Goodix', 0x27c6],
];

export const parts: readonly Part[] = [
  { ...sheet, model: modelOf(0x1209, 0x0001) },
  ...MAKERS.map(([compatible, maker, vendor]) => ({
    ...sheet,
    compatible,
    title: `${maker} touch screen, by HID over I2C`,
    model: modelOf(vendor, 0x0001),
  })),
];
