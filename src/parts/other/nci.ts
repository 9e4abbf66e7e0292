import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

const PAGE_BYTES = 4;
/** A tag of type 2: seven bytes of UID with their check bytes, locks, capability container, and an empty NDEF message. */
const TAG = Uint8Array.of(
  ...[0x04, 0x11, 0x22, 0xbf, 0x33, 0x44, 0x55, 0x66, 0x44, 0x48, 0x00, 0x00, 0xe1, 0x10, 0x06, 0x00],
  ...[0x03, 0x00, 0xfe, ...new Array<number>(45).fill(0)],
);

const sheet = {
  compatible: ['nxp,nxp-nci-i2c', 'nxp,pn547', 'nxp,pn553', 'nxp,pn557', 'nxp,nq310', 'samsung,s3fwrn5-i2c'],
  title: 'NFC controller (NCI), with a tag of type 2',
  source:
    'NFC Forum NCI 1.0 (packets, 4.4 to 8.2); NFC Forum Type 2 Tag; frames on I2C as Linux drivers/nfc/nxp-nci has them',
  notModelled: [
    'tags of other types, other polled technologies, listening, and secure elements',
    'commands that come in segments, and before CORE_RESET and CORE_INIT: they are taken at any time',
    'commands of a maker (they succeed), the boot loader of an S3FWRN5, and firmware',
    'polling takes no time',
  ],
  node: 'nfc',
  bus: { i2c: { form: 'other', address: 0x28 } },
  pins: ['IRQ'],
  idleLow: ['IRQ'],
  senses: {
    tag: { kind: 'flag', doc: 'a tag is before the antenna' },
    memory: {
      kind: 'bytes',
      initial: TAG,
      doc: 'pages of four bytes of the tag: the UID in the first two, from the fifth on what is written',
    },
  },
  shows: {
    state: { kind: 'text', doc: 'idle, discovery, or active: a tag was found' },
    waiting: { kind: 'integer', range: [0, 32], doc: 'packets that the host has not read' },
  },
} as const satisfies DataSheet;

/** Message types, in the upper three bits of the first byte; groups in the lower four (3.4.1, table 102). */
const [COMMAND, RESPONSE, NOTIFICATION] = [0x20, 0x40, 0x60];
const [TYPE, GROUP] = [0xe0, 0x0f];
const [CORE, RF, NFCEE, PROPRIETARY] = [0, 1, 2, 15];
const [OK, SYNTAX_ERROR, SEMANTIC_ERROR, TIMEOUT] = [0x00, 0x05, 0x06, 0xb2];
const HEADER_BYTES = 3;
const MOST_WAITING = 32;
const MOST_WRITTEN = 258;
const VERSION_1_0 = 0x10;
/** Of a tag of type 2: READ gives four pages, WRITE takes one; an acknowledge has four bits. */
const [TAG_READ, TAG_WRITE, TAG_ACK] = [0x30, 0xa2, 0x0a];
const PAGES_READ = 4;
const FIRST_WRITABLE_PAGE = 3;

type State = 'idle' | 'discovery' | 'active';

