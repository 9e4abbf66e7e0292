import { type FlashKind, QUAD_ENABLE } from './spi-nor-kind.ts';

/** Bits of the first status register that are the same with all makers. */
export const SR1 = { BUSY: 0x01, WEL: 0x02, QE: 0x40, SRP: 0x80 } as const;
/** SRL locks the status registers until the chip is without power (W25Q64JV data sheet, 7.1.5). */
export const SR2 = { SRL: 0x01, QE: 0x02, SUS: 0x80 } as const;
/** Of Winbond's third: address mode now, and after power-on; single blocks are locked. */
export const SR3 = { ADS: 0x01, ADP: 0x02, WPS: 0x04 } as const;
/** Of SST's configuration: WP# and HOLD# are data pins; WP# is enabled. */
const SST_IOC = 0x02;
const SST_WPEN = 0x80;
/** LB1 to LB3 of Winbond's second: each locks a security register for ever. */
const LOCK_BITS = 0x38;

/** The status registers of a flash: what is stored of them. */
export class StatusRegisters {
  readonly bytes: Uint8Array;
  /** As they are after power-on. */
  readonly saved: Uint8Array;
  readonly #kind: FlashKind;

  constructor(kind: FlashKind) {
    this.#kind = kind;
    this.saved = Uint8Array.of(kind.powerOnStatus ?? 0, 0, 0);
    // SST26: no block is locked for ever (BPNV).
    if (kind.locks === 'register') this.saved[1] = 0x08;
    this.bytes = this.saved.slice();
  }

  powerOn(): void {
    if (this.#hasThird) this.saved[1] = (this.saved[1] as number) & ~SR2.SRL;
    this.bytes.set(this.saved);
  }

  /** Nothing can be written to them. @param writeProtect WP# is low */
  isLocked(writeProtect: boolean): boolean {
    return (this.#hasThird && this.has(1, SR2.SRL)) || (this.has(0, SR1.SRP) && writeProtect);
  }

  /**
   * The locks of single blocks cannot be changed: Atmel's while SPRL is set (AT25DF321A data sheet), SST's while WP# is low
   * and enabled, and no data pin (SST26VF064B, table 4-2). @param writeProtect WP# is low
   */
  holdsLocks(writeProtect: boolean): boolean {
    if (this.#kind.locks === 'register')
      return writeProtect && this.has(1, SST_WPEN) && !this.has(1, SST_IOC);
    return this.#kind.locks === 'global' && this.has(0, SR1.SRP);
  }

  /** As Winbond's, and those of who follows it. */
  get #hasThird(): boolean {
    return this.#kind.writable.length === 3;
  }

  has(register: 0 | 1 | 2, mask: number): boolean {
    return ((this.bytes[register] as number) & mask) !== 0;
  }

  /** Data moves on four lines. */
  get quadEnabled(): boolean {
    switch (this.#kind.quadEnable) {
      case QUAD_ENABLE.SR1_BIT6:
        return this.has(0, SR1.QE);
      case QUAD_ENABLE.SR2_BIT1:
        return this.has(1, SR2.QE);
      default:
        return true;
    }
  }

  /**
   * Writes `count` bytes of `data` from register `first` on; 01h may write two registers.
   * @param keep they are so after power-on too
   */
  write(first: number, data: Uint8Array, count: number, keep: boolean): void {
    const { writable, together, powerOnStatus } = this.#kind;
    const last = first + (first === 0 ? Math.min(together, count) : 1);
    for (let at = first; at < last; at++) {
      const mask = writable[at] ?? 0;
      const before = this.bytes[at] as number;
      const written = (before & ~mask) | ((data[at - first] as number) & mask);
      this.bytes[at] = at === 1 && this.#hasThird ? written | (before & LOCK_BITS) : written;
      if (keep && !(at === 0 && powerOnStatus !== undefined)) this.saved[at] = this.bytes[at] as number;
    }
  }
}
