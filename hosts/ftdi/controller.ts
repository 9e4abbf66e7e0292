import type { HostAdapter, I2cController, SpiController } from '../../src/bus/index.ts';
import type { UsbOpener } from '../../src/usb/index.ts';
import { FtdiConnection } from './connection.ts';
import { FtdiI2cController } from './i2c-controller.ts';
import type { FtdiPins } from './pins.ts';
import { FtdiSpiController } from './spi-controller.ts';
import { ChannelUse } from './use.ts';

/** A channel of an FT232H, FT2232H or FT4232H: I2C or SPI, on the same pins. */
export class FtdiAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly i2c: I2cController;
  readonly spi: SpiController;
  readonly #connection: FtdiConnection;
  readonly #spi: FtdiSpiController;

  /** @param name what it is called until it is open. @param channel 0 is A */
  constructor(name: string, open: UsbOpener, pins: FtdiPins, channel = 0) {
    this.#connection = new FtdiConnection(name, channel, open);
    const use = new ChannelUse(this.#connection);
    this.#spi = new FtdiSpiController(this.#connection, use, pins);
    this.i2c = new FtdiI2cController(this.#connection, use, pins);
    this.spi = this.#spi;
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    this.#spi.forget();
    await this.#connection.open();
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
