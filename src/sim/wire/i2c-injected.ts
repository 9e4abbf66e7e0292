import type { BusTrouble, I2cWireFaults } from '../../bus/index.ts';

/** What injected faults make of what is on an I2C wire. */
export class InjectedI2c {
  /** While there are some. */
  faults: I2cWireFaults | undefined;
  /** What is wrong with the lines, since START. */
  trouble: BusTrouble | undefined;
  /** Somebody else acknowledges at the present address. */
  isGhost = false;
  /** The present address is kept from everybody. */
  isRefused = false;

  /** START on a bus that was free. */
  start(): void {
    this.trouble = this.faults?.start();
  }

  /** An address has arrived. @returns false: it is kept from everybody */
  admits(address: number, read: boolean): boolean {
    this.isGhost = this.isRefused = false;
    if (this.faults === undefined) return true;
    if (this.trouble !== undefined) return false;
    const outcome = this.faults.address(address, read);
    this.isGhost = outcome === 'ghost';
    this.isRefused = outcome === 'nobody';
    if (outcome === 'normal' || outcome === 'ghost') return true;
    if (outcome !== 'nobody') this.trouble = outcome;
    return false;
  }

  /**
   * @param send sends one byte, and returns how many were acknowledged @param pass a byte goes by that no part gets
   * @returns how many bytes were acknowledged
   */
  write(
    faults: I2cWireFaults,
    data: Uint8Array,
    send: (byte: Uint8Array) => number,
    pass: () => void,
  ): number {
    // A line that is low is an acknowledge.
    if (this.trouble !== undefined) return this.trouble === 'SDA low' ? data.length : 0;
    for (let at = 0; at < data.length; at++) {
      const arrives = faults.sent(data[at] as number);
      if (typeof arrives === 'number') {
        if (send(Uint8Array.of(arrives)) === 0 && !this.isGhost) return at;
        continue;
      }
      pass();
      if (arrives === 'refused') return at;
    }
    return data.length;
  }

  /** Whether somebody holds a line low. */
  holds(line: 'SDA low' | 'SCL low', isFree: boolean): boolean {
    if (!isFree) return this.trouble === line;
    return (line === 'SDA low' ? this.faults?.sdaHeld : this.faults?.sclHeld) ?? false;
  }

  /** What comes in while the lines are wrong. */
  get silence(): number {
    return this.trouble === 'SDA low' ? 0 : 0xff;
  }
}
