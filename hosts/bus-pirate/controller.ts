import type { DeviceNode, Host } from '../../src/bus/index.ts';
import { type LinkOpener, linkOf } from '../link/index.ts';
import { Adapter } from './adapter.ts';
import { BusPirateI2cController } from './i2c-controller.ts';
import { DEFAULT_BAUD } from './protocol.ts';
import { readSettings, type Settings } from './settings.ts';
import { BusPirateSpiController } from './spi-controller.ts';

/** A Bus Pirate v3 or v4. Its two buses share the same pins: whoever is used last has them. */
export class BusPirateHost implements Host {
  readonly synchronous = false;
  readonly i2c: BusPirateI2cController;
  readonly spi: BusPirateSpiController;
  readonly #adapter: Adapter;

  /** `name`: what it is called until it has told its own name. */
  constructor(name: string, settings: Settings, openLink: LinkOpener) {
    this.#adapter = new Adapter(name, settings, openLink);
    this.i2c = new BusPirateI2cController(this.#adapter);
    this.spi = new BusPirateSpiController(this.#adapter);
  }

  get description(): string {
    return this.#adapter.description;
  }

  open(): Promise<void> {
    return this.#adapter.open();
  }

  close(): Promise<void> {
    return this.#adapter.close();
  }
}

/** The adapter that `node` describes; nothing is opened. @throws {NodeError} */
export function createBusPirate(node: DeviceNode): BusPirateHost {
  const { name, open } = linkOf(node, DEFAULT_BAUD);
  return new BusPirateHost(name, readSettings(node), open);
}
