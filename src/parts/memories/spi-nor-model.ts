import type { Instruction } from '../data-sheet.ts';
import type { Behaviour, Kit } from '../model.ts';
import { contentsOf } from './memory-contents.ts';
import { FLAG, FlashArray, type Job, POWER_ON } from './spi-nor-array.ts';
import type { FlashChip } from './spi-nor-chip.ts';
import { type FlashAction, RESET_ALONE } from './spi-nor-instructions.ts';
import { type Locks, locksOf } from './spi-nor-locks.ts';
import { SecurityRegisters, uniqueIdOf } from './spi-nor-security.ts';
import { sfdpOf } from './spi-nor-sfdp.ts';
import { SR1, SR2, SR3, StatusRegisters } from './spi-nor-status.ts';

const PAGE = 256;
const MANUFACTURER = 0;
const CAPACITY = 2;
/** Status bit 6 of SST: words are programmed one after the other. */
const AAI = 0x40;
/** Spansion's bank register: bit 7 is for four address bytes. */
const EXTADD = 0x80;

/** While busy only these are heard. */
const WHILE_BUSY: readonly (string | undefined)[] = [
  'read-status',
  'read-flag-status',
  'suspend',
  'enable-reset',
  'reset',
];
const WHILE_WORDS: readonly string[] = ['program-word', 'write-disable', 'read-status'];
const WHILE_FAILED: readonly string[] = ['read-status', 'clear-status', 'enable-reset', 'reset'];

