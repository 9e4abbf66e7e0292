/** Faults of the lines of an I2C bus: what comes of them is the business of its controller. */
export type LineFault =
  | 'sda'
  | 'scl'
  | 'stretch'
  | 'lose_arbitration'
  | 'incomplete_address_phase'
  | 'incomplete_write_byte';

/** What can be wrong with the lines of an I2C bus for everybody on it. */
export type BusTrouble = 'SDA low' | 'SCL low' | 'arbitration lost';

/** What becomes of an address: as it would be, nobody hears it, somebody else acknowledges it too, or the lines fail. */
export type AddressOutcome = 'normal' | 'nobody' | 'ghost' | BusTrouble;

/** Injected faults as a simulated I2C wire asks for them, in the order of what is on it. */
export interface I2cWireFaults {
  /** A transfer begins: `stretchedNs` and `struck` are of it from now on. */
  clear(): void;
  /** START on a bus that was free. @returns what is wrong with the lines */
  start(): BusTrouble | undefined;
  /** Whether somebody holds the line low, for who looks at it. */
  readonly sdaHeld: boolean;
  readonly sclHeld: boolean;
  /** A clock pulse outside of a transfer: a part that was left in the middle of a byte goes on by one bit. */
  pulse(): void;
  /** An address (bit 31: ten-bit) has arrived. */
  address(target: number, read: boolean): AddressOutcome;
  /** A byte that is written. @returns what arrives of it; `refused`: it is not acknowledged; `swallowed`: it is, and nobody gets it */
  sent(byte: number): number | 'refused' | 'swallowed';
  /** Bytes that were read, to be changed in place. `isLast`: no more are read of this message. */
  received(into: Uint8Array, isLast: boolean): void;
  /** Of the last transfer: how long SCL was held low, in ns. */
  readonly stretchedNs: number;
  /** Of the last transfer: what struck, in words. */
  readonly struck: readonly string[];
}

/** Injected faults as a simulated SPI wire asks for them. */
export interface SpiWireFaults {
  /** A message begins: `struck` is of it from now on. */
  clear(): void;
  /** @returns false: no part hears the message */
  select(chipSelect: number): boolean;
  /** Whether chip select goes away for a moment before the next byte. */
  glitches(): boolean;
  /** A byte that is sent. @returns what arrives of it */
  sent(byte: number): number;
  /** A byte that a part sends. @returns what arrives of it */
  received(byte: number): number;
  /** Of the last message: what struck, in words. */
  readonly struck: readonly string[];
}
