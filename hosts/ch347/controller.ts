import type { HostAdapter, I2cController, SpiController } from '../../src/bus/index.ts';
import type { UsbOpener } from '../../src/usb/index.ts';
import { PinLines } from '../pins/index.ts';
import { Ch347Connection } from './connection.ts';
import { Ch347I2cController } from './i2c-controller.ts';
import { Ch347Pins } from './pins.ts';
import { CHIP_SELECTS } from './protocol.ts';
import { Ch347SpiController } from './spi-controller.ts';

/** A CH347: I2C, SPI and lines. */
export class Ch347Adapter implements HostAdapter {
  readonly synchronous = false;
  readonly i2c: I2cController;
  readonly spi: SpiController;
  readonly lines: PinLines;
  readonly #connection: Ch347Connection;
  readonly #buses: readonly { forget(): void }[];

  /** @param name what it is called until it is open */
  constructor(name: string, open: UsbOpener, chipSelects: number = CHIP_SELECTS) {
    this.#connection = new Ch347Connection(name, open);
    const i2c = new Ch347I2cController(this.#connection);
    const spi = new Ch347SpiController(this.#connection, chipSelects);
    this.#buses = [i2c, spi];
    this.i2c = i2c;
    this.spi = spi;
    this.lines = new PinLines(new Ch347Pins(this.#connection));
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    for (const bus of this.#buses) bus.forget();
    this.lines.closed();
    await this.#connection.open();
    await this.lines.opened();
  }

  async close(): Promise<void> {
    this.lines.closed();
    await this.#connection.close();
  }
}
