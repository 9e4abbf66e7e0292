import type { Line } from '../kit/line.ts';
import type { PartState } from '../wire/part.ts';

/**
 * The inside of a part, without the bus that leads to it: the same chip can sit behind I2C and SPI. The
 * members mean what they mean in `Part`.
 */
interface Chip {
  readonly state: PartState;
  readonly lines?: readonly Line[];
  readonly takesRuns?: boolean;
  reset(): void;
  restored?(): void;
  /** A transfer to the chip begins: the time to catch up with the clock, to latch counters. */
  begin?(read: boolean): void;
  /** The transfer ends. */
  end?(): void;
}

/** Where a part has its chip, which may be made when somebody asks for it; for the rest it need not be there. */
export interface ChipPlace<C extends Chip = RegisterChip> {
  readonly chip: C;
  /** The bus segments that it connects to its own now; undefined where it never does. */
  readonly segments?: readonly object[] | undefined;
  /** I2C addresses, where software can change them; else the node's. */
  readonly addresses?: readonly number[] | undefined;
  /** Further I2C addresses where it can be written to together with others; 0 is the general call. */
  readonly sharedAddresses?: readonly number[];
  close?(): void;
}

/** A chip that shows itself as numbered registers. */
export interface RegisterChip extends Chip {
  /** A byte of a general call, the first one 0th. @returns whether it is acknowledged */
  generalCall?(byte: number, index: number): boolean;
  /** What it adds to its address at the alert response address; undefined: it asserts no alert. */
  alertResponse?(): number | undefined;
  /** Its alert was answered: it had the lowest address of those that assert one. */
  alertAnswered?(): void;
  /** Whether an SPI header is meant for it. Default: yes. */
  addressed?(header: number): boolean;
  /** The register that a number on the bus names, where that is not the number itself. */
  pointer?(number: number): number;
  /** All registers have one byte. */
  readonly bytewise?: boolean;
  /** Bytes of a register, 1 to 4. Default: 1. */
  width?(register: number): number;
  readRegister(register: number): number;
  /** Called when the last byte of the register has arrived. */
  writeRegister(register: number, value: number): void;
  /** The register that follows in a burst. Default: the next, with a wrap at 256. */
  nextRegister?(register: number): number;
}
