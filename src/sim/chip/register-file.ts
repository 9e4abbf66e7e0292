/** A register as the data sheet's table has it. */
export interface RegisterDescription {
  readonly at: number;
  /** Value after power-on. Default 0. */
  readonly reset?: number;
  /** Bits that a write changes. Default none: the register is read-only. */
  readonly writable?: number;
  /** How many registers of this kind follow each other. Default 1. */
  readonly count?: number;
}

/** Registers by the names of the data sheet. */
export type RegisterTable = Readonly<Record<string, RegisterDescription>>;

/**
 * Registers with their power-on values and access rules. `values` may be read and written freely by the
 * chip itself; `write` is what the bus may do. Registers that the table does not name read as 0 and ignore
 * writes.
 */
export class RegisterFile {
  readonly values: Uint16Array;
  readonly #reset: Uint16Array;
  readonly #writable: Uint16Array;

  constructor(table: RegisterTable, size = 256) {
    this.values = new Uint16Array(size);
    this.#reset = new Uint16Array(size);
    this.#writable = new Uint16Array(size);
    for (const { at, reset = 0, writable = 0, count = 1 } of Object.values(table)) {
      this.#reset.fill(reset, at, at + count);
      this.#writable.fill(writable, at, at + count);
    }
    this.reset();
  }

  reset(): void {
    this.values.set(this.#reset);
  }

  read(register: number): number {
    return this.values[register] ?? 0;
  }

  /** Changes the bits of `register` that the table calls writable. */
  write(register: number, value: number): void {
    const mask = this.#writable[register] ?? 0;
    this.values[register] = (this.read(register) & ~mask) | (value & mask);
  }

  /** Whether all of the bits in `mask` are set. */
  has(register: number, mask: number): boolean {
    return (this.read(register) & mask) === mask;
  }
}
