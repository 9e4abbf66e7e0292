import type { DataSheet, Memory } from '../data-sheet.ts';
import type { Kit, Model, Part } from '../model.ts';
import { EEPROM_NODE, WRITE_TIME, writePage } from './eeprom.ts';
import { CONTENTS, contentsOf } from './memory-contents.ts';

/** Bit 8 of the address, in the instruction of parts with nine address bits. */
const A8 = 0x100;

const sheet = {
  source: 'Microchip AT25010B to AT25M02 data sheets',
  notModelled: ['the HOLD pin', 'identification pages', 'error correction'],
  node: 'eeprom',
  nodeProperties: {
    size: { type: 'u32', doc: 'bytes' },
    ...EEPROM_NODE,
    'address-width': { type: 'u32', doc: 'bits of the memory address: 8, 9, 16 or 24' },
    'read-only': { type: 'flag', doc: 'the whole memory is protected' },
  },
  // The longest address is not waited for: Linux sends opcode and address in one transfer.
  bus: { spi: { form: 'instructions', modes: 0b1001, addressBytes: [1, 2] } },
  // Table "Instruction set". Bit 3 of READ and WRITE is A8 of 512-byte parts.
  instructions: [
    { opcode: 0x01, name: 'write status', data: 'out', does: 'write-status' },
    { opcode: 0x02, name: 'write', address: 'mode', data: 'out', does: 'write' },
    { opcode: 0x03, name: 'read', address: 'mode', data: 'in', does: 'read' },
    { opcode: 0x04, name: 'write disable', does: 'write-disable' },
    { opcode: 0x05, name: 'read status', data: 'in', does: 'read-status' },
    { opcode: 0x06, name: 'write enable', does: 'write-enable' },
    { opcode: 0x0a, name: 'write at 0x1..', address: 1, data: 'out', does: 'write', operand: A8 },
    { opcode: 0x0b, name: 'read at 0x1..', address: 1, data: 'in', does: 'read', operand: A8 },
  ],
  senses: {
    ...WRITE_TIME,
    writeProtect: { kind: 'flag', doc: 'true while the WP pin is low' },
    ...CONTENTS,
  },
} as const satisfies Omit<DataSheet, 'compatible' | 'title'>;

type Sheet = typeof sheet & DataSheet;

const STATUS = { WIP: 0x01, WEL: 0x02, BP: 0x0c, WPEN: 0x80 } as const;
const STATUS_WRITABLE = STATUS.WPEN | STATUS.BP;

const modelOf =
  (usual: Memory, statusWritable = STATUS_WRITABLE): Model<Sheet> =>
  (_registers, kit) => {
    const { size, pageSize, addressWidth } = geometryOf(kit, usual);
    const { sense, keep, once, contents, node } = kit;
    const memory = contents(size, 0xff);
    const page = new Uint8Array(pageSize);
    // A part that is read-only has its whole array protected.
    const state = keep({
      status: node.has('read-only') ? STATUS.BP : 0,
      writeEnabled: false,
      statusByte: 0,
      page,
    });
    const writing = once();

    const status = () =>
      state.status | (writing.pending ? STATUS.WIP : 0) | (state.writeEnabled ? STATUS.WEL : 0);

    /** BP1, BP0: nothing, the upper quarter, the upper half, all. */
    const firstProtected = () =>
      [size, (size * 3) / 4, size / 2, 0][(state.status & STATUS.BP) >> 2] as number;

    function beginWriteCycle(): void {
      state.writeEnabled = false;
      writing.start(sense.writeTime * 1e6);
    }

    function writeStatus(): void {
      if (sense.writeProtect && (state.status & STATUS.WPEN) !== 0) return;
      state.status = state.statusByte & statusWritable;
      beginWriteCycle();
    }

    function store(address: number, count: number): void {
      if (address - (address % pageSize) >= firstProtected()) {
        state.writeEnabled = false;
        return;
      }
      writePage(memory, page, address, count);
      beginWriteCycle();
    }

    return {
      reset() {
        state.writeEnabled = false;
        writing.cancel();
      },
      properties: contentsOf(memory),
      instruction: {
        accepts: ({ does, operand }) =>
          (does === 'read-status' || !writing.pending) && (operand !== A8 || addressWidth === 9),
        addressBytes: () => addressWidth >> 3,
        addressBase: ({ operand }) => (operand === A8 ? 1 : 0),
        send({ does }, address, index, rx, from, to) {
          const { bytes } = memory;
          for (let at = from; at < to; at++) {
            const place = (address + index + at - from) % size;
            rx[at] = does === 'read' ? (bytes[place] as number) : status();
          }
        },
        take({ does }, address, index, byte) {
          if (does === 'write') page[(address + index) % pageSize] = byte;
          else state.statusByte = byte;
        },
        /** WREN, WRDI, WRSR and WRITE take effect when chip select rises. */
        execute({ does }, address, count) {
          if (does === 'write-enable') state.writeEnabled = true;
          else if (does === 'write-disable') state.writeEnabled = false;
          else if (count > 0 && state.writeEnabled) {
            if (does === 'write-status') writeStatus();
            else if (does === 'write') store(address % size, count);
          }
        },
      },
    };
  };

