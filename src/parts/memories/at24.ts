import { busyWith } from '../busy.ts';
import type { DataSheet, Memory } from '../data-sheet.ts';
import type { Kit, Model, Part } from '../model.ts';
import { EEPROM_NODE, WRITE_TIME, writePage } from './eeprom.ts';
import { CONTENTS, contentsOf } from './memory-contents.ts';

/** Bytes that are copied one by one. */
const FEW = 32;

/** Zephyr's name of all of them, beside which `size`, `pagesize` and `address-width` stand. */
const ANY = 'at24';

/** The 24Cxx family (Microchip AT24C01 to AT24CM02 data sheets, "Memory organization"): bytes, page, address bits. */
const ROWS: readonly (readonly [
  name: string,
  size: number,
  pageSize: number,
  addressWidth: 8 | 16,
  smallestPage?: number,
])[] = [
  ['24c00', 0x10, 1, 8],
  ['24c01', 0x80, 8, 8],
  ['24c02', 0x100, 8, 8],
  ['24c04', 0x200, 16, 8],
  ['24c08', 0x400, 16, 8],
  ['24c16', 0x800, 16, 8],
  ['24c32', 0x1000, 32, 16],
  ['24c64', 0x2000, 32, 16],
  ['24c128', 0x4000, 64, 16],
  ['24c256', 0x8000, 64, 16],
  ['24c512', 0x10000, 128, 16],
  ['24c1024', 0x20000, 256, 16, 128],
  ['24c2048', 0x40000, 256, 16, 128],
  // Write-lockable pages of the 24C32-D and 24C64-D, at addresses of their own.
  ['24c32d-wl', 0x20, 0x20, 16],
  ['24c64d-wl', 0x20, 0x20, 16],
  // Their upper halves hold an address of the network, which a test puts there.
  ['24mac402', 0x100, 16, 8],
  ['24mac602', 0x100, 16, 8],
  ['24aa025e48', 0x100, 16, 8],
  ['spd', 0x100, 16, 8],
  [ANY, 0x100, 8, 8],
];

const sheetOf = (name: string, memory: Memory) =>
  ({
    compatible: [`${name.startsWith('24aa') ? 'microchip' : 'atmel'},${name}`],
    partNumbers: [name],
    title:
      name === ANY
        ? 'EEPROM of the size that its node says'
        : `${name.toUpperCase()} EEPROM, ${memory.size} bytes`,
    source: 'Microchip AT24C data sheets',
    notModelled: [
      'the software write protection of SPD EEPROMs, and the lock of identification pages',
      'addresses on which other makers answer too',
    ],
    node: 'eeprom',
    nodeProperties: {
      size: { type: 'u32', doc: 'bytes, where it differs from the compatible' },
      ...EEPROM_NODE,
      'address-width': { type: 'u32', doc: 'bits of the memory address: 8 or 16' },
      'read-only': { type: 'flag', doc: 'the WP pin is high' },
    },
    bus: { i2c: { form: 'memory', address: 0x50 } },
    memory,
    senses: {
      ...WRITE_TIME,
      writeProtect: { kind: 'flag', doc: 'level of the WP pin: high keeps the contents' },
      ...CONTENTS,
    },
  }) as const satisfies DataSheet;

type Sheet = ReturnType<typeof sheetOf>;

const modelOf =
  (usual: Memory): Model<Sheet> =>
  (_registers, kit) => {
    const { size, pageSize, addressWidth } = geometryOf(kit, usual);
    const { sense, keep, once, addresses, contents, node } = kit;
    const base = addresses[0] as number;
    /** What the address bytes of the bus reach; higher bits are in the device address. */
    const window = 2 ** addressWidth;
    const blocks = Array.from({ length: Math.max(1, Math.ceil(size / window)) }, (_, block) => base + block);
    const memory = contents(size, 0xff);
    const page = new Uint8Array(pageSize);
    const counter = keep({ address: 0, addressBytesDue: 0, pending: 0, pageOffset: 0, page });
    const writing = once();
    sense.writeProtect = node.has('read-only');

    /** Into the page buffer; the counter wraps inside the page. */
    function load(byte: number): void {
      const offset = counter.address % pageSize;
      if (counter.pending === 0) counter.pageOffset = offset;
      counter.pending++;
      page[offset] = byte;
      counter.address += offset + 1 === pageSize ? 1 - pageSize : 1;
    }

    function store(): void {
      const { pending, pageOffset, address } = counter;
      writePage(memory, page, address - (address % pageSize) + pageOffset, pending);
      writing.start(sense.writeTime * 1e6);
    }

    return {
      addresses: () => blocks,
      reset() {
        Object.assign(counter, { address: 0, addressBytesDue: 0, pending: 0 });
        writing.cancel();
      },
      properties: contentsOf(memory),
      i2c: {
        busyReason: () => busyWith('write cycle', writing.remainingNs),
        start(address, read) {
          // A START before the STOP drops what was to be written.
          counter.pending = 0;
          if (writing.pending) {
            kit.misuse(
              'writing',
              'it was addressed during a write cycle: it does not acknowledge until that has ended',
            );
            return false;
          }
          const block = address - base;
          if (read) counter.address = (block * window + (counter.address % window)) % size;
          else {
            counter.address = block;
            counter.addressBytesDue = addressWidth / 8;
          }
          return true;
        },
        write(data) {
          for (const byte of data) {
            if (counter.addressBytesDue === 0) load(byte);
            else {
              counter.address = counter.address * 0x100 + byte;
              if (--counter.addressBytesDue === 0) counter.address %= size;
            }
          }
          return data.length;
        },
        read(into) {
          const { bytes } = memory;
          for (let at = 0; at < into.length; ) {
            const { address } = counter;
            const run = Math.min(into.length - at, size - address);
            // A view is more than it carries when that is short.
            if (run > FEW) into.set(bytes.subarray(address, address + run), at);
            else for (let i = 0; i < run; i++) into[at + i] = bytes[address + i] as number;
            at += run;
            counter.address = (address + run) % size;
          }
        },
        stop() {
          if (counter.pending > 0 && !sense.writeProtect) store();
          counter.pending = 0;
        },
      },
    };
  };

/** The geometry that the node asks for by the properties of the at24 binding. */
function geometryOf({ node, fault }: Kit<Sheet>, usual: Memory): Memory {
  const size = node.u32('size') ?? usual.size;
  const pageSize = node.u32('pagesize') ?? usual.pageSize;
  const addressWidth = node.u32('address-width') ?? usual.addressWidth;
  if (addressWidth !== 8 && addressWidth !== 16) {
    throw fault('address-width', `invalid width ${addressWidth}: expected 8 or 16`);
  }
  if (pageSize <= 0 || (pageSize & (pageSize - 1)) !== 0 || pageSize > 0x1000) {
    throw fault('pagesize', `invalid page size ${pageSize}: expected a power of two up to 4096`);
  }
  const most = 8 * 2 ** addressWidth;
  if (size === 0 || size % pageSize !== 0 || size > most) {
    throw fault('size', `invalid size ${size}: expected whole pages of ${pageSize} bytes, at most ${most}`);
  }
  return { size, pageSize, addressWidth };
}

export const parts: readonly Part[] = ROWS.map(
  ([name, size, pageSize, addressWidth, smallestPage = pageSize]) => {
    const memory = { size, pageSize, smallestPage, addressWidth };
    return { ...sheetOf(name, memory), model: modelOf(memory) };
  },
);
