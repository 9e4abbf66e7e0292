import type { HostAdapter, I2cController, SpiController } from '../../src/bus/index.ts';
import type { UsbOpener } from '../../src/usb/index.ts';
import { PinLines } from '../pins/index.ts';
import { Ch341aConnection } from './connection.ts';
import { Ch341aI2cController } from './i2c-controller.ts';
import { Ch341aPins } from './pins.ts';
import { CHIP_SELECTS } from './protocol.ts';
import { Ch341aSpiController } from './spi-controller.ts';

/** A CH341A: I2C, SPI on pins of its own, and lines on the others. */
export class Ch341aAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly i2c: I2cController;
  readonly spi: SpiController;
  readonly lines: PinLines;
  readonly #connection: Ch341aConnection;
  readonly #i2c: Ch341aI2cController;

  /** @param name what it is called until it is open. @param chipSelects pins of the SPI bus that select chips; 0: no bus */
  constructor(name: string, open: UsbOpener, chipSelects: number = CHIP_SELECTS) {
    this.#connection = new Ch341aConnection(name, open);
    this.#i2c = new Ch341aI2cController(this.#connection);
    this.i2c = this.#i2c;
    this.spi = new Ch341aSpiController(this.#connection, chipSelects);
    this.lines = new PinLines(new Ch341aPins(this.#connection, chipSelects));
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    this.#i2c.forget();
    this.lines.closed();
    await this.#connection.open();
    await this.lines.opened();
  }

  async close(): Promise<void> {
    this.lines.closed();
    await this.#connection.close();
  }
}
