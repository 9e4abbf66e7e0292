import { type DeviceNode, NodeError } from '../../bus/index.ts';
import { exposeProperties } from '../chip/part-properties.ts';
import { type Clock, MS } from '../kit/clock.ts';
import type { Contents } from '../kit/contents.ts';
import type { SpiPartModel } from '../populate/catalogue.ts';
import type { PartContext } from '../populate/context.ts';
import type { SpiPart } from '../wire/part.ts';
import { FLASH_CHIPS, type FlashChip, winbondOfSize } from './spi-nor-chips.ts';
import { COMMANDS, type FlashCommand } from './spi-nor-commands.ts';
import { protectedRange, SR1 } from './spi-nor-protection.ts';
import { sfdpOf, TYPICAL_MS } from './spi-nor-sfdp.ts';

const PAGE = 256;
/** Bits of the three status registers that 01h, 31h, 11h change. */
const STATUS_WRITABLE = [0xfc, 0x7b, 0xe4] as const;
/** Device ID (90h, ABh) is one less than the capacity byte of the JEDEC ID. */
const MANUFACTURER = 0;
const CAPACITY = 2;

class SpiNor implements SpiPart {
  /** CPOL = CPHA: "SPI bus operation modes 0 (0,0) and 3 (1,1) are supported". */
  readonly spiModes = 0b1001;
  readonly state;
  readonly #chip: FlashChip;
  readonly #clock: Clock;
  readonly #contents: Contents;
  readonly #sfdp: Uint8Array;
  readonly #uniqueId: Uint8Array;
  readonly #status = new Uint8Array(3);
  /** What will be programmed, or written to a register, when chip select rises. */
  readonly #buffer = new Uint8Array(PAGE);
  readonly #registers = {
    writeEnabled: false,
    fourByte: false,
    extendedAddress: 0,
    poweredDown: false,
    resetEnabled: false,
    busyUntil: 0,
    timeScale: 0,
    writeProtect: false,
  };

  // The instruction that is being received.
  #command: FlashCommand | undefined;
  #started = false;
  #headerDue = 0;
  #addressDue = 0;
  #address = 0;
  #dataCount = 0;

  constructor(chip: FlashChip, uniqueId: Uint8Array, context: PartContext) {
    this.#chip = chip;
    this.#clock = context.clock;
    this.#contents = context.contents(chip.size, 0xff);
    this.#sfdp = sfdpOf(chip);
    this.#uniqueId = uniqueId;
    this.state = {
      memory: this.#contents.bytes,
      status: this.#status,
      buffer: this.#buffer,
      registers: this.#registers,
    };
    exposeProperties(this, this.#registers, ['timeScale', 'writeProtect']);
  }

  /** The whole memory. */
  get contents(): Uint8Array {
    return this.#contents.bytes.slice();
  }

  set contents(bytes: Uint8Array) {
    this.#contents.bytes.set(bytes.subarray(0, this.#chip.size));
    this.#contents.changed();
  }

  /** What is lost without power; the status bits that are non-volatile stay. */
  reset(): void {
    Object.assign(this.#registers, {
      writeEnabled: false,
      fourByte: false,
      extendedAddress: 0,
      poweredDown: false,
      resetEnabled: false,
      busyUntil: 0,
    });
    this.#command = undefined;
    this.#started = false;
  }

  restored(): void {
    this.#contents.changed();
  }

  close(): void {
    this.#contents.flush();
  }

  select(): void {
    this.#command = undefined;
    this.#started = false;
  }

  transfer(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number, lines: number): void {
    let at = 0;
    while (at < length && (!this.#started || this.#headerDue > 0)) {
      if (rx !== undefined) rx[at] = 0xff;
      this.#header(tx === undefined ? 0 : (tx[at] as number));
      at++;
    }
    if (at === length) return;
    const command = this.#command;
    if (command === undefined) rx?.fill(0xff, at, length);
    else this.#data(command, tx, rx, at, length, lines);
    this.#dataCount += length - at;
  }

  deselect(): void {
    const command = this.#command;
    // An instruction that was broken off before its address was complete does nothing.
    if (command !== undefined && this.#headerDue === 0) this.#execute(command);
    this.#command = undefined;
    this.#started = false;
  }

  #header(byte: number): void {
    if (!this.#started) this.#instruction(byte);
    else {
      this.#headerDue--;
      if (this.#addressDue > 0) {
        this.#addressDue--;
        this.#address = this.#address * 0x100 + byte;
      }
    }
  }

  #instruction(opcode: number): void {
    this.#started = true;
    this.#dataCount = 0;
    this.#headerDue = 0;
    this.#address = 0;
    const command = COMMANDS.get(opcode);
    if (command === undefined || !this.#listensTo(command)) return;
    const { fourByte, extendedAddress } = this.#registers;
    const inMode = command.address === 'mode';
    this.#addressDue = command.address === 'mode' ? (fourByte ? 4 : 3) : command.address;
    if (inMode && !fourByte) this.#address = extendedAddress;
    this.#headerDue = this.#addressDue + command.dummy;
    this.#command = command;
    if (command.action === 'program') this.#buffer.fill(0xff);
  }

  /** While busy only the status can be read; in deep power-down only ABh is heard. */
  #listensTo({ action }: FlashCommand): boolean {
    if (this.#registers.poweredDown) return action === 'release-power-down';
    if (!this.#isBusy()) return true;
    return (
      action === 'read-status' ||
      action === 'read-flag-status' ||
      action === 'enable-reset' ||
      action === 'reset'
    );
  }

  #data(
    command: FlashCommand,
    tx: Uint8Array | undefined,
    rx: Uint8Array | undefined,
    from: number,
    to: number,
    lines: number,
  ): void {
    switch (command.action) {
      case 'read':
        if (lines === command.lines) this.#read(rx, from, to);
        else rx?.fill(0xff, from, to);
        return;
      case 'program':
        rx?.fill(0xff, from, to);
        for (let at = from; at < to; at++) this.#buffer[this.#pageOffset(at - from)] = tx?.[at] ?? 0;
        return;
      case 'write-status':
      case 'write-extended-address':
        rx?.fill(0xff, from, to);
        for (let at = from; at < to; at++) {
          const index = this.#dataCount + at - from;
          if (index < 2) this.#buffer[index] = tx?.[at] ?? 0;
        }
        return;
      default:
        if (rx === undefined) return;
        for (let at = from; at < to; at++) rx[at] = this.#answer(command, this.#dataCount + at - from);
    }
  }

  #pageOffset(index: number): number {
    return (this.#address + this.#dataCount + index) % PAGE;
  }

  #read(rx: Uint8Array | undefined, from: number, to: number): void {
    const { bytes } = this.#contents;
    let address = (this.#address + this.#dataCount) % bytes.length;
    for (let at = from; at < to && rx !== undefined; ) {
      const run = Math.min(to - at, bytes.length - address);
      rx.set(bytes.subarray(address, address + run), at);
      at += run;
      address = 0;
    }
  }

  /** Byte `index` of what a register-like instruction sends. */
  #answer({ action, operand }: FlashCommand, index: number): number {
    const { jedecId } = this.#chip;
    switch (action) {
      case 'read-status':
        return this.#statusByte(operand);
      case 'read-flag-status':
        // Micron's flag status: bit 7 ready, bit 0 4-byte mode.
        return (this.#isBusy() ? 0 : 0x80) | (this.#registers.fourByte ? 1 : 0);
      case 'read-id':
        return jedecId[index] ?? 0xff;
      case 'read-device-id':
        return (this.#address + index) % 2 === 0 ? (jedecId[MANUFACTURER] as number) : this.#deviceId();
      case 'release-power-down':
        return index < 3 ? 0xff : this.#deviceId();
      case 'read-unique-id':
        return this.#uniqueId[index % this.#uniqueId.length] as number;
      case 'read-sfdp':
        return this.#sfdp[(this.#address + index) % this.#sfdp.length] as number;
      case 'read-extended-address':
        return this.#registers.extendedAddress;
      default:
        return 0xff;
    }
  }

  #deviceId(): number {
    return (this.#chip.jedecId[CAPACITY] as number) - 1;
  }

  #isBusy(): boolean {
    const registers = this.#registers;
    if (registers.busyUntil === 0) return false;
    if (this.#clock.now() < registers.busyUntil) return true;
    registers.busyUntil = 0;
    return false;
  }

  #statusByte(index: number): number {
    const stored = this.#status[index] as number;
    if (index === 0) {
      return (stored & 0xfc) | (this.#isBusy() ? SR1.BUSY : 0) | (this.#registers.writeEnabled ? SR1.WEL : 0);
    }
    // Status register 3, bit 0: current address mode.
    if (index === 2) return (stored & 0xfe) | (this.#registers.fourByte ? 1 : 0);
    return stored;
  }

  /** Chip select has risen after a whole instruction. */
  #execute(command: FlashCommand): void {
    const registers = this.#registers;
    const resetEnabled = registers.resetEnabled;
    registers.resetEnabled = false;
    switch (command.action) {
      case 'write-enable':
        registers.writeEnabled = true;
        break;
      case 'write-disable':
        registers.writeEnabled = false;
        break;
      case 'power-down':
        registers.poweredDown = true;
        break;
      case 'release-power-down':
        registers.poweredDown = false;
        break;
      case 'enter-4-byte':
        registers.fourByte = this.#chip.size > 0x100_0000;
        break;
      case 'exit-4-byte':
        registers.fourByte = false;
        break;
      case 'enable-reset':
        registers.resetEnabled = true;
        break;
      case 'reset':
        if (resetEnabled) this.reset();
        break;
      case 'program':
      case 'erase':
      case 'erase-chip':
      case 'write-status':
      case 'write-extended-address':
        if (registers.writeEnabled) this.#change(command);
        break;
    }
  }

  /** What needs the write enable latch, and clears it. */
  #change({ action, operand }: FlashCommand): void {
    this.#registers.writeEnabled = false;
    const { size } = this.#chip;
    const address = this.#address % size;
    // An erase instruction with anything after its address is not executed.
    switch (action) {
      case 'program':
        if (this.#dataCount > 0) this.#program(address - (address % PAGE));
        return;
      case 'erase':
        if (this.#dataCount === 0) this.#erase(address - (address % operand), operand, eraseTime(operand));
        return;
      case 'erase-chip':
        if (this.#dataCount === 0) this.#erase(0, size, (TYPICAL_MS.chipPerMib * size) / (1 << 20));
        return;
      case 'write-status':
        this.#writeStatus(operand);
        return;
      default:
        if (this.#dataCount > 0) this.#registers.extendedAddress = this.#buffer[0] as number;
    }
  }

  #program(pageStart: number): void {
    if (this.#isProtected(pageStart, pageStart + PAGE)) return;
    const { bytes } = this.#contents;
    for (let i = 0; i < PAGE; i++)
      bytes[pageStart + i] = (bytes[pageStart + i] as number) & (this.#buffer[i] as number);
    this.#contents.changed();
    this.#busyFor(TYPICAL_MS.page);
  }

  #erase(from: number, length: number, ms: number): void {
    if (this.#isProtected(from, from + length)) return;
    this.#contents.bytes.fill(0xff, from, from + length);
    this.#contents.changed();
    this.#busyFor(ms);
  }

  #isProtected(from: number, to: number): boolean {
    const range = protectedRange(this.#status[0] as number, this.#status[1] as number, this.#chip.size);
    return from < range.to && to > range.from;
  }

  /** 01h with a second byte writes status register 2 too. */
  #writeStatus(first: number): void {
    const locked = ((this.#status[0] as number) & SR1.SRP) !== 0 && this.#registers.writeProtect;
    if (locked || this.#dataCount === 0) return;
    const count = first === 0 ? Math.min(2, this.#dataCount) : 1;
    for (let i = 0; i < count; i++) {
      const mask = STATUS_WRITABLE[first + i] as number;
      const kept = (this.#status[first + i] as number) & ~mask;
      this.#status[first + i] = kept | ((this.#buffer[i] as number) & mask);
    }
    this.#busyFor(TYPICAL_MS.status);
  }

  #busyFor(ms: number): void {
    this.#registers.busyUntil = this.#clock.now() + ms * MS * this.#registers.timeScale;
  }
}

function eraseTime(length: number): number {
  if (length === 0x1000) return TYPICAL_MS.sector;
  return length === 0x8000 ? TYPICAL_MS.block32 : TYPICAL_MS.block64;
}

/** 64 bits that differ from node to node and are the same at every start (FNV-1a of the path). */
function uniqueIdOf(node: DeviceNode): Uint8Array {
  const id = new Uint8Array(8);
  let hash = 0x811c_9dc5;
  for (let i = 0; i < id.length; i++) {
    for (const character of node.path) hash = Math.imul(hash ^ character.charCodeAt(0), 0x0100_0193);
    id[i] = hash >>> 24;
  }
  return id;
}

/** The end of the last fixed partition: the flash must be at least that long. */
function partitionsEnd(node: DeviceNode): number {
  let end = 0;
  for (const child of node.children) {
    const [offset, length] = child.u32s('reg') ?? [];
    if (offset !== undefined && length !== undefined) end = Math.max(end, offset + length);
    if (child.name === 'partitions') end = Math.max(end, partitionsEnd(child));
  }
  return end;
}

const JEDEC_ID = 'dtbus,jedec-id';

/** The chip of the compatible, as `size` and `dtbus,jedec-id` change it. */
function chipOf(node: DeviceNode, known: FlashChip | undefined): FlashChip {
  const wanted = node.u32('size');
  if (wanted !== undefined && (wanted < 0x10000 || (wanted & (wanted - 1)) !== 0)) {
    throw new NodeError(node, 'size', `must be a power of two from 65536 on, not ${wanted}`);
  }
  const chip = known ?? winbondOfSize(wanted ?? Math.max(1 << 20, partitionsEnd(node)));
  if (chip === undefined) {
    throw new NodeError(node, 'size', 'no chip that is known holds more than 64 MiB: name a smaller size');
  }
  const jedecId = node.bytes(JEDEC_ID) ?? chip.jedecId;
  if (jedecId.length < 3) {
    throw new NodeError(node, JEDEC_ID, 'must have at least 3 bytes: manufacturer, type, capacity');
  }
  return { ...chip, size: wanted ?? chip.size, jedecId: [...jedecId] };
}

function model(compatible: readonly string[], title: string, known?: FlashChip): SpiPartModel {
  return {
    compatible,
    bus: 'spi',
    title,
    properties: [
      {
        name: 'timeScale',
        kind: 'number',
        range: [0, 100],
        doc: 'share of the typical program and erase times',
      },
      { name: 'writeProtect', kind: 'flag', doc: 'true while the WP# pin is low' },
      { name: 'contents', kind: 'bytes', doc: 'the whole memory' },
    ],
    create: (node, context) => new SpiNor(chipOf(node, known), uniqueIdOf(node), context),
  };
}

export const models: readonly SpiPartModel[] = [
  ...FLASH_CHIPS.map((chip) =>
    model([chip.compatible], `${chip.compatible.replace(/^.*,/, '').toUpperCase()} SPI NOR flash`, chip),
  ),
  model(['jedec,spi-nor'], 'SPI NOR flash (W25Q of the size that fits)'),
];
