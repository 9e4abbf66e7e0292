/** The I2C bus behind an emulated adapter, byte by byte; `I2cWire` is one. */
export interface EmulatedI2c {
  /** Hz that the adapter makes of SCL from now on. */
  clockHz?: number;
  /** A part that was left in the middle of a byte holds SDA low: no START is possible. */
  sdaHeld?: boolean;
  start(): void;
  writeByte(byte: number): boolean;
  readByte(ack: boolean): number;
  stop(): void;
}

/** The SPI bus behind an emulated adapter; `SpiWire` is one. */
export interface EmulatedSpi {
  select(chipSelect: number, mode: number, speedHz: number): void;
  exchange(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number): void;
  deselect(): void;
}
