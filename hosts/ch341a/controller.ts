import type { HostAdapter, I2cController, SpiController } from '../../src/bus/index.ts';
import type { UsbOpener } from '../../src/usb/index.ts';
import { Ch341aConnection } from './connection.ts';
import { Ch341aI2cController } from './i2c-controller.ts';
import { Ch341aSpiController } from './spi-controller.ts';

/** A CH341A: I2C, and SPI on pins of its own. */
export class Ch341aAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly i2c: I2cController;
  readonly spi: SpiController;
  readonly #connection: Ch341aConnection;
  readonly #i2c: Ch341aI2cController;

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener) {
    this.#connection = new Ch341aConnection(name, open);
    this.#i2c = new Ch341aI2cController(this.#connection);
    this.i2c = this.#i2c;
    this.spi = new Ch341aSpiController(this.#connection);
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    this.#i2c.forget();
    await this.#connection.open();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
