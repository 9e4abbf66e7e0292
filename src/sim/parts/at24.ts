import { type DeviceNode, NodeError } from '../../bus/index.ts';
import { exposeProperties } from '../chip/part-properties.ts';
import { type Clock, MS } from '../kit/clock.ts';
import type { Contents } from '../kit/contents.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import type { PartContext } from '../populate/context.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { I2cPart } from '../wire/part.ts';

/** Geometry of an EEPROM of the 24Cxx family. */
interface Geometry {
  readonly size: number;
  /** Bytes that one write cycle takes; writing on wraps inside the page. */
  readonly pageSize: number;
  /** Bytes of the memory address that follow the device address; higher bits are in the device address. */
  readonly addressBytes: 1 | 2;
}

/** Microchip (Atmel) data sheets AT24C01 to AT24CM01, "Memory organization". */
const GEOMETRIES: Readonly<Record<string, Geometry>> = {
  'atmel,24c01': { size: 0x80, pageSize: 8, addressBytes: 1 },
  'atmel,24c02': { size: 0x100, pageSize: 8, addressBytes: 1 },
  'atmel,24c04': { size: 0x200, pageSize: 16, addressBytes: 1 },
  'atmel,24c08': { size: 0x400, pageSize: 16, addressBytes: 1 },
  'atmel,24c16': { size: 0x800, pageSize: 16, addressBytes: 1 },
  'atmel,24c32': { size: 0x1000, pageSize: 32, addressBytes: 2 },
  'atmel,24c64': { size: 0x2000, pageSize: 32, addressBytes: 2 },
  'atmel,24c128': { size: 0x4000, pageSize: 64, addressBytes: 2 },
  'atmel,24c256': { size: 0x8000, pageSize: 64, addressBytes: 2 },
  'atmel,24c512': { size: 0x10000, pageSize: 128, addressBytes: 2 },
  'atmel,24c1024': { size: 0x20000, pageSize: 256, addressBytes: 2 },
  'atmel,spd': { size: 0x100, pageSize: 16, addressBytes: 1 },
};

/** Self-timed write cycle (tWR), at most. */
const WRITE_TIME_MS = 5;

