import type { FlashAction } from './spi-nor-instructions.ts';
import type { FlashKind } from './spi-nor-kind.ts';

const SECTOR = 0x1000;
const BLOCK = 0x10000;
const HALF = BLOCK / 2;
/** SST's smallest blocks; there are four of them at either end. */
const SMALL = 0x2000;
const SMALL_BLOCKS = 4;

/** What keeps single blocks of a flash from being changed. */
export interface Locks {
  /** What a snapshot has of them. */
  readonly kept: Readonly<Record<string, Uint8Array>>;
  powerOn(): void;
  /** What is so after a software reset as before it; called, it makes it so. */
  overReset(): () => void;
  /** Carries out what locks or unlocks, with the bytes that came. */
  change(does: FlashAction, address: number, bytes: Uint8Array): void;
  /** Something is written to the first status register. */
  switchByStatus(written: number): void;
  /** Byte `index` of what asks for them. */
  answer(address: number, index: number): number;
  /** What the first status register has of them. */
  status(busy: boolean, writeProtect: boolean): number;
  /** Whether any of the range is locked. */
  covers(from: number, to: number): boolean;
}

/** @param size of the memory, in bytes @returns undefined where the chip has none */
export function locksOf({ locks }: FlashKind, size: number): Locks | undefined {
  if (locks === 'register') return new ProtectionRegister(size);
  return locks === undefined ? undefined : new BlockLocks(size, locks);
}

/**
 * Locks of single blocks, all closed after power-on. Winbond has one for each sector of 4 KiB in the first and the last
 * block, and one for each block of 64 KiB between (W25Q64JV data sheet, 7.1.12); Atmel one for each 64 KiB.
 */
class BlockLocks implements Locks {
  /** A byte for each lock: 1 is closed. */
  readonly closed: Uint8Array;
  readonly kept: Locks['kept'];
  readonly #size: number;
  /** Locks of sectors at either end. */
  readonly #atEnd: number;

  readonly #way: FlashKind['locks'];

  constructor(size: number, way: FlashKind['locks']) {
    this.#size = size;
    this.#way = way;
    this.#atEnd = way === 'wps' ? BLOCK / SECTOR : 1;
    this.closed = new Uint8Array(size / BLOCK - 2 + 2 * this.#atEnd).fill(1);
    this.kept = { locks: this.closed };
  }

  powerOn(): void {
    this.closed.fill(1);
  }

  /** They are closed then. */
  overReset(): () => void {
    return () => {};
  }

  change(does: FlashAction, address: number): void {
    if (does === 'lock-all' || does === 'unlock-all') this.closed.fill(does === 'lock-all' ? 1 : 0);
    else this.closed[this.#indexOf(address)] = does === 'lock-block' ? 1 : 0;
  }

  /** What a lock reads as: with Atmel in all bits, with Winbond in the lowest. */
  answer(address: number): number {
    if (this.closed[this.#indexOf(address)] === 0) return 0;
    return this.#way === 'global' ? 0xff : 1;
  }

  /** What the status register has of them. AT25DF321A, table 11-1: none, some or all are protected; WP# is high. */
  status(_busy: boolean, writeProtect: boolean): number {
    if (this.#way !== 'global') return 0;
    const protection = this.closed.includes(1) ? (this.closed.includes(0) ? 0x04 : 0x0c) : 0;
    return protection | (writeProtect ? 0 : 0x10);
  }

  /** AT25DF321A, 9.4 "Global Protect/Unprotect": bits 5 to 2 of what is written to the status are all 1, or all 0. */
  switchByStatus(written: number): void {
    const bits = written & 0x3c;
    if (this.#way === 'global' && (bits === 0 || bits === 0x3c)) this.closed.fill(bits === 0 ? 0 : 1);
  }

  covers(from: number, to: number): boolean {
    return this.closed.subarray(this.#indexOf(from), this.#indexOf(to - 1) + 1).includes(1);
  }

  #indexOf(address: number): number {
    const unit = BLOCK / this.#atEnd;
    if (address < BLOCK) return Math.floor(address / unit);
    const block = Math.floor(address / BLOCK);
    const first = this.#atEnd - 1 + block;
    return address < this.#size - BLOCK ? first : first + Math.floor((address % BLOCK) / unit);
  }
}

/** Status bits of SST26VF064B, table 4-1: the register cannot be changed before the next power-on; busy, as bit 0. */
const SR_LOCKED_DOWN = 0x10;
const SR_BUSY = 0x80;

/**
 * SST's block protection register (SST26VF064B data sheet, DS20005119, table 5-6). A bit for each block, the highest first:
 *
 *     blocks of 8 KiB at the end, at the beginning: of each whether it can be read, then whether it can be changed
 *     32 KiB before the last 32 KiB, 32 KiB behind the first 32 KiB, then blocks of 64 KiB down to 10000h
 */
class ProtectionRegister implements Locks {
  readonly #size: number;
  readonly #register: Uint8Array;
  readonly #lockedDown = Uint8Array.of(0);

  constructor(size: number) {
    this.#size = size;
    this.#register = new Uint8Array((size / BLOCK + 2 * 2 * SMALL_BLOCKS) / 8);
    this.powerOn();
  }

  get kept(): Locks['kept'] {
    return { locks: this.#register, lockedDown: this.#lockedDown };
  }

  /** All can be read, and nothing changed. */
  powerOn(): void {
    this.#register.fill(0xff).fill(0x55, 0, 2);
    this.#lockedDown[0] = 0;
  }

  /** 5.2: only power-on takes it back. */
  overReset(): () => void {
    const [register, [lockedDown = 0]] = [this.#register.slice(), this.#lockedDown];
    return () => {
      this.#register.set(register);
      this.#lockedDown[0] = lockedDown;
    };
  }

  change(does: FlashAction, _address: number, bytes: Uint8Array): void {
    const register = this.#register;
    if (this.#lockedDown[0] === 1) return;
    if (does === 'lock-down') this.#lockedDown[0] = 1;
    else if (does === 'unlock-all')
      for (const at of register.keys()) register[at] = at < 2 ? (register[at] as number) & 0xaa : 0;
    else if (bytes.length >= register.length) register.set(bytes.subarray(0, register.length));
  }

  switchByStatus(): void {}

  answer(_address: number, index: number): number {
    return this.#register[index] ?? 0;
  }

  status(busy: boolean): number {
    return (busy ? SR_BUSY : 0) | (this.#lockedDown[0] === 1 ? SR_LOCKED_DOWN : 0);
  }

  covers(from: number, to: number): boolean {
    for (let at = from; at < to; ) {
      const { bit, length } = this.#blockAt(at);
      const byte = this.#register.at(-1 - (bit >> 3)) as number;
      if ((byte & (1 << (bit & 7))) !== 0) return true;
      at += length - (at % length);
    }
    return false;
  }

  /** The bit of the register that keeps a block from being changed. */
  #blockAt(address: number): { readonly bit: number; readonly length: number } {
    const large = this.#size / BLOCK;
    const place = address % BLOCK;
    const isFirst = address < BLOCK;
    if (!isFirst && address < this.#size - BLOCK)
      return { bit: Math.floor(address / BLOCK) - 1, length: BLOCK };
    const isSmall = isFirst ? place < HALF : place >= HALF;
    if (!isSmall) return { bit: large - (isFirst ? 2 : 1), length: HALF };
    const small = Math.floor((place % HALF) / SMALL) + (isFirst ? 0 : SMALL_BLOCKS);
    return { bit: large + 2 * small, length: SMALL };
  }
}
