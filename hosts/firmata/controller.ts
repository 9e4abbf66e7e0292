import { type BusFault, type DeviceNode, type HostAdapter, NodeError } from '../../src/bus/index.ts';
import type { LinkOpener } from '../link/index.ts';
import { FirmataConnection } from './connection.ts';
import { FirmataI2cController } from './i2c-controller.ts';
import { FirmataSpiController } from './spi-controller.ts';

const PIN_MAX = 127;

/** A board with Firmata. */
export class FirmataAdapter implements HostAdapter {
  readonly synchronous = false;
  readonly unavailable: () => BusFault | undefined;
  readonly i2c: FirmataI2cController;
  readonly spi?: FirmataSpiController;
  readonly #connection: FirmataConnection;

  /** @param csPins pins of SPI's chip selects; without one there is no SPI bus */
  constructor(
    name: string,
    csPins: readonly number[],
    openLink: LinkOpener,
    unavailable: () => BusFault | undefined = () => undefined,
  ) {
    this.#connection = new FirmataConnection(name, openLink);
    this.unavailable = unavailable;
    this.i2c = new FirmataI2cController(this.#connection);
    if (csPins.length > 0) this.spi = new FirmataSpiController(this.#connection, csPins);
    this.#connection.onReset = () => {
      this.i2c.forget();
      this.spi?.forget();
    };
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

/** Reads `dtbus,cs-pins`. @throws {NodeError} */
export function csPinsOf(node: DeviceNode): readonly number[] {
  const pins = node.u32s('dtbus,cs-pins') ?? [];
  const wrong = pins.find((pin) => pin > PIN_MAX);
  if (wrong !== undefined)
    throw new NodeError(node, 'dtbus,cs-pins', `invalid pin ${wrong}: expected 0 to ${PIN_MAX}`);
  return pins;
}