const model: Model<typeof sheet> = (_registers, { sense, keep, pin: { IRQ } }) => {
  const state = keep({
    is: 'idle' as State,
    waiting: [] as readonly (readonly number[])[],
    position: 0,
    received: [] as number[],
    memory: Uint8Array.from(TAG),
  });
  const drive = () => IRQ.set(state.waiting.length > 0);
  function send(type: number, group: number, opcode: number, ...payload: readonly number[]): void {
    state.waiting = [...state.waiting, [type | group, opcode, payload.length, ...payload]].slice(
      -MOST_WAITING,
    );
  }
  const answer = (group: number, opcode: number, ...payload: readonly number[]) =>
    send(RESPONSE, group, opcode, ...payload);

  /** RF_INTF_ACTIVATED_NTF (table 61): the frame interface, a tag of type 2 by NFC-A, its SENS_RES, UID and SEL_RES. */
  function activate(): void {
    state.is = 'active';
    const uid = [...state.memory.subarray(0, 3), ...state.memory.subarray(4, 8)];
    const technology = [0x44, 0x00, uid.length, ...uid, 1, 0x00];
    send(NOTIFICATION, RF, 0x05, 1, 0x01, 0x02, 0x00, 0xff, 1, technology.length, ...technology, 0, 0, 0, 0);
  }
  function discover(): void {
    state.is = 'discovery';
    if (sense.tag) activate();
  }

  function core(opcode: number): void {
    switch (opcode) {
      case 0:
        state.is = 'idle';
        answer(CORE, opcode, OK, VERSION_1_0, 0x01);
        break;
      case 1:
        // Features, interfaces for frames and ISO-DEP, a connection, no routing, payload, NXP.
        answer(
          CORE,
          opcode,
          OK,
          0x01,
          0x02,
          0x00,
          0x00,
          2,
          0x01,
          0x02,
          1,
          0,
          0,
          0xff,
          0,
          0,
          0x04,
          0,
          0,
          0,
          0,
        );
        break;
      case 2:
      case 3:
        answer(CORE, opcode, OK, 0);
        break;
      default:
        answer(CORE, opcode, SYNTAX_ERROR);
    }
  }

  function radio(opcode: number, [first = 0]: readonly number[]): void {
    switch (opcode) {
      case 0:
      case 1:
        answer(RF, opcode, OK);
        break;
      case 3:
        answer(RF, opcode, state.is === 'idle' ? OK : SEMANTIC_ERROR);
        if (state.is === 'idle') discover();
        break;
      case 6: {
        const before = state.is;
        answer(RF, opcode, before === 'idle' ? SEMANTIC_ERROR : OK);
        if (before === 'active') send(NOTIFICATION, RF, opcode, first, 0);
        // To discovery again, or to where nothing is polled.
        if (before === 'active' && first === 3) discover();
        else state.is = 'idle';
        break;
      }
      default:
        answer(RF, opcode, SYNTAX_ERROR);
    }
  }

  /** A frame to the tag: its answer has a status behind it; a credit comes back for each. */
  function exchange(frame: readonly number[]): void {
    const [command = 0, page = 0] = frame;
    const pages = state.memory.length / PAGE_BYTES;
    send(NOTIFICATION, CORE, 0x06, 1, 0, 1);
    if (!sense.tag || state.is !== 'active' || page >= pages) send(NOTIFICATION, CORE, 0x08, TIMEOUT, 0);
    else if (command === TAG_READ) {
      const bytes = Array.from(
        { length: PAGES_READ * PAGE_BYTES },
        (_, index) => state.memory[(page * PAGE_BYTES + index) % state.memory.length] as number,
      );
      send(0, 0, 0, ...bytes, OK);
    } else if (command === TAG_WRITE && page >= FIRST_WRITABLE_PAGE && frame.length >= 2 + PAGE_BYTES) {
      state.memory = state.memory.map((byte, at) =>
        Math.floor(at / PAGE_BYTES) === page ? (frame[2 + (at % PAGE_BYTES)] as number) : byte,
      );
      send(0, 0, 0, TAG_ACK, OK);
    } else send(NOTIFICATION, CORE, 0x08, TIMEOUT, 0);
  }

  function take(packet: readonly number[]): void {
    const [first = 0, opcode = 0, length = 0, ...payload] = packet;
    if (packet.length < HEADER_BYTES || payload.length < length) return;
    const group = first & GROUP;
    if ((first & TYPE) === 0) exchange(payload.slice(0, length));
    else if ((first & TYPE) !== COMMAND) return;
    else if (group === CORE) core(opcode);
    else if (group === RF) radio(opcode, payload);
    else if (group === NFCEE) answer(group, opcode, OK, 0);
    else answer(group, opcode, group === PROPRIETARY ? OK : SYNTAX_ERROR);
    drive();
  }
  function written(): void {
    if (state.received.length === 0) return;
    const packet = state.received;
    state.received = [];
    take(packet);
  }

  return {
    reset() {
      Object.assign(state, { is: 'idle', waiting: [], position: 0, received: [] });
      drive();
    },
    restored: drive,
    sensed(name) {
      if (name === 'tag' && sense.tag && state.is === 'discovery') activate();
      drive();
    },
    properties: {
      get state() {
        return state.is;
      },
      get waiting() {
        return state.waiting.length;
      },
      get memory() {
        return Uint8Array.from(state.memory);
      },
      set memory(bytes: Uint8Array) {
        const memory = new Uint8Array(TAG.length);
        memory.set(bytes.subarray(0, TAG.length));
        state.memory = memory;
      },
    },
    i2c: {
      start() {
        written();
        return true;
      },
      write(data) {
        const taken = data.subarray(0, Math.max(0, MOST_WRITTEN - state.received.length));
        state.received.push(...taken);
        return taken.length;
      },
      /** A header, and what follows it, may be read one after the other; nothing goes on into the next packet. */
      read(into) {
        const [packet = []] = state.waiting;
        for (let index = 0; index < into.length; index++) into[index] = packet[state.position++] ?? 0xff;
        if (state.position >= packet.length) {
          Object.assign(state, { waiting: state.waiting.slice(1), position: 0 });
          drive();
        }
      },
      stop: written,
    },
  };
};

export const parts: readonly Part[] = [{ ...sheet, model }];
