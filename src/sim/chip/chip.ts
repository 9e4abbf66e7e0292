import type { Line } from '../kit/line.ts';
import type { PartState } from '../wire/part.ts';

/**
 * The inside of a part, without the bus that leads to it: the same chip can sit behind I2C and SPI. The
 * members mean what they mean in `Part`.
 */
export interface Chip {
  readonly state: PartState;
  readonly lines?: readonly Line[];
  readonly takesRuns?: boolean;
  reset(): void;
  restored?(): void;
  close?(): void;
  /** A transfer to the chip begins: the time to catch up with the clock, to latch counters. */
  begin?(read: boolean): void;
  /** The transfer ends. */
  end?(): void;
}

/** A chip that shows itself as byte registers, one after the other. */
export interface ByteRegisterChip extends Chip {
  /** The bus segments that it connects to its own now; undefined where it never does. */
  readonly segments?: readonly object[] | undefined;
  /** I2C addresses, where software can change them; else the node's. */
  readonly addresses?: readonly number[] | undefined;
  /** Further I2C addresses where it can be written to together with others; 0 is the general call. */
  readonly sharedAddresses?: readonly number[];
  /** A byte of a general call, the first one 0th. @returns whether it is acknowledged */
  generalCall?(byte: number, index: number): boolean;
  /** The register that the first byte of a write names, where that is not the byte itself. */
  pointer?(byte: number): number;
  readRegister(register: number): number;
  writeRegister(register: number, value: number): void;
  /** The register that follows in a burst. Default: the next, with a wrap at 256. */
  nextRegister?(register: number): number;
}

/** A chip that shows itself as registers of several bytes, most significant byte first. */
export interface WordRegisterChip extends Chip {
  /** Further I2C addresses where it can be written to together with others; 0 is the general call. */
  readonly sharedAddresses?: readonly number[];
  /** A byte of a general call, the first one 0th. @returns whether it is acknowledged */
  generalCall?(byte: number, index: number): boolean;
  pointer?(byte: number): number;
  /** Bytes of a register, 1 to 3. Default: 2. */
  width?(register: number): number;
  readRegister(register: number): number;
  /** Called when the last byte of the register has arrived. */
  writeRegister(register: number, value: number): void;
}