class At24 implements I2cPart {
  readonly addresses: readonly number[];
  readonly state;
  readonly #geometry: Geometry;
  readonly #clock: Clock;
  readonly #contents: Contents;
  readonly #page: Uint8Array;
  readonly #base: number;
  readonly #registers = {
    /** Address counter. */
    address: 0,
    writeEnd: 0,
    writeTime: WRITE_TIME_MS,
    writeProtect: false,
    /** Bytes of the memory address still to come. */
    addressBytesDue: 0,
    /** Data bytes waiting in the page buffer, and where the first of them goes. */
    pending: 0,
    pageOffset: 0,
  };

  constructor(geometry: Geometry, base: number, context: PartContext, readOnly: boolean) {
    const window = geometry.addressBytes === 1 ? 0x100 : 0x10000;
    const count = Math.max(1, Math.ceil(geometry.size / window));
    this.addresses = Array.from({ length: count }, (_, block) => base + block);
    this.#base = base;
    this.#geometry = geometry;
    this.#clock = context.clock;
    this.#contents = context.contents(geometry.size, 0xff);
    this.#page = new Uint8Array(geometry.pageSize);
    this.#registers.writeProtect = readOnly;
    this.state = { memory: this.#contents.bytes, registers: this.#registers, page: this.#page };
    exposeProperties(this, this.#registers, ['writeTime', 'writeProtect']);
  }

  /** The whole memory. */
  get contents(): Uint8Array {
    return this.#contents.bytes.slice();
  }

  set contents(bytes: Uint8Array) {
    this.#contents.bytes.set(bytes.subarray(0, this.#geometry.size));
    this.#contents.changed();
  }

  reset(): void {
    Object.assign(this.#registers, { address: 0, writeEnd: 0, addressBytesDue: 0, pending: 0 });
  }

  restored(): void {
    this.#contents.changed();
  }

  close(): void {
    this.#contents.flush();
  }

  start(address: number, read: boolean): boolean {
    const registers = this.#registers;
    // A START before the STOP drops what was to be written.
    registers.pending = 0;
    if (this.#isWriting()) return false;
    const block = address - this.#base;
    if (read) {
      const window = 0x100 ** this.#geometry.addressBytes;
      registers.address = (block * window + (registers.address % window)) % this.#geometry.size;
    } else {
      registers.address = block;
      registers.addressBytesDue = this.#geometry.addressBytes;
    }
    return true;
  }

  write(data: Uint8Array): number {
    const registers = this.#registers;
    for (const byte of data) {
      if (registers.addressBytesDue > 0) {
        registers.address = registers.address * 0x100 + byte;
        if (--registers.addressBytesDue === 0) registers.address %= this.#geometry.size;
      } else this.#load(byte);
    }
    return data.length;
  }

  read(into: Uint8Array): void {
    const { bytes } = this.#contents;
    for (let at = 0; at < into.length; ) {
      const { address } = this.#registers;
      const run = Math.min(into.length - at, bytes.length - address);
      into.set(bytes.subarray(address, address + run), at);
      at += run;
      this.#registers.address = (address + run) % bytes.length;
    }
  }

  stop(): void {
    const { pending, pageOffset, address, writeProtect, writeTime } = this.#registers;
    this.#registers.pending = 0;
    if (pending === 0 || writeProtect) return;
    const { pageSize } = this.#geometry;
    const pageStart = address - (address % pageSize);
    for (let i = 0; i < Math.min(pending, pageSize); i++) {
      const offset = (pageOffset + pending - 1 - i) % pageSize;
      this.#contents.bytes[pageStart + offset] = this.#page[offset] as number;
    }
    this.#contents.changed();
    this.#registers.writeEnd = this.#clock.now() + writeTime * MS;
  }

  /** Whether a write cycle is under way. Without one there is no clock to look at, which costs a system call. */
  #isWriting(): boolean {
    const registers = this.#registers;
    if (registers.writeEnd === 0) return false;
    if (this.#clock.now() < registers.writeEnd) return true;
    registers.writeEnd = 0;
    return false;
  }

  /** Into the page buffer; the counter wraps inside the page. */
  #load(byte: number): void {
    const registers = this.#registers;
    const { pageSize } = this.#geometry;
    const offset = registers.address % pageSize;
    if (registers.pending === 0) registers.pageOffset = offset;
    registers.pending++;
    this.#page[offset] = byte;
    registers.address += offset + 1 === pageSize ? 1 - pageSize : 1;
  }
}

/** The geometry that the node asks for by the properties of the at24 binding. */
function geometryOf(node: DeviceNode, usual: Geometry): Geometry {
  const size = node.u32('size') ?? usual.size;
  const pageSize = node.u32('pagesize') ?? usual.pageSize;
  const width = node.u32('address-width') ?? usual.addressBytes * 8;
  if (width !== 8 && width !== 16)
    throw new NodeError(node, 'address-width', `must be 8 or 16, not ${width}`);
  if (!isPowerOfTwo(pageSize) || pageSize > 0x1000) {
    throw new NodeError(node, 'pagesize', `must be a power of two up to 4096, not ${pageSize}`);
  }
  const addressBytes = width === 8 ? 1 : 2;
  const most = 8 * 0x100 ** addressBytes;
  if (size === 0 || size % pageSize !== 0 || size > most) {
    throw new NodeError(
      node,
      'size',
      `must be whole pages of ${pageSize} bytes, at most ${most}, not ${size}`,
    );
  }
  return { size, pageSize, addressBytes };
}

function isPowerOfTwo(n: number): boolean {
  return n > 0 && (n & (n - 1)) === 0;
}

export const models: readonly I2cPartModel[] = Object.entries(GEOMETRIES).map(([compatible, usual]) => ({
  compatible: [compatible],
  bus: 'i2c',
  title: `${compatible.slice(6).toUpperCase()} EEPROM, ${usual.size} bytes`,
  properties: [
    { name: 'writeTime', kind: 'number', unit: 'ms', range: [0, 1000], doc: 'write cycle time' },
    { name: 'writeProtect', kind: 'flag', doc: 'level of the WP pin: high keeps the contents' },
    { name: 'contents', kind: 'bytes', doc: 'the whole memory' },
  ],
  create: (node: DeviceNode, context) =>
    new At24(geometryOf(node, usual), i2cAddress(node), context, node.has('read-only')),
}));
