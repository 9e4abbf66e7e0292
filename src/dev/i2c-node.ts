import type { I2cAdapter } from '../bus/index.ts';
import { I2cDev } from './i2c-dev.ts';

export interface I2cNodeOptions {
  /** Says whether a driver owns an address, so that `I2C_SLAVE` gives `EBUSY` and scans print `UU`. */
  readonly isBound?: ((addr: number) => boolean) | undefined;
}

/**
 * `/dev/i2c-N`: a bus and what all who open it share. In Linux, too, `I2C_TIMEOUT` and `I2C_RETRIES` belong to
 * the adapter and not to the open file (drivers/i2c/i2c-dev.c).
 */
export class I2cNode {
  readonly kind = 'i2c';
  readonly path: string;
  readonly adapter: I2cAdapter;
  /** Bound of one transfer in ms; undefined: the bus's own. */
  timeoutMs: number | undefined;
  /** How often a transfer that lost arbitration is tried again. */
  retries = 0;
  readonly #isBound: ((addr: number) => boolean) | undefined;

  constructor(adapter: I2cAdapter, options: I2cNodeOptions = {}) {
    this.adapter = adapter;
    this.path = `/dev/i2c-${adapter.number}`;
    this.#isBound = options.isBound;
  }

  /** Whether a driver owns `addr`. */
  isBound(addr: number): boolean {
    return this.#isBound?.(addr) ?? false;
  }

  open(): I2cDev {
    return new I2cDev(this);
  }
}