/** What an SPI NOR flash does when it is told to. */
export function flashModel(chip: FlashChip, kit: Kit): Behaviour {
  const flash = new SpiNor(chip, kit);
  return {
    reset: () => flash.reset(),
    properties: flash.properties,
    instruction: {
      accepts: ({ does, lines = 1 }) => flash.listensTo(does as FlashAction, lines),
      addressBytes: ({ does }) => flash.addressBytes(does as FlashAction),
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
  readonly #chip: FlashChip;
  readonly #sense: { timeScale: number; writeProtect: boolean };
  readonly #array: FlashArray;
  readonly #powerOn: () => void;
  readonly #sfdp: Uint8Array | undefined;
  readonly #uniqueId: Uint8Array;
  readonly #status: StatusRegisters;
  readonly #locks: Locks | undefined;
  readonly #settings: readonly Uint8Array[];
  readonly #security = new SecurityRegisters();
  /** What will be programmed, or written to a register, when chip select rises. */
  readonly #buffer = new Uint8Array(PAGE);

  constructor(chip: FlashChip, kit: Kit) {
    const { kind, size } = chip;
    this.#chip = chip;
    this.#sense = kit.sense as { timeScale: number; writeProtect: boolean };
    this.#powerOn = kit.reset;
    this.#sfdp = sfdpOf(chip);
    this.#uniqueId = uniqueIdOf(kit.node.path);
    this.#status = new StatusRegisters(kind);
    this.#locks = locksOf(kind, size);
    this.#array = new FlashArray(chip, kit, this.state, this.#status, this.#locks);
    this.#settings = (kind.settings ?? []).map((bytes) => Uint8Array.from(bytes));
    kit.keep(this.state);
    kit.keep({ status: this.#status.bytes, savedStatus: this.#status.saved, buffer: this.#buffer });
    kit.keep({ security: this.#security.bytes });
    if (this.#locks !== undefined) kit.keep(this.#locks.kept);
    if (this.#settings.length > 0) kit.keep({ ...this.#settings });
  }

  get properties(): { contents: Uint8Array } {
    return contentsOf(this.#array.contents);
  }

  reset(): void {
    Object.assign(this.state, POWER_ON);
    this.#status.powerOn();
    this.#locks?.powerOn();
    // The non-volatile configuration stays; its lowest bit is 0 for four address bytes.
    for (const [number, bytes] of (this.#chip.kind.settings ?? []).entries())
      if (number > 0) this.#settings[number]?.set(bytes);
    const nonVolatile = this.#settings[0]?.[0] ?? 1;
    this.state.fourByte =
      this.#isLarge && ((nonVolatile & 1) === 0 || (this.#hasThirdStatus && this.#status.has(2, SR3.ADP)));
    this.#array.busy.cancel();
  }

  get #holdsLocks(): boolean {
    return this.#status.holdsLocks(this.#sense.writeProtect);
  }

  get #isLarge(): boolean {
    return this.#chip.size > 0x100_0000;
  }

  get #hasThirdStatus(): boolean {
    return this.#chip.kind.writable.length === 3;
  }

  /**
   * While busy only the status can be read; in deep power-down only ABh is heard; four lines carry nothing while their
   * Quad Enable bit is 0, as two of them are WP# and HOLD#.
   */
  listensTo(does: FlashAction, lines: number): boolean {
    const { poweredDown, words, failures } = this.state;
    if (poweredDown) return does === 'release-power-down';
    if (lines === 4 && !this.#status.quadEnabled) return false;
    if (words && !WHILE_WORDS.includes(does)) return false;
    if (failures !== 0 && this.#chip.kind.refusal === 'status') return WHILE_FAILED.includes(does);
    return !this.#array.busy.pending || WHILE_BUSY.includes(does);
  }

  /** Of instructions whose address is as the mode has it: a further word of a series has none. */
  addressBytes(does: FlashAction): number {
    if (does === 'program-word') return this.state.words ? 0 : 3;
    return this.#chip.addressBytes ?? (this.state.fourByte ? 4 : 3);
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
    } else if (lines === wanted) this.#array.read(address + index, rx, from, to);
    else rx.fill(0xff, from, to);
  }

  take(does: FlashAction, address: number, index: number, byte: number): void {
    if (does === 'program' && this.#chip.kind.direct) this.#array.writeThrough(address + index, byte);
    else if (does === 'program' || does === 'program-security') this.#buffer[(address + index) % PAGE] = byte;
    else if (index < (does === 'write-locks' ? PAGE : 2)) this.#buffer[index] = byte;
  }

  /** Chip select has risen after a whole instruction with `count` bytes of data. */
  execute(does: FlashAction, operand: number, address: number, count: number): void {
    const { state } = this;
    const { resetEnabled } = state;
    state.resetEnabled = false;
    if (this.#chip.kind.enableLastsOne && does !== 'write-status') state.volatileEnabled = false;
    switch (does) {
      case 'write-enable':
        state.writeEnabled = true;
        return;
      case 'write-enable-volatile':
        state.volatileEnabled = true;
        return;
      case 'write-disable':
        Object.assign(state, { writeEnabled: false, volatileEnabled: false, words: false });
        return;
      case 'clear-status':
      case 'clear-flag-status':
        if (state.failures !== 0 && does === 'clear-status') state.writeEnabled = false;
        state.failures = 0;
        return;
      case 'suspend':
        this.#array.suspend();
        return;
      case 'resume':
        this.#array.resume();
        return;
      case 'power-down':
        state.poweredDown = true;
        return;
      case 'release-power-down':
        state.poweredDown = false;
        return;
      case 'enter-4-byte':
      case 'exit-4-byte':
        this.#setFourByte(does === 'enter-4-byte');
        return;
      case 'write-bank':
        if (count > 0) this.#setBank(this.#buffer[0] as number);
        return;
      case 'enable-reset':
        state.resetEnabled = true;
        return;
      case 'reset':
        if (resetEnabled || operand === RESET_ALONE) this.#softwareReset();
        return;
      default:
        if (this.#mayChange(does)) this.#change(does, operand, address % this.#chip.size, count);
    }
  }

  #softwareReset(): void {
    const keep = this.#locks?.overReset();
    this.#powerOn();
    keep?.();
  }

  #setFourByte(fourByte: boolean): void {
    if (this.#chip.kind.fourByteNeedsWriteEnable) {
      if (!this.state.writeEnabled) return;
      this.state.writeEnabled = false;
    }
    this.state.fourByte = fourByte && this.#isLarge;
  }

  #setBank(byte: number): void {
    this.state.fourByte = (byte & EXTADD) !== 0;
    this.state.extendedAddress = byte & ~EXTADD;
  }

  /** The write enable latch allows it; what is suspended allows a program elsewhere in the place of an erase, and no more. */
  #mayChange(does: FlashAction): boolean {
    const { writeEnabled, volatileEnabled, suspendedNs, job } = this.state;
    if (suspendedNs > 0 && !(does === 'program' && job === 'erase')) return false;
    return writeEnabled || (does === 'write-status' && volatileEnabled);
  }

  /** Byte `index` of what a register-like instruction sends. */
  #answer(does: FlashAction, operand: number, address: number, index: number): number {
    const { jedecId } = this.#chip;
    switch (does) {
      case 'read-status':
        return this.#statusByte(operand);
      case 'read-flag-status':
        return this.#flagStatus();
      case 'read-setting':
        return this.#settings[operand]?.[index] ?? 0xff;
      case 'read-id':
        return jedecId[this.#chip.kind.idRepeats ? index % jedecId.length : index] ?? 0xff;
      case 'read-device-id':
        return (address + index) % 2 === 0 ? (jedecId[MANUFACTURER] as number) : this.#deviceId();
      case 'release-power-down':
        return index < 3 ? 0xff : this.#deviceId();
      case 'read-unique-id':
        return this.#uniqueId[index % this.#uniqueId.length] as number;
      case 'read-sfdp':
        return this.#sfdp?.[(address + index) % this.#sfdp.length] ?? 0xff;
      case 'read-security':
        return this.#security.read(address, index);
      case 'read-block-lock':
        return this.#locks?.answer(address % this.#chip.size, index) ?? 0xff;
      case 'read-extended-address':
        return this.state.extendedAddress;
      case 'read-bank':
        return this.state.extendedAddress | (this.state.fourByte ? EXTADD : 0);
      default:
        return 0xff;
    }
  }

  #flagStatus(): number {
    return (
      (this.#array.busy.pending ? 0 : FLAG.READY) |
      (this.#isSuspended('erase') ? 0x40 : 0) |
      (this.#isSuspended('program') ? 0x04 : 0) |
      this.state.failures |
      (this.state.fourByte ? FLAG.FOUR_BYTE : 0)
    );
  }

  #isSuspended(job: Job): boolean {
    return this.state.suspendedNs > 0 && this.state.job === job;
  }

  /** One less than the capacity, which goes on from 19h at 20h. */
  #deviceId(): number {
    const { jedecId, deviceId } = this.#chip;
    return deviceId ?? (jedecId[CAPACITY] ?? 0) - 1;
  }

  #statusByte(register: number): number {
    const { kind } = this.#chip;
    const stored = this.#status.bytes[register] as number;
    const busy = this.#array.busy.pending;
    if (register === 0) {
      const failures = kind.refusal === 'status' ? this.state.failures : 0;
      return (
        (stored & 0xfc) |
        (busy || failures !== 0 ? SR1.BUSY : 0) |
        (this.state.writeEnabled ? SR1.WEL : 0) |
        (this.state.words ? AAI : 0) |
        failures |
        (this.#locks?.status(busy, this.#sense.writeProtect) ?? 0)
      );
    }
    if (register === 1) return stored | (this.state.suspendedNs > 0 && this.#hasThirdStatus ? SR2.SUS : 0);
    // Winbond's third, bit 0: current address mode.
    return (stored & ~SR3.ADS) | (this.state.fourByte ? SR3.ADS : 0);
  }

  /** What needs the write enable latch, and clears it. An erase with anything after its address is not executed. */
  #change(does: FlashAction, operand: number, address: number, count: number): void {
    const { size, kind, dice = 1 } = this.#chip;
    switch (does) {
      case 'program':
        if (kind.direct) return;
        if (count > 0) this.#array.program(this.#buffer, address - (address % PAGE), PAGE);
        else this.#array.done();
        return;
      case 'program-byte':
        if (count > 0) this.#array.program(this.#buffer, address, 1);
        return;
      case 'program-word':
        this.#array.programWord(this.#buffer, address, count);
        return;
      case 'erase':
        if (count === 0 && (operand > 0x1000 || address < (kind.smallSectors ?? size)))
          this.#array.erase(address - (address % operand), operand, kind.typicalMs.erase[operand] ?? 0);
        else this.#array.done();
        return;
      case 'erase-chip':
      case 'erase-die': {
        const length = does === 'erase-chip' ? size : size / dice;
        const ms = (kind.typicalMs.chipPerMib * length) / (1 << 20);
        if (count === 0) this.#array.erase(address - (address % length), length, ms);
        else this.#array.done();
        return;
      }
      case 'write-status':
        this.#writeStatus(operand, count);
        return;
      default:
        this.#changeRegister(does, operand, address, count);
    }
  }

  #changeRegister(does: FlashAction, operand: number, address: number, count: number): void {
    const { typicalMs } = this.#chip.kind;
    const status2 = this.#status.bytes[1] as number;
    switch (does) {
      case 'program-security':
        if (count > 0 && this.#security.program(address, this.#buffer, status2))
          this.#array.busyFor(typicalMs.page);
        else this.#array.done();
        return;
      case 'erase-security':
        if (count === 0 && this.#security.erase(address, status2))
          this.#array.busyFor(typicalMs.erase[0x1000] ?? 0);
        else this.#array.done();
        return;
      case 'write-setting':
        this.#settings[operand]?.set(
          this.#buffer.subarray(0, Math.min(count, this.#settings[operand].length)),
        );
        break;
      case 'lock-block':
      case 'unlock-block':
      case 'lock-all':
      case 'unlock-all':
      case 'write-locks':
      case 'lock-down':
        if (!this.#holdsLocks) this.#locks?.change(does, address, this.#buffer.subarray(0, count));
        break;
      case 'write-extended-address':
        if (count > 0) this.state.extendedAddress = this.#buffer[0] as number;
        break;
      default:
        return;
    }
    this.#array.done();
  }

  /** After 50h alone it is done at once, and forgotten without power. */
  #writeStatus(first: number, count: number): void {
    const { kind } = this.#chip;
    if (this.#status.isLocked(this.#sense.writeProtect) || count === 0) {
      this.#array.done();
      return;
    }
    if (!this.#holdsLocks) this.#locks?.switchByStatus(this.#buffer[0] as number);
    this.#status.write(first, this.#buffer, count, this.state.writeEnabled);
    if (this.state.writeEnabled) this.#array.busyFor(kind.typicalMs.status);
    this.state.volatileEnabled = false;
  }
}
