import type { DataSheet } from '../data-sheet.ts';
import type { Kit, Model, Part } from '../model.ts';

const sheet = {
  source: 'PMBus Power System Management Protocol, revision 1.3, parts I and II',
  notModelled: [
    'what a fault does to the output, retries and delays, sequencing and trim',
    'commands of makers but for their ids, histories of peaks, and EEPROM',
    'QUERY, COEFFICIENTS, PAGE_PLUS, and formats other than linear',
  ],
  node: 'regulator',
  bus: { i2c: { form: 'other', address: 0x40 } },
  pins: ['ALERT'],
  senses: {
    vin: { range: [0, 80], unit: 'V', initial: 12, doc: 'input voltage' },
    vout: { range: [0, 30], unit: 'V', initial: 1, doc: 'output voltage of page 0' },
    iout: { range: [0, 200], unit: 'A', initial: 2, doc: 'output current of page 0' },
    temperature: { range: [-50, 200], unit: '°C', initial: 35, doc: 'what its first thermometer feels' },
    vout1: { range: [0, 30], unit: 'V', initial: 1, doc: 'output voltage of page 1, where there is one' },
    iout1: { range: [0, 200], unit: 'A', initial: 2, doc: 'output current of page 1, where there is one' },
    communicationFaults: {
      kind: 'integer',
      range: [0, 255],
      doc: 'bits that STATUS_CML has beside those that it sets: 10h is a fault of its memory',
    },
    makerFaults: { kind: 'integer', range: [0, 255], doc: 'bits of STATUS_MFR_SPECIFIC' },
  },
  shows: {
    on: { kind: 'flag', doc: 'whether OPERATION has page 0 on' },
    commandedVout: { unit: 'V', range: [0, 30], doc: 'what VOUT_COMMAND asks of page 0' },
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;
type Sheet = typeof sheet & DataSheet;

interface Kind {
  readonly pages: 1 | 2;
  /** VOUT_MODE: linear, with this exponent. */
  readonly exponent: number;
  /** Commands of its own: number, and bytes or a text that they answer. */
  readonly ids: Readonly<Record<number, readonly number[] | string>>;
}

/** Commands (part II, table 26). */
const CMD = {
  PAGE: 0x00,
  OPERATION: 0x01,
  CLEAR_FAULTS: 0x03,
  WRITE_PROTECT: 0x10,
  CAPABILITY: 0x19,
  VOUT_MODE: 0x20,
  VOUT_COMMAND: 0x21,
  STATUS_BYTE: 0x78,
  STATUS_WORD: 0x79,
  STATUS_VOUT: 0x7a,
  STATUS_IOUT: 0x7b,
  STATUS_INPUT: 0x7c,
  STATUS_TEMPERATURE: 0x7d,
  STATUS_CML: 0x7e,
  STATUS_MFR: 0x80,
  READ_VIN: 0x88,
  READ_VOUT: 0x8b,
  READ_IOUT: 0x8c,
  READ_TEMPERATURE_1: 0x8d,
  READ_TEMPERATURE_2: 0x8e,
  READ_POUT: 0x96,
  REVISION: 0x98,
} as const;
/** PEC, 400 kHz, alert. */
const CAPABILITY = 0xb0;
const ON = 0x80;
/** STATUS_CML: an unknown command, invalid data, a wrong PEC. */
const [UNKNOWN_COMMAND, INVALID_DATA, WRONG_PEC] = [0x80, 0x40, 0x20];

/** A limit: command, format, power-on value, what it is compared to, above or below, status register and bit. */
type Sensed = 'vin' | 'vout' | 'iout' | 'temperature';
type Limit = readonly [
  command: number,
  of: Sensed,
  initial: number,
  above: boolean,
  status: number,
  bit: number,
];
const LIMITS: readonly Limit[] = [
  [0x40, 'vout', 25, true, CMD.STATUS_VOUT, 0x80],
  [0x42, 'vout', 24, true, CMD.STATUS_VOUT, 0x40],
  [0x43, 'vout', 0, false, CMD.STATUS_VOUT, 0x20],
  [0x44, 'vout', 0, false, CMD.STATUS_VOUT, 0x10],
  [0x46, 'iout', 200, true, CMD.STATUS_IOUT, 0x80],
  [0x4a, 'iout', 200, true, CMD.STATUS_IOUT, 0x20],
  [0x4f, 'temperature', 125, true, CMD.STATUS_TEMPERATURE, 0x80],
  [0x51, 'temperature', 110, true, CMD.STATUS_TEMPERATURE, 0x40],
  [0x55, 'vin', 80, true, CMD.STATUS_INPUT, 0x80],
  [0x57, 'vin', 78, true, CMD.STATUS_INPUT, 0x40],
  [0x58, 'vin', 0, false, CMD.STATUS_INPUT, 0x20],
  [0x59, 'vin', 0, false, CMD.STATUS_INPUT, 0x10],
];
const LATCHED = [CMD.STATUS_VOUT, CMD.STATUS_IOUT, CMD.STATUS_INPUT, CMD.STATUS_TEMPERATURE, CMD.STATUS_CML];

/** LINEAR11 (7.3): five bits of an exponent, eleven of a mantissa, as exact as they can be. */
export function linear11(value: number): number {
  let exponent = -16;
  while (exponent < 15 && Math.abs(Math.round(value / 2 ** exponent)) > 1023) exponent++;
  return ((exponent & 0x1f) << 11) | (Math.round(value / 2 ** exponent) & 0x7ff);
}
export function fromLinear11(word: number): number {
  return (((word & 0x7ff) << 21) >> 21) * 2 ** ((word << 16) >> 27);
}

/** CRC-8 with the polynomial 07h (SMBus 6.4). */
export function pec(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x80) === 0 ? crc << 1 : (crc << 1) ^ 0x07) & 0xff;
  }
  return crc;
}

