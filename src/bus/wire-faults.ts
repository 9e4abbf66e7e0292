/** Injected faults as a simulated I2C controller asks for them, in the order of the wire. Each may throw a `BusFault`. */
export interface I2cWireFaults {
  /** A transaction begins. @throws {BusFault} `EBUSY` SDA is held low, `ETIMEDOUT` SCL is */
  begin(): void;
  /** START and an address (bit 31: ten-bit). @returns false: it is not acknowledged. @throws {BusFault} `EAGAIN`, `ETIMEDOUT` */
  address(target: number, read: boolean): boolean;
  /** A byte that is written. @returns what arrives of it; undefined: it is not acknowledged. @throws {BusFault} as `address` */
  sent(byte: number): number | undefined;
  /** Bytes that were read, to be changed in place. @throws {BusFault} as `address` */
  received(into: Uint8Array): void;
  /** Of the last transaction: how long SCL was held low, in ns. */
  readonly stretchedNs: number;
  /** Of the last transaction: what struck, in words. */
  readonly struck: readonly string[];
}

/** Injected faults as a simulated SPI controller asks for them. */
export interface SpiWireFaults {
  /** A message begins. */
  begin(): void;
  /** @returns false: no part hears the message */
  select(chipSelect: number): boolean;
  /** Bytes that came in, to be changed in place. */
  received(into: Uint8Array): void;
  /** Of the last message: what struck, in words. */
  readonly struck: readonly string[];
}
