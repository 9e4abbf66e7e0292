import type { BusFault, HostAdapter } from '../../src/bus/index.ts';
import type { LinkOpener } from '../link/index.ts';
import { PinLines } from '../pins/index.ts';
import { MicropythonConnection } from './connection.ts';
import { MicropythonI2cController } from './i2c-controller.ts';
import { MicropythonPins } from './pins.ts';
import type { Settings } from './settings.ts';
import { makeLines, makeSpi, ownPins } from './setup.ts';
import { MicropythonSpiController } from './spi-controller.ts';

/** A board that runs MicroPython, as an adapter. */
export class MicropythonAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly unavailable: () => BusFault | undefined;
  readonly i2c?: MicropythonI2cController;
  readonly spi?: MicropythonSpiController;
  readonly lines?: PinLines;
  readonly #connection: MicropythonConnection;

  constructor(
    name: string,
    settings: Settings,
    openLink: LinkOpener,
    unavailable: () => BusFault | undefined = () => undefined,
  ) {
    const { i2c, spi, lines } = settings;
    this.#connection = new MicropythonConnection(name, openLink, () => this.#setUp(settings));
    this.unavailable = unavailable;
    if (i2c !== undefined) this.i2c = new MicropythonI2cController(this.#connection, i2c);
    if (spi !== undefined) this.spi = new MicropythonSpiController(this.#connection, spi.chipSelects.length);
    if (lines.length > 0) this.lines = new PinLines(new MicropythonPins(this.#connection, lines));
  }

  get description(): string {
    return this.#connection.description;
  }

  async open(): Promise<void> {
    await this.#connection.open();
    await this.lines?.opened();
  }

  async close(): Promise<void> {
    this.lines?.closed();
    await this.#connection.close();
  }

  /** The lines of source that make the buses, in the state that they have after it. */
  #setUp({ i2c, spi, lines }: Settings): string[] {
    const pins = i2c && ownPins(i2c);
    const made = this.i2c?.made();
    this.spi?.forget();
    return [pins, made]
      .filter((line) => line !== undefined)
      .concat(spi === undefined ? [] : makeSpi(spi), makeLines(lines));
  }
}