const word = (value: number) => [value & 0xff, (value >> 8) & 0xff];

function newState(pages: number) {
  return {
    page: 0,
    protection: 0,
    operation: new Array<number>(pages).fill(ON),
    /** Of VOUT_COMMAND and the limits, by page: number and raw word that were written. */
    written: [] as readonly (readonly [page: number, command: number, value: number])[],
    /** Status bits that stay until they are cleared: page, register, bits. */
    latched: [] as readonly (readonly [page: number, register: number, bits: number])[],
  };
}

/** What commands read and change, without the bus. */
function commandsOf({ pages, exponent, ids }: Kind, { sense, keep, pin }: Kit<Sheet>) {
  const state = keep(newState(pages));
  const scale = 2 ** exponent;
  const raw = (of: Sensed, value: number) =>
    of === 'vout' ? Math.round(value / scale) & 0xffff : linear11(value);
  const real = (of: Sensed, value: number) => (of === 'vout' ? value * scale : fromLinear11(value));
  const sensed = (of: Sensed, page: number): number => {
    if (of === 'vout') return page === 0 ? sense.vout : sense.vout1;
    if (of === 'iout') return page === 0 ? sense.iout : sense.iout1;
    return of === 'vin' ? sense.vin : sense.temperature;
  };
  const written = (page: number, command: number) =>
    state.written.find((each) => each[0] === page && each[1] === command)?.[2];
  const bitsOf = (page: number, register: number) =>
    state.latched
      .filter((each) => each[0] === page && each[1] === register)
      .reduce((all, each) => all | each[2], 0);

  function latch(page: number, register: number, bits: number): void {
    if ((bitsOf(page, register) & bits) !== bits) state.latched = [...state.latched, [page, register, bits]];
  }
  function status(page: number, register: number): number {
    if (register === CMD.STATUS_MFR) return sense.makerFaults;
    return (
      bitsOf(register === CMD.STATUS_CML ? 0 : page, register) |
      (register === CMD.STATUS_CML ? sense.communicationFaults : 0)
    );
  }
  /** STATUS_WORD (17.2): what the other registers come to. */
  function statusWord(page: number): number {
    const [vout, iout, input, temperature, cml] = LATCHED.map((register) => status(page, register));
    const off = ((state.operation[page] ?? 0) & ON) === 0;
    const low =
      (off ? 0x40 : 0) |
      ((vout ?? 0) & 0x80 ? 0x20 : 0) |
      ((iout ?? 0) & 0x80 ? 0x10 : 0) |
      ((input ?? 0) & 0x10 ? 0x08 : 0) |
      (temperature ? 0x04 : 0) |
      (cml ? 0x02 : 0);
    const high =
      (vout ? 0x80 : 0) |
      (iout ? 0x40 : 0) |
      (input ? 0x20 : 0) |
      (sense.makerFaults ? 0x10 : 0) |
      (off ? 0x08 : 0);
    return (high << 8) | low;
  }
  /** Compares what is sensed with the limits. */
  function look(): void {
    for (let page = 0; page < pages; page++) {
      for (const [command, of, initial, above, register, bit] of LIMITS) {
        const limit = real(of, written(page, command) ?? raw(of, initial));
        const value = sensed(of, page);
        if (above ? value > limit : value < limit) latch(page, register, bit);
      }
    }
    const alerts = state.latched.length > 0 || sense.makerFaults !== 0 || sense.communicationFaults !== 0;
    pin.ALERT.set(!alerts);
  }
  /** @returns undefined for a command that it does not have */
  function read(command: number): readonly number[] | undefined {
    const { page } = state;
    const id = ids[command];
    if (typeof id === 'string') return [id.length, ...[...id].map((each) => each.charCodeAt(0))];
    if (id !== undefined) return id;
    const limit = LIMITS.find((each) => each[0] === command);
    if (limit !== undefined) return word(written(page, command) ?? raw(limit[1], limit[2]));
    const bytes: Readonly<Record<number, () => readonly number[]>> = {
      [CMD.PAGE]: () => [page],
      [CMD.OPERATION]: () => [state.operation[page] ?? 0],
      [CMD.WRITE_PROTECT]: () => [state.protection],
      [CMD.CAPABILITY]: () => [CAPABILITY],
      [CMD.VOUT_MODE]: () => [exponent & 0x1f],
      [CMD.VOUT_COMMAND]: () => word(written(page, command) ?? raw('vout', 1)),
      [CMD.STATUS_BYTE]: () => [statusWord(page) & 0xff],
      [CMD.STATUS_WORD]: () => word(statusWord(page)),
      [CMD.READ_VIN]: () => word(linear11(sense.vin)),
      [CMD.READ_VOUT]: () => word(raw('vout', sensed('vout', page))),
      [CMD.READ_IOUT]: () => word(linear11(sensed('iout', page))),
      [CMD.READ_TEMPERATURE_1]: () => word(linear11(sense.temperature)),
      [CMD.READ_TEMPERATURE_2]: () => word(linear11(sense.temperature)),
      [CMD.READ_POUT]: () => word(linear11(sensed('vout', page) * sensed('iout', page))),
      [CMD.REVISION]: () => [0x33],
    };
    if (LATCHED.includes(command as 0x7a) || command === CMD.STATUS_MFR) return [status(page, command)];
    return bytes[command]?.();
  }
  function write(command: number, data: readonly number[]): void {
    const { page } = state;
    const [low = 0, high = 0] = data;
    const isWord = command === CMD.VOUT_COMMAND || LIMITS.some((each) => each[0] === command);
    if (command === CMD.CLEAR_FAULTS) state.latched = [];
    else if (command === CMD.PAGE && (low < pages || low === 0xff)) state.page = low === 0xff ? 0 : low;
    else if (command === CMD.WRITE_PROTECT && data.length === 1) state.protection = low;
    else if ((state.protection & 0x80) !== 0) latch(0, CMD.STATUS_CML, INVALID_DATA);
    else if (command === CMD.OPERATION && data.length === 1)
      state.operation = state.operation.map((each, index) => (index === page ? low : each));
    else if (isWord && data.length === 2) {
      const others = state.written.filter((each) => each[0] !== page || each[1] !== command);
      state.written = [...others, [page, command, low | (high << 8)]];
    } else if (LATCHED.includes(command as 0x7a) && data.length === 1) {
      // Writing 1 clears a bit (10.2.4).
      const left = bitsOf(command === CMD.STATUS_CML ? 0 : page, command) & ~low;
      state.latched = state.latched.filter((each) => each[1] !== command || each[0] !== page);
      if (left !== 0) latch(page, command, left);
    } else latch(0, CMD.STATUS_CML, read(command) === undefined ? UNKNOWN_COMMAND : INVALID_DATA);
    look();
  }
  return { state, scale, look, read, write, latch, written };
}

