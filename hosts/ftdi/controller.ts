import type { HostAdapter, I2cController, SpiController } from '../../src/bus/index.ts';
import type { UsbOpener } from '../../src/usb/index.ts';
import { PinLines } from '../pins/index.ts';
import { FtdiConnection } from './connection.ts';
import { FtdiI2cController } from './i2c-controller.ts';
import { FtdiLinePins } from './line-pins.ts';
import type { FtdiPins } from './pins.ts';
import { FtdiSpiController } from './spi-controller.ts';
import { ChannelUse } from './use.ts';

/** A channel of an FT232H, FT2232H or FT4232H: I2C or SPI, on the same pins, and lines on the others. */
export class FtdiAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly i2c: I2cController;
  readonly spi: SpiController;
  readonly lines: PinLines;
  readonly #connection: FtdiConnection;
  readonly #spi: FtdiSpiController;

  /** @param name what it is called until it is open. @param channel 0 is A */
  constructor(name: string, open: UsbOpener, pins: FtdiPins, channel = 0) {
    this.#connection = new FtdiConnection(name, channel, open);
    const use = new ChannelUse(this.#connection);
    const others = new FtdiLinePins(this.#connection, pins);
    this.#spi = new FtdiSpiController(this.#connection, use, pins, others);
    this.i2c = new FtdiI2cController(this.#connection, use, pins, others);
    this.spi = this.#spi;
    this.lines = new PinLines(others);
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    this.#spi.forget();
    this.lines.closed();
    await this.#connection.open();
    await this.lines.opened();
  }

  async close(): Promise<void> {
    this.lines.closed();
    await this.#connection.close();
  }
}
