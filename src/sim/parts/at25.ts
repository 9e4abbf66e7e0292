import { type DeviceNode, NodeError } from '../../bus/index.ts';
import { exposeProperties } from '../chip/part-properties.ts';
import { type Clock, MS } from '../kit/clock.ts';
import type { Contents } from '../kit/contents.ts';
import type { SpiPartModel } from '../populate/catalogue.ts';
import type { PartContext } from '../populate/context.ts';
import type { SpiPart } from '../wire/part.ts';

/** Microchip AT25 data sheets, table "Instruction set". Bit 3 of READ and WRITE is A8 of 512-byte parts. */
const OPCODE = { WRSR: 0x01, WRITE: 0x02, READ: 0x03, WRDI: 0x04, RDSR: 0x05, WREN: 0x06 } as const;
const STATUS = { WIP: 0x01, WEL: 0x02, BP: 0x0c, WPEN: 0x80 } as const;
const STATUS_WRITABLE = STATUS.WPEN | STATUS.BP;
const A8 = 0x08;
const WRITE_TIME_MS = 5;

interface Geometry {
  readonly size: number;
  readonly pageSize: number;
  readonly addressBytes: number;
  /** Bit 8 of the address is in the instruction. */
  readonly addressInOpcode: boolean;
}

class At25 implements SpiPart {
  readonly spiModes = 0b1001;
  readonly state;
  readonly #geometry: Geometry;
  readonly #clock: Clock;
  readonly #contents: Contents;
  readonly #page: Uint8Array;
  readonly #registers = {
    status: 0,
    writeEnabled: false,
    busyUntil: 0,
    writeTime: WRITE_TIME_MS,
    writeProtect: false,
  };
  #opcode = -1;
  #addressDue = 0;
  #address = 0;
  #dataCount = 0;
  #statusByte = 0;

  constructor(geometry: Geometry, readOnly: boolean, context: PartContext) {
    this.#geometry = geometry;
    this.#clock = context.clock;
    this.#contents = context.contents(geometry.size, 0xff);
    this.#page = new Uint8Array(geometry.pageSize);
    // A part that is read-only has its whole array protected.
    if (readOnly) this.#registers.status = STATUS.BP;
    this.state = { memory: this.#contents.bytes, page: this.#page, registers: this.#registers };
    exposeProperties(this, this.#registers, ['writeTime', 'writeProtect']);
  }

  get contents(): Uint8Array {
    return this.#contents.bytes.slice();
  }

  set contents(bytes: Uint8Array) {
    this.#contents.bytes.set(bytes.subarray(0, this.#geometry.size));
    this.#contents.changed();
  }

  reset(): void {
    this.#registers.writeEnabled = false;
    this.#registers.busyUntil = 0;
  }

  restored(): void {
    this.#contents.changed();
  }

  close(): void {
    this.#contents.flush();
  }

  select(): void {
    this.#opcode = -1;
  }

  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number): void {
    for (let at = 0; at < length; at++) {
      const answer = this.#byte(tx === undefined ? 0 : (tx[at] as number));
      if (rx !== undefined) rx[at] = answer;
    }
  }

  /** WREN, WRDI, WRSR and WRITE take effect when chip select rises. */
  deselect(): void {
    const registers = this.#registers;
    if (this.#opcode === OPCODE.WREN) registers.writeEnabled = true;
    else if (this.#opcode === OPCODE.WRDI) registers.writeEnabled = false;
    else if (this.#dataCount > 0 && registers.writeEnabled) {
      if (this.#opcode === OPCODE.WRSR) this.#writeStatus();
      else if (this.#opcode === OPCODE.WRITE) this.#writePage();
    }
    this.#opcode = -1;
  }

  #byte(byte: number): number {
    if (this.#opcode < 0) {
      this.#begin(byte);
      return 0xff;
    }
    if (this.#opcode === OPCODE.RDSR) return this.#status();
    if (this.#addressDue > 0) {
      this.#addressDue--;
      this.#address = this.#address * 0x100 + byte;
      if (this.#addressDue === 0) this.#address %= this.#geometry.size;
      return 0xff;
    }
    return this.#data(byte);
  }

  #begin(byte: number): void {
    const { addressBytes, addressInOpcode } = this.#geometry;
    const opcode = addressInOpcode ? byte & ~A8 : byte;
    const busy = this.#isBusy() && byte !== OPCODE.RDSR;
    this.#opcode = busy ? 0 : opcode;
    this.#address = addressInOpcode && (byte & A8) !== 0 ? 1 : 0;
    this.#addressDue = opcode === OPCODE.READ || opcode === OPCODE.WRITE ? addressBytes : 0;
    this.#dataCount = 0;
  }

  #data(byte: number): number {
    const { pageSize, size } = this.#geometry;
    if (this.#opcode === OPCODE.READ) {
      const value = this.#contents.bytes[this.#address] as number;
      this.#address = (this.#address + 1) % size;
      return value;
    }
    if (this.#opcode === OPCODE.WRSR) this.#statusByte = byte;
    if (this.#opcode === OPCODE.WRITE) this.#page[(this.#address + this.#dataCount) % pageSize] = byte;
    this.#dataCount++;
    return 0xff;
  }

  #isBusy(): boolean {
    const registers = this.#registers;
    if (registers.busyUntil === 0) return false;
    if (this.#clock.now() < registers.busyUntil) return true;
    registers.busyUntil = 0;
    return false;
  }

  #status(): number {
    const { status, writeEnabled } = this.#registers;
    return status | (this.#isBusy() ? STATUS.WIP : 0) | (writeEnabled ? STATUS.WEL : 0);
  }

  #writeStatus(): void {
    const { status, writeProtect } = this.#registers;
    if (writeProtect && (status & STATUS.WPEN) !== 0) return;
    this.#registers.status = this.#statusByte & STATUS_WRITABLE;
    this.#beginWriteCycle();
  }

  #writePage(): void {
    const { pageSize } = this.#geometry;
    const pageStart = this.#address - (this.#address % pageSize);
    if (this.#isProtected(pageStart)) {
      this.#registers.writeEnabled = false;
      return;
    }
    for (let i = 0; i < Math.min(this.#dataCount, pageSize); i++) {
      const offset = (this.#address + this.#dataCount - 1 - i) % pageSize;
      this.#contents.bytes[pageStart + offset] = this.#page[offset] as number;
    }
    this.#contents.changed();
    this.#beginWriteCycle();
  }

  /** BP1, BP0: nothing, the upper quarter, the upper half, all. */
  #isProtected(address: number): boolean {
    const { size } = this.#geometry;
    const first = [size, (size * 3) / 4, size / 2, 0][(this.#registers.status & STATUS.BP) >> 2] as number;
    return address >= first;
  }

  #beginWriteCycle(): void {
    this.#registers.writeEnabled = false;
    this.#registers.busyUntil = this.#clock.now() + this.#registers.writeTime * MS;
  }
}

/** Size, page and address width as the at25 binding names them; without them an AT25256. */
function geometryOf(node: DeviceNode): Geometry {
  const size = node.u32('size') ?? 0x8000;
  const pageSize = node.u32('pagesize') ?? 64;
  const width = node.u32('address-width') ?? 16;
  if (![8, 9, 16, 24].includes(width)) {
    throw new NodeError(node, 'address-width', `must be 8, 9, 16 or 24, not ${width}`);
  }
  if (pageSize === 0 || pageSize > 0x10000 || size === 0 || size % pageSize !== 0 || size > 2 ** width) {
    throw new NodeError(
      node,
      'size',
      `must be whole pages of ${pageSize} bytes, at most ${2 ** width}, not ${size}`,
    );
  }
  return { size, pageSize, addressBytes: width >> 3, addressInOpcode: width === 9 };
}

export const models: readonly SpiPartModel[] = [
  {
    compatible: ['atmel,at25'],
    bus: 'spi',
    title: 'AT25 SPI EEPROM of the size that the node names',
    properties: [
      { name: 'writeTime', kind: 'number', unit: 'ms', range: [0, 1000], doc: 'write cycle time' },
      { name: 'writeProtect', kind: 'flag', doc: 'true while the WP pin is low' },
      { name: 'contents', kind: 'bytes', doc: 'the whole memory' },
    ],
    create: (node, context) => new At25(geometryOf(node), node.has('read-only'), context),
  },
];
