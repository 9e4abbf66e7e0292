import { BusFault } from '../../bus/index.ts';
import type { I2cDev } from '../i2c-dev.ts';
import type { SpiDev } from '../spi-dev.ts';
import type { SpiOpenOptions } from '../spi-node.ts';

/** Where the drop-ins find their nodes: a board's, or what a test makes. */
export interface NodeSource {
  /** @throws {BusFault} `ENOENT` */
  open(path: string, options?: SpiOpenOptions): I2cDev | SpiDev;
}

let provider: (() => NodeSource) | undefined;

/**
 * Says which board the drop-ins work on. The function is called when the first node is opened, and must give
 * the board without waiting.
 */
export function setBoardProvider(give: (() => NodeSource) | undefined): void {
  provider = give;
}

/** Opens a node of the board. @throws {BusFault} `ENOENT` */
export function openNode(path: string, options?: SpiOpenOptions): I2cDev | SpiDev {
  if (provider === undefined)
    throw new BusFault('ENOENT', `${path}: no board is open: set DTBUS_BOARD to the device tree of one`);
  return provider().open(path, options);
}