const modelOf =
  (kind: Kind): Model<Sheet> =>
  (_registers, kit) => {
    const [address = 0x40] = kit.addresses;
    const commands = commandsOf(kind, kit);
    const { state } = commands;
    let received: number[] = [];
    let sent: readonly number[] = [];
    let position = 0;

    /** How many bytes of data a command takes; a further one is PEC. */
    const sizeOf = (command: number) =>
      command === CMD.CLEAR_FAULTS ? 0 : (commands.read(command)?.length ?? received.length - 1);
    function execute(): void {
      const [command, ...data] = received;
      if (command === undefined) return;
      const size = sizeOf(command);
      const checked = data.length === size + 1;
      if (checked && pec([address << 1, ...received.slice(0, -1)]) !== received.at(-1)) {
        commands.latch(0, CMD.STATUS_CML, WRONG_PEC);
        commands.look();
      } else if (data.length > 0 || command === CMD.CLEAR_FAULTS) {
        commands.write(command, checked ? data.slice(0, -1) : data);
      }
      received = [];
    }
    function answer(): void {
      const [command = 0] = received;
      const data = commands.read(command);
      if (data === undefined) commands.latch(0, CMD.STATUS_CML, UNKNOWN_COMMAND);
      commands.look();
      const bytes = data ?? [];
      sent = [...bytes, pec([address << 1, command, (address << 1) | 1, ...bytes])];
      if (data === undefined) sent = [];
      received = [];
    }
    return {
      reset() {
        Object.assign(state, newState(kind.pages));
        received = [];
        commands.look();
      },
      restored: () => commands.look(),
      sensed: () => commands.look(),
      alertResponse: () => (kit.pin.ALERT.high ? undefined : 0),
      properties: {
        get on() {
          return ((state.operation[0] ?? 0) & ON) !== 0;
        },
        get commandedVout() {
          return (commands.written(0, CMD.VOUT_COMMAND) ?? Math.round(1 / commands.scale)) * commands.scale;
        },
      },
      i2c: {
        start(_address, read) {
          position = 0;
          if (read) answer();
          else execute();
          return true;
        },
        write(data) {
          const taken = data.subarray(0, Math.max(0, 40 - received.length));
          received.push(...taken);
          return taken.length;
        },
        read(into) {
          for (let index = 0; index < into.length; index++) into[index] = sent[position++] ?? 0xff;
        },
        stop: execute,
      },
    };
  };

