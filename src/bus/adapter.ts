import type { I2cMessage } from './i2c.ts';
import type { SpiCapabilities, SpiTransfer } from './spi.ts';

/**
 * A bus as its user sees it: what an FE driver offers and what a `/dev` node opens. Every call exists twice,
 * waiting (`…Sync`) and promising. `timeoutMs` bounds the whole call; without it the bus's own limit holds.
 */
export interface I2cAdapter {
  /** Bus number N of `/dev/i2c-N`. */
  readonly number: number;
  /** What `i2cdetect -l` prints as the adapter's name. */
  readonly name: string;
  /** `I2C_FUNC` bits. */
  readonly functionality: number;
  /** Runs one transaction (see `I2cController.transfer`). @throws {BusFault} */
  transferSync(messages: readonly I2cMessage[], timeoutMs?: number): void;
  transfer(messages: readonly I2cMessage[], timeoutMs?: number): Promise<void>;
}

/** An SPI bus as its user sees it; see `I2cAdapter`. */
export interface SpiAdapter {
  /** Bus number B of `/dev/spidevB.C`. */
  readonly number: number;
  readonly name: string;
  readonly capabilities: SpiCapabilities;
  /** Runs one message (see `SpiController.transfer`). @throws {BusFault} */
  transferSync(chipSelect: number, mode: number, transfers: readonly SpiTransfer[], timeoutMs?: number): void;
  transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    timeoutMs?: number,
  ): Promise<void>;
}
