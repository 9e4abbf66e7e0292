import type { BusFault, HostAdapter } from '../../src/bus/index.ts';
import type { LinkOpener } from '../link/index.ts';
import { PinLines } from '../pins/index.ts';
import { BusPirate5Connection } from './connection.ts';
import { BusPirate5I2cController } from './i2c-controller.ts';
import { BusPirate5Pins } from './pins.ts';
import type { Settings } from './settings.ts';
import { BusPirate5SpiController } from './spi-controller.ts';

/** A Bus Pirate 5 or 6. Its two buses have pins of their own, and take turns: the pins of the other one are let go. */
export class BusPirate5Adapter implements HostAdapter {
  readonly synchronous = false;
  readonly unavailable: () => BusFault | undefined;
  readonly i2c: BusPirate5I2cController;
  readonly spi: BusPirate5SpiController;
  readonly lines: PinLines;
  readonly #connection: BusPirate5Connection;

  /** @param name what its port is called until it is open */
  constructor(
    name: string,
    settings: Settings,
    openLink: LinkOpener,
    unavailable: () => BusFault | undefined = () => undefined,
  ) {
    this.unavailable = unavailable;
    this.#connection = new BusPirate5Connection(name, settings, openLink);
    this.i2c = new BusPirate5I2cController(this.#connection);
    this.spi = new BusPirate5SpiController(this.#connection);
    this.lines = new PinLines(new BusPirate5Pins(this.#connection));
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    this.lines.closed();
    this.spi.forget();
    await this.#connection.open();
    await this.lines.opened();
  }

  async close(): Promise<void> {
    this.lines.closed();
    await this.#connection.close();
  }
}
