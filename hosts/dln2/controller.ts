import type { HostAdapter } from '../../src/bus/index.ts';
import type { UsbOpener } from '../../src/usb/index.ts';
import { Dln2Connection } from './connection.ts';
import { Dln2I2cController } from './i2c-controller.ts';
import { Dln2Lines } from './lines.ts';
import { Dln2SpiController } from './spi-controller.ts';

/** How an adapter is used. */
export interface Dln2Settings {
  readonly chipSelects: number;
  /** A STOP stands between a write and the read behind it. */
  readonly stopsBetween: boolean;
}

export const DEFAULT_SETTINGS: Dln2Settings = { chipSelects: 1, stopsBetween: false };

/** A DLN-2: I2C, SPI and pins over one pair of endpoints. */
export class Dln2Adapter implements HostAdapter {
  readonly synchronous = false;
  readonly i2c: Dln2I2cController;
  readonly spi: Dln2SpiController;
  readonly lines: Dln2Lines;
  readonly #connection: Dln2Connection;

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener, settings: Dln2Settings = DEFAULT_SETTINGS) {
    this.#connection = new Dln2Connection(name, open);
    this.i2c = new Dln2I2cController(this.#connection, settings.stopsBetween);
    this.spi = new Dln2SpiController(this.#connection, settings.chipSelects);
    this.lines = new Dln2Lines(this.#connection);
  }

  get description(): string {
    return this.#connection.description;
  }

  open(): Promise<void> {
    return this.#connection.open(async () => {
      await this.i2c.setUp();
      await this.spi.setUp();
      await this.lines.setUp();
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
