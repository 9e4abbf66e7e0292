import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

const sheet = {
  compatible: ['microchip,mcp2515', 'microchip,mcp25625'],
  title: 'MCP2515 CAN controller',
  source: 'Microchip DS20001801 (MCP2515)',
  notModelled: [
    'bit timing: a frame takes no time, and the bus always acknowledges it',
    'errors of the bus and their counters',
    'the RXnBF, TXnRTS and CLKOUT pins, one-shot mode, SOF',
    'sleep: it stays awake for SPI, and frames do not wake it',
  ],
  node: 'can',
  bus: { spi: { form: 'other', modes: 0b1001, maxSpeedHz: 10_000_000 } },
  pins: ['INT'],
  senses: {
    received: {
      kind: 'text',
      doc: 'a frame that another node sends on the bus: 123#0102, 12345678#01 with a number of 29 bits, 123#R is a request',
    },
  },
  shows: {
    sent: { kind: 'text', doc: 'the frame that it sent last' },
    mode: {
      kind: 'integer',
      range: [0, 7],
      doc: 'the mode: 0 normal, 1 sleep, 2 loopback, 3 listens only, 4 configuration',
    },
  },
} as const satisfies DataSheet;

const REGISTERS = 0x80;
const [CANSTAT, CANCTRL, CANINTE, CANINTF, EFLG] = [0x0e, 0x0f, 0x2b, 0x2c, 0x2d];
const [NORMAL, LOOPBACK, LISTEN, CONFIGURATION] = [0, 2, 3, 4];
const POWER_ON_CONTROL = 0x87;
/** Of a transmit buffer, and its event. */
const [TXREQ, TX0IF, RX0IF, ERRIF] = [0x08, 0x04, 0x01, 0x20];
const RX0OVR = 0x40;
/** Of RXB0CTRL: what does not fit goes to RXB1; of both: every frame is taken. */
const [BUKT, ANY] = [0x04, 0x60];
const [EXTENDED, STANDARD_REQUEST, REQUEST] = [0x08, 0x10, 0x40];
const txBuffer = (index: number) => 0x30 + 0x10 * index;
const rxBuffer = (index: number) => 0x60 + 0x10 * index;
/** Filters of either receive buffer, and its mask. */
const FILTERS = [[0x00, 0x04] as readonly number[], [0x08, 0x10, 0x14, 0x18] as readonly number[]] as const;
const MASKS = [0x20, 0x24] as const;
/** Bit modify works on these alone (table 11-1). */
const MODIFIABLE = [
  0x0c,
  0x0d,
  CANCTRL,
  0x28,
  0x29,
  0x2a,
  CANINTE,
  CANINTF,
  EFLG,
  0x30,
  0x40,
  0x50,
  0x60,
  0x70,
];
/** Order of ICOD in CANSTAT: which event is told, by its bit in CANINTF (table 7-1). */
const INTERRUPT_CODES = [5, 6, 2, 3, 4, 0, 1] as const;

const [RESET, WRITE, READ, BIT_MODIFY, READ_STATUS, RX_STATUS] = [0xc0, 0x02, 0x03, 0x05, 0xa0, 0xb0];

interface Frame {
  readonly id: number;
  readonly extended: boolean;
  readonly request: boolean;
  readonly data: readonly number[];
}

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
const textOf = ({ id, extended, request, data }: Frame) =>
  `${hex(id, extended ? 8 : 3)}#${request ? 'R' : data.map((byte) => hex(byte, 2)).join('')}`;
function frameOf(text: string): Frame | undefined {
  const [, number = '', rest = ''] = /^([0-9a-f]{3}|[0-9a-f]{8})#(r|(?:[0-9a-f]{2}){0,8})$/i.exec(text) ?? [];
  if (number === '') return undefined;
  const extended = number.length === 8;
  const request = rest.toLowerCase() === 'r';
  return {
    id: Number.parseInt(number, 16) & (extended ? 0x1fff_ffff : 0x7ff),
    extended,
    request,
    data: request ? [] : (rest.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)),
  };
}

/** The identifier as four registers have it: SIDH, SIDL, EID8, EID0. */
const identifierAt = (bytes: Uint8Array, at: number) => {
  const [high = 0, low = 0, eid8 = 0, eid0 = 0] = bytes.subarray(at, at + 4);
  const standard = (high << 3) | (low >> 5);
  return { standard, whole: (standard << 18) | ((low & 3) << 16) | (eid8 << 8) | eid0 };
};

