import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

const sheet = {
  source: 'TI SLVUAN1A, TPS65981, TPS65982 and TPS65986 host interface',
  notModelled: [
    'messages of USB Power Delivery, alternate modes and the partner identity',
    'tasks other than swaps, system power states and reset: they end at once and are accepted',
    'its flash, boot, and the second I2C port',
  ],
  node: 'usb-pd',
  bus: { i2c: { form: 'other', address: 0x38 } },
  pins: ['IRQ'],
  senses: {
    plugged: { kind: 'flag', doc: 'a cable with a partner is in the port' },
    flipped: { kind: 'flag', doc: 'the plug is upside down' },
    partner: {
      kind: 'text',
      initial: 'source',
      doc: 'what the partner is when it is plugged in: source (a charger) or sink (a device)',
    },
    current: {
      kind: 'integer',
      range: [0, 3],
      initial: 3,
      doc: 'what a source offers: 0 default, 1 1.5 A, 2 3 A, 3 by a contract of Power Delivery',
    },
  },
  shows: {
    powerRole: { kind: 'text', doc: 'source, sink, or empty while nothing is plugged in' },
    dataRole: { kind: 'text', doc: 'host, device, or empty while nothing is plugged in' },
    lastTask: { kind: 'text', doc: 'the last task that the host asked for, four characters' },
    systemPowerState: { kind: 'integer', range: [0, 255], doc: 'the state that the host named: 0 is S0' },
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;
type Sheet = typeof sheet & DataSheet;

/** Register numbers (table 1-1). */
const REG = {
  VID: 0x00,
  DID: 0x01,
  MODE: 0x03,
  UID: 0x05,
  CMD1: 0x08,
  DATA1: 0x09,
  VERSION: 0x0f,
  EVENT1: 0x14,
  EVENT2: 0x15,
  MASK1: 0x16,
  MASK2: 0x17,
  CLEAR1: 0x18,
  CLEAR2: 0x19,
  STATUS: 0x1a,
  SYSTEM_POWER: 0x20,
  SYSTEM_CONF: 0x28,
  POWER_STATUS: 0x3f,
  PD_STATUS: 0x40,
  DATA_STATUS: 0x5f,
} as const;

/** How many bytes a register has; others have 4. */
const LENGTHS: Readonly<Record<number, number>> = {
  ...{
    [REG.UID]: 16,
    6: 8,
    [REG.DATA1]: 64,
    [REG.EVENT1]: 8,
    [REG.EVENT2]: 8,
    [REG.MASK1]: 8,
    [REG.MASK2]: 8,
  },
  ...{
    [REG.CLEAR1]: 8,
    [REG.CLEAR2]: 8,
    17: 64,
    [REG.SYSTEM_POWER]: 1,
    36: 9,
    39: 14,
    [REG.SYSTEM_CONF]: 17,
  },
  ...{ 41: 5, 45: 5, 48: 29, 49: 29, 50: 29, 51: 29, 52: 6, 53: 4, 55: 24, [REG.POWER_STATUS]: 2 },
  ...{ 72: 25, 73: 25, 88: 17, 89: 11, 97: 33, 105: 5, 112: 1, 114: 8 },
};
const MAX_WRITTEN = 2 + 64;

/** Events, bits of EVENT1 (TI), and where Apple's chips have them. */
interface Events {
  readonly plug: number;
  readonly status: number;
  readonly power: number;
  readonly data: number;
}
const TI_EVENTS: Events = { plug: 3, status: 26, power: 24, data: 25 };
const APPLE_EVENTS: Events = { plug: 1, status: 8, power: 9, data: 10 };

const letters = (text: string) => [...text].map((each) => each.charCodeAt(0));
const word = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

function newState() {
  return {
    /** What was written, by register. */
    written: [] as readonly (readonly [register: number, bytes: readonly number[]])[],
    events: [0, 0, 0, 0, 0, 0, 0, 0] as readonly number[],
    source: false,
    host: false,
    task: '',
    power: 0,
  };
}

const modelOf =
  (apple: boolean): Model<Sheet> =>
  (_registers, { sense, keep, misuse, pin: { IRQ } }) => {
    const bits = apple ? APPLE_EVENTS : TI_EVENTS;
    const state = keep(newState());
    const wire = keep({ received: [] as number[], sent: [] as readonly number[], position: 0 });

    const written = (register: number) => state.written.find(([each]) => each === register)?.[1];
    const keepWritten = (register: number, bytes: readonly number[]) => {
      state.written = [...state.written.filter(([each]) => each !== register), [register, bytes] as const];
    };
    const showLine = () => {
      const mask = written(REG.MASK1) ?? [];
      IRQ.set(!state.events.some((byte, index) => (byte & (mask[index] ?? 0)) !== 0));
    };
    function happened(...events: readonly number[]): void {
      state.events = state.events.map((byte, index) =>
        events.filter((bit) => bit >> 3 === index).reduce((all, bit) => all | (1 << (bit & 7)), byte),
      );
      showLine();
    }

    /** Bit 0 plugged, 3:1 connection, 4 upside down, 5 source, 6 host, 21:20 VBUS (table 1-35). */
    function status(): number {
      if (!sense.plugged) return 0;
      const roles = (state.source ? 1 << 5 : 0) | (state.host ? 1 << 6 : 0);
      const vbus = !state.source && sense.current === 3 ? 2 : 1;
      return 1 | (6 << 1) | (sense.flipped ? 1 << 4 : 0) | roles | (vbus << 20);
    }
    const powerStatus = () =>
      sense.plugged ? 1 | (state.source ? 0 : 2) | ((state.source ? 1 : sense.current) << 2) : 0;
    /** Connection, upside down, USB 2, and whether the port is the device (table 1-70). */
    const dataStatus = () =>
      sense.plugged ? 1 | (sense.flipped ? 2 : 0) | (1 << 4) | (state.host ? 0 : 1 << 7) : 0;

    function registerValue(register: number): readonly number[] {
      switch (register) {
        case REG.VID:
          return word(apple ? 0x05ac : 0x0451);
        case REG.DID:
          return letters(apple ? 'CD32' : '6598');
        case REG.MODE:
          return letters('APP ');
        case REG.VERSION:
          return word(0x0002_1001);
        case REG.EVENT1:
          return state.events;
        case REG.STATUS:
          return word(status());
        case REG.SYSTEM_POWER:
          return [state.power];
        case REG.POWER_STATUS:
          return [powerStatus(), 0];
        case REG.DATA_STATUS:
          return word(dataStatus());
        case REG.CMD1:
        case REG.CLEAR1:
        case REG.CLEAR2:
          return register === REG.CMD1 && state.task === '!CMD' ? letters('!CMD') : [];
        case REG.SYSTEM_CONF:
          // Port information: both roles, host preferred, data roles swap.
          return written(register) ?? [5];
        default:
          return written(register) ?? [];
      }
    }

    /** 4: tasks, four characters. A swap needs a partner: else it is rejected (3). */
    function runTask(task: string): void {
      const data = written(REG.DATA1) ?? [];
      let result = 0;
      state.task = task;
      if (task === 'SSPS') state.power = data[0] ?? 0;
      else if (/^SW[SU][rkfFDRSIi]$/.test(task) || ['SWSk', 'SWSr', 'SWDF', 'SWUF'].includes(task)) {
        if (sense.plugged) swap(task);
        else result = 3;
      } else if (task === 'Gaid' || task === 'GAID') powerOn();
      else if (!/^[A-Za-z0-9]{4}$/.test(task)) {
        misuse('task', `${JSON.stringify(task)}: a task has four characters`);
        state.task = '!CMD';
      }
      keepWritten(REG.DATA1, [result]);
    }
    function swap(task: string): void {
      if (task === 'SWSr') state.source = true;
      else if (task === 'SWSk') state.source = false;
      else if (task === 'SWDF') state.host = true;
      else if (task === 'SWUF') state.host = false;
      happened(bits.power, bits.data, bits.status);
    }

    /** What was written is whole: a register, then its length, then its bytes. */
    function store(): void {
      const [register, length = 0, ...rest] = wire.received;
      if (register === undefined || wire.received.length < 2) return;
      const bytes = rest.slice(0, Math.min(length, LENGTHS[register] ?? 4));
      if (register === REG.CMD1) runTask(String.fromCharCode(...bytes));
      else if (register === REG.CLEAR1) {
        state.events = state.events.map((byte, index) => byte & ~(bytes[index] ?? 0));
      } else if (register !== REG.EVENT1 && register !== REG.STATUS) {
        keepWritten(register, bytes);
      }
      showLine();
    }

    function plugChanged(): void {
      state.source = sense.plugged && sense.partner !== 'source';
      state.host = state.source;
      happened(bits.plug, bits.status, bits.power, bits.data);
    }
    function powerOn(): void {
      const { power } = state;
      Object.assign(state, newState(), { power });
      state.source = sense.plugged && sense.partner !== 'source';
      state.host = state.source;
      showLine();
    }

    return {
      reset() {
        Object.assign(state, newState());
        Object.assign(wire, { received: [], sent: [], position: 0 });
        powerOn();
      },
      restored: showLine,
      sensed(name) {
        if (name === 'partner' && !['source', 'sink'].includes(sense.partner)) {
          throw new RangeError(
            `invalid partner: expected source or sink, got ${JSON.stringify(sense.partner)}`,
          );
        }
        if (name === 'plugged' || sense.plugged) plugChanged();
      },
      properties: {
        get powerRole() {
          return !sense.plugged ? '' : state.source ? 'source' : 'sink';
        },
        get dataRole() {
          return !sense.plugged ? '' : state.host ? 'host' : 'device';
        },
        get lastTask() {
          return state.task;
        },
        get systemPowerState() {
          return state.power;
        },
      },
      i2c: {
        start(_address, read) {
          store();
          if (read) {
            const [register = 0] = wire.received;
            const length = LENGTHS[register] ?? 4;
            const value = registerValue(register);
            wire.sent = [length, ...Array.from({ length }, (_, index) => value[index] ?? 0)];
            wire.position = 0;
          }
          if (!read) wire.received = [];
          else wire.received = wire.received.slice(0, 1);
          return true;
        },
        write(data) {
          const taken = data.subarray(0, Math.max(0, MAX_WRITTEN - wire.received.length));
          wire.received.push(...taken);
          return taken.length;
        },
        read(into) {
          for (let index = 0; index < into.length; index++) into[index] = wire.sent[wire.position++] ?? 0xff;
        },
        stop() {
          store();
          wire.received = wire.received.slice(0, 1);
        },
      },
    };
  };

export const parts: readonly Part[] = [
  {
    ...sheet,
    compatible: ['ti,tps6598x', 'ti,tps65987ddh'],
    title: 'TPS6598x USB Type-C and Power Delivery controller',
    model: modelOf(false),
  },
  {
    ...sheet,
    compatible: ['apple,cd321x'],
    title: 'CD321x USB Type-C and Power Delivery controller',
    model: modelOf(true),
  },
];
