import type { Instruction } from '../data-sheet.ts';
import type { Behaviour, Contents, Deadline, Kit } from '../model.ts';
import { type FlashChip, QUAD_ENABLE } from './spi-nor-chips.ts';
import type { FlashAction } from './spi-nor-instructions.ts';
import { protectedRange, SR1, SR2 } from './spi-nor-protection.ts';
import { SecurityRegisters, withLocks } from './spi-nor-security.ts';
import { sfdpOf, TYPICAL_MS } from './spi-nor-sfdp.ts';

/** The chip that a node is. */
export type Flash = FlashChip;

const PAGE = 256;
/** Bits of the three status registers that 01h, 31h, 11h change. */
const STATUS_WRITABLE = [0xfc, 0x7b, 0xe4] as const;
/** Device ID (90h, ABh) is one less than the capacity byte of the JEDEC ID. */
const MANUFACTURER = 0;
const WINBOND = 0xef;
const CAPACITY = 2;

/** What is lost without power; the status bits that are non-volatile stay. */
const POWER_ON = {
  writeEnabled: false,
  volatileEnabled: false,
  /** What it is busy with, and may be interrupted in; where that is, and for how long it is suspended still. */
  job: undefined as 'program' | 'erase' | undefined,
  jobFrom: 0,
  jobTo: 0,
  suspendedNs: 0,
  fourByte: false,
  extendedAddress: 0,
  poweredDown: false,
  resetEnabled: false,
};

/** While busy only these are heard. */
const WHILE_BUSY: readonly (string | undefined)[] = [
  'read-status',
  'read-flag-status',
  'suspend',
  'enable-reset',
  'reset',
];

/** What an SPI NOR flash does when it is told to. */
export function flashModel(chip: Flash, kit: Kit): Behaviour {
  const flash = new SpiNor(chip, kit);
  return {
    reset: () => flash.reset(),
    properties: flash,
    instruction: {
      accepts: ({ does, lines = 1 }) => flash.listensTo(does as FlashAction, lines),
      addressBytes: () => (flash.state.fourByte ? 4 : 3),
      addressBase: ({ address }) =>
        address === 'mode' && !flash.state.fourByte ? flash.state.extendedAddress : 0,
      begin: ({ does }) => flash.begin(does as FlashAction),
      send: (instruction, address, index, rx, from, to, lines) =>
        flash.send(instruction, address, index, rx, from, to, lines),
      take: ({ does }, address, index, byte) => flash.take(does as FlashAction, address, index, byte),
      execute: ({ does, operand = 0 }, address, count) =>
        flash.execute(does as FlashAction, operand, address, count),
    },
  };
}

class SpiNor {
  readonly state = { ...POWER_ON };
  readonly #chip: Flash;
  readonly #sense: { timeScale: number; writeProtect: boolean };
  readonly #contents: Contents;
  readonly #busy: Deadline;
  readonly #powerOn: () => void;
  readonly #sfdp: Uint8Array;
  readonly #uniqueId: Uint8Array;
  readonly #status = new Uint8Array(3);
  /** The status registers as they are after power-on. */
  readonly #savedStatus = new Uint8Array(3);
  readonly #security = new SecurityRegisters();
  /** What will be programmed, or written to a register, when chip select rises. */
  readonly #buffer = new Uint8Array(PAGE);