const MFR = { ID: 0x99, MODEL: 0x9a, DEVICE_ID: 0xad, SPECIAL_ID: 0xe7, COMMON: 0xef } as const;
/** MFR_COMMON of Linear's: not busy, nothing pending. */
const READY = [0x60];

const ROWS: readonly (readonly [compatible: readonly [string, ...string[]], title: string, kind: Kind])[] = [
  [
    ['maxim,max15301', 'maxim,max15303'],
    'MAX15301 PMBus voltage regulator',
    {
      pages: 1,
      exponent: -12,
      ids: { [MFR.ID]: 'MAXIM', [MFR.MODEL]: 'MAX15301', [MFR.DEVICE_ID]: 'MAX15301' },
    },
  ],
  [
    ['lltc,ltc3882'],
    'LTC3882 PMBus voltage regulator, two outputs',
    {
      pages: 2,
      exponent: -12,
      ids: { [MFR.ID]: 'LTC', [MFR.MODEL]: 'LTC3882', [MFR.SPECIAL_ID]: [0x00, 0x42], [MFR.COMMON]: READY },
    },
  ],
];

export const parts: readonly Part[] = ROWS.map(([compatible, title, kind]) => ({
  ...sheet,
  compatible,
  title,
  model: modelOf(kind),
}));