/** Size, page and address width as the at25 binding names them. */
function geometryOf({ node, fault }: Kit<Sheet>, usual: Memory): Memory {
  const size = node.u32('size') ?? usual.size;
  const pageSize = node.u32('pagesize') ?? usual.pageSize;
  const addressWidth = node.u32('address-width') ?? usual.addressWidth;
  if (![8, 9, 16, 24].includes(addressWidth)) {
    throw fault('address-width', `invalid width ${addressWidth}: expected 8, 9, 16 or 24`);
  }
  const most = 2 ** addressWidth;
  if (pageSize === 0 || pageSize > 0x10000) {
    throw fault('pagesize', `invalid page size ${pageSize}: expected 1 to 65536`);
  }
  if (size === 0 || size % pageSize !== 0 || size > most) {
    throw fault('size', `invalid size ${size}: expected whole pages of ${pageSize} bytes, at most ${most}`);
  }
  return { size, pageSize, addressWidth };
}

/** "Memory organization": bytes, page, address bits. */
const ROWS: readonly (readonly [name: string, size: number, pageSize: number, addressWidth: number])[] = [
  ['25010', 0x80, 8, 8],
  ['25020', 0x100, 8, 8],
  ['25040', 0x200, 8, 9],
  ['25080', 0x400, 32, 16],
  ['25160', 0x800, 32, 16],
  ['25320', 0x1000, 32, 16],
  ['25640', 0x2000, 32, 16],
  ['25128', 0x4000, 64, 16],
  ['25256', 0x8000, 64, 16],
  ['25512', 0x10000, 128, 16],
  ['25m01', 0x20000, 256, 24],
  ['25m02', 0x40000, 256, 24],
];

/** 48L640: no pages, and no write cycle; beside BP1 and BP0 its SWM, PRO and ASE are writable (DS20006055, table 2-2). */
const EERAM: Memory = { size: 0x2000, pageSize: 0x2000, addressWidth: 16 };
const EERAM_STATUS = 0x7c;

/** What a node without a geometry is: an AT25256. */
const USUAL: Memory = { size: 0x8000, pageSize: 64, addressWidth: 16 };

export const parts: readonly Part[] = [
  {
    ...sheet,
    compatible: ['atmel,at25'],
    title: 'AT25 SPI EEPROM of the size that the node names',
    nodeExample: ['size = <32768>;', 'pagesize = <64>;', 'address-width = <16>;'],
    model: modelOf(USUAL),
  },
  ...ROWS.map(([name, size, pageSize, addressWidth]) => ({
    ...sheet,
    compatible: [`atmel,at${name}`],
    partNumbers: [name],
    title: `AT${name.toUpperCase()} SPI EEPROM, ${size} bytes`,
    memory: { size, pageSize, addressWidth },
    model: modelOf({ size, pageSize, addressWidth }),
  })),
  {
    ...sheet,
    compatible: ['microchip,48l640'],
    title: '48L640 EERAM, 8192 bytes',
    source: 'Microchip DS20006055',
    notModelled: [
      'the HOLD pin',
      'that it forgets without ASE: it keeps what was written',
      'STORE and RECALL',
    ],
    memory: EERAM,
    senses: { ...sheet.senses, writeTime: { ...sheet.senses.writeTime, initial: 0 } },
    model: modelOf(EERAM, EERAM_STATUS),
  },
];