  constructor(chip: Flash, kit: Kit) {
    this.#chip = chip;
    this.#sense = kit.sense as { timeScale: number; writeProtect: boolean };
    this.#contents = kit.contents(chip.size, 0xff);
    this.#busy = kit.once();
    this.#powerOn = kit.reset;
    this.#sfdp = sfdpOf(chip);
    this.#uniqueId = uniqueIdOf(kit.node.path);
    kit.keep(this.state);
    kit.keep({ status: this.#status, savedStatus: this.#savedStatus, buffer: this.#buffer });
    kit.keep({ security: this.#security.bytes });
  }

  /** The whole memory. */
  get contents(): Uint8Array {
    return this.#contents.bytes.slice();
  }

  set contents(bytes: Uint8Array) {
    this.#contents.load(bytes);
  }

  reset(): void {
    Object.assign(this.state, POWER_ON);
    this.#status.set(this.#savedStatus);
    this.#busy.cancel();
  }

  /**
   * While busy only the status can be read; in deep power-down only ABh is heard; four lines carry nothing while their
   * Quad Enable bit is 0, as two of them are WP# and HOLD#; security registers are Winbond's.
   */
  listensTo(does: FlashAction, lines: number): boolean {
    if (this.state.poweredDown) return does === 'release-power-down';
    if (lines === 4 && !this.#quadEnabled()) return false;
    if (does.endsWith('-security') && this.#chip.jedecId[MANUFACTURER] !== WINBOND) return false;
    return !this.#busy.pending || WHILE_BUSY.includes(does);
  }

  #quadEnabled(): boolean {
    const [sr1 = 0, sr2 = 0] = this.#status;
    switch (this.#chip.quadEnable) {
      case QUAD_ENABLE.SR1_BIT6:
        return (sr1 & SR1.SEC) !== 0;
      case QUAD_ENABLE.SR2_BIT1:
        return (sr2 & SR2.QE) !== 0;
      default:
        return true;
    }
  }

  begin(does: FlashAction): void {
    if (does === 'program' || does === 'program-security') this.#buffer.fill(0xff);
  }

  send(
    { does, operand = 0, lines: wanted = 1 }: Instruction,
    address: number,
    index: number,
    rx: Uint8Array,
    from: number,
    to: number,
    lines: number,
  ): void {
    if (does !== 'read') {
      for (let at = from; at < to; at++) {
        rx[at] = this.#answer(does as FlashAction, operand, address, index + at - from);
      }
    } else if (lines === wanted) this.#read(address + index, rx, from, to);
    else rx.fill(0xff, from, to);
  }

  take(does: FlashAction, address: number, index: number, byte: number): void {
    if (does === 'program' || does === 'program-security') this.#buffer[(address + index) % PAGE] = byte;
    else if (index < 2) this.#buffer[index] = byte;
  }

  /** Chip select has risen after a whole instruction with `count` bytes of data. */
  execute(does: FlashAction, operand: number, address: number, count: number): void {
    const { resetEnabled } = this.state;
    this.state.resetEnabled = false;
    switch (does) {
      case 'write-enable':
        this.state.writeEnabled = true;
        return;
      case 'write-enable-volatile':
        this.state.volatileEnabled = true;
        return;
      case 'write-disable':
        this.state.writeEnabled = false;
        this.state.volatileEnabled = false;
        return;
      case 'suspend':
        this.#suspend();
        return;
      case 'resume':
        if (this.state.suspendedNs > 0) this.#busy.start(this.state.suspendedNs);
        this.state.suspendedNs = 0;
        return;
      case 'power-down':
        this.state.poweredDown = true;
        return;
      case 'release-power-down':
        this.state.poweredDown = false;
        return;
      case 'enter-4-byte':
        this.state.fourByte = this.#chip.size > 0x100_0000;
        return;
      case 'exit-4-byte':
        this.state.fourByte = false;
        return;
      case 'enable-reset':
        this.state.resetEnabled = true;
        return;
      case 'reset':
        if (resetEnabled) this.#powerOn();
        return;
      default:
        if (this.#mayChange(does)) this.#change(does, operand, address % this.#chip.size, count);
    }
  }

  /** The write enable latch allows it; what is suspended allows a program elsewhere in the place of an erase, and no more. */
  #mayChange(does: FlashAction): boolean {
    const { writeEnabled, volatileEnabled, suspendedNs, job } = this.state;
    if (suspendedNs > 0 && !(does === 'program' && job === 'erase')) return false;
    return writeEnabled || (does === 'write-status' && volatileEnabled);
  }

  /** 8.2.19: an erase or a program stops for a while; a chip erase, or a write to a register, does not. */
  #suspend(): void {
    const { job, suspendedNs } = this.state;
    if (job === undefined || suspendedNs > 0 || !this.#busy.pending) return;
    this.state.suspendedNs = this.#busy.remainingNs;
    this.#busy.cancel();
  }

  #read(start: number, rx: Uint8Array, from: number, to: number): void {
    const { bytes } = this.#contents;
    let address = start % bytes.length;
    for (let at = from; at < to; ) {
      const run = Math.min(to - at, bytes.length - address);
      rx.set(bytes.subarray(address, address + run), at);
      at += run;
      address = 0;
    }
  }

  /** Byte `index` of what a register-like instruction sends. */
  #answer(does: FlashAction, operand: number, address: number, index: number): number {
    const { jedecId } = this.#chip;
    switch (does) {
      case 'read-status':
        return this.#statusByte(operand);
      case 'read-flag-status':
        // Micron's flag status: ready, erase suspended, program suspended, 4-byte mode.
        return (
          (this.#busy.pending ? 0 : 0x80) |
          (this.#isSuspended('erase') ? 0x40 : 0) |
          (this.#isSuspended('program') ? 0x04 : 0) |
          (this.state.fourByte ? 1 : 0)
        );
      case 'read-id':
        return jedecId[index] ?? 0xff;
      case 'read-device-id':
        return (address + index) % 2 === 0 ? (jedecId[MANUFACTURER] as number) : this.#deviceId();
      case 'release-power-down':
        return index < 3 ? 0xff : this.#deviceId();
      case 'read-unique-id':
        return this.#uniqueId[index % this.#uniqueId.length] as number;
      case 'read-sfdp':
        return this.#sfdp[(address + index) % this.#sfdp.length] as number;
      case 'read-security':
        return this.#security.read(address, index);
      case 'read-extended-address':
        return this.state.extendedAddress;
      default:
        return 0xff;
    }
  }

  #isSuspended(job: 'program' | 'erase'): boolean {
    return this.state.suspendedNs > 0 && this.state.job === job;
  }

  #deviceId(): number {
    return (this.#chip.jedecId[CAPACITY] as number) - 1;
  }

  #statusByte(index: number): number {
    const stored = this.#status[index] as number;
    if (index === 0) {
      return (stored & 0xfc) | (this.#busy.pending ? SR1.BUSY : 0) | (this.state.writeEnabled ? SR1.WEL : 0);
    }
    if (index === 1) return stored | (this.state.suspendedNs > 0 ? SR2.SUS : 0);
    // Status register 3, bit 0: current address mode.
    if (index === 2) return (stored & 0xfe) | (this.state.fourByte ? 1 : 0);
    return stored;
  }

  /** What needs the write enable latch, and clears it. An erase with anything after its address is not executed. */
  #change(does: FlashAction, operand: number, address: number, count: number): void {
    const { size } = this.#chip;
    switch (does) {
      case 'program':
        if (count > 0) this.#program(address - (address % PAGE));
        break;
      case 'erase':
        if (count === 0) this.#erase(address - (address % operand), operand, eraseTime(operand));
        break;
      case 'erase-chip':
        if (count === 0) this.#erase(0, size, (TYPICAL_MS.chipPerMib * size) / (1 << 20));
        break;
      case 'write-status':
        this.#writeStatus(operand, count);
        break;
      case 'program-security':
        if (count > 0 && this.#security.program(address, this.#buffer, this.#status[1] as number))
          this.#busyFor(TYPICAL_MS.page);
        break;
      case 'erase-security':
        if (count === 0 && this.#security.erase(address, this.#status[1] as number))
          this.#busyFor(TYPICAL_MS.sector);
        break;
      case 'write-extended-address':
        if (count > 0) this.state.extendedAddress = this.#buffer[0] as number;
        break;
      default:
        return;
    }
    this.state.writeEnabled = false;
  }

  #program(pageStart: number): void {
    const { jobFrom, jobTo, suspendedNs } = this.state;
    if (suspendedNs > 0 && pageStart >= jobFrom && pageStart < jobTo) return;
    if (this.#isProtected(pageStart, pageStart + PAGE)) return;
    const { bytes } = this.#contents;
    for (let i = 0; i < PAGE; i++) {
      bytes[pageStart + i] = (bytes[pageStart + i] as number) & (this.#buffer[i] as number);
    }
    this.#contents.changed();
    this.#busyFor(TYPICAL_MS.page, 'program', pageStart, pageStart + PAGE);
  }

  #erase(from: number, length: number, ms: number): void {
    if (this.#isProtected(from, from + length)) return;
    this.#contents.bytes.fill(0xff, from, from + length);
    this.#contents.changed();
    this.#busyFor(ms, length < this.#chip.size ? 'erase' : undefined, from, from + length);
  }

  #isProtected(from: number, to: number): boolean {
    const [status1 = 0] = this.#status;
    // Where bit 6 enables four lines, it does not choose sectors.
    const sr1 = this.#chip.quadEnable === QUAD_ENABLE.SR1_BIT6 ? status1 & ~SR1.SEC : status1;
    const range = protectedRange(sr1, this.#status[1] as number, this.#chip.size);
    return from < range.to && to > range.from;
  }

  /** 01h with a second byte writes status register 2 too. After 50h alone it is forgotten without power, and at once there. */
  #writeStatus(first: number, given: number): void {
    const locked = ((this.#status[0] as number) & SR1.SRP) !== 0 && this.#sense.writeProtect;
    if (locked || given === 0) return;
    const count = first === 0 ? Math.min(2, given) : 1;
    for (let i = 0; i < count; i++) {
      const mask = STATUS_WRITABLE[first + i] as number;
      const before = this.#status[first + i] as number;
      const written = (before & ~mask) | ((this.#buffer[i] as number) & mask);
      this.#status[first + i] = first + i === 1 ? withLocks(before, written) : written;
      if (this.state.writeEnabled) this.#savedStatus[first + i] = this.#status[first + i] as number;
    }
    if (this.state.writeEnabled) this.#busyFor(TYPICAL_MS.status);
    this.state.volatileEnabled = false;
  }

  /** @param job what 75h may interrupt, with the addresses that it is about */
  #busyFor(ms: number, job?: 'program' | 'erase', from = 0, to = 0): void {
    // A program in the place of a suspended erase is not that erase.
    if (this.state.suspendedNs === 0) Object.assign(this.state, { job, jobFrom: from, jobTo: to });
    this.#busy.start(ms * 1e6 * this.#sense.timeScale);
  }
}

function eraseTime(length: number): number {
  if (length === 0x1000) return TYPICAL_MS.sector;
  return length === 0x8000 ? TYPICAL_MS.block32 : TYPICAL_MS.block64;
}

/** 64 bits that differ from node to node and are the same at every start (FNV-1a of the path). */
function uniqueIdOf(path: string): Uint8Array {
  const id = new Uint8Array(8);
  let hash = 0x811c_9dc5;
  for (let i = 0; i < id.length; i++) {
    for (const character of path) hash = Math.imul(hash ^ character.charCodeAt(0), 0x0100_0193);
    id[i] = hash >>> 24;
  }
  return id;
}
