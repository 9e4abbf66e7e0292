import type { BusFault, DeviceNode, HostAdapter } from '../../src/bus/index.ts';
import { type LinkOpener, linkOf } from '../link/index.ts';
import { BusPirateConnection } from './connection.ts';
import { BusPirateI2cController } from './i2c-controller.ts';
import { DEFAULT_BAUD } from './protocol.ts';
import { readSettings, type Settings } from './settings.ts';
import { BusPirateSpiController } from './spi-controller.ts';

/** A Bus Pirate v3 or v4. Its two buses share the same pins: whoever is used last has them. */
export class BusPirateAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly unavailable: () => BusFault | undefined;
  readonly i2c: BusPirateI2cController;
  readonly spi: BusPirateSpiController;
  readonly #connection: BusPirateConnection;

  /** `name`: what it is called until it has told its own name. */
  constructor(
    name: string,
    settings: Settings,
    openLink: LinkOpener,
    unavailable: () => BusFault | undefined = () => undefined,
  ) {
    this.#connection = new BusPirateConnection(name, settings, openLink);
    this.unavailable = unavailable;
    this.i2c = new BusPirateI2cController(this.#connection);
    this.spi = new BusPirateSpiController(this.#connection);
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
}

/** The adapter that `node` describes; nothing is opened. @throws {NodeError} */
export function createBusPirate(node: DeviceNode): BusPirateAdapter {
  const { name, open, unavailable } = linkOf(node, DEFAULT_BAUD);
  return new BusPirateAdapter(name, readSettings(node), open, unavailable);
}
