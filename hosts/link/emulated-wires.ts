import type { BusTrouble } from '../../src/bus/index.ts';

/** The I2C bus behind an emulated adapter, byte by byte; `I2cWire` is one. */
export interface EmulatedI2c {
  /** Hz that the adapter makes of SCL from now on. */
  clockHz?: number;
  /** Somebody holds SDA low, a part that was left in the middle of a byte for instance: no START is possible. */
  readonly sdaHeld?: boolean;
  /** Somebody holds SCL low. */
  readonly sclHeld?: boolean;
  /** What an injected fault has done to the lines since START. */
  readonly trouble?: BusTrouble | undefined;
  start(): void;
  writeByte(byte: number): boolean;
  readByte(ack: boolean): number;
  stop(): void;
  /** SCL goes low and high once while SDA is held low. */
  pulse?(): void;
}

/** The SPI bus behind an emulated adapter; `SpiWire` is one. */
export interface EmulatedSpi {
  select(chipSelect: number, mode: number, speedHz: number): void;
  exchange(tx: Uint8Array | undefined, rx: Uint8Array | undefined, length: number): void;
  deselect(): void;
}
