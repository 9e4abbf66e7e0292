import type { BusFault, HostAdapter } from '../../src/bus/index.ts';
import type { LinkOpener } from '../link/index.ts';
import { MicropythonConnection } from './connection.ts';
import { MicropythonI2cController } from './i2c-controller.ts';
import type { Settings } from './settings.ts';
import { freeBus, makeSpi } from './setup.ts';
import { MicropythonSpiController } from './spi-controller.ts';

/** A board that runs MicroPython, as an adapter. */
export class MicropythonAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly unavailable: () => BusFault | undefined;
  readonly i2c?: MicropythonI2cController;
  readonly spi?: MicropythonSpiController;
  readonly #connection: MicropythonConnection;

  constructor(
    name: string,
    settings: Settings,
    openLink: LinkOpener,
    unavailable: () => BusFault | undefined = () => undefined,
  ) {
    const { i2c, spi } = settings;
    this.#connection = new MicropythonConnection(name, openLink, () => this.#setUp(settings));
    this.unavailable = unavailable;
    if (i2c !== undefined) this.i2c = new MicropythonI2cController(this.#connection, i2c);
    if (spi !== undefined) this.spi = new MicropythonSpiController(this.#connection, spi.chipSelects.length);
  }

  get description(): string {
    return this.#connection.description;
  }

  open(): Promise<void> {
    return this.#connection.open();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** The lines of source that make the buses, in the state that they have after it. */
  #setUp({ i2c, spi }: Settings): string[] {
    const free = i2c && freeBus(i2c);
    const made = this.i2c?.made();
    this.spi?.forget();
    return [free, made].filter((line) => line !== undefined).concat(spi === undefined ? [] : makeSpi(spi));
  }
}
