import type {
  I2cController,
  I2cMessage,
  MaybePromise,
  SpiCapabilities,
  SpiController,
  SpiTransfer,
  TransferNotes,
} from '../../src/bus/index.ts';
import type { SimulatedI2cController } from './i2c-controller.ts';
import type { SimulatedSpiController } from './spi-controller.ts';

/** A simulated I2C bus on which who asks waits as long as the messages took on the wire. */
export class TimedI2cController implements I2cController {
  readonly description: string;
  readonly functionality: number;
  readonly #bus: SimulatedI2cController;

  constructor(bus: SimulatedI2cController) {
    this.description = `${bus.description} in real time`;
    this.functionality = bus.functionality;
    this.#bus = bus;
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    try {
      this.#bus.carryOut(messages);
    } finally {
      await this.#bus.wire.clock.settled(signal);
    }
  }

  notes(): TransferNotes {
    return this.#bus.notes();
  }
}

/** A simulated SPI bus on which who asks waits as long as the transfers took on the wire. */
export class TimedSpiController implements SpiController {
  readonly description: string;
  readonly capabilities: SpiCapabilities;
  readonly #bus: SimulatedSpiController;

  constructor(bus: SimulatedSpiController) {
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
    try {
      this.#bus.carryOut(chipSelect, mode, transfers);
    } finally {
      await this.#bus.wire.clock.settled(signal);
    }
  }

  deselect(): MaybePromise<void> {
    return this.#bus.deselect();
  }

  notes(): TransferNotes {
    return this.#bus.notes();
  }
}
