import type { FlashAction } from './spi-nor-instructions.ts';
import type { FlashKind } from './spi-nor-kind.ts';

const SECTOR = 0x1000;
const BLOCK = 0x10000;

/**
 * Locks of single blocks, all closed after power-on. Winbond has one for each sector of 4 KiB in the first and the last
 * block, and one for each block of 64 KiB between (W25Q64JV data sheet, 7.1.12); Atmel one for each 64 KiB.
 */
export class BlockLocks {
  /** A byte for each lock: 1 is closed. */
  readonly closed: Uint8Array;
  readonly #size: number;
  /** Locks of sectors at either end. */
  readonly #atEnd: number;

  readonly #way: FlashKind['locks'];

  constructor(size: number, way: FlashKind['locks']) {
    this.#size = size;
    this.#way = way;
    this.#atEnd = way === 'wps' ? BLOCK / SECTOR : 1;
    this.closed = new Uint8Array(size / BLOCK - 2 + 2 * this.#atEnd).fill(1);
  }

  powerOn(): void {
    this.closed.fill(1);
  }

  /** Carries out what locks or unlocks. */
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
  status(busy: boolean, writeProtect: boolean): number {
    // SST26VF064B, table 4-1: bit 7 is busy too.
    if (this.#way === 'always') return busy ? 0x80 : 0;
    if (this.#way !== 'global') return 0;
    const protection = this.closed.includes(1) ? (this.closed.includes(0) ? 0x04 : 0x0c) : 0;
    return protection | (writeProtect ? 0 : 0x10);
  }

  /** AT25DF321A, 9.4 "Global Protect/Unprotect": bits 5 to 2 of what is written to the status are all 1, or all 0. */
  switchByStatus(written: number): void {
    const bits = written & 0x3c;
    if (this.#way === 'global' && (bits === 0 || bits === 0x3c)) this.closed.fill(bits === 0 ? 0 : 1);
  }

  /** Whether any of the range is locked. */
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