const model: Model<typeof sheet> = (_registers, { sense, keep, warn, pin: { INT } }) => {
  const state = keep({ bytes: undefined as Uint8Array | undefined, sent: '' });
  /** Made when it is first used. */
  function memory(): Uint8Array {
    if (state.bytes === undefined) {
      state.bytes = new Uint8Array(REGISTERS);
      state.bytes[CANCTRL] = POWER_ON_CONTROL;
    }
    return state.bytes;
  }
  const get = (at: number) => memory()[at] as number;
  const set = (at: number, bits: number) => {
    memory()[at] = get(at) | bits;
  };
  const mode = () => get(CANCTRL) >> 5;
  const pending = () => get(CANINTF) & get(CANINTE);
  const drive = () => INT.set(state.bytes === undefined || pending() === 0);

  function matches(frame: Frame, buffer: 0 | 1): boolean {
    const bytes = memory();
    if ((get(rxBuffer(buffer)) & ANY) === ANY) return true;
    const mask = identifierAt(bytes, MASKS[buffer]);
    return FILTERS[buffer].some((at) => {
      if (((get(at + 1) & EXTENDED) !== 0) !== frame.extended) return false;
      const filter = identifierAt(bytes, at);
      return frame.extended
        ? ((filter.whole ^ frame.id) & mask.whole) === 0
        : ((filter.standard ^ frame.id) & mask.standard) === 0;
    });
  }

  function receive(frame: Frame): void {
    const isFull = (buffer: number) => (get(CANINTF) & (RX0IF << buffer)) !== 0;
    const rolls = isFull(0) && (get(rxBuffer(0)) & BUKT) !== 0;
    const buffer = matches(frame, 0) && !rolls ? 0 : matches(frame, 0) || matches(frame, 1) ? 1 : undefined;
    if (buffer === undefined) return;
    if (isFull(buffer)) {
      set(EFLG, RX0OVR << buffer);
      set(CANINTF, ERRIF);
      return;
    }
    const { id, extended, request, data } = frame;
    const standard = extended ? id >>> 18 : id;
    memory().set(
      [
        standard >> 3,
        ((standard & 7) << 5) | (extended ? EXTENDED | ((id >> 16) & 3) : request ? STANDARD_REQUEST : 0),
        extended ? (id >> 8) & 0xff : 0,
        extended ? id & 0xff : 0,
        data.length | (extended && request ? REQUEST : 0),
        ...data,
      ],
      rxBuffer(buffer) + 1,
    );
    set(CANINTF, RX0IF << buffer);
  }

  /** The buffers that are to be sent, the highest priority first; of equals the one with the higher number. */
  function transmit(): void {
    if (mode() !== NORMAL && mode() !== LOOPBACK) return;
    const priority = (index: number) => get(txBuffer(index)) & 3;
    const due = [2, 1, 0].filter((index) => (get(txBuffer(index)) & TXREQ) !== 0);
    for (const index of due.sort((a, b) => priority(b) - priority(a))) {
      const at = txBuffer(index);
      const { standard, whole } = identifierAt(memory(), at + 1);
      const extended = (get(at + 2) & EXTENDED) !== 0;
      const request = (get(at + 5) & REQUEST) !== 0;
      const length = request ? 0 : Math.min(get(at + 5) & 0x0f, 8);
      const frame = {
        id: extended ? whole : standard,
        extended,
        request,
        data: [...memory().subarray(at + 6, at + 6 + length)],
      };
      memory()[at] = get(at) & ~TXREQ;
      set(CANINTF, TX0IF << index);
      if (mode() === LOOPBACK) receive(frame);
      else state.sent = textOf(frame);
    }
  }

  function store(address: number, value: number): void {
    const at = (address & 0x0f) >= CANSTAT ? address & 0x0f : address;
    if (at === CANSTAT) return;
    // Filters, masks and bit times belong to the configuration (4.5, 5.8).
    const isFilter = at < 0x1c && (at & 0x0f) < 0x0c;
    const isMaskOrTime = at >= 0x20 && at <= 0x2a;
    if ((isFilter || isMaskOrTime) && mode() !== CONFIGURATION) return;
    if (at === 0x1c || at === 0x1d) return;
    memory()[at] = value;
    transmit();
  }

  function load(address: number): number {
    if ((address & 0x0f) === CANCTRL) return get(CANCTRL);
    if ((address & 0x0f) !== CANSTAT) return get(address);
    const code = INTERRUPT_CODES.findIndex((bit) => (pending() & (1 << bit)) !== 0) + 1;
    return (mode() << 5) | (code << 1);
  }

  /** "Read status" (12.8): events of the receive buffers, then request and event of each transmit buffer. */
  function status(): number {
    const events = get(CANINTF);
    const buffer = (index: number) =>
      ((get(txBuffer(index)) & TXREQ) !== 0 ? 1 : 0) | ((events & (TX0IF << index)) !== 0 ? 2 : 0);
    return (events & 3) | (buffer(0) << 2) | (buffer(1) << 4) | (buffer(2) << 6);
  }
  function receiveStatus(): number {
    const events = get(CANINTF) & 3;
    const at = rxBuffer((events & 1) !== 0 ? 0 : 1);
    const extended = (get(at + 2) & EXTENDED) !== 0;
    const request = extended ? (get(at + 5) & REQUEST) !== 0 : (get(at + 2) & STANDARD_REQUEST) !== 0;
    return (events << 6) | (events === 0 ? 0 : (extended ? 0x10 : 0) | (request ? 0x08 : 0));
  }

  let bytes: number[] = [];
  function exchange(byte: number): number {
    bytes.push(byte);
    const [instruction = 0, address = 0, mask = 0] = bytes;
    const index = bytes.length - 1;
    if (index === 0) {
      if (instruction === RESET) Object.assign(state, { bytes: undefined });
      if ((instruction & 0xf8) === 0x80) {
        for (const buffer of [0, 1, 2]) if ((instruction & (1 << buffer)) !== 0) set(txBuffer(buffer), TXREQ);
        transmit();
      }
      return 0;
    }
    if (instruction === READ) return index < 2 ? 0 : load((address + index - 2) % REGISTERS);
    if (instruction === WRITE) {
      if (index >= 2) store((address + index - 2) % REGISTERS, byte);
    } else if (instruction === BIT_MODIFY) {
      const bits = MODIFIABLE.includes(address) ? mask : 0xff;
      if (index === 3) store(address % REGISTERS, (get(address % REGISTERS) & ~bits) | (byte & bits));
    } else if (instruction === READ_STATUS) return status();
    else if (instruction === RX_STATUS) return receiveStatus();
    else if ((instruction & 0xf9) === 0x90) {
      const first = rxBuffer((instruction >> 2) & 1) + ((instruction & 2) === 0 ? 1 : 6);
      return load((first + index - 1) % REGISTERS);
    } else if (instruction >= 0x40 && instruction <= 0x45) {
      const first = txBuffer((instruction & 7) >> 1) + ((instruction & 1) === 0 ? 1 : 6);
      store((first + index - 1) % REGISTERS, byte);
    }
    return 0;
  }

  return {
    reset() {
      bytes = [];
      Object.assign(state, { bytes: undefined, sent: '' });
      drive();
    },
    restored: drive,
    sensed() {
      if (sense.received === '') return;
      const frame = frameOf(sense.received);
      if (frame === undefined) {
        warn(
          `invalid frame ${JSON.stringify(sense.received)}: expected 123#0102 or 12345678#0102, in hexadecimal`,
        );
        return;
      }
      if (mode() === NORMAL || mode() === LISTEN) receive(frame);
      drive();
    },
    properties: {
      get sent() {
        return state.sent;
      },
      get mode() {
        return state.bytes === undefined ? CONFIGURATION : mode();
      },
    },
    spi: {
      select() {
        bytes = [];
      },
      transfer(tx, rx, length) {
        for (let at = 0; at < length; at++) {
          const answer = exchange(tx?.[at] ?? 0);
          if (rx !== undefined) rx[at] = answer;
        }
        drive();
      },
      /** 12.5: a receive buffer is free when it was read. */
      deselect() {
        const [instruction = 0] = bytes;
        if ((instruction & 0xf9) === 0x90 && bytes.length > 1)
          memory()[CANINTF] = get(CANINTF) & ~(RX0IF << ((instruction >> 2) & 1));
        bytes = [];
        drive();
      },
    },
  };
};

export const parts: readonly Part[] = [{ ...sheet, model }];
