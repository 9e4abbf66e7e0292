import { setTimeout as sleep } from 'node:timers/promises';
import {
  bytesPerWord,
  I2C_M,
  type I2cController,
  type I2cMessage,
  type MaybePromise,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';

/** A timer is late by up to this much, so the last of a wait is spent looking at the clock. */
const TIMER_MS = 1;
/** Standard mode, where the tree gives no clock (I2C-bus specification, table 10). */
const DEFAULT_I2C_HZ = 100_000;

/** Resolves at `end`, a time of `performance.now()`. */
async function until(end: number, signal: AbortSignal | undefined): Promise<void> {
  const asleep = end - performance.now() - TIMER_MS;
  if (asleep >= TIMER_MS) await sleep(asleep, undefined, { signal });
  while (performance.now() < end);
}

/** A simulated SPI bus on which transfers take as long as on a wire: bits over speed, and the delays asked for. */
export class TimedSpiController implements SpiController {
  readonly description: string;
  readonly capabilities: SpiCapabilities;
  readonly #bus: SpiController;

  constructor(bus: SpiController) {
    this.description = `${bus.description} in real time`;
    this.capabilities = bus.capabilities;
    this.#bus = bus;
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    const start = performance.now();
    await this.#bus.transfer(chipSelect, mode, transfers);
    const ns = transfers.reduce((sum, transfer) => sum + spiWireNs(transfer), 0);
    await until(start + ns / 1e6, signal);
  }

  deselect(): MaybePromise<void> {
    return this.#bus.deselect();
  }
}

/** How long a transfer takes on a wire, in ns; without a speed only its delays. */
export function spiWireNs(transfer: SpiTransfer): number {
  const { tx, rx, speedHz, wordDelayNs, csSetupNs, csHoldNs, csInactiveNs } = transfer;
  const bits = transfer.bitsPerWord || 8;
  const words = ((tx ?? rx)?.length ?? 0) / bytesPerWord(bits);
  const lines = (tx === undefined ? transfer.rxNbits : transfer.txNbits) || 1;
  const clocked = speedHz > 0 ? (words * bits * 1e9) / lines / speedHz : 0;
  return clocked + words * wordDelayNs + csSetupNs + csHoldNs + (transfer.csChange ? csInactiveNs : 0);
}

/** A simulated I2C bus on which a byte takes nine clocks. */
export class TimedI2cController implements I2cController {
  readonly description: string;
  readonly functionality: number;
  readonly #bus: I2cController;
  readonly #hz: number;

  /** @param hz the bus's `clock-frequency` */
  constructor(bus: I2cController, hz = DEFAULT_I2C_HZ) {
    this.description = `${bus.description} in real time`;
    this.functionality = bus.functionality;
    this.#bus = bus;
    this.#hz = hz;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    const start = performance.now();
    await this.#bus.transfer(messages);
    await until(start + i2cWireNs(messages, this.#hz) / 1e6, signal);
  }
}

/** How long messages take on a wire at `hz`, in ns: START, nine clocks a byte, addresses included, and STOP. */
export function i2cWireNs(messages: readonly I2cMessage[], hz: number): number {
  const clocks = messages.reduce((sum, { flags, buf }) => {
    const address = (flags & I2C_M.NOSTART) !== 0 ? 0 : (flags & I2C_M.TEN) !== 0 ? 2 : 1;
    return sum + 1 + 9 * (address + buf.length);
  }, 1);
  return (clocks * 1e9) / hz;
}
